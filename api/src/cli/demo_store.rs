//! The folder of the demo: one database, known by a mark in its header, and nothing else is touched.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::{
    cli::{Failure, connect},
    data::demo::DATA_VERSION,
};

/// SQLite's place for a program's own mark: "zgdm".
const MARK: i64 = 0x7A67_646D;
/// The database's name in the folder.
const NAME: &str = "zugong-demo.db";
/// What may lie beside it.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", ".lock"];

/// The demo's folder, held by this process.
pub struct Store {
    /// Address of the database.
    pub url: String,
    /// Whether it has been filled before.
    pub filled: bool,
    file: PathBuf,
    /// Gives the folder back when it is dropped.
    _held: File,
}

impl Store {
    /// Takes the folder and looks at what is there. A database that was being filled when somebody pulled the
    /// plug is made anew; one that is not the demo's is refused.
    pub async fn open(folder: &Path, reset: bool) -> Result<Self, Failure> {
        let broken = |error: std::io::Error| {
            let folder = folder.display();
            Failure::new(format!("the folder {folder} cannot be used ({error}): choose another with --data"))
        };
        fs::create_dir_all(folder).map_err(broken)?;
        let held = File::create(folder.join("zugong-demo.lock")).map_err(broken)?;
        if held.try_lock().is_err() {
            let folder = folder.display();
            return Err(Failure::new(format!("another demo uses {folder}: stop it or choose another with --data")));
        }
        let file = folder.join(NAME);
        let mut filled = false;
        if file.exists() {
            let shown = file.display();
            match look(&file).await {
                Ok((MARK, _)) if reset => remove(&file).map_err(broken)?,
                Ok((MARK, 0)) => remove(&file).map_err(broken)?,
                Ok((MARK, version)) if version == i64::from(DATA_VERSION) => filled = true,
                Ok((MARK, _)) => {
                    let text = format!("{shown} was made by another version of the demo: add --reset to make it anew");
                    return Err(Failure::new(text));
                }
                _ => {
                    let text = format!("{shown} is not a database of the demo: choose another folder with --data");
                    return Err(Failure::new(text));
                }
            }
        }
        let store = Self { url: format!("sqlite://{}", file.display()), filled, file, _held: held };
        let (db, lock) = connect::owner(&store.url).await?;
        let prepared = store.prepare(&db, lock.as_deref()).await;
        let closed = db.close().await.map_err(|error| Failure::new(error.to_string()));
        prepared.and(closed)?;
        Ok(store)
    }

    async fn prepare(&self, db: &DatabaseConnection, lock: Option<&Path>) -> Result<(), Failure> {
        if !self.filled {
            set(db, "application_id", MARK).await.map_err(|error| self.spoilt(&error))?;
        }
        migration::up(db, lock).await.map_err(|error| self.spoilt(&error))
    }

    /// Notes that the database has been filled, and lets it count its rows: every index begins with the tenant,
    /// and without figures SQLite may take the wrong one.
    pub async fn done(&self) -> Result<(), Failure> {
        let (db, _) = connect::owner(&self.url).await?;
        db.execute_unprepared("analyze").await.map_err(|error| self.spoilt(&error))?;
        set(&db, "user_version", i64::from(DATA_VERSION)).await.map_err(|error| self.spoilt(&error))?;
        db.close().await.map_err(|error| self.spoilt(&error))
    }

    fn spoilt(&self, error: &dyn std::fmt::Display) -> Failure {
        let error = error.to_string().replace('\n', " ");
        Failure::new(format!("{} cannot be prepared ({error}): add --reset to make it anew", self.file.display()))
    }
}

/// The mark and the version of a database's data.
async fn look(file: &Path) -> Result<(i64, i64), DbErr> {
    // Opening the file for a change would already change it: it may be somebody else's.
    let url = format!("sqlite://{}?mode=ro", file.display());
    let db = sea_orm::Database::connect(sea_orm::ConnectOptions::new(url).max_connections(1).to_owned()).await?;
    let mut found = [0; 2];
    for (place, pragma) in found.iter_mut().zip(["application_id", "user_version"]) {
        let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, format!("pragma {pragma}"))).await?;
        *place = row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))?;
    }
    db.close().await?;
    Ok((found[0], found[1]))
}

async fn set(db: &DatabaseConnection, pragma: &str, value: i64) -> Result<(), DbErr> {
    db.execute_unprepared(&format!("pragma {pragma} = {value}")).await.map(|_| ())
}

/// Removes the database with its own files, and no other.
fn remove(file: &Path) -> std::io::Result<()> {
    for end in BESIDE {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_is_reused_refused_or_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), false).await.unwrap();
        assert!(!store.filled);
        let error = Store::open(dir.path(), false).await.err().unwrap().to_string();
        assert!(error.contains("another demo"), "{error}");
        drop(store);
        // Not filled: made anew. Then filled: reused.
        let store = Store::open(dir.path(), false).await.unwrap();
        store.done().await.unwrap();
        drop(store);
        assert!(Store::open(dir.path(), false).await.unwrap().filled);
        fs::write(dir.path().join("mine.txt"), "keep").unwrap();
        assert!(!Store::open(dir.path(), true).await.unwrap().filled);
        assert!(dir.path().join("mine.txt").exists());
    }

    #[tokio::test]
    async fn somebody_elses_database_is_refused_even_with_reset() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join(NAME).display());
        let (db, _) = connect::owner(&url).await.unwrap();
        db.execute_unprepared("create table precious (x)").await.unwrap();
        db.close().await.unwrap();
        for reset in [false, true] {
            let error = Store::open(dir.path(), reset).await.err().unwrap().to_string();
            assert!(error.contains("not a database of the demo"), "{error}");
        }
        fs::write(dir.path().join(NAME), "not a database at all, but a text of some length").unwrap();
        assert!(Store::open(dir.path(), true).await.is_err());
    }
}
