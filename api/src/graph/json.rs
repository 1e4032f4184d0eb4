//! How a statement writes the JSON of its answer.
//!
//! SQLite has values that are JSON. PostgreSQL has them too, but a function that makes an object of them looks up the type
//! of each, every time: so there the statement joins texts, and everything that goes into an object or a list is a text
//! that is JSON already, and never null. Alone, a page of objects takes about a fifth less of a backend's time; beside all else
//! that a request takes the difference is small.

use crate::graph::{catalogue::Scalar, dialect::Dialect};

/// Texts that are joined one after the other; more are joined in groups, as an expression nests with each of them.
const JOINED: usize = 32;

impl Dialect {
    /// A value in its published form, as JSON.
    pub fn value(self, scalar: &Scalar, e: &str) -> String {
        let published = self.publish(scalar, e);
        if self == Self::Sqlite {
            return published;
        }
        match scalar {
            Scalar::Int | Scalar::Boolean | Scalar::Json => self.nested(&format!("({published})::text")),
            Scalar::Float => self.nested(&format!("to_json({published})::text")),
            // Ids, numbers, dates and the platform's codes have no character that JSON writes in another way.
            Scalar::Id(_)
            | Scalar::Long
            | Scalar::Decimal
            | Scalar::Date
            | Scalar::PartialDate
            | Scalar::YearMonth
            | Scalar::DateTime => self.plain(&published),
            Scalar::Enum(set) if !set.is_declared() => self.plain(&published),
            Scalar::String | Scalar::Enum(_) => self.nested(&format!("to_json(({published})::text)::text")),
        }
    }

    /// A text, or null, that has no character which JSON writes in another way.
    pub fn plain(self, text: &str) -> String {
        match self {
            Self::Postgres => self.nested(&format!("'\"' || ({text}) || '\"'")),
            Self::Sqlite => text.to_string(),
        }
    }

    /// The name of a type.
    pub fn name(self, name: &str) -> String {
        match self {
            Self::Postgres => format!("'\"{name}\"'::text"),
            Self::Sqlite => format!("'{name}'"),
        }
    }

    /// A whole number.
    pub fn number(self, e: &str) -> String {
        match self {
            Self::Postgres => format!("({e})::text"),
            Self::Sqlite => e.to_string(),
        }
    }

    /// An object of named values.
    pub fn object(self, pairs: &[(String, String)]) -> String {
        if self == Self::Sqlite {
            let list: Vec<String> = pairs.iter().map(|(key, value)| format!("'{key}', {value}")).collect();
            return format!("json_object({})", list.join(", "));
        }
        let named = pairs.iter().enumerate().map(|(i, (key, value))| {
            let before = if i == 0 { '{' } else { ',' };
            format!("'{before}\"{key}\":' || {value}")
        });
        match pairs {
            [] => self.literal("{}"),
            _ => format!("({} || '}}')", joined(named.collect())),
        }
    }

    /// A list of values.
    pub fn array(self, items: &[String]) -> String {
        if self == Self::Sqlite {
            return format!("json_array({})", items.join(", "));
        }
        let listed =
            items.iter().enumerate().map(|(i, item)| format!("'{}' || {item}", if i == 0 { '[' } else { ',' }));
        match items {
            [] => self.literal("[]"),
            _ => format!("({} || ']')", joined(listed.collect())),
        }
    }

    /// JSON from a sub-select or a case: where SQLite forgets that it is JSON, and PostgreSQL finds nothing.
    pub fn nested(self, e: &str) -> String {
        match self {
            Self::Postgres => format!("coalesce({e}, 'null')"),
            Self::Sqlite => format!("json({e})"),
        }
    }

    /// All values of a JSON column of a sub-select as a list, in order.
    pub fn list(self, e: &str, condition: Option<&str>) -> String {
        let filter = condition.map(|c| format!(" filter (where {c})")).unwrap_or_default();
        match self {
            Self::Postgres => format!("('[' || coalesce(string_agg({e}, ','){filter}, '') || ']')"),
            Self::Sqlite => format!("json_group_array(json({e})){filter}"),
        }
    }

    /// A literal JSON value.
    pub fn literal(self, json: &str) -> String {
        match self {
            Self::Postgres => format!("'{json}'::text"),
            Self::Sqlite => format!("json('{json}')"),
        }
    }

    /// A truth value of a condition.
    pub fn truth(self, condition: &str) -> String {
        match self {
            Self::Postgres => self.nested(&format!("({condition})::text")),
            Self::Sqlite => format!("json(case when {condition} then 'true' else 'false' end)"),
        }
    }
}

/// Texts one after the other.
fn joined(texts: Vec<String>) -> String {
    if texts.len() <= JOINED {
        return texts.join(" || ");
    }
    let groups = texts.chunks(JOINED).map(|group| format!("({})", group.join(" || ")));
    joined(groups.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::catalogue::EnumDef;

    fn pairs(count: usize) -> Vec<(String, String)> {
        (0..count).map(|i| (format!("k{i}"), format!("v{i}"))).collect()
    }

    #[test]
    fn objects_and_lists_are_texts_for_postgresql() {
        let postgres = Dialect::Postgres;
        assert_eq!(postgres.object(&pairs(2)), r#"('{"k0":' || v0 || ',"k1":' || v1 || '}')"#);
        assert_eq!(postgres.object(&[]), "'{}'::text");
        assert_eq!(postgres.array(&["a".into(), "b".into()]), "('[' || a || ',' || b || ']')");
        assert_eq!(postgres.array(&[]), "'[]'::text");
        assert_eq!(postgres.value(&Scalar::Id("uni"), "u.id").matches("coalesce").count(), 1);
        assert_eq!(postgres.value(&Scalar::String, "u.name"), "coalesce(to_json((u.name)::text)::text, 'null')");
        assert_eq!(postgres.value(&Scalar::Int, "u.n"), "coalesce((u.n)::text, 'null')");
        let theirs = EnumDef::declared("Bwly_Use".into(), String::new(), Arc::from([]));
        assert!(
            postgres.value(&Scalar::Enum(theirs), "x").contains("to_json"),
            "nobody vouches for what is in the rows"
        );
        assert_eq!(Dialect::Sqlite.object(&pairs(2)), "json_object('k0', v0, 'k1', v1)");
        assert_eq!(Dialect::Sqlite.value(&Scalar::String, "u.name"), "u.name");
    }

    #[test]
    fn an_expression_nests_no_deeper_than_its_groups() {
        let wide = Dialect::Postgres.object(&pairs(5_000));
        let depth = wide.chars().scan(0usize, |open, c| {
            *open = if c == '(' { *open + 1 } else { *open - usize::from(c == ')') };
            Some(*open)
        });
        assert_eq!(depth.max(), Some(3));
        assert_eq!(wide.matches(" || ").count(), 10_000);
        let most = wide.split(['(', ')']).map(|group| group.matches(" || ").count()).max();
        assert!(most <= Some(2 * JOINED), "{most:?}");
    }
}
