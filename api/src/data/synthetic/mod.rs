//! Invented people, units and cases that keep every rule real ones keep.
//!
//! Identity numbers, credit codes and division codes carry right check characters; ages, categories, ranks
//! and dates agree with each other. Names are put together by chance and mean nobody.

pub mod cases;
pub mod chance;
mod history;
pub mod identity;
pub mod matters;
pub mod names;
mod org_table;
pub mod orgs;
pub mod party;
pub mod people;
pub mod places;
pub mod populate;
pub mod profile;
pub mod rows;
mod running;
#[cfg(test)]
mod tests;
pub mod tree;
