//! Mutations of a plug-in's own (自有变更): its component is asked before the transaction begins; what it answers and what
//! it wants done happen together or not at all.

use std::sync::Arc;

use declarative::Plugin;
use entities::{plugin, values::PluginState};
use host::{Acted, Answer, Ask, Level, Problem};
use policies::{Action, Resource};
use sea_orm::ColumnTrait;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::{
    graph::catalogue::{Actor, Besides},
    kernel::{
        command::{Command, execute},
        error::{ApiError, Code, Fault, Faults, UserError},
        session::Session,
        tx::{Advice, Tx},
    },
    modules::plugins::{
        code,
        effects::{Deed, planned},
        submission::brief,
        warnings::{self, Acknowledged, Warning},
    },
};

/// Problems that are told of one mutation.
const MOST: usize = 50;

/// A mutation of a plug-in at work.
#[derive(Debug)]
pub struct Acting {
    /// The plug-in, in the version that the schema was made for.
    pub plugin: Arc<Plugin>,
    /// The mutation, without the prefix.
    pub mutation: String,
}

#[async_trait::async_trait]
impl Actor for Acting {
    async fn act(&self, session: &Session, args: Map<String, Json>, besides: Besides<'_>) -> Result<Json, Fault> {
        let Besides { key, reason } = besides;
        // Sent again with its key, or tried again after a race, it is the same occasion.
        let occasion = match key {
            Some(key) => format!("{} {} {key}", session.tenant().id, session.user_id()),
            None => format!("{:032x}", rand::random::<u128>()),
        };
        let command = Act {
            occasion,
            plugin: self.plugin.clone(),
            digest: self.plugin.digest.clone(),
            mutation: self.mutation.clone(),
            args: Json::Object(args),
            reason,
        };
        execute(session, &command, key).await
    }
}

/// The command.
#[derive(Serialize)]
struct Act {
    #[serde(skip)]
    occasion: String,
    #[serde(skip)]
    plugin: Arc<Plugin>,
    digest: String,
    mutation: String,
    args: Json,
    /// Why it is to be done in spite of warnings.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What the component said, before the transaction.
struct Said {
    acted: Acted,
    deeds: Vec<Deed>,
}

#[async_trait::async_trait]
impl Command for Act {
    const NAME: &'static str = "pluginAct";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Run);
    type Output = Json;

    async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
        let ask = Ask::Act { mutation: self.mutation.clone(), args: self.args.to_string() };
        let acted = match code::ask_on(session, &self.plugin, ask, &self.occasion).await {
            Ok(Answer::Acted(acted)) => acted,
            Ok(_) => return Err(Code::PluginOutput.into()),
            Err(failure) => return Err(ApiError::of(code::published(failure.as_ref())).into()),
        };
        let deeds = match self.refuses(&acted) {
            true => vec![],
            false => {
                let granted = code::in_force(session, &self.plugin);
                planned(&self.plugin, &granted, &acted.effects, None, self.reason.as_deref())?
            }
        };
        let mut advice = Advice::default();
        for deed in &deeds {
            advice = advice.and(deed.prepare(session).await?);
        }
        Ok(advice.and(Advice::of(Said { acted, deeds })))
    }

    async fn run(&self, tx: &Tx) -> Result<Json, Fault> {
        let rows = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&self.plugin.key));
        let row = rows.filter(plugin::Column::State.eq(PluginState::Enabled)).one().await?;
        let row = row.ok_or(Code::PluginDisabled)?;
        let said = tx.advice::<Said>().next().ok_or(Code::Conflict)?;
        let of = |level: Level| said.acted.problems.iter().filter(move |problem| problem.level == level).take(MOST);
        let mut faults = Faults::default();
        let reason = warnings::reason(self.reason.as_deref(), &mut faults);
        for Warning { code, message, at, .. } in of(Level::Error).map(|problem| self.told(problem)) {
            let en = format!("The plug-in {} refuses it as {code}: {message}", self.plugin.key);
            faults.add(UserError::new(Code::PluginRule, at, format!("{message}（{code}）"), en));
        }
        faults.check()?;
        let acknowledged = Acknowledged::of(of(Level::Warn).map(|problem| self.told(problem)).collect(), reason)?;
        let answer: Json = serde_json::from_str(&said.acted.answer).map_err(|_| Code::PluginOutput)?;
        for (place, deed) in said.deeds.iter().enumerate() {
            deed.within(tx).await.map_err(|fault| led_to(fault, place))?;
        }
        let mut detail = json!({ "mutation": self.mutation, "effects": said.deeds.len() });
        if let Some(acknowledged) = &acknowledged {
            (detail["warnings"], detail["reason"]) = (json!(acknowledged.codes()), json!(acknowledged.reason));
        }
        tx.touched("Plugin", row.id, detail);
        Ok(answer)
    }
}

impl Act {
    /// Whether nothing will be done, so that nothing need be made ready.
    fn refuses(&self, acted: &Acted) -> bool {
        acted.problems.iter().any(|problem| problem.level == Level::Error || self.reason.is_none())
    }

    /// A problem in a few words, and where the client's input has it.
    fn told(&self, problem: &Problem) -> Warning {
        let path = brief(&problem.path, 100);
        let at = if path.is_empty() { "input".to_string() } else { format!("input.{path}") };
        let code = format!("{}.{}", self.plugin.prefix, brief(&problem.code, 40));
        Warning { code, message: brief(&problem.message, 200), at, path }
    }
}

/// A refusal of an effect, which the client's input did not have: its field is that of the effect.
fn led_to(fault: Fault, place: usize) -> Fault {
    match fault {
        Fault::Refused(errors) => Fault::Refused(
            errors
                .into_iter()
                .map(|error| {
                    let field = error.field.as_deref().map(|field| field.trim_start_matches("input."));
                    let at = field.map_or(format!("effects.{place}"), |field| format!("effects.{place}.{field}"));
                    UserError { field: Some(at), ..error }
                })
                .collect(),
        ),
        failed => failed,
    }
}
