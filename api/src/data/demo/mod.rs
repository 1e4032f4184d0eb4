//! The demo: a city with two of its districts and one more district, with people, units, matters and cases.

mod cases;
pub(crate) mod plugins;
mod tasks;
mod tenant;
#[cfg(test)]
mod tests;
mod users;
mod work;

use std::sync::Arc;

use chrono::NaiveDate;
use entities::values::{RoleName, TenantLevel};
use uuid::Uuid;

use crate::{
    data::{progress::Progress, synthetic::orgs::Standing},
    kernel::{
        error::{ApiError, Code},
        platform::Platform,
        session::Reason,
    },
    modules::plugins::change::Place,
};

/// What the demo's tenants are made of changes with this number; a database of another number is not reused.
pub const DATA_VERSION: u32 = 6;

/// From which all of the demo's chance comes.
const SEED: u64 = 0x5A75_676F_6E67;

/// One of the demo's tenants in words.
pub(crate) struct Sketch {
    pub code: &'static str,
    pub name: &'static str,
    pub full_name: &'static str,
    pub division_code: &'static str,
    pub level: TenantLevel,
    pub standing: Standing,
    pub parent: Option<&'static str>,
    /// What its documents' numbers begin with.
    pub document_prefix: &'static str,
    pub people: usize,
}

/// The tenants, each after the one above it.
pub(crate) const TENANTS: [Sketch; 4] = [
    Sketch {
        code: "ningbo",
        name: "宁波市",
        full_name: "宁波市",
        division_code: "330200",
        level: TenantLevel::City,
        standing: Standing::City,
        parent: None,
        document_prefix: "甬",
        people: 1_200,
    },
    Sketch {
        code: "haishu",
        name: "宁波市海曙区",
        full_name: "宁波市海曙区",
        division_code: "330203",
        level: TenantLevel::County,
        standing: Standing::CityDistrict,
        parent: Some("ningbo"),
        document_prefix: "甬海",
        people: 700,
    },
    Sketch {
        code: "yinzhou",
        name: "宁波市鄞州区",
        full_name: "宁波市鄞州区",
        division_code: "330212",
        level: TenantLevel::County,
        standing: Standing::CityDistrict,
        parent: Some("ningbo"),
        document_prefix: "甬鄞",
        people: 700,
    },
    Sketch {
        code: "yuecheng",
        name: "绍兴市越城区",
        full_name: "绍兴市越城区",
        division_code: "330602",
        level: TenantLevel::County,
        standing: Standing::County,
        parent: None,
        document_prefix: "越",
        people: 700,
    },
];

/// What the demo holds.
#[derive(Clone, Debug, Default)]
pub struct DemoSummary {
    /// Its tenants, in order.
    pub tenants: Vec<DemoTenant>,
    /// Rows of people, units and work that were written; 0 if they were there already.
    pub rows: u64,
}

/// One of the demo's tenants.
#[derive(Clone, Debug)]
pub struct DemoTenant {
    /// The tenant.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The users for whom tokens are minted.
    pub users: Vec<DemoUser>,
}

/// A user of the demo.
#[derive(Clone, Debug)]
pub struct DemoUser {
    /// The user.
    pub id: Uuid,
    /// What the user is called on the screen: `super`, `senior` … `handler`, `leader`, `security_admin` …
    pub key: &'static str,
    /// The role.
    pub role: RoleName,
    /// Display name with the place, such as 陈伟（组织部）.
    pub name: String,
}

/// Fills an empty, migrated database with the demo's tenants.
pub async fn load_demo(platform: &Arc<Platform>, progress: &dyn Progress) -> Result<DemoSummary, ApiError> {
    let today = platform.clock().today();
    let system = platform.system(Reason::Provision);
    let mut summary = DemoSummary::default();
    // The tenants first and together, so that each can be made on its own afterwards.
    let tx = system.begin(None).await?;
    let tenants = tenant::open(&tx).await?;
    tx.commit().await?;
    progress.begin("demo", TENANTS.len() as u64);
    // While one tenant is written, the next is made: the database has one writer, the machine more cores.
    let mut made = None;
    for (number, (sketch, id)) in (0_u64..).zip(TENANTS.iter().zip(&tenants).map(|(sketch, id)| (sketch, *id))) {
        let current = match made.take() {
            Some(task) => finish(task).await?,
            None => finish(make(platform, sketch, id, number, today)).await?,
        };
        let next = TENANTS.get(number as usize + 1).zip(tenants.get(number as usize + 1));
        made = next.map(|(sketch, id)| make(platform, sketch, *id, number + 1, today));
        let tx = system.begin(Some(id)).await?;
        let (tenant, rows) = tenant::store(&tx, sketch, current).await?;
        let place = Place { backend: platform.backend(), today, level: sketch.level };
        plugins::install(&tx, sketch, place).await?;
        tx.commit().await?;
        let opened = cases::open(platform, sketch, &tenant).await?;
        tracing::info!(tenant = sketch.code, opened, "cases of other matters");
        tasks::lay_out(platform, &tenant).await?;
        summary.rows += rows;
        summary.tenants.push(tenant);
        progress.advance(1);
    }
    progress.end();
    Ok(summary)
}

/// Finds the tenants and users of a database that [`load_demo`] has filled.
pub async fn find_demo(platform: &Arc<Platform>) -> Result<DemoSummary, ApiError> {
    let system = platform.system(Reason::Provision);
    let mut summary = DemoSummary::default();
    for sketch in &TENANTS {
        summary.tenants.push(users::find(&system, sketch).await?);
    }
    Ok(summary)
}

type Making = tokio::task::JoinHandle<Result<tenant::World, serde_json::Error>>;

fn make(platform: &Arc<Platform>, sketch: &'static Sketch, id: Uuid, number: u64, today: NaiveDate) -> Making {
    let platform = platform.clone();
    tokio::task::spawn_blocking(move || tenant::World::make(&platform, sketch, id, number, today))
}

async fn finish(task: Making) -> Result<tenant::World, ApiError> {
    match task.await {
        Ok(Ok(world)) => Ok(world),
        Ok(Err(error)) => {
            tracing::error!(%error, "the standard matters do not fit the demo");
            Err(ApiError::of(Code::InternalServerError))
        }
        Err(error) => {
            tracing::error!(%error, "the demo's data could not be made");
            Err(ApiError::of(Code::InternalServerError))
        }
    }
}
