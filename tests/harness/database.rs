//! The database of a test: a file of its own, or one PostgreSQL database that all tests share, each
//! with tenants of its own.

use std::{env, time::Duration};

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use zugong::kernel::db::Db;

/// Which database and cache this run is about.
pub fn backend() -> String {
    env::var("ZUGONG_TEST_BACKEND").unwrap_or_else(|_| "sqlite".into())
}

pub fn redis_url() -> Option<String> {
    let wanted = env::var("ZUGONG_TEST_CACHE").is_ok_and(|c| c == "redis");
    wanted.then(|| env::var("ZUGONG_TEST_REDIS_URL").expect("tests/run starts a Redis and sets ZUGONG_TEST_REDIS_URL"))
}

pub struct TestDatabase {
    pub url: String,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A database that somebody else keeps.
    pub fn of(url: &str) -> Self {
        Self { url: url.into(), _folder: None }
    }

    /// A database that no other test uses; [`Self::remove`] it at the end.
    pub async fn apart() -> Self {
        if backend() != "postgres" {
            return Self::open().await;
        }
        let (server, db, name) =
            (postgres_server(), admin().await, format!("zugong_{}", uuid::Uuid::new_v4().simple()));
        db.execute_unprepared(&format!("create database {name}")).await.unwrap();
        let url = format!("{server}/{name}");
        migrate(&url).await;
        Self { url, _folder: None }
    }

    /// Takes away a database that was apart.
    pub async fn remove(self) {
        if let Some((_, name)) = self.url.rsplit_once('/').filter(|_| self.url.starts_with("postgres")) {
            let (admin, dropped) = (admin().await, format!("drop database if exists {name} with (force)"));
            // PostgreSQL's own vacuum may be at work in it, which nobody but a superuser may end.
            for _ in 0..100 {
                match admin.execute_unprepared(&dropped).await {
                    Ok(_) => return,
                    Err(error) if error.to_string().contains("terminate") => {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    Err(error) => panic!("{name}: {error}"),
                }
            }
            panic!("{name} is vacuumed for ten seconds already");
        }
    }

    pub async fn open() -> Self {
        match backend().as_str() {
            "sqlite" => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", folder.path().join("zugong.db").display());
                migrate(&url).await;
                Self { url, _folder: Some(folder) }
            }
            "postgres" => {
                let url = format!("{}/zugong_it", postgres_server());
                let db = admin().await;
                // Tests start at the same moment: whoever is first makes it, the others find it there.
                let made = db.execute_unprepared("create database zugong_it").await;
                if let Err(error) = made {
                    let text = error.to_string();
                    assert!(text.contains("already exists") || text.contains("duplicate key"), "{text}");
                }
                migrate(&url).await;
                Self { url, _folder: None }
            }
            other => panic!("ZUGONG_TEST_BACKEND is sqlite or postgres, not {other}"),
        }
    }
}

fn postgres() -> String {
    env::var("ZUGONG_TEST_POSTGRES_URL").expect("tests/run starts a PostgreSQL and sets ZUGONG_TEST_POSTGRES_URL")
}

fn postgres_server() -> String {
    postgres().rsplit_once('/').unwrap().0.to_string()
}

async fn admin() -> sea_orm::DatabaseConnection {
    Database::connect(&postgres()).await.unwrap()
}

async fn migrate(url: &str) {
    let (db, file) = Db::open_owner(url).await.unwrap();
    migration::up(&db, file.as_deref()).await.unwrap();
    db.close().await.unwrap();
}
