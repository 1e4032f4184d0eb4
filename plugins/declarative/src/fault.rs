//! What is wrong with a plug-in, where, and how it is mended.

use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The file within the plug-in.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// A stable word for the kind of fault, as in `CEL_TOO_LONG`.
    pub code: &'static str,
    /// What is wrong, in Chinese.
    pub message: String,
    /// How it is mended, in Chinese.
    pub mend: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}。改法：{}", self.file, self.line, self.code, self.message, self.mend)
    }
}

/// Gathers faults, so that all are told at once; after a hundred nobody reads on.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

const MOST: usize = 100;

impl Faults {
    /// Adds one.
    pub fn add(
        &mut self,
        file: &str,
        line: usize,
        code: &'static str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        if self.0.len() < MOST {
            self.0.push(Fault { file: file.into(), line, code, message: message.into(), mend: mend.into() });
        }
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was added, in the order of the files.
    pub fn into_list(mut self) -> Vec<Fault> {
        self.0.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        self.0
    }
}
