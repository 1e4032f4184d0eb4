//! The few places where the two databases are spelt differently.

use sea_orm::DbBackend;

use crate::graph::catalogue::Scalar;

/// Spells fragments of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL
    Postgres,
    /// SQLite
    Sqlite,
}

impl Dialect {
    /// The dialect of a database.
    pub fn of(backend: DbBackend) -> Self {
        match backend {
            DbBackend::Postgres => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// The n-th parameter.
    pub fn parameter(self, n: usize) -> String {
        match self {
            Self::Postgres => format!("${n}"),
            Self::Sqlite => format!("?{n}"),
        }
    }

    /// A value in its published form, as text, number, truth value or JSON of the database.
    pub fn publish(self, scalar: &Scalar, e: &str) -> String {
        match (scalar, self) {
            (Scalar::Id(prefix), Self::Postgres) => format!("'{prefix}_' || encode(uuid_send({e}), 'hex')"),
            (Scalar::Id(prefix), Self::Sqlite) => format!("'{prefix}_' || lower(hex({e}))"),
            (Scalar::Long | Scalar::Date, Self::Postgres) => format!("({e})::text"),
            (Scalar::Long, Self::Sqlite) => format!("cast({e} as text)"),
            (Scalar::Boolean, Self::Sqlite) => {
                format!("json(case when {e} then 'true' when {e} is null then 'null' else 'false' end)")
            }
            (Scalar::DateTime, Self::Postgres) => {
                format!("to_char(({e}) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            }
            // Stored with no, three or six digits of the second.
            (Scalar::DateTime, Self::Sqlite) => format!(
                "substr({e}, 1, 10) || 'T' || substr({e}, 12, 8) || '.' || \
                 substr(case when substr({e}, 20, 1) = '.' then substr({e}, 21, instr({e}, '+') - 21) else '' end \
                 || '000000', 1, 6) || 'Z'"
            ),
            (Scalar::Json, Self::Sqlite) => format!("json({e})"),
            _ => e.to_string(),
        }
    }

    /// A value as text, for a cursor.
    pub fn text(self, scalar: &Scalar, e: &str) -> String {
        match (scalar, self) {
            (Scalar::Int | Scalar::Float, Self::Postgres) => format!("({e})::text"),
            (Scalar::Int | Scalar::Float, Self::Sqlite) => format!("cast({e} as text)"),
            (Scalar::Boolean, _) => format!("case when {e} then 'true' else 'false' end"),
            (Scalar::Id(_), Self::Postgres) => format!("replace({e}::text, '-', '')"),
            (Scalar::Id(_), Self::Sqlite) => format!("lower(hex({e}))"),
            _ => self.publish(scalar, e),
        }
    }

    /// A member of the object that a JSON column holds, as a value of the scalar. What was written was checked.
    pub fn member_of(self, scalar: &Scalar, column: &str, key: &str) -> String {
        let text = format!("({column} ->> '{key}')");
        match (scalar, self) {
            (Scalar::Json, _) => format!("({column} -> '{key}')"),
            (Scalar::Int, _) => format!("cast(cast({text} as numeric) as integer)"),
            (Scalar::Long, _) => format!("cast(cast({text} as numeric) as bigint)"),
            (Scalar::Float, Self::Postgres) => format!("cast({text} as float8)"),
            (Scalar::Float, Self::Sqlite) => format!("cast({text} as real)"),
            (Scalar::Boolean, Self::Postgres) => format!("cast({text} as boolean)"),
            (Scalar::Date, Self::Postgres) => format!("cast({text} as date)"),
            _ => text,
        }
    }

    /// The object that a JSON column holds, with a member under another name.
    pub fn renamed(self, column: &str, from: &str, to: &str) -> String {
        match self {
            Self::Postgres => format!(
                "cast((cast({column} as jsonb) - '{from}') || jsonb_build_object('{to}', {column} -> '{from}') as json)"
            ),
            Self::Sqlite => {
                format!("json_set(json_remove({column}, '$.{from}'), '$.{to}', json({column} -> '{from}'))")
            }
        }
    }

    /// The object that a JSON column holds, with a text in the place of one of its members.
    pub fn replaced(self, column: &str, key: &str, text: &str) -> String {
        match self {
            Self::Postgres => format!("cast(cast({column} as jsonb) || jsonb_build_object('{key}', {text}) as json)"),
            Self::Sqlite => format!("json_set({column}, '$.{key}', {text})"),
        }
    }

    /// Text values as a JSON list, in hexadecimal.
    pub fn hexadecimal(self, values: &[String]) -> String {
        let list = values.join(", ");
        match self {
            Self::Postgres => format!("encode(convert_to(json_build_array({list})::text, 'UTF8'), 'hex')"),
            Self::Sqlite => format!("lower(hex(json_array({list})))"),
        }
    }

    /// The first `places` characters of a date's year and month: `2025` or `2025-09`. Instants are taken in Shanghai.
    pub fn period(self, scalar: &Scalar, e: &str, places: usize) -> String {
        let text = match (scalar, self) {
            (Scalar::DateTime, Self::Postgres) => {
                format!("to_char(({e} at time zone 'UTC') + interval '8 hours', 'YYYY-MM')")
            }
            (Scalar::DateTime, Self::Sqlite) => format!("strftime('%Y-%m', {e}, '+8 hours')"),
            (Scalar::Date, Self::Postgres) => format!("to_char({e}, 'YYYY-MM')"),
            _ => e.to_string(),
        };
        format!("substr({text}, 1, {places})")
    }

    /// The civil date of an instant in Shanghai.
    pub fn civil(self, e: &str) -> String {
        match self {
            Self::Postgres => format!("(({e} at time zone 'UTC') + interval '8 hours')::date"),
            Self::Sqlite => format!("date({e}, '+8 hours')"),
        }
    }

    /// A sum or an average of whole numbers, in the same form in both databases.
    pub fn total(self, function: &str, e: &str) -> String {
        match (function, self) {
            ("avg", Self::Postgres) => format!("round(avg({e}), 4)::float8"),
            ("avg", Self::Sqlite) => format!("round(avg({e}), 4)"),
            (_, Self::Postgres) => format!("sum({e})::bigint"),
            (_, Self::Sqlite) => format!("sum({e})"),
        }
    }

    /// Whether text `e` contains, or begins with, a parameter; letter for letter in both databases.
    pub fn contains(self, e: &str, parameter: &str) -> String {
        match self {
            Self::Postgres => format!("strpos({e}, {parameter}) > 0"),
            Self::Sqlite => format!("instr({e}, {parameter}) > 0"),
        }
    }

    /// See [`Self::contains`].
    pub fn starts_with(self, e: &str, parameter: &str) -> String {
        match self {
            Self::Postgres => format!("starts_with({e}, {parameter})"),
            Self::Sqlite => format!("substr({e}, 1, length({parameter})) = {parameter}"),
        }
    }

    /// Membership in a JSON list of texts given as one parameter, so that a list of any length is one statement.
    pub fn member(self, scalar: &Scalar, e: &str, parameter: &str) -> String {
        match (self, scalar) {
            (Self::Postgres, _) => {
                let ty = match scalar {
                    Scalar::Id(_) => "uuid",
                    Scalar::Int => "integer",
                    Scalar::Long => "bigint",
                    Scalar::Date => "date",
                    Scalar::DateTime => "timestamptz",
                    Scalar::Boolean => "boolean",
                    Scalar::Float => "float8",
                    _ => "text",
                };
                format!("{e} = any (array(select x::{ty} from json_array_elements_text({parameter}::json) x))")
            }
            (Self::Sqlite, Scalar::Id(_)) => format!("{e} in (select unhex(value) from json_each({parameter}))"),
            (Self::Sqlite, Scalar::Float) => {
                format!("{e} in (select cast(value as real) from json_each({parameter}))")
            }
            (Self::Sqlite, Scalar::Int | Scalar::Long) => {
                format!("{e} in (select cast(value as integer) from json_each({parameter}))")
            }
            (Self::Sqlite, _) => format!("{e} in (select value from json_each({parameter}))"),
        }
    }
}
