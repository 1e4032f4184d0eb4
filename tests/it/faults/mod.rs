//! What breaks beside the program, or breaks the program: nothing that was acknowledged is lost, nothing happens
//! twice, clients are told to try again, and soon all is well.
//!
//! Most of these tests start a PostgreSQL and a Redis of their own to break them, so they run with
//! `ZUGONG_TEST_BACKEND=postgres` only. `tests/faults/run --kills N` kills more often.

mod cases;
mod components;
mod crowds;
mod databases;
mod epochs;
mod given_up;
mod idle;
mod kills;
mod plugins;
mod redis;

use uuid::Uuid;
use zugong_tests::{
    Actor, Digest, Probe, Reply, Server, Tenant,
    database::backend,
    difference, digest_at,
    plant::{Load, Outcome, OwnPostgres, Program, migrate, verify},
    server::client,
};

/// A migrated PostgreSQL of its own with one tenant.
pub struct Plant {
    pub postgres: OwnPostgres,
    pub tenant: Tenant,
    pub probe: Probe,
    pub http: reqwest::Client,
    /// Units before anybody set one up.
    pub before: i64,
    /// Another tenant, for whom nobody works, and all that it had.
    neighbour: (Uuid, Digest),
}

/// Prepares one; nothing where the tests are not about PostgreSQL or there is none.
pub async fn plant() -> Option<Plant> {
    if backend() != "postgres" {
        println!("not tried: ZUGONG_TEST_BACKEND is {}", backend());
        return None;
    }
    let Some(postgres) = OwnPostgres::start().await else {
        println!("not tried: no PostgreSQL server is installed");
        return None;
    };
    let done = migrate(&postgres.url()).wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let server = Server::at(&postgres.url()).await;
    let tenant = Tenant::new(&server, 'A').await;
    let probe = Probe::of(&postgres.url(), tenant.id).await;
    let before = probe.count("unit").await;
    let neighbour = Tenant::new(&server, 'B').await.id;
    let neighbour = (neighbour, digest_at(&postgres.url(), neighbour).await);
    Some(Plant { postgres, tenant, probe, http: client(), before, neighbour })
}

impl Plant {
    /// The super administrator's program, which works over any number of servers.
    pub fn load(&self, clients: usize, programs: &[&Program]) -> Load {
        let urls: Vec<String> = programs.iter().map(|program| program.url.clone()).collect();
        Load::start(clients, &urls, self.tenant.service.token.as_deref().unwrap(), self.tenant.id("root"))
    }

    /// Somebody of the tenant at a program.
    pub fn at(&self, actor: &Actor, program: &Program) -> Actor {
        actor.at(&program.url)
    }

    /// What a path of a program answers.
    pub async fn status(&self, program: &Program, path: &str) -> u16 {
        let Ok(reply) = self.http.get(format!("{}{path}", program.url)).send().await else { return 0 };
        let status = reply.status().as_u16();
        // What broke off was answered all the same.
        Reply::heard(reply).await.map_or(status, |reply| reply.status)
    }

    /// What the clients of a load were promised, and I6: whatever happened, it did not happen to anybody else.
    pub async fn check(&self, outcome: &Outcome) {
        outcome.check(&self.probe, self.before).await;
        self.check_neighbour().await;
        self.check_seals();
    }

    /// I4. Whoever was killed while he sealed, the chain verifies.
    fn check_seals(&self) {
        let done = verify(&self.postgres.url(), &self.tenant.code).wait_with_output().unwrap();
        assert!(
            done.status.success(),
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    }

    /// I6. Messages to other nodes are sent and sent again all the time, and everybody's audit record is sealed.
    pub async fn check_neighbour(&self) {
        let (id, before) = &self.neighbour;
        let mut changes = difference(before, &digest_at(&self.postgres.url(), *id).await);
        changes.retain(|change| !["exchange_message", "audit_seal"].iter().any(|own| change[2..].starts_with(own)));
        assert!(changes.is_empty(), "another tenant's rows: {changes:#?}");
    }

    /// The program's own line to the database may have been cut as well.
    pub async fn probe_again(&mut self) {
        self.probe = Probe::of(&self.postgres.url(), self.tenant.id).await;
    }
}
