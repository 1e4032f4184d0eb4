//! Sets fields that plug-ins add to an object.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use declarative::names;
use entities::{cadre, custom_field, matter_case, unit};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::values;
use crate::{
    graph::{
        payload::{Ref, UserErrorObject, carry_out},
        scalars::JsonText,
    },
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id,
        tx::{Tx, plus_one},
    },
    modules::{matters::catalogue::Case, organisation::catalogue::Unit, personnel::catalogue::Cadre, plugins::store},
};

/// Values of fields that plug-ins add (填写扩展字段).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CustomFieldsSetInput {
    /// The cadre, case or unit (对象).
    pub object: ID,
    /// Values by the fields' names (取值), as in `{"bwly_kind": "FIRST"}`; null takes a value away, others stay.
    pub values: JsonText,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// The object that was changed.
#[derive(Serialize, Deserialize)]
pub struct Object {
    target: String,
    id: Uuid,
}

/// What became of a change to custom fields (扩展字段).
#[derive(SimpleObject)]
pub struct CustomFieldsPayload {
    /// The cadre, if it was one (干部).
    cadre: Option<Ref<Cadre>>,
    /// The case, if it was one (办件).
    case: Option<Ref<Case>>,
    /// The unit, if it was one (单位).
    unit: Option<Ref<Unit>>,
    /// Why the change was refused; empty when it was made.
    user_errors: Vec<UserErrorObject>,
}

impl CustomFieldsPayload {
    /// Runs the command and tells what became of it.
    pub async fn of(ctx: &Context<'_>, input: CustomFieldsSetInput) -> async_graphql::Result<Option<Self>> {
        let none = Self { cadre: None, case: None, unit: None, user_errors: vec![] };
        Ok(Some(match carry_out(ctx, &input).await? {
            Err(user_errors) => Self { user_errors, ..none },
            Ok(object) => match object.target.as_str() {
                "Cadre" => Self { cadre: Some(Ref::new(object.id)), ..none },
                "Case" => Self { case: Some(Ref::new(object.id)), ..none },
                _ => Self { unit: Some(Ref::new(object.id)), ..none },
            },
        }))
    }
}

#[async_trait::async_trait]
impl Command for CustomFieldsSetInput {
    const NAME: &'static str = "customFieldsSet";
    const RIGHT: (Resource, Action) = (Resource::CustomField, Action::Update);
    type Output = Object;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Object, Fault> {
        let (target, object) = self.object(tx).await?;
        let Json::Object(given) = &self.values.0 else {
            let (zh, en) = ("应为 JSON 对象", "Takes a JSON object.");
            return Err(UserError::new(Code::InvalidFormat, "input.values", zh, en).into());
        };
        let session = tx.session();
        let (set, plugins) = store::at_work(tx).await?;
        let mut faults = Faults::default();
        let mut known = vec![];
        for (name, value) in given {
            let at = format!("input.values.{name}");
            let found = plugins.iter().find_map(|plugin| {
                let declared = plugin.fields.iter().filter(|f| f.target == target);
                declared.into_iter().find(|f| names::field_name(&plugin.prefix, &f.key) == *name).map(|f| (plugin, f))
            });
            match found {
                None => faults.add(UserError::of(Code::Unknown, at)),
                Some((plugin, field)) => {
                    if let Some(()) = faults.take(values::accepted(plugin, field, value, &at)) {
                        known.push((name, field, value));
                    }
                }
            }
        }
        faults.check()?;
        // Two who write to one object at once: the second waits, and adds to what the first has written.
        let row =
            tx.parts::<custom_field::Entity>().filter(custom_field::Column::ObjectId.eq(object)).lock().one().await?;
        let mut data: Map<String, Json> =
            row.as_ref().and_then(|row| row.data.as_object().cloned()).unwrap_or_default();
        for (name, _, value) in &known {
            match value {
                Json::Null => drop(data.shift_remove(name.as_str())),
                value => drop(data.insert((*name).clone(), (*value).clone())),
            }
        }
        let slots: Vec<_> = known
            .iter()
            .filter_map(|(name, field, value)| {
                let slot = set.slots.iter().find(|(of, known, _)| *of == target && known == *name)?;
                Some((slot.2.as_str(), values::indexed(&field.kind, value)))
            })
            .collect();
        match row {
            Some(row) => {
                let mut change = tx.change::<custom_field::Entity>().id(row.id);
                for (slot, value) in slots {
                    if let Some(column) = values::column(slot) {
                        change = change.set(column, Expr::value(value));
                    }
                }
                change
                    .set(custom_field::Column::Data, Expr::value(Json::Object(data)))
                    .set(custom_field::Column::UpdatedAt, Expr::value(session.now()))
                    .set(custom_field::Column::Version, plus_one(custom_field::Column::Version))
                    .run()
                    .await?;
            }
            None => {
                let mut row = custom_field::ActiveModel {
                    tenant_id: Set(tx.tenant_id()),
                    id: Set(tx.new_id()),
                    target: Set(target.to_string()),
                    object_id: Set(object),
                    data: Set(Json::Object(data)),
                    version: Set(1),
                    created_at: Set(session.now()),
                    updated_at: Set(session.now()),
                    ..Default::default()
                };
                for (slot, value) in slots {
                    values::put(&mut row, slot, value);
                }
                tx.insert(row).await?;
            }
        }
        // Names and no values: they may be what only some may see.
        let names: Vec<&String> = known.iter().map(|(name, ..)| *name).collect();
        tx.touched(target, object, json!({ "customFields": names }));
        Ok(Object { target: target.to_string(), id: object })
    }
}

impl CustomFieldsSetInput {
    /// The object within the caller's reach; everything else is unknown alike.
    async fn object(&self, tx: &Tx) -> Result<(&'static str, Uuid), Fault> {
        let (resource, action) = Self::RIGHT;
        let found = match id::parse(&self.object) {
            Some(("cad", id)) => {
                tx.gate_as::<cadre::Entity>(resource, action)?.id(id).lock().one().await?.map(|row| ("Cadre", row.id))
            }
            Some(("cas", id)) => {
                tx.gate_as::<matter_case::Entity>(resource, action)?.id(id).lock().one().await?.map(|r| ("Case", r.id))
            }
            Some(("uni", id)) => {
                tx.gate_as::<unit::Entity>(resource, action)?.id(id).lock().one().await?.map(|row| ("Unit", row.id))
            }
            _ => None,
        };
        found.ok_or_else(|| UserError::of(Code::Unknown, "input.object").into())
    }
}
