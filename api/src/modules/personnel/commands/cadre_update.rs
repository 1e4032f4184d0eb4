//! Changes a cadre's standing.

use async_graphql::InputObject;
use entities::{
    cadre, person, unit,
    values::{CivilServantRank, PersonnelKind, RetirementCategory},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        partial_date::PartialDate,
        tx::{Tx, plus_one},
    },
    modules::{
        organisation::{catalogue::Unit, commands::version_mismatch},
        personnel::{catalogue::Cadre, commands::checks},
    },
};

/// Changes to a cadre; what is left out stays as it is.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CadreUpdateInput {
    /// Which cadre.
    pub id: Id<Cadre>,
    /// The version that you read.
    pub expected_version: i32,
    /// The unit served (所在单位), within your reach.
    pub unit: Option<Id<Unit>>,
    /// By which rules managed (人员性质), E-02; leaving the civil service ends the rank.
    pub kind: Option<Gql<PersonnelKind>>,
    /// Rank (职级), B-01; only for civil servants and those managed alike.
    pub rank: Option<Gql<CivilServantRank>>,
    /// Retirement category (退休类别), D-01; it must fit the person's sex.
    pub category: Option<Gql<RetirementCategory>>,
    /// Birth recognised in the archive (档案认定出生年月), D-01.
    pub archive_birth: Option<Given<PartialDate>>,
    /// Start of work (参加工作时间), J-07.
    pub work_started: Option<Given<PartialDate>>,
    /// Months of pension contributions (养老保险缴费月数), D-03.
    pub contribution_months: Option<i32>,
}

type Changes = Vec<(&'static str, cadre::Column, sea_orm::Value)>;

#[async_trait::async_trait]
impl Command for CadreUpdateInput {
    const NAME: &'static str = "cadreUpdate";
    const RIGHT: (Resource, Action) = (Resource::Cadre, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<cadre::Entity>(Action::Update)?.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let mut changes = self.standing(&row, &mut faults);
        self.dates(tx, &row, &mut faults, &mut changes);
        if let Some(category) = self.category {
            let person = tx.parts::<person::Entity>().id(row.person_id).required().await?;
            faults.take(checks::category_fits(category.0, &person.sex, "input.category"));
            changes.push(("category", cadre::Column::Category, category.0.into()));
        }
        if let Some(unit) = &self.unit {
            match tx.gate_as::<unit::Entity>(Resource::Cadre, Action::Update)?.id(unit.uuid()).one().await? {
                Some(unit) => changes.push(("unit", cadre::Column::UnitId, unit.id.into())),
                None => faults.add(UserError::of(Code::Unknown, "input.unit")),
            }
        }
        if changes.is_empty() && faults.is_empty() {
            faults.add(UserError::new(Code::Required, "input", "没有要修改的内容", "Nothing to change was given."));
        }
        faults.check()?;
        let mut change = tx
            .change::<cadre::Entity>()
            .id(row.id)
            .filter(cadre::Column::Version.eq(self.expected_version))
            .set(cadre::Column::Version, plus_one(cadre::Column::Version))
            .set(cadre::Column::UpdatedAt, Expr::value(tx.session().now()));
        let names: Vec<&str> = changes.iter().map(|(name, ..)| *name).collect();
        for (_, column, value) in changes {
            change = change.set(column, Expr::value(value));
        }
        change.last(version_mismatch()).await?;
        tx.touched("Cadre", row.id, json!({ "changed": names }));
        tx.emit("cadre.updated", "Cadre", row.id, self.expected_version.saturating_add(1), json!({})).await?;
        Ok(row.id)
    }
}

impl CadreUpdateInput {
    /// Kind, rank and contributions.
    fn standing(&self, row: &cadre::Model, faults: &mut Faults) -> Changes {
        let mut out: Changes = vec![];
        let kind = self.kind.map_or(row.kind, |kind| kind.0);
        if let Some(kind) = self.kind {
            out.push(("kind", cadre::Column::Kind, kind.0.into()));
        }
        match self.rank {
            Some(_) if !checks::rank_allowed(kind) => faults.add(checks::no_rank("input.rank")),
            Some(rank) => out.push(("rank", cadre::Column::Rank, rank.0.into())),
            None if row.rank.is_some() && !checks::rank_allowed(kind) => {
                out.push(("rank", cadre::Column::Rank, None::<CivilServantRank>.into()));
            }
            None => {}
        }
        if let Some(months) = self.contribution_months
            && let Some(months) = faults.take(checks::contribution_months(months, "input.contributionMonths"))
        {
            out.push(("contributionMonths", cadre::Column::ContributionMonths, months.into()));
        }
        out
    }

    /// Birth and start of work, in order after the change.
    fn dates(&self, tx: &Tx, row: &cadre::Model, faults: &mut Faults, out: &mut Changes) {
        let today = tx.session().today();
        let mut read = |given: &Option<Given<PartialDate>>, at: &str| {
            let date = given.as_ref().and_then(|given| given.get(at, faults))?;
            faults.take(checks::not_future(date, at, today))
        };
        let birth = read(&self.archive_birth, "input.archiveBirth");
        let started = read(&self.work_started, "input.workStarted");
        if birth.is_none() && started.is_none() {
            return;
        }
        let after = (birth.or(row.archive_birth.parse().ok()), started.or(row.work_started.parse().ok()));
        if let (Some(birth), Some(started)) = after {
            let at = if self.work_started.is_some() { "input.workStarted" } else { "input.archiveBirth" };
            faults.take(checks::after_birth(started, birth, at));
        }
        out.extend(birth.map(|date| ("archiveBirth", cadre::Column::ArchiveBirth, date.to_string().into())));
        out.extend(started.map(|date| ("workStarted", cadre::Column::WorkStarted, date.to_string().into())));
    }
}
