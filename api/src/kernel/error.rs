//! What goes wrong, and how it reaches the client.

use std::borrow::Cow;

pub use crate::kernel::code::{Code, Kind};
use crate::kernel::session::Locale;

/// A failure of a whole request or of one field of it.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The code.
    pub code: Code,
    /// What to say instead of the code's general message, in Chinese and English.
    pub detail: Option<(Cow<'static, str>, Cow<'static, str>)>,
    /// The argument or field that is meant.
    pub field: Option<String>,
    /// Seconds to wait before the next attempt, where that is known.
    pub retry_after: Option<u32>,
}

impl ApiError {
    /// The error of a code, with its general message.
    pub const fn of(code: Code) -> Self {
        Self { code, detail: None, field: None, retry_after: None }
    }

    /// Says more than the general message.
    pub fn saying(mut self, zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some((zh.into(), en.into()));
        self
    }

    /// Names the argument or field.
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says how many seconds to wait before the next attempt.
    pub fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The message in a language.
    pub fn message(&self, locale: Locale) -> Cow<'static, str> {
        match (&self.detail, locale) {
            (Some((zh, _)), Locale::ZhCn) => zh.clone(),
            (Some((_, en)), Locale::En) => en.clone(),
            (None, _) => Cow::Borrowed(self.code.message(locale)),
        }
    }
}

impl From<sea_orm::DbErr> for ApiError {
    /// The database's words stay in the log: a client learns only what it can do about it.
    fn from(error: sea_orm::DbErr) -> Self {
        // A key that a twin took between our look and our insert: the retry will find it and say so.
        let taken = matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)));
        let code = if taken { Code::Conflict } else { code_of(&error) };
        tracing::error!(%error, code = code.as_str(), "database");
        let of = Self::of(code);
        if code == Code::Unavailable { of.after(1) } else { of }
    }
}

/// What a client can do about a failure of the database.
fn code_of(error: &sea_orm::DbErr) -> Code {
    use sea_orm::{DbErr, RuntimeErr, sqlx};
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        let gone = matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_));
        return if gone { Code::Unavailable } else { Code::InternalServerError };
    };
    let told = match &**cause {
        sqlx::Error::Database(told) => told,
        // The connection broke, or there was none to be had.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => return Code::Unavailable,
        _ => return Code::InternalServerError,
    };
    let state = told.code().unwrap_or_default();
    match &*state {
        // Serialisation failure, deadlock, a lock that others hold; SQLite's busy and locked.
        "40001" | "40P01" | "55P03" | "5" | "6" | "261" | "262" | "517" => Code::Conflict,
        // `statement_timeout`.
        "57014" => Code::DeadlineExceeded,
        // SQLite's full disk, and a database that changed hands while it was written.
        "13" | "1032" => Code::Unavailable,
        // The server stops or starts, has no place for another connection, no room or no memory; a standby
        // that cannot write.
        state if ["57P", "08", "53"].iter().any(|class| state.starts_with(class)) || state == "25006" => {
            Code::Unavailable
        }
        _ => Code::InternalServerError,
    }
}

/// A rule's refusal of one field of an input.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UserError {
    /// The rule's code.
    pub code: Code,
    /// Path of the input field, dotted, as in `input.form.idNumber`.
    pub field: Option<String>,
    /// What is wrong and what would be accepted, in Chinese.
    pub zh: Cow<'static, str>,
    /// The same in English.
    pub en: Cow<'static, str>,
}

/// The longest message, in characters: what was given is not repeated at length.
const LONGEST: usize = 500;

fn clipped(words: Cow<'static, str>) -> Cow<'static, str> {
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()).into(),
        None => words,
    }
}

impl UserError {
    /// A refusal with the code's general message.
    pub fn of(code: Code, field: impl Into<String>) -> Self {
        Self {
            code,
            field: Some(field.into()),
            zh: Cow::Borrowed(code.message(Locale::ZhCn)),
            en: Cow::Borrowed(code.message(Locale::En)),
        }
    }

    /// A refusal that names the limit and the actual figure.
    pub fn new(
        code: Code,
        field: impl Into<String>,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, field: Some(field.into()), zh: clipped(zh.into()), en: clipped(en.into()) }
    }

    /// The message in a language.
    pub fn message(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// Why a command did not happen.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A rule refused; the client sees `userErrors`.
    Refused(Vec<UserError>),
    /// The request failed; the client sees a top-level error.
    Failed(ApiError),
}

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<sea_orm::DbErr> for Fault {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl From<UserError> for Fault {
    fn from(error: UserError) -> Self {
        Self::Refused(vec![error])
    }
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self::Failed(ApiError::of(code))
    }
}

/// Gathers every fault of an input, so that all are listed at once.
#[derive(Default, Debug)]
pub struct Faults(Vec<UserError>);

impl Faults {
    /// Adds one.
    pub fn add(&mut self, error: UserError) {
        self.0.push(error);
    }

    /// Keeps a value, or adds its fault and goes on.
    pub fn take<T>(&mut self, result: Result<T, UserError>) -> Option<T> {
        result.map_err(|e| self.0.push(e)).ok()
    }

    /// What a reference leads to; a fault where it leads nowhere.
    pub fn known<T>(&mut self, found: Option<T>, field: &'static str) -> Option<T> {
        if found.is_none() {
            self.add(UserError::of(Code::Unknown, field));
        }
        found
    }

    /// The same; a fault as well where what is there cannot be used.
    pub fn usable<T>(&mut self, found: Option<T>, usable: impl FnOnce(&T) -> bool, field: &'static str) -> Option<T> {
        let found = self.known(found, field);
        if found.as_ref().is_some_and(|found| !usable(found)) {
            self.add(UserError::of(Code::NotInState, field));
        }
        found
    }

    /// Adds many.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = UserError>) {
        self.0.extend(errors);
    }

    /// Whether a field has a fault already.
    pub fn names(&self, field: &str) -> bool {
        self.0.iter().any(|e| e.field.as_deref() == Some(field))
    }

    /// Refuses if anything was added.
    pub fn check(&mut self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::Refused(std::mem::take(&mut self.0))) }
    }

    /// Whether nothing was added so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
