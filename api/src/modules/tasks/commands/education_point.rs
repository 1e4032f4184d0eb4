//! Places that a command centre looks after (党建教育点): registered, heard of, closed.

use async_graphql::{Context, InputObject, Object, Result};
use entities::education_point;
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::sources::unit_within;
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        organisation::{catalogue::Unit, commands::version_mismatch},
        personnel::commands::checks,
        tasks::catalogue::EducationPoint,
    },
    payload,
};

payload!(
    /// What became of a change to a point (党建教育点).
    EducationPointPayload { education_point: EducationPoint }
);

/// A place with its device (党建教育点).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct EducationPointRegisterInput {
    /// Name (名称), 1 to 100 characters.
    pub name: String,
    /// The unit that runs it (所属单位), within your subtree.
    pub unit: Id<Unit>,
    /// Where it is (地点), 1 to 200 characters.
    pub location: String,
    /// Number of the device that reports (设备编号), 1 to 64 characters, new.
    pub device: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for EducationPointRegisterInput {
    const NAME: &'static str = "educationPointRegister";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let name = faults.take(checks::text(&self.name, "input.name", 100));
        let location = faults.take(checks::text(&self.location, "input.location", 200));
        let device = faults.take(checks::text(&self.device, "input.device", 64));
        let unit = unit_within(tx, Self::RIGHT, &self.unit, &mut faults).await?;
        if let Some(device) = &device {
            let same = tx.parts::<education_point::Entity>().filter(education_point::Column::Device.eq(device));
            if same.count().await? > 0 {
                faults.add(UserError::of(Code::AlreadyExists, "input.device"));
            }
        }
        faults.check()?;
        let (Some(name), Some(location), Some(device), Some(unit)) = (name, location, device, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(education_point::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            name: Set(name),
            unit_id: Set(unit),
            location: Set(location),
            device: Set(device),
            last_heard_at: Set(None),
            note: Set(None),
            closed_at: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.touched("EducationPoint", id, json!({ "unit": unit }));
        tx.emit("educationPoint.registered", "EducationPoint", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// A sign of life of a point's device (在线上报).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct EducationPointReportInput {
    /// Which point, not closed.
    pub id: Id<EducationPoint>,
    /// How the device is (设备状态), 1 to 200 characters.
    pub note: Option<String>,
}

#[async_trait::async_trait]
impl Command for EducationPointReportInput {
    const NAME: &'static str = "educationPointReport";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let point = tx.gate::<education_point::Entity>(Action::Submit)?.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let note = self.note.as_ref().and_then(|note| faults.take(checks::text(note, "input.note", 200)));
        if point.closed_at.is_some() {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        faults.check()?;
        // The version stays: a sign of life every few minutes is no edit that somebody else's could clash with.
        tx.change::<education_point::Entity>()
            .id(point.id)
            .set(education_point::Column::LastHeardAt, Expr::value(tx.session().now()))
            .set(education_point::Column::Note, Expr::value(note))
            .run()
            .await?;
        tx.touched("EducationPoint", point.id, json!({ "heard": true }));
        Ok(point.id)
    }
}

/// A point that is given up (撤销教育点).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct EducationPointCloseInput {
    /// Which point.
    pub id: Id<EducationPoint>,
    /// The version that you read.
    pub expected_version: i32,
}

#[async_trait::async_trait]
impl Command for EducationPointCloseInput {
    const NAME: &'static str = "educationPointClose";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Create);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let point = tx.gate_as::<education_point::Entity>(Resource::WorkItem, Action::Create)?.id(self.id.uuid());
        let point = point.lock().required().await?;
        if point.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        if point.closed_at.is_some() {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        let now = tx.session().now();
        tx.change::<education_point::Entity>()
            .id(point.id)
            .set(education_point::Column::ClosedAt, Expr::value(now))
            .set(education_point::Column::Version, Expr::value(point.version + 1))
            .set(education_point::Column::UpdatedAt, Expr::value(now))
            .run()
            .await?;
        tx.touched("EducationPoint", point.id, json!({ "closed": true }));
        tx.emit("educationPoint.closed", "EducationPoint", point.id, point.version + 1, json!({})).await?;
        Ok(point.id)
    }
}

/// Changes to points.
#[derive(Default)]
pub struct PointMutations;

/// Changes to points.
#[Object]
impl PointMutations {
    /// Registers a point with its device (登记党建教育点). Permission: `work_item:create`. C-13.
    async fn education_point_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The point.")] input: EducationPointRegisterInput,
    ) -> Result<Option<EducationPointPayload>> {
        EducationPointPayload::of(ctx, input).await
    }

    /// Says that a point's device is alive (在线上报), as a service account of its unit does every few minutes.
    /// Permission: `task:submit`. C-13.
    async fn education_point_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which point, and how its device is.")] input: EducationPointReportInput,
    ) -> Result<Option<EducationPointPayload>> {
        EducationPointPayload::of(ctx, input).await
    }

    /// Gives a point up (撤销教育点); it stays readable. Permission: `work_item:create`. C-13.
    async fn education_point_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which point.")] input: EducationPointCloseInput,
    ) -> Result<Option<EducationPointPayload>> {
        EducationPointPayload::of(ctx, input).await
    }
}
