//! One tenant of the demo: made in memory, then written in one transaction.

use chrono::{DateTime, Days, NaiveDate, Utc};
use entities::{account_tenant, authz_version, tenant, values::TenantState};
use sea_orm::Set;
use uuid::Uuid;

use crate::{
    data::{
        demo::{
            DemoTenant, SEED, Sketch, TENANTS,
            users::{Users, place_of},
            work,
        },
        synthetic::{
            chance::Chance,
            identity::IdNumbers,
            matters::Catalogue,
            orgs::{self, Org, Region},
            party,
            people::Made,
            places::Places,
            populate::Populace,
            rows::{Rows, at},
        },
    },
    kernel::{error::ApiError, platform::Platform, tx::SystemTx},
};

/// Everything of one tenant, not yet written.
pub(super) struct World {
    pub(super) rows: Rows,
    catalogue: Catalogue,
    users: Users,
}

/// What the making of a tenant works with.
pub(super) struct Making<'a> {
    pub(super) platform: &'a Platform,
    pub(super) sketch: &'static Sketch,
    pub(super) tenant: Uuid,
    pub(super) org: &'a Org,
    pub(super) today: NaiveDate,
    pub(super) created: DateTime<Utc>,
}

/// Opens the tenants with the counters of their rights.
pub(super) async fn open(tx: &SystemTx) -> Result<Vec<Uuid>, ApiError> {
    let mut ids: Vec<Uuid> = Vec::new();
    for sketch in &TENANTS {
        let id = tx.new_id();
        let parent = sketch.parent.and_then(|code| TENANTS.iter().position(|other| other.code == code));
        tx.insert_global(tenant::ActiveModel {
            id: Set(id),
            code: Set(sketch.code.into()),
            name: Set(sketch.name.into()),
            level: Set(sketch.level),
            division_code: Set(sketch.division_code.into()),
            parent_id: Set(parent.and_then(|place| ids.get(place).copied())),
            state: Set(TenantState::Active),
            created_at: Set(tx.now()),
        })
        .await?;
        tx.insert_global(authz_version::ActiveModel { tenant_id: Set(id), version: Set(1) }).await?;
        ids.push(id);
    }
    Ok(ids)
}

impl World {
    /// Makes a tenant's rows. Takes a moment of pure computation.
    pub(super) fn make(
        platform: &Platform,
        sketch: &'static Sketch,
        tenant: Uuid,
        number: u64,
        today: NaiveDate,
    ) -> Result<Self, serde_json::Error> {
        let mut chance = Chance::new(SEED, number);
        // The platform has been in use for two years.
        let created = at(today.checked_sub_days(Days::new(730)).unwrap_or(today), 540);
        let region = Region {
            tenant,
            division_code: sketch.division_code.into(),
            name: sketch.name.into(),
            full_name: sketch.full_name.into(),
            standing: sketch.standing,
        };
        let org = orgs::grow(&mut chance, &region, created);
        let party = party::set_up(&mut chance, &org, created);
        let catalogue = Catalogue::standard(&mut chance, &org, sketch.level, created, created.date_naive())?;
        let places = Places::around(sketch.division_code);
        let mut numbers = IdNumbers::new();
        let populace = Populace { org: &org, party: &party, places: &places, today, created };
        let mut people = populace.leaders(&mut chance, &mut numbers);
        let staff = sketch.people.saturating_sub(people.len());
        people.extend(populace.staff(&mut chance, &mut numbers, staff));
        let making = Making { platform, sketch, tenant, org: &org, today, created };
        let mut users = Users::new();
        let mut rows = match catalogue.matter(crate::data::synthetic::matters::RETIREMENT) {
            Some(matter) => {
                users.officials(&mut chance, &making, &people, &matter);
                work::make(&mut chance, &making, &matter, &populace, &mut numbers, &mut users, &mut people)
            }
            None => Rows::default(),
        };
        for Made { person, cadre, appointment } in people {
            rows.persons.push(person);
            rows.cadres.push(cadre);
            rows.appointments.push(appointment);
        }
        rows.party = party.rows;
        rows.units = org.units;
        Ok(Self { rows, catalogue, users })
    }
}

/// Writes a tenant's rows.
pub(super) async fn store(tx: &SystemTx, sketch: &Sketch, world: World) -> Result<(DemoTenant, u64), ApiError> {
    let World { mut rows, catalogue, mut users } = world;
    users.shown.sort_by_key(|user| place_of(user.key));
    let count = rows.count();
    rows.store_people(tx).await?;
    tx.load(catalogue.matters).await?;
    tx.load(catalogue.branches).await?;
    tx.load(catalogue.materials).await?;
    for account in users.accounts {
        tx.insert_global(account).await?;
    }
    let links: Vec<account_tenant::ActiveModel> = users.links;
    tx.load(users.users).await?;
    for link in links {
        tx.insert_global(link).await?;
    }
    tx.load(users.assignments).await?;
    rows.store_work(tx).await?;
    let tenant =
        DemoTenant { id: tx.tenant_id(), code: sketch.code.into(), name: sketch.name.into(), users: users.shown };
    Ok((tenant, count))
}
