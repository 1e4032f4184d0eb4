//! One migration at a time, whoever starts it.

use std::{fs::File, path::Path};

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, TransactionTrait};

/// Why a migration could not run.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The database refused.
    #[error("{0}")]
    Database(#[from] DbErr),
    /// The lock file beside an SQLite database could not be used.
    #[error("the lock file beside the database: {0}")]
    File(#[from] std::io::Error),
}

/// Any number that no other program of ours locks.
const ADVISORY: i64 = 0x7A75_676F_6E67;

pub(crate) enum Guard {
    Advisory(Box<DatabaseTransaction>),
    /// Dropping the file gives the lock back.
    File {
        _held: File,
    },
    Memory,
}

pub(crate) async fn acquire(db: &DatabaseConnection, sqlite_file: Option<&Path>) -> Result<Guard, LockError> {
    if db.get_database_backend() == DbBackend::Postgres {
        // Held by a transaction on a connection of its own, so that it goes when the process dies.
        let held = db.begin().await?;
        held.execute_unprepared(&format!("select pg_advisory_xact_lock({ADVISORY})")).await?;
        return Ok(Guard::Advisory(Box::new(held)));
    }
    let Some(path) = sqlite_file else { return Ok(Guard::Memory) };
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let held = tokio::task::spawn_blocking(move || {
        let file = File::create(name)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    })
    .await
    .map_err(std::io::Error::other)??;
    Ok(Guard::File { _held: held })
}

impl Guard {
    pub(crate) async fn release(self) {
        if let Guard::Advisory(held) = self {
            // A failed rollback means the connection is gone, and the lock with it.
            let _ = held.rollback().await;
        }
    }
}
