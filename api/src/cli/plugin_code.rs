//! A plug-in's component asked outside of any platform: for its author's tests, with its instructions counted.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use declarative::{Code, Package, Plugin};
use host::{Acted, Answer, Ask, Context, Effect, Host, Level, Mute, Plug, Program, Settings};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{cli::Failure, modules::plugins::code};

/// A component that was compiled for tests.
pub struct Component {
    host: Host,
    program: Arc<Program>,
}

impl Component {
    /// The component of a folder, held against its manifest.
    pub fn load(package: &Package, plugin: &Plugin, code: &Code) -> Result<Self, Failure> {
        let missing = || Failure::new(format!("没有组件文件 {}：先编译它", code.component));
        let bytes = package.component().ok_or_else(missing)?;
        let host = Host::new(Settings { measured: true, ..Settings::default() }).map_err(Failure::new)?;
        let program = host.compile(bytes, &code::declared(code, &plugin.capabilities));
        let program = program.map_err(|refusal| Failure::new(format!("{}：{refusal}", code.component)))?;
        Ok(Self { host, program })
    }

    /// The codes of what it refuses a form for, and what finding that took.
    pub async fn problems(
        &self,
        matter: &str,
        form: &Json,
        today: NaiveDate,
    ) -> Result<(Vec<String>, String), Failure> {
        let ask = Ask::Validate { hook: format!("{matter}.submit"), form: form.to_string(), before: None };
        match self.ask(ask, today).await? {
            (Answer::Problems(all), took) => {
                let errors = all.into_iter().filter(|problem| problem.level == Level::Error);
                Ok((errors.map(|problem| problem.code).collect(), took))
            }
            _ => Err(Failure::new("组件的回答不是校验结果")),
        }
    }

    /// The points by items, and what counting them took.
    pub async fn points(
        &self,
        scheme: &str,
        input: &Json,
        today: NaiveDate,
    ) -> Result<(BTreeMap<String, i64>, String), Failure> {
        let ask = Ask::Score { scheme: scheme.into(), input: input.to_string() };
        match self.ask(ask, today).await? {
            (Answer::Lines(all), took) => Ok((all.into_iter().map(|line| (line.item, line.points)).collect(), took)),
            _ => Err(Failure::new("组件的回答不是计分结果")),
        }
    }

    /// The values of a computed field, and what working them out took.
    pub async fn values(
        &self,
        field: &str,
        parents: &[Json],
        today: NaiveDate,
    ) -> Result<(Vec<Json>, String), Failure> {
        let parents = parents.iter().map(Json::to_string).collect();
        let ask = Ask::Resolve { field: field.into(), parents, args: "{}".into() };
        match self.ask(ask, today).await? {
            (Answer::Values(all), took) => {
                let values = all.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>();
                let unread = |error| Failure::new(format!("组件给出的值不是 JSON：{error}"));
                Ok((values.map_err(unread)?, took))
            }
            _ => Err(Failure::new("组件的回答不是字段的值")),
        }
    }

    /// What became of a mutation, and what that took.
    pub async fn acted(&self, mutation: &str, args: &Json, today: NaiveDate) -> Result<(Acted, String), Failure> {
        match self.ask(Ask::Act { mutation: mutation.into(), args: args.to_string() }, today).await? {
            (Answer::Acted(acted), took) => Ok((acted, took)),
            _ => Err(Failure::new("组件的回答不是变更的结果")),
        }
    }

    /// What is to be done after a case has moved, and what finding that took.
    pub async fn effects(
        &self,
        case: &Json,
        (from, to): (&str, &str),
        today: NaiveDate,
    ) -> Result<(Vec<Effect>, String), Failure> {
        let ask = Ask::OnTransition { item: case.to_string(), from: from.into(), to: to.into() };
        match self.ask(ask, today).await? {
            (Answer::Effects(effects), took) => Ok((effects, took)),
            _ => Err(Failure::new("组件的回答不是后续动作")),
        }
    }

    async fn ask(&self, ask: Ask, today: NaiveDate) -> Result<(Answer, String), Failure> {
        let plug =
            Plug { tenant: Uuid::nil(), key: "test".into(), version: "0".into(), revision: 0, grants: Arc::default() };
        let midnight = today.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        // Eight hours before midnight in Greenwich it is midnight in Shanghai.
        let context = Context {
            today: today.to_string(),
            now_ms: midnight - 8 * 3_600_000,
            config: "{}".into(),
            ..Context::default()
        };
        let (answer, spent) = self.host.measure(&self.program, &plug, context, ask, Arc::new(Mute)).await;
        let took = format!("{} 条指令，{} KiB 内存", spent.fuel.unwrap_or(0), spent.memory / 1024);
        answer.map(|answer| (answer, took)).map_err(|failure| Failure::new(format!("组件没有回答：{failure}")))
    }
}
