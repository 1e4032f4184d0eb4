//! zugong
fn main() {}
