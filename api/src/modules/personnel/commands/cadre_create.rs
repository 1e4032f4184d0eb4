//! Records that a person serves as a cadre, with the main post.

use async_graphql::InputObject;
use entities::{
    appointment, cadre, person, unit,
    values::{CadreState, CivilServantRank, PersonnelKind, PostLevel, RetirementCategory},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set};
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
        tx::Tx,
    },
    modules::{
        organisation::catalogue::Unit,
        personnel::{catalogue::Person, commands::checks},
    },
};

/// A new cadre (干部) with the main post.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CadreCreateInput {
    /// The person (人员), who must not be serving already.
    pub person: Id<Person>,
    /// The unit served (所在单位).
    pub unit: Id<Unit>,
    /// By which rules managed (人员性质), E-02.
    pub kind: Gql<PersonnelKind>,
    /// Rank (职级), B-01; only for civil servants and those managed alike.
    pub rank: Option<Gql<CivilServantRank>>,
    /// Retirement category (退休类别), D-01; it must fit the person's sex.
    pub category: Gql<RetirementCategory>,
    /// Birth recognised in the archive (档案认定出生年月), D-01.
    pub archive_birth: Given<PartialDate>,
    /// Start of work (参加工作时间), J-07.
    pub work_started: Given<PartialDate>,
    /// Months of pension contributions (养老保险缴费月数), D-03.
    pub contribution_months: i32,
    /// Title of the main post (主要职务), 1 to 100 characters.
    pub title: String,
    /// Leadership level of the main post (领导职务层次), B-01.
    pub level: Gql<PostLevel>,
    /// First day of the main post (任职日期), not in the future; today unless given.
    pub appointed_on: Option<Given<chrono::NaiveDate>>,
    /// Whether the cadre is on probation (试用期); serving unless said otherwise.
    #[graphql(default)]
    pub is_on_probation: bool,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CadreCreateInput {
    const NAME: &'static str = "cadreCreate";
    const RIGHT: (Resource, Action) = (Resource::Cadre, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let (today, now) = (tx.session().today(), tx.session().now());
        let mut faults = Faults::default();
        let title = faults.take(checks::text(&self.title, "input.title", 100));
        let birth = self.archive_birth.get("input.archiveBirth", &mut faults);
        let birth = birth.and_then(|date| faults.take(checks::not_future(date, "input.archiveBirth", today)));
        let started = self.work_started.get("input.workStarted", &mut faults);
        let started = started.and_then(|date| faults.take(checks::not_future(date, "input.workStarted", today)));
        if let (Some(birth), Some(started)) = (birth, started) {
            faults.take(checks::after_birth(started, birth, "input.workStarted"));
        }
        let months = faults.take(checks::contribution_months(self.contribution_months, "input.contributionMonths"));
        let since = match &self.appointed_on {
            Some(given) => given.get("input.appointedOn", &mut faults),
            None => Some(today),
        };
        if let Some(day) = since {
            faults.take(checks::not_future(PartialDate::of_day(day), "input.appointedOn", today));
        }
        if self.rank.is_some() && !checks::rank_allowed(self.kind.0) {
            faults.add(checks::no_rank("input.rank"));
        }
        let person = tx.gate::<person::Entity>(Action::Read)?.id(self.person.uuid()).one().await?;
        match &person {
            None => faults.add(UserError::of(Code::Unknown, "input.person")),
            Some(person) => {
                faults.take(checks::category_fits(self.category.0, &person.sex, "input.category"));
                not_serving(tx, person.id, &mut faults).await?;
            }
        }
        let unit = tx.gate_as::<unit::Entity>(Resource::Cadre, Action::Create)?.id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        faults.check()?;
        let (Some(title), Some(birth), Some(started), Some(months), Some(since), Some(person), Some(unit)) =
            (title, birth, started, months, since, person, unit)
        else {
            return Err(Code::InternalServerError.into());
        };
        let id = tx.new_id();
        tx.insert(cadre::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            person_id: Set(person.id),
            unit_id: Set(unit.id),
            kind: Set(self.kind.0),
            state: Set(if self.is_on_probation { CadreState::Probation } else { CadreState::Serving }),
            state_since: Set(since),
            rank: Set(self.rank.map(|rank| rank.0)),
            category: Set(self.category.0),
            archive_birth: Set(birth.to_string()),
            work_started: Set(started.to_string()),
            contribution_months: Set(months),
            under_investigation: Set(false),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        let post = tx.new_id();
        tx.insert(appointment::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(post),
            cadre_id: Set(id),
            unit_id: Set(unit.id),
            title: Set(title),
            level: Set(self.level.0),
            is_main: Set(true),
            started_on: Set(since),
            ended_on: Set(None),
            version: Set(1),
        })
        .await?;
        tx.touched("Cadre", id, json!({ "created": true }));
        tx.touched("Appointment", post, json!({ "created": true }));
        tx.emit("cadre.created", "Cadre", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// A person serves once at a time.
async fn not_serving(tx: &Tx, person: Uuid, faults: &mut Faults) -> Result<(), Fault> {
    let serving = tx
        .parts::<cadre::Entity>()
        .filter(cadre::Column::PersonId.eq(person))
        .filter(cadre::Column::State.is_in([CadreState::Probation, CadreState::Serving, CadreState::Retiring]))
        .count()
        .await?;
    if serving > 0 {
        faults.add(UserError::new(
            Code::AlreadyExists,
            "input.person",
            "该人员已是在职干部",
            "The person is serving as a cadre already.",
        ));
    }
    Ok(())
}
