//! A whole installation out of processes that can be killed: the program itself, a PostgreSQL and a Redis of
//! its own, each on a free port, all gone when the test ends.

mod load;
mod postgres;
mod process;
mod program;
mod redis;
mod site;

pub use load::{Load, Outcome};
pub use postgres::OwnPostgres;
pub use process::signal;
pub use program::{Program, SOON, migrate, program, verify};
pub use redis::OwnRedis;
pub use site::Site;

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
