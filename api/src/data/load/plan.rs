//! One tenant of the load test: what is made once, and the batches made from it.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use entities::{
    account, account_tenant, app_user, authz_version, role_assignment, tenant,
    values::{RoleName, TenantLevel, TenantState, UserKind, UserState},
};
use sea_orm::{ColumnTrait, IntoActiveModel};
use uuid::Uuid;

use crate::{
    data::{
        load::{EPOCH, SeedOptions},
        synthetic::{
            cases::{CaseMaker, Setting, Subject, anchor},
            chance::Chance,
            identity::{IdNumbers, SLOTS},
            matters::{Catalogue, Matter, RETIREMENT},
            orgs::{self, Org, Region, Standing},
            party::{self, Party},
            people::Made,
            places::Places,
            populate::Populace,
            rows::{Rows, at},
            tree::{self, Ground},
        },
    },
    kernel::{
        calendar::WorkCalendar,
        error::{ApiError, Code},
        session::System,
        year_month::YearMonth,
    },
    modules::tenancy::rules::division::{DivisionLevel, Divisions},
};

/// People of a batch, unless a tenant has so many that there must be fewer batches.
const BATCH: u64 = 500;
/// Rows of work that one case brings: itself and seven items.
const CASE_ROWS: u64 = 8;
/// Working days over which the cases are spread.
const SPREAD: u32 = 640;

/// Items with their trees in a batch.
const FOREST: u64 = 50;

/// A batch of a tenant, by its number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// People, and cases of theirs.
    People(u64),
    /// Items of work with their trees.
    Trees(u64),
}

/// What all batches of a tenant share.
pub(super) struct Plan {
    pub(super) code: String,
    pub(super) region: Region,
    pub(super) batches: u64,
    number: u64,
    tenants: u64,
    seed: u64,
    size: u64,
    cadres: u64,
    cases: u64,
    trees: u64,
    org: Org,
    party: Party,
    places: Places,
    matter: Matter,
    calendar: WorkCalendar,
    created: DateTime<Utc>,
    handlers: HashMap<Uuid, Uuid>,
    admin: Uuid,
}

/// What is written before the batches.
pub(super) struct Opening {
    catalogue: Catalogue,
    users: Vec<app_user::Model>,
    assignments: Vec<role_assignment::Model>,
    account: account::Model,
    today: NaiveDate,
}

impl Plan {
    /// Plans the tenant of a number; none if there are not that many counties.
    pub(super) fn make(calendar: &WorkCalendar, options: &SeedOptions, number: u32) -> Option<(Self, Opening)> {
        let county = Divisions::national()
            .iter()
            .filter(|division| division.level == DivisionLevel::County && division.valid_to.is_none())
            .nth(number as usize)?;
        // Streams of a tenant: one for what is made once, then one for each batch.
        let mut chance = Chance::new(options.seed, u64::from(number) << 32);
        let created = at(EPOCH.checked_sub_days(Days::new(3 * 365))?, 540);
        let city = county.parent.as_deref().and_then(|code| Divisions::national().find(code));
        let region = Region {
            tenant: chance.id(created),
            division_code: county.code.clone(),
            name: county.name.clone(),
            full_name: format!("{}{}", city.map_or("", |city| &city.name), county.name),
            standing: Standing::County,
        };
        let org = orgs::grow(&mut chance, &region, created);
        let party = party::set_up(&mut chance, &org, created);
        let catalogue =
            Catalogue::standard(&mut chance, &org, TenantLevel::County, created, created.date_naive()).ok()?;
        let matter = catalogue.matter(RETIREMENT)?;
        let tenants = u64::from(options.tenants.max(1));
        let (cadres, cases) = (options.cadres / tenants, options.tasks / tenants / CASE_ROWS);
        // Each batch of each tenant has sequence numbers of its own, as far as there are any.
        let size = BATCH.max(options.cadres.div_ceil(SLOTS.saturating_sub(tenants).max(1)));
        let mut opening = Opening {
            catalogue,
            users: vec![],
            assignments: vec![],
            account: account::Model {
                id: chance.id(created),
                login: format!("seed-{}.super", county.code),
                password_hash: None,
                failed_count: 0,
                locked_until: None,
                disabled: false,
                created_at: created,
                updated_at: created,
            },
            today: created.date_naive(),
        };
        let root = org.units.first()?.id;
        let account = Some(opening.account.id);
        let admin = opening.user(&mut chance, &region, "系统初始管理员", account, RoleName::Super, root);
        let mut handlers = HashMap::new();
        for branch in &matter.branches {
            let unit = branch.handling_unit_id;
            let user = opening.user(&mut chance, &region, "经办人", None, RoleName::Handler, unit);
            handlers.insert(unit, user);
        }
        let plan = Self {
            code: format!("seed-{}", county.code),
            batches: cadres.div_ceil(size),
            number: u64::from(number),
            tenants,
            seed: options.seed,
            size,
            cadres,
            cases,
            trees: (options.nodes / tenants).div_ceil(tree::NODES),
            places: Places::around(&county.code),
            calendar: calendar.clone(),
            region,
            org,
            party,
            matter,
            created,
            handlers,
            admin,
        };
        Some((plan, opening))
    }

    /// The people and the cases of a batch.
    fn shares(&self, batch: u64) -> (u64, u64) {
        let share = |total: u64| total * (batch + 1) / self.batches.max(1) - total * batch / self.batches.max(1);
        (share(self.cadres), share(self.cases))
    }

    /// Batches of trees.
    pub(super) fn forests(&self) -> u64 {
        self.trees.div_ceil(FOREST)
    }

    /// About how many rows a batch has.
    pub(super) fn expected(&self, part: Part) -> u64 {
        match part {
            Part::People(batch) => {
                let (cadres, cases) = self.shares(batch);
                cadres * 3 + cases * (CASE_ROWS + 1)
            }
            Part::Trees(_) => FOREST * tree::NODES * 4,
        }
    }

    /// Makes a batch.
    pub(super) fn make_part(&self, part: Part) -> Rows {
        match part {
            Part::People(batch) => self.batch(batch),
            Part::Trees(batch) => self.forest(batch),
        }
    }

    /// Items with their trees, from courses of chance that no batch of people has.
    fn forest(&self, batch: u64) -> Rows {
        let mut chance = Chance::new(self.seed, (self.number << 32) + (1 << 31) + batch);
        let units: Vec<Uuid> = self.org.units.iter().map(|unit| unit.id).collect();
        let mut users: Vec<Uuid> = self.handlers.values().copied().collect();
        users.sort_unstable();
        let tenant = self.region.tenant;
        let ground = Ground { tenant, units: &units, users: &users, publisher: self.admin, today: EPOCH };
        let mut rows = Rows::default();
        for number in batch * FOREST..self.trees.min((batch + 1) * FOREST) {
            ground.grow(&mut chance, number, &mut rows);
        }
        rows
    }

    /// People, and finished cases of those among them who have retired.
    fn batch(&self, batch: u64) -> Rows {
        let mut chance = Chance::new(self.seed, (self.number << 32) + 1 + batch);
        let mut numbers = IdNumbers::of_slot(batch * self.tenants + self.number);
        let (cadres, cases) = self.shares(batch);
        let (org, party, places, created) = (&self.org, &self.party, &self.places, self.created);
        let populace = Populace { org, party, places, today: EPOCH, created };
        let setting = Setting {
            tenant: self.region.tenant,
            level: TenantLevel::County,
            document_prefix: "测",
            calendar: &self.calendar,
            matter: &self.matter,
            approver: self.admin,
            handlers: &self.handlers,
            today: EPOCH,
            detailed: false,
        };
        let first = u32::try_from(batch * (self.size + cases) * 2).unwrap_or(0);
        let mut maker = CaseMaker::new(setting, first);
        let Ok(anchor) = anchor(&self.calendar, EPOCH) else { return Rows::default() };
        let mut people = if batch == 0 { populace.leaders(&mut chance, &mut numbers) } else { vec![] };
        let leaders = people.len() as u64;
        let retired = cases.min(cadres.saturating_sub(leaders));
        let staff = cadres.saturating_sub(leaders + retired);
        people.extend(populace.staff(&mut chance, &mut numbers, usize::try_from(staff).unwrap_or(0)));
        for number in 0..retired {
            // Where there are more cases than people, the first ones have been through several.
            let several = cases / retired + u64::from(number < cases % retired);
            let day = maker.workday_before(anchor, chance.between(10, SPREAD));
            let month = YearMonth::of(day);
            let Some(mut made) = populace.retiring(&mut chance, &mut numbers, month) else { continue };
            for _ in 0..several {
                let subject = Subject {
                    person: &made.person,
                    cadre: &made.cadre,
                    appointment: &made.appointment,
                    division_code: &self.region.division_code,
                    month,
                    applicant: self.admin,
                };
                let decided_on = maker.workday_before(day, chance.between(2, 12));
                let approval = maker.approve(&mut chance, &subject, decided_on);
                let done = maker.finished(&mut chance, &subject, approval, day, None);
                let finished_on = maker.rows.cases.last().and_then(|case| case.finished_on);
                if let Some(finished_on) = done.and(finished_on) {
                    (made.cadre.state, made.cadre.state_since) = maker.after(month, finished_on);
                }
            }
            people.push(made);
        }
        let mut rows = maker.rows;
        for Made { person, cadre, appointment } in people {
            rows.persons.push(person);
            rows.cadres.push(cadre);
            rows.appointments.push(appointment);
        }
        rows
    }
}

impl Opening {
    fn user(
        &mut self,
        chance: &mut Chance,
        region: &Region,
        name: &str,
        account_id: Option<Uuid>,
        role: RoleName,
        unit_id: Uuid,
    ) -> Uuid {
        let created = self.account.created_at;
        let id = chance.id(created);
        self.users.push(app_user::Model {
            tenant_id: region.tenant,
            id,
            account_id,
            person_id: None,
            name: name.into(),
            kind: UserKind::Human,
            unit_id,
            state: UserState::Active,
            version: 1,
            created_at: created,
            updated_at: created,
        });
        self.assignments.push(role_assignment::Model {
            tenant_id: region.tenant,
            id: chance.id(created),
            user_id: id,
            role,
            unit_id,
            granted_by: None,
            valid_from: self.today,
            valid_until: None,
            created_at: created,
            revoked_at: None,
            revoked_by: None,
        });
        id
    }

    /// Opens the tenant with its units, matters and users; says how many rows that took.
    pub(super) async fn open(self, system: &System, plan: &Plan) -> Result<u64, ApiError> {
        let tenant = plan.region.tenant;
        let tx = system.begin(Some(tenant)).await?;
        let same = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(&plan.code));
        if same.count().await? > 0 {
            return Err(ApiError::of(Code::Conflict).at("tenants").saying(
                format!("租户 {} 已存在", plan.code),
                format!("The tenant {} is there already; seed an empty database.", plan.code),
            ));
        }
        let row = tenant::Model {
            id: tenant,
            code: plan.code.clone(),
            name: plan.region.name.clone(),
            level: TenantLevel::County,
            division_code: plan.region.division_code.clone(),
            parent_id: None,
            state: TenantState::Active,
            created_at: plan.created,
        };
        tx.insert_global(row.into_active_model()).await?;
        tx.insert_global(authz_version::Model { tenant_id: tenant, version: 1 }.into_active_model()).await?;
        let mut rows = Rows { units: plan.org.units.clone(), party: plan.party.rows.clone(), ..Rows::default() };
        let count = rows.count() + self.users.len() as u64;
        rows.store_people(&tx).await?;
        let link = account_tenant::Model {
            account_id: self.account.id,
            tenant_id: tenant,
            user_id: self.users.first().map_or(Uuid::nil(), |user| user.id),
            is_default: true,
        };
        tx.insert_global(self.account.into_active_model()).await?;
        tx.load(self.users).await?;
        tx.insert_global(link.into_active_model()).await?;
        tx.load(self.assignments).await?;
        tx.load(self.catalogue.matters).await?;
        tx.load(self.catalogue.branches).await?;
        tx.load(self.catalogue.materials).await?;
        tx.commit().await?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_batches_and_they_share_nothing() {
        let options = SeedOptions { cadres: 3_000, tasks: 8_000, nodes: 0, tenants: 2, seed: 7, connections: 1 };
        let plan = || Plan::make(WorkCalendar::national(), &options, 1).unwrap().0;
        let (one, two) = (plan(), plan());
        assert_eq!((one.batches, one.region.tenant), (3, two.region.tenant));
        // In another order, as other connections would have it.
        let mut others: Vec<Rows> = (0..3).rev().map(|batch| two.batch(batch)).collect();
        others.reverse();
        let batches: Vec<Rows> = (0..3).map(|batch| one.batch(batch)).collect();
        assert_eq!(batches, others);
        let all = |key: fn(&Rows) -> Vec<String>| {
            let mut keys: Vec<String> = batches.iter().flat_map(key).collect();
            let count = keys.len();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), count);
            count
        };
        assert_eq!(all(|rows| rows.persons.iter().map(|p| p.id_number.clone()).collect()), 1_500);
        assert_eq!(all(|rows| rows.cases.iter().map(|c| c.number.clone()).collect()), 500);
        assert_eq!(all(|rows| rows.approvals.iter().map(|a| a.document_number.clone()).collect()), 500);
        assert_eq!(all(|rows| rows.items.iter().map(|i| i.id.to_string()).collect()), 3_500);
        for item in batches.iter().flat_map(|rows| &rows.items) {
            assert!(item.worked_days.is_some_and(|days| (1..=2).contains(&days)) && item.finished_on <= item.due_on);
        }
        assert!(Plan::make(WorkCalendar::national(), &options, 500).is_none());
    }
}
