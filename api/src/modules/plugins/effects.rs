//! What a component wants done (后续动作): the inputs of ordinary commands, carried out under the rights of whoever moved
//! it. A component never writes; what it was not granted is not done.

use async_graphql::{ID, InputType, Value};
use declarative::{Capabilities, Plugin, names};
use host::Effect;
use serde_json::{Map, Value as Json};

use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::{Command, execute},
        error::{ApiError, Code, Fault},
        id,
        lease::{Claim, Held},
        session::Session,
        tx::{Advice, Tx},
    },
    modules::{
        matters::commands::{CaseItemUrgeInput, MatterSubmitInput},
        plugins::{commands::CustomFieldsSetInput, schema::matter_key},
        tasks::commands::WorkItemCreateInput,
    },
};

/// The most of one answer.
pub const MOST: usize = 20;

/// A command that a component asked for.
pub enum Deed {
    /// A field of the plug-in's own gets a value.
    Field(CustomFieldsSetInput),
    /// An item of work is opened.
    Task(Box<WorkItemCreateInput>),
    /// An agency is urged.
    Notify(CaseItemUrgeInput),
    /// A case of one of its own matters is begun.
    Matter(MatterSubmitInput),
}

/// The commands that a component's answer asks for, or why there are none: nothing is done of an answer of which a part
/// cannot be. `of` is the object that a field without one belongs to; `reason` a person's, for going on in spite of warnings,
/// which no component can give.
pub fn planned(
    plugin: &Plugin,
    granted: &Capabilities,
    effects: &[Effect],
    of: Option<&str>,
    reason: Option<&str>,
) -> Result<Vec<Deed>, ApiError> {
    if effects.len() > MOST {
        return Err(ApiError::of(Code::PluginOutput));
    }
    let mut deeds = effects.iter().map(|effect| one(plugin, granted, effect, of)).collect::<Result<Vec<_>, _>>()?;
    for deed in &mut deeds {
        if let Deed::Matter(input) = deed {
            input.warning_reason = reason.map(str::to_string);
        }
    }
    Ok(deeds)
}

fn one(plugin: &Plugin, granted: &Capabilities, effect: &Effect, of: Option<&str>) -> Result<Deed, ApiError> {
    let name = match effect {
        Effect::SetField(_) => "set-field",
        Effect::OpenTask(_) => "open-task",
        Effect::Notify(_) => "notify",
        Effect::StartMatter(_) => "start-matter",
    };
    if !granted.effects.contains(name) {
        return Err(ApiError::of(Code::PluginDenied).at(name));
    }
    let wrong = || ApiError::of(Code::PluginOutput).at(name);
    Ok(match effect {
        Effect::SetField((path, value)) => {
            let (object, key) = path.split_once('.').or(of.map(|of| (of, path.as_str()))).ok_or_else(wrong)?;
            if !plugin.fields.iter().any(|field| field.key == key) || id::parse(object).is_none() {
                return Err(wrong());
            }
            let value = serde_json::from_str(value).map_err(|_| wrong())?;
            let values = Map::from_iter([(names::field_name(&plugin.prefix, key), value)]);
            let (object, values) = (ID::from(object), JsonText(Json::Object(values)));
            Deed::Field(CustomFieldsSetInput { object, values, idempotency_key: None })
        }
        Effect::OpenTask(text) => Deed::Task(Box::new(input(text).ok_or_else(wrong)?)),
        Effect::Notify(text) => Deed::Notify(input(text).ok_or_else(wrong)?),
        Effect::StartMatter(text) => {
            let mut given: Json = serde_json::from_str(text).map_err(|_| wrong())?;
            let key = given.as_object_mut().and_then(|given| given.remove("matter"));
            let own = plugin.matters.iter().find(|matter| key.as_ref().and_then(Json::as_str) == Some(&matter.key));
            let own = own.ok_or_else(wrong)?;
            let mut submit: MatterSubmitInput = input(&given.to_string()).ok_or_else(wrong)?;
            submit.matter = Some(matter_key(plugin, own));
            Deed::Matter(submit)
        }
    })
}

/// The input of a command from JSON, as a client's variable would be read. Keys are the platform's to choose.
fn input<T: InputType>(text: &str) -> Option<T> {
    let mut given: Json = serde_json::from_str(text).ok()?;
    given.as_object_mut()?.remove("idempotencyKey");
    T::parse(Some(Value::from_json(given).ok()?)).ok()
}

impl Deed {
    /// Asks before a transaction what is not to be waited for within it.
    pub async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
        match self {
            Self::Matter(input) => input.prepare(session).await,
            Self::Field(_) | Self::Task(_) | Self::Notify(_) => Ok(Advice::default()),
        }
    }

    /// Does it within a transaction.
    pub async fn within(&self, tx: &Tx) -> Result<(), Fault> {
        match self {
            Self::Field(input) => within(tx, input).await,
            Self::Task(input) => within(tx, &**input).await,
            Self::Notify(input) => within(tx, input).await,
            Self::Matter(input) => within(tx, input).await,
        }
    }

    /// Does it by itself, once however often it is tried under a key, and only while a claim holds.
    pub async fn apart(&self, session: &Session, key: &str, claim: &impl Claim) -> Result<(), Fault> {
        match self {
            Self::Field(input) => execute(session, &Held::new(input, claim), Some(key)).await.map(drop),
            Self::Task(input) => execute(session, &Held::new(&**input, claim), Some(key)).await.map(drop),
            Self::Notify(input) => execute(session, &Held::new(input, claim), Some(key)).await.map(drop),
            Self::Matter(input) => execute(session, &Held::new(input, claim), Some(key)).await.map(drop),
        }
    }
}

async fn within<C: Command>(tx: &Tx, command: &C) -> Result<(), Fault> {
    tx.session().require(C::RIGHT.0, C::RIGHT.1)?;
    command.run(tx).await.map(drop)
}
