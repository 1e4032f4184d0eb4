//! Publishes a matter of the tenant's own, or a new version of one that is there.

use std::collections::{BTreeSet, HashMap};

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    matter, matter_branch, unit,
    values::{MatterGroup, MatterState, TenantLevel},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::approving::refused;
use crate::{
    graph::scalars::{Given, JsonText},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::{
        matters::{
            install::{self, Definition, Edition},
            rules::catalogue::{self, Group, Level, Version},
        },
        organisation::catalogue::Unit,
    },
};

/// Which unit handles a branch (承办单位).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct HandlingUnitInput {
    /// Key of the branch (环节编码).
    pub branch: String,
    /// The unit.
    pub unit: Id<Unit>,
}

/// A version of a matter (事项版本).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct MatterPublishInput {
    /// The whole definition (事项定义), in the form of the files of `plugins/standard`: `key`, `title`, `group`,
    /// `limitDays`, `baselineDays`, `baselineSteps`, `visits`, `form` (JSON Schema 2020-12), `branches`, `materials`
    /// (`BEFORE`, `CURRENT`). A key that is there already gets a new version; cases keep the version they began with.
    pub definition: JsonText,
    /// Who handles each branch; of a new version, the present unit of a branch of that key unless given.
    #[graphql(default)]
    pub handling_units: Vec<HandlingUnitInput>,
    /// First day (施行日期), not before that of any version there is; today unless given.
    pub effective_from: Option<Given<NaiveDate>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for MatterPublishInput {
    const NAME: &'static str = "matterPublish";
    const RIGHT: (Resource, Action) = (Resource::Matter, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        tenant_wide(tx)?;
        let today = tx.session().today();
        let mut faults = Faults::default();
        let from = match &self.effective_from {
            Some(given) => given.get("input.effectiveFrom", &mut faults),
            None => Some(today),
        };
        let definition = faults.take(self.parsed());
        let (Some(definition), Some(from)) = (definition, from) else {
            faults.check()?;
            return Err(Code::InternalServerError.into());
        };
        let rows = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq(&definition.key));
        let rows = rows.order_by(matter::Column::Number, Order::Desc).all().await?;
        let number = rows.first().map_or(1, |last| last.number + 1);
        faults.extend(self.order(tx.session().tenant().level, &definition, &rows, number, from));
        let units = self.units(tx, &definition, rows.first(), &mut faults).await?;
        faults.check()?;
        let state = if from <= today { MatterState::Active } else { MatterState::Announced };
        // The number is unique: of two who publish at once, one tries again with the next number.
        let id = install::write(tx, &definition, &units, Edition { number, state, effective_from: from }).await?;
        if state == MatterState::Active {
            supersede(tx, &definition.key, number).await?;
        }
        tx.touched("Matter", id, json!({ "key": definition.key, "number": number, "effectiveFrom": from }));
        let payload = json!({ "key": definition.key, "number": number });
        tx.emit("matter.published", "Matter", id, 1, payload).await?;
        Ok(id)
    }
}

impl MatterPublishInput {
    fn parsed(&self) -> Result<Definition, UserError> {
        let field = "input.definition";
        let definition: Definition = serde_json::from_value(self.definition.0.clone()).map_err(|error| {
            let zh = format!("事项定义不符合格式：{error}");
            UserError::new(Code::InvalidFormat, field, zh, format!("It is no definition of a matter: {error}."))
        })?;
        install::check(&definition).map_err(|error| {
            let (zh, en) = error.detail.unwrap_or_default();
            UserError::new(Code::InvalidValue, field, zh, en)
        })?;
        Ok(definition)
    }

    /// What the rules of the catalogue say of it (H-02).
    fn order(
        &self,
        level: TenantLevel,
        definition: &Definition,
        rows: &[matter::Model],
        number: i32,
        from: NaiveDate,
    ) -> Vec<UserError> {
        let version = |row: &matter::Model| (row.number, row.group, row.effective_from);
        let versions: Vec<Version<'_>> = rows
            .iter()
            .map(version)
            .map(|(number, of, from)| Version { key: &definition.key, number, group: group(of), effective_from: from })
            .collect();
        let to = group(definition.group);
        let next = Version { key: &definition.key, number, group: to, effective_from: from };
        let placed = match rows.first() {
            Some(last) => catalogue::check_regroup(group(last.group), to),
            None => catalogue::check_addition(self::level(level), &versions, &definition.key, to),
        };
        let placed = placed.map_err(|refusal| refused(&refusal, "input.definition.group"));
        let ordered = catalogue::check_next(&versions, &next);
        let ordered = ordered.map_err(|refusal| refused(&refusal, "input.effectiveFrom"));
        [placed, ordered].into_iter().filter_map(Result::err).collect()
    }

    /// The unit of every branch: as given, else that of the version before.
    async fn units(
        &self,
        tx: &Tx,
        definition: &Definition,
        last: Option<&matter::Model>,
        faults: &mut Faults,
    ) -> Result<HashMap<String, Uuid>, Fault> {
        let keys: BTreeSet<&str> = definition.branch_keys().collect();
        let mut units = HashMap::new();
        if let Some(last) = last {
            let before = tx.parts::<matter_branch::Entity>().filter(matter_branch::Column::MatterId.eq(last.id));
            units.extend(before.all().await?.into_iter().map(|branch| (branch.key, branch.handling_unit_id)));
        }
        for (i, given) in self.handling_units.iter().enumerate() {
            let field = |name: &str| format!("input.handlingUnits.{i}.{name}");
            if !keys.contains(given.branch.as_str()) {
                faults.add(UserError::of(Code::Unknown, field("branch")));
            }
            let open = tx.gate_as::<unit::Entity>(Resource::Unit, Action::Read)?.id(given.unit.uuid()).one().await?;
            match open.filter(|unit| unit.valid_until.is_none_or(|day| day >= tx.session().today())) {
                Some(unit) => _ = units.insert(given.branch.clone(), unit.id),
                None => faults.add(UserError::of(Code::Unknown, field("unit"))),
            }
        }
        for key in keys.iter().filter(|key| !units.contains_key(**key)) {
            let (zh, en) = (format!("环节 {key} 没有承办单位"), format!("The branch {key} has no handling unit."));
            faults.add(UserError::new(Code::Required, "input.handlingUnits", zh, en));
        }
        Ok(units)
    }
}

/// The catalogue is the tenant's as a whole: an administrator of a part does not change it.
pub fn tenant_wide(tx: &Tx) -> Result<(), Fault> {
    let reach = tx.session().require(Resource::Matter, Action::Publish)?;
    if reach.tenant { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Versions before one that is in force have had their time; running cases go on by them.
async fn supersede(tx: &Tx, key: &str, number: i32) -> Result<(), Fault> {
    tx.change::<matter::Entity>()
        .filter(matter::Column::Key.eq(key))
        .filter(matter::Column::Number.lt(number))
        .filter(matter::Column::State.is_in([MatterState::Active, MatterState::Announced]))
        .set(matter::Column::State, Expr::value(MatterState::Superseded))
        .set(matter::Column::Version, plus_one(matter::Column::Version))
        .run()
        .await?;
    Ok(())
}

fn group(stored: MatterGroup) -> Group {
    match stored {
        MatterGroup::ProvincialBase => Group::ProvincialBase,
        MatterGroup::ProvincialLinked => Group::ProvincialLinked,
        MatterGroup::City => Group::City,
        MatterGroup::County => Group::County,
    }
}

fn level(stored: TenantLevel) -> Level {
    match stored {
        TenantLevel::Province => Level::Province,
        TenantLevel::City => Level::City,
        TenantLevel::County => Level::County,
    }
}

#[cfg(test)]
mod tests {
    use entities::CodeEnum;

    use super::*;

    #[test]
    fn h_02_every_group_and_level_has_its_rule() {
        let levels = [TenantLevel::Province, TenantLevel::City, TenantLevel::County].map(level);
        assert_eq!(levels.map(Level::own_group), [Group::ProvincialBase, Group::City, Group::County]);
        assert_eq!(group(MatterGroup::ProvincialLinked), Group::ProvincialLinked);
        assert_eq!(MatterGroup::VALUES.len(), 4);
    }
}
