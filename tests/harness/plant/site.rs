//! An installation of processes over a database that no other test uses, at the real time, with the database and the
//! cache that the run is about.

use uuid::Uuid;

use super::Program;
use crate::{
    Actor, Server, Tenant,
    database::{TestDatabase, redis_url},
    server::client,
};

const CREDIT: [&str; 4] =
    ["ZUGONG_COST_CLIENT", "ZUGONG_COST_CLIENT_PER_SECOND", "ZUGONG_COST_TENANT", "ZUGONG_COST_TENANT_PER_SECOND"];

pub struct Site {
    pub tenant: Tenant,
    /// Prepares things beside the processes; it has none of the workers that they have.
    pub server: Server,
    pub programs: Vec<Program>,
    pub http: reqwest::Client,
    /// What keeps its hints from those of others on one Redis.
    space: String,
    database: TestDatabase,
}

impl Site {
    /// A tenant that nobody serves yet.
    pub async fn prepare() -> Self {
        let database = TestDatabase::apart().await;
        let server = Server::at(&database.url).await;
        let tenant = Tenant::new(&server, 'A').await;
        let space = format!("site-{}", Uuid::new_v4().simple());
        Self { tenant, server, programs: vec![], http: client(), space, database }
    }

    /// The same with so many processes that serve it.
    pub async fn start(processes: usize) -> Self {
        let mut site = Self::prepare().await;
        for _ in 0..processes {
            site.serve(&[]);
        }
        site.ready().await;
        site
    }

    /// Starts one more process, without waiting for it. Whoever asks as often as tests do never runs out of credit.
    pub fn serve(&mut self, more: &[(&str, &str)]) {
        let redis = redis_url();
        let mut settings = vec![("ZUGONG_REDIS_SPACE", &*self.space)];
        settings.extend(CREDIT.map(|name| (name, "1000000000000")));
        settings.extend(redis.as_deref().map(|url| ("ZUGONG_REDIS_URL", url)));
        settings.extend(more);
        self.programs.push(Program::start(&self.database.url, &settings));
    }

    pub async fn ready(&self) {
        for program in &self.programs {
            program.ready(&self.http).await;
        }
    }

    /// Somebody at one of the processes.
    pub fn at(&self, actor: &Actor, process: usize) -> Actor {
        actor.at(&self.programs[process].url)
    }

    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Takes everything away.
    pub async fn end(self) {
        let Self { programs, server, database, .. } = self;
        drop((programs, server));
        database.remove().await;
    }
}
