//! Sets a unit up.

use async_graphql::InputObject;
use entities::{
    unit,
    values::{UnitKind, UnitSequence},
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
        tx::Tx,
    },
    modules::{
        organisation::{
            catalogue::Unit,
            commands::{name, segment},
            rules::credit_code::CreditCode,
        },
        tenancy::rules::division::{DivisionError, Divisions},
    },
};

/// A new unit (机构).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct UnitCreateInput {
    /// The unit above it (上级机构).
    pub parent: Id<Unit>,
    /// Unified social credit code (统一社会信用代码), J-03. An internal office has an internal code instead:
    /// `N` and 1 to 30 letters or digits.
    pub code: String,
    /// Full name (全称), 1 to 200 characters.
    pub name: String,
    /// Short name (简称), 1 to 200 characters.
    pub short_name: Option<String>,
    /// Sequence (机构序列).
    pub sequence: Gql<UnitSequence>,
    /// Kind (机构性质).
    pub kind: Gql<UnitKind>,
    /// GB/T 2260 code (行政区划代码) in force on the first day, J-01; the parent's unless given.
    pub division_code: Option<String>,
    /// First day (设立日期); today unless given.
    pub valid_from: Option<Given<chrono::NaiveDate>>,
    /// Order among siblings; last unless given.
    pub position: Option<i32>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for UnitCreateInput {
    const NAME: &'static str = "unitCreate";
    const RIGHT: (Resource, Action) = (Resource::Unit, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let parent = tx.gate::<unit::Entity>(Action::Create)?.id(self.parent.uuid()).one().await?;
        let mut faults = Faults::default();
        let short = match &self.short_name {
            Some(text) => faults.take(name(text, "input.shortName")).map(Some),
            None => Some(None),
        };
        let name = faults.take(name(&self.name, "input.name"));
        let valid_from = match &self.valid_from {
            Some(given) => given.get("input.validFrom", &mut faults),
            None => Some(tx.session().today()),
        };
        let code = faults.take(unit_code(&self.code, self.kind.0));
        let division = self.division_code.clone().or(parent.as_ref().map(|p| p.division_code.clone()));
        if let Some(division) = &division
            && let Err(error) = in_force(division, valid_from)
        {
            faults.add(UserError::new(
                Code::InvalidDivision,
                "input.divisionCode",
                format!("{division}：{error}"),
                format!("{division}: {error}"),
            ));
        }
        if parent.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.parent"));
        }
        if let Some(code) = &code
            && tx.parts::<unit::Entity>().filter(unit::Column::Code.eq(code)).count().await? > 0
        {
            faults.add(UserError::of(Code::AlreadyExists, "input.code"));
        }
        faults.check()?;
        let (Some(parent), Some(name), Some(short_name), Some(valid_from), Some(code), Some(division)) =
            (parent, name, short, valid_from, code, division)
        else {
            return Err(Code::InternalServerError.into());
        };
        let siblings = tx.parts::<unit::Entity>().filter(unit::Column::ParentId.eq(parent.id)).count().await?;
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(unit::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            code: Set(code),
            name: Set(name),
            short_name: Set(short_name),
            sequence: Set(self.sequence.0),
            kind: Set(self.kind.0),
            division_code: Set(division),
            parent_id: Set(Some(parent.id)),
            path: Set(format!("{}{}", parent.path, segment(id))),
            position: Set(self.position.unwrap_or(i32::try_from(siblings + 1).unwrap_or(i32::MAX))),
            valid_from: Set(valid_from),
            valid_until: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.touched("Unit", id, json!({ "created": true }));
        tx.emit("unit.created", "Unit", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// Whether a division is in force on a day; without a well-formed day, whether there ever was such a division.
fn in_force(division: &str, day: Option<chrono::NaiveDate>) -> Result<(), DivisionError> {
    let divisions = Divisions::national();
    match day {
        Some(day) => divisions.valid_on(division, day).map(|_| ()),
        None if divisions.known_ever(division) => Ok(()),
        None => Err(DivisionError::Unknown),
    }
}

/// A unit's code: its credit code, or for an office within a unit an internal one.
fn unit_code(text: &str, kind: UnitKind) -> Result<String, UserError> {
    let text = text.trim().to_uppercase();
    if kind == UnitKind::InternalOffice {
        let rest = text.strip_prefix('N').unwrap_or_default();
        let accepted = (1..=30).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        let wrong = || {
            UserError::new(
                Code::InvalidFormat,
                "input.code",
                "内设机构代码应为 N 加 1 至 30 位字母或数字",
                "An internal office's code is N and 1 to 30 letters or digits.",
            )
        };
        return if accepted { Ok(text) } else { Err(wrong()) };
    }
    CreditCode::parse(&text).map(|code| code.as_str().to_string()).map_err(|error| {
        UserError::new(
            Code::InvalidCreditCode,
            "input.code",
            format!("统一社会信用代码有误：{error}"),
            format!("Not a unified social credit code: {error}."),
        )
    })
}
