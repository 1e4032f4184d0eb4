//! Who is told how far a long piece of work has come.

/// Is told how far a long piece of work has come. Called from several tasks at once.
pub trait Progress: Send + Sync {
    /// A stage begins that consists of so many rows.
    fn begin(&self, stage: &str, rows: u64);
    /// So many more rows are done.
    fn advance(&self, rows: u64);
    /// The stage has ended.
    fn end(&self);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}
