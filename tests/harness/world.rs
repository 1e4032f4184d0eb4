//! Two tenants of the same shape, with the same names and ID numbers in both, on purpose.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use entities::{
    appointment, cadre, party_organisation, person, unit,
    values::{
        CadreState, CivilServantRank, PartyOrganisationKind, PersonnelKind, PostLevel, RetirementCategory, RoleName,
        TenantLevel, UnitKind, UnitSequence, UserKind,
    },
};
use sea_orm::Set;
use uuid::Uuid;
use zugong::{
    http::{app::HttpSettings, cost::CostSettings},
    kernel::{
        id::{parse, publish},
        session::{Reason, System},
        tx::SystemTx,
    },
    modules::{
        identity::provision::{self, NewUser},
        matters::install::{branch_keys, install_standard},
        organisation::rules::credit_code::CreditCode,
        personnel::rules::id_number::check_char,
        tenancy::provision::create_tenant,
    },
};

use crate::{Actor, Server};

/// The keys of the seven agencies of a retirement, as the standard matter names them.
pub const AGENCIES: [&str; 7] =
    ["organisation", "establishment", "social-security", "medical", "housing-fund", "treasury", "office-affairs"];

/// A server with tenants A and B.
pub struct World {
    pub server: Server,
    pub a: Tenant,
    pub b: Tenant,
}

/// A tenant with its cast and things.
pub struct Tenant {
    pub id: Uuid,
    pub code: String,
    pub superior: Actor,
    pub senior: Actor,
    pub junior: Actor,
    pub neighbour: Actor,
    pub applicant: Actor,
    pub handlers: HashMap<&'static str, Actor>,
    pub leader: Actor,
    pub system: Actor,
    pub security: Actor,
    pub audit: Actor,
    pub service: Actor,
    /// Published ids by name: units `root town village other-town`, `agency:<key>`, cadres `applicant colleague
    /// stranger` (as `cadre:<name>` and `person:<name>`), `party`.
    pub ids: HashMap<String, String>,
}

impl World {
    pub async fn start() -> Self {
        Self::on(Server::start().await).await
    }

    /// A world in which no request is too dear: for probes that ask for everything there is at once.
    pub async fn roomy() -> Self {
        let most = 1 << 50;
        let cost = CostSettings {
            request: most,
            client: most,
            client_per_second: most,
            tenant: most,
            tenant_per_second: most,
            ..CostSettings::default()
        };
        Self::on(Server::with(HttpSettings { cost, ..HttpSettings::default() }).await).await
    }

    pub async fn on(server: Server) -> Self {
        let a = Tenant::new(&server, 'A').await;
        let b = Tenant::new(&server, 'B').await;
        Self { server, a, b }
    }
}

impl Tenant {
    /// An id of this tenant's things by name.
    pub fn id(&self, name: &str) -> &str {
        self.ids.get(name).unwrap_or_else(|| panic!("the world has no {name}"))
    }

    pub async fn new(server: &Server, canary: char) -> Self {
        Self::at(server, canary, TenantLevel::County, None).await
    }

    /// A tenant of a level, perhaps below another.
    pub async fn at(server: &Server, canary: char, level: TenantLevel, above: Option<&Tenant>) -> Self {
        let system = server.platform.system(Reason::Provision);
        let code = format!("t{}", Uuid::new_v4().simple());
        let id = create_tenant(&system, &code, "测试区", level, "330203", above.map(|t| t.id)).await.unwrap();
        let mut builder = Builder {
            tx: system.begin(Some(id)).await.unwrap(),
            today: server.clock.today(),
            canary,
            count: 0,
            ids: HashMap::new(),
        };
        let things = builder.build().await;
        let ids = builder.ids;
        let tx = builder.tx;
        crate::neighbours::furnish(&tx).await;
        tx.commit().await.unwrap();

        let mut users = HashMap::new();
        let cast = [
            ("superior", RoleName::Super, "root", None),
            ("senior", RoleName::Senior, "town", None),
            ("junior", RoleName::Junior, "village", None),
            ("neighbour", RoleName::Junior, "other-town", None),
            ("applicant", RoleName::Applicant, "village", Some("applicant")),
            ("leader", RoleName::Leader, "root", None),
            ("system", RoleName::SystemAdmin, "root", None),
            ("security", RoleName::SecurityAdmin, "root", None),
            ("audit", RoleName::AuditAdmin, "root", None),
        ];
        for (name, role, unit, person) in cast {
            let person = person.map(|p| things.persons[p]);
            users.insert(name, actor(server, &system, id, name, role, things.units[unit], person).await);
        }
        let mut handlers = HashMap::new();
        for key in AGENCIES {
            let unit = things.units[&format!("agency:{key}")];
            handlers.insert(key, actor(server, &system, id, key, RoleName::Handler, unit, None).await);
        }
        let tx = system.begin(Some(id)).await.unwrap();
        let user = parse(&users["superior"].user).unwrap().1;
        crate::neighbours::exchange(&tx, user).await;
        let cadre = parse(&ids["cadre:applicant"]).unwrap().1;
        crate::neighbours::shared(&tx, user, things.units["agency:medical"], cadre).await;
        tx.commit().await.unwrap();
        let service = service(server, &system, id, things.units["root"]).await;
        let mut take = |name: &str| users.remove(name).unwrap();
        Self {
            id,
            code,
            superior: take("superior"),
            senior: take("senior"),
            junior: take("junior"),
            neighbour: take("neighbour"),
            applicant: take("applicant"),
            leader: take("leader"),
            system: take("system"),
            security: take("security"),
            audit: take("audit"),
            handlers,
            service,
            ids,
        }
    }
}

async fn actor(
    server: &Server,
    system: &System,
    tenant: Uuid,
    name: &'static str,
    role: RoleName,
    unit: Uuid,
    person: Option<Uuid>,
) -> Actor {
    let tx = system.begin(Some(tenant)).await.unwrap();
    let login = format!("{name}-{}", tenant.simple());
    let account = provision::create_account(&tx, &login, None).await.unwrap();
    let user = NewUser { account: Some(account), person, unit, name, kind: UserKind::Human };
    let user = provision::create_user(&tx, user).await.unwrap();
    provision::assign(&tx, user, role, unit, server.clock.today()).await.unwrap();
    tx.commit().await.unwrap();
    // Long enough for tests that move the clock by months.
    let issued = server.identity.issue_for(system, tenant, user, TimeDelta::days(400)).await.unwrap();
    Actor {
        name,
        token: Some(issued.access_token),
        user: publish("usr", user),
        url: server.url.clone(),
        http: server.http.clone(),
    }
}

async fn service(server: &Server, system: &System, tenant: Uuid, unit: Uuid) -> Actor {
    let tx = system.begin(Some(tenant)).await.unwrap();
    let user = NewUser { account: None, person: None, unit, name: "service", kind: UserKind::Service };
    let user = provision::create_user(&tx, user).await.unwrap();
    provision::assign(&tx, user, RoleName::Super, unit, server.clock.today()).await.unwrap();
    let until = server.clock.now() + TimeDelta::days(400);
    let key = provision::create_service_key(&tx, user, "tests", true, until).await.unwrap();
    tx.commit().await.unwrap();
    Actor {
        name: "service",
        token: Some(key),
        user: publish("usr", user),
        url: server.url.clone(),
        http: server.http.clone(),
    }
}

struct Builder {
    tx: SystemTx,
    today: NaiveDate,
    canary: char,
    count: u32,
    ids: HashMap<String, String>,
}

struct Things {
    units: HashMap<String, Uuid>,
    persons: HashMap<&'static str, Uuid>,
}

impl Builder {
    async fn build(&mut self) -> Things {
        let mut units = HashMap::new();
        let root = self.unit("root", "区", None, UnitSequence::Government).await;
        let town = self.unit("town", "甲街道", Some(&root), UnitSequence::Township).await;
        let village = self.unit("village", "甲街道第一社区", Some(&town), UnitSequence::Township).await;
        let other = self.unit("other-town", "乙街道", Some(&root), UnitSequence::Township).await;
        for key in AGENCIES {
            let unit =
                self.unit(&format!("agency:{key}"), &format!("{key}局"), Some(&root), UnitSequence::Government).await;
            units.insert(format!("agency:{key}"), unit.id);
        }
        let party = self.party(&village).await;
        let mut persons = HashMap::new();
        // Born so that the statutory months are 2025-07 (past), 2025-12 (to come) and far away (D-01, M60).
        for (name, birth, home) in
            [("applicant", "1965-05", &village), ("colleague", "1965-09", &village), ("stranger", "1985-03", &other)]
        {
            persons.insert(name, self.cadre(name, birth, home, party).await);
        }
        units.insert("root".into(), root.id);
        units.insert("town".into(), town.id);
        units.insert("village".into(), village.id);
        units.insert("other-town".into(), other.id);
        self.matters(&units).await;
        Things { units, persons }
    }

    async fn unit(
        &mut self,
        key: &str,
        name: &str,
        parent: Option<&unit::Model>,
        sequence: UnitSequence,
    ) -> unit::Model {
        self.count += 1;
        let id = self.tx.new_id();
        let above = parent.map_or("/", |p| p.path.as_str());
        let row = unit::ActiveModel {
            tenant_id: Set(self.tx.tenant_id()),
            id: Set(id),
            code: Set(CreditCode::make("11330203", &format!("{:08}", self.count)).unwrap().as_str().into()),
            name: Set(format!("{name}{}", self.canary)),
            short_name: Set(None),
            sequence: Set(sequence),
            kind: Set(UnitKind::Organ),
            division_code: Set("330203".into()),
            parent_id: Set(parent.map(|p| p.id)),
            path: Set(format!("{above}{:04}/", self.count)),
            position: Set(self.count as i32),
            valid_from: Set(NaiveDate::from_ymd_opt(2001, 1, 1).unwrap()),
            valid_until: Set(None),
            version: Set(1),
            created_at: Set(self.tx.now()),
            updated_at: Set(self.tx.now()),
        };
        self.ids.insert(key.into(), publish("uni", id));
        self.tx.insert(row).await.unwrap()
    }

    async fn party(&mut self, unit: &unit::Model) -> Uuid {
        let id = self.tx.new_id();
        let row = party_organisation::ActiveModel {
            tenant_id: Set(self.tx.tenant_id()),
            id: Set(id),
            name: Set(format!("第一党支部{}", self.canary)),
            kind: Set(PartyOrganisationKind::Branch),
            parent_id: Set(None),
            path: Set("/0001/".into()),
            unit_id: Set(unit.id),
            valid_from: Set(NaiveDate::from_ymd_opt(2001, 7, 1).unwrap()),
            valid_until: Set(None),
            version: Set(1),
            created_at: Set(self.tx.now()),
            updated_at: Set(self.tx.now()),
        };
        self.ids.insert("party".into(), publish("pty", id));
        self.tx.insert(row).await.unwrap().id
    }

    async fn cadre(&mut self, name: &'static str, birth: &str, home: &unit::Model, party: Uuid) -> Uuid {
        self.count += 1;
        let digits = format!("330203{}15{:02}1", birth.replace('-', ""), self.count % 100);
        let id_number = format!("{digits}{}", check_char(&digits).unwrap());
        let now = self.tx.now();
        let person = self
            .tx
            .insert(person::ActiveModel {
                tenant_id: Set(self.tx.tenant_id()),
                id: Set(self.tx.new_id()),
                name: Set(format!("{name}{}", self.canary)),
                name_key: Set(format!("{name}{}", self.canary).to_lowercase()),
                id_number: Set(id_number.clone()),
                sex: Set("1".into()),
                ethnicity: Set("01".into()),
                birth: Set(birth.into()),
                native_place: Set(Some("浙江宁波".into())),
                political_status: Set("01".into()),
                education: Set(Some("21".into())),
                phone: Set(Some(format!("138{:08}", self.count))),
                unit_id: Set(home.id),
                party_organisation_id: Set(Some(party)),
                joined_party: Set(Some("1988-07".into())),
                version: Set(1),
                created_at: Set(now),
                updated_at: Set(now),
            })
            .await
            .unwrap();
        let cadre = self
            .tx
            .insert(cadre::ActiveModel {
                tenant_id: Set(self.tx.tenant_id()),
                id: Set(self.tx.new_id()),
                person_id: Set(person.id),
                unit_id: Set(home.id),
                kind: Set(PersonnelKind::CivilServant),
                state: Set(CadreState::Serving),
                state_since: Set(NaiveDate::from_ymd_opt(1990, 1, 1).unwrap()),
                rank: Set(Some(CivilServantRank::PrincipalClerk1)),
                category: Set(RetirementCategory::M60),
                archive_birth: Set(birth.into()),
                work_started: Set("1988-08".into()),
                contribution_months: Set(400),
                under_investigation: Set(false),
                version: Set(1),
                created_at: Set(now),
                updated_at: Set(now),
            })
            .await
            .unwrap();
        self.tx
            .insert(appointment::ActiveModel {
                tenant_id: Set(self.tx.tenant_id()),
                id: Set(self.tx.new_id()),
                cadre_id: Set(cadre.id),
                unit_id: Set(home.id),
                title: Set(format!("主任{}", self.canary)),
                level: Set(PostLevel::SectionChief),
                is_main: Set(true),
                started_on: Set(NaiveDate::from_ymd_opt(2015, 3, 1).unwrap()),
                ended_on: Set(None),
                version: Set(1),
            })
            .await
            .unwrap();
        self.ids.insert(format!("person:{name}"), publish("per", person.id));
        self.ids.insert(format!("cadre:{name}"), publish("cad", cadre.id));
        self.ids.insert(format!("idNumber:{name}"), id_number);
        person.id
    }

    async fn matters(&mut self, units: &HashMap<String, Uuid>) {
        let unit = |key: &str| units.get(&format!("agency:{key}")).unwrap_or(&units["agency:organisation"]);
        let agencies = branch_keys().unwrap().into_iter().map(|key| (key.clone(), *unit(&key))).collect();
        install_standard(&self.tx, TenantLevel::County, &agencies, self.today).await.unwrap();
    }
}
