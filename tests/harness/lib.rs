//! The vocabulary of the API tests.
//!
//! [`Server::start`] runs the real server on a free port over the database and cache that
//! `ZUGONG_TEST_BACKEND` (`sqlite`, `postgres`) and `ZUGONG_TEST_CACHE` (`local`, `redis`) name; `tests/run`
//! runs every test with all four pairs. [`World`] adds two tenants of the same shape, A and B, that must
//! never see each other, each with the same cast:
//!
//! | actor | is |
//! | --- | --- |
//! | `superior` | super administrator at the root |
//! | `senior` | senior administrator of the town (镇街) |
//! | `junior` | junior administrator of the village office below it |
//! | `neighbour` | junior administrator of another town |
//! | `applicant` | a cadre of the village office about to retire |
//! | `handlers` | one handler for each of the seven agencies |
//! | `leader` | a leader at the root, reads and instructs |
//! | `system`, `security`, `audit` | the three separate administrators |
//! | `service` | a service account with the super role and a privileged key |
//!
//! The clock stands still at 2025-09-22 09:00 in Shanghai, a Monday, until a test moves it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says where"
)]

pub mod agency;
pub mod authority;
pub mod base;
pub mod cases;
pub mod client;
pub mod cpu;
pub mod database;
pub mod dice;
pub mod digest;
pub mod hostile;
pub mod leaks;
pub mod neighbours;
mod newcomer;
pub mod node;
pub mod plant;
pub mod probe;
pub mod server;
pub mod socket;
pub mod system;
pub mod wechat;
pub mod wire;
pub mod work;
pub mod world;

pub use client::{Actor, Reply};
pub use dice::dice;
pub use digest::{Digest, difference, digest, digest_at};
pub use probe::{Breach, Probe};
pub use server::Server;
pub use world::{Tenant, World};
