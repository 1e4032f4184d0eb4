//! The database of a test: a file of its own, or one PostgreSQL database that all tests share, each
//! with tenants of its own.

use std::env;

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

    pub async fn open() -> Self {
        match backend().as_str() {
            "sqlite" => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", folder.path().join("zugong.db").display());
                migrate(&url).await;
                Self { url, _folder: Some(folder) }
            }
            "postgres" => {
                let admin = env::var("ZUGONG_TEST_POSTGRES_URL")
                    .expect("tests/run starts a PostgreSQL and sets ZUGONG_TEST_POSTGRES_URL");
                let (server, _) = admin.rsplit_once('/').unwrap();
                let url = format!("{server}/zugong_it");
                let db = Database::connect(&admin).await.unwrap();
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

async fn migrate(url: &str) {
    let (db, file) = Db::open_owner(url).await.unwrap();
    migration::up(&db, file.as_deref()).await.unwrap();
    db.close().await.unwrap();
}
