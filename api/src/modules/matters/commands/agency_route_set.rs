//! Says which unit handles a branch for the cases of a division.

use async_graphql::InputObject;
use entities::{agency_route, unit};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{approving::refused, matter_publish::tenant_wide};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::{
        matters::{install, rules::jurisdiction},
        organisation::catalogue::Unit,
        tenancy::rules::division::Divisions,
    },
};

/// The unit that handles a branch for a division (属地承办单位).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AgencyRouteSetInput {
    /// Key of the branch (环节编码), the same agency in every matter.
    pub branch: String,
    /// Division whose cases it handles (行政区划代码), J-01; a city's holds for its counties that have none of their own.
    pub division_code: String,
    /// The unit (承办单位), whose own division covers that one; it takes the place of an earlier one.
    pub unit: Id<Unit>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for AgencyRouteSetInput {
    const NAME: &'static str = "agencyRouteSet";
    const RIGHT: (Resource, Action) = (Resource::Matter, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        tenant_wide(tx)?;
        let (now, today) = (tx.session().now(), tx.session().today());
        let mut faults = Faults::default();
        if !install::is_key(&self.branch) {
            let (zh, en) = ("应为小写字母、数字和 -，至多 64 个", "Takes small letters, digits and `-`, at most 64.");
            faults.add(UserError::new(Code::InvalidFormat, "input.branch", zh, en));
        }
        if Divisions::national().valid_on(&self.division_code, today).is_err() {
            faults.add(UserError::of(Code::InvalidDivision, "input.divisionCode"));
        }
        let unit = tx.gate::<unit::Entity>(Action::Read)?.id(self.unit.uuid()).one().await?;
        let unit = unit.filter(|unit| unit.valid_until.is_none_or(|day| day >= today));
        match &unit {
            None => faults.add(UserError::of(Code::Unknown, "input.unit")),
            Some(unit) => {
                let competent = jurisdiction::check(&unit.division_code, &self.division_code);
                faults.take(competent.map_err(|refusal| refused(&refusal, "input.unit")));
            }
        }
        faults.check()?;
        let Some(unit) = unit else { return Err(Code::InternalServerError.into()) };
        let known = tx
            .parts::<agency_route::Entity>()
            .filter(agency_route::Column::BranchKey.eq(&self.branch))
            .filter(agency_route::Column::DivisionCode.eq(&self.division_code))
            .lock()
            .one()
            .await?;
        let (id, version) = match known {
            Some(route) => {
                tx.change::<agency_route::Entity>()
                    .id(route.id)
                    .set(agency_route::Column::UnitId, Expr::value(unit.id))
                    .set(agency_route::Column::Version, plus_one(agency_route::Column::Version))
                    .set(agency_route::Column::UpdatedAt, Expr::value(now))
                    .run()
                    .await?;
                (route.id, route.version + 1)
            }
            None => {
                let id = tx.new_id();
                tx.insert(agency_route::ActiveModel {
                    tenant_id: Set(tx.tenant_id()),
                    id: Set(id),
                    branch_key: Set(self.branch.clone()),
                    division_code: Set(self.division_code.clone()),
                    unit_id: Set(unit.id),
                    version: Set(1),
                    created_at: Set(now),
                    updated_at: Set(now),
                })
                .await?;
                (id, 1)
            }
        };
        tx.touched(
            "AgencyRoute",
            id,
            json!({ "branch": self.branch, "division": self.division_code, "unit": unit.name }),
        );
        tx.emit("agencyRoute.set", "AgencyRoute", id, version, json!({ "branch": self.branch })).await?;
        Ok(id)
    }
}
