//! Exchange with other nodes (数据交换): case data and notices go up and down between province, city and county,
//! signed, once, with receipts, and again until the receipt has come.
//!
//! Who has something to tell writes a message; a worker sends it outside any transaction and keeps the
//! receipt. Whoever receives checks the signature, registers the message by its id and answers with a receipt, the
//! same however often the message comes.

pub mod catalogue;
pub mod client;
pub mod collect;
pub mod commands;
pub mod envelope;
pub mod outgoing;
pub mod queries;
pub mod receive;
pub mod rules;
pub mod worker;
