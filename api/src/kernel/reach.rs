//! From rights to rows: which part of a tenant's table a caller's right reaches, as SQL.

use policies::Scope;
use sea_orm::Value;
use uuid::Uuid;

/// The rows one right of one caller reaches: the union of its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Every row of the tenant.
    pub tenant: bool,
    /// Rows whose unit lies at or below one of these paths.
    pub subtree: Vec<String>,
    /// Rows whose handling unit lies at or below one of these paths.
    pub agency: Vec<String>,
    /// Rows about the caller.
    pub own: bool,
}

/// How a table's rows are tied to the organisation tree and to people, as SQL conditions.
///
/// In a template `{t}` is the row's alias, `{tenant}` the tenant, `{user}` and `{person}` the caller,
/// and `{path:x}` says that path `x` lies in one of the paths reached (`{path:t.x}`: the row's own column). An empty template reaches nothing.
#[derive(Clone, Copy, Debug)]
pub struct ScopeRules {
    /// Rows of the caller's subtree.
    pub subtree: &'static str,
    /// The caller's own rows.
    pub own: &'static str,
    /// Rows handled by the caller's agency.
    pub agency: &'static str,
}

/// Collects the parameters of a statement and names their places.
pub trait Binder {
    /// Adds a value and returns what stands for it in the text.
    fn bind(&mut self, value: Value) -> String;
    /// What stands for the tenant.
    fn tenant(&mut self) -> String;
}

/// Who asks, for the templates' `{user}` and `{person}`.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The user.
    pub user: Uuid,
    /// The person the user is, if any.
    pub person: Option<Uuid>,
}

impl Reach {
    /// Everything in the tenant.
    pub fn whole() -> Self {
        Self { tenant: true, ..Self::default() }
    }

    /// Whether no row can be reached.
    pub fn is_empty(&self) -> bool {
        !self.tenant && !self.own && self.subtree.is_empty() && self.agency.is_empty()
    }

    /// Adds what a scope of an assignment at `path` reaches; at the tree's root a subtree is the tenant.
    pub fn add(&mut self, scope: Scope, path: &str, is_root: bool) {
        match scope {
            Scope::Tenant => self.tenant = true,
            Scope::Subtree if is_root => self.tenant = true,
            Scope::Subtree => insert_path(&mut self.subtree, path),
            Scope::Agency => insert_path(&mut self.agency, path),
            Scope::Own => self.own = true,
        }
    }

    /// Whether it is the whole tenant.
    pub fn is_whole(&self) -> bool {
        self.tenant
    }

    /// The same reach without what only the agency's part brings.
    pub fn without_agency(&self) -> Self {
        Self { agency: vec![], ..self.clone() }
    }

    /// Whether every row `other` reaches is certainly reached by this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.tenant
            || (!other.tenant
                && (!other.own || self.own)
                && covers_paths(&self.subtree, &other.subtree)
                && covers_paths(&self.agency, &other.agency))
    }

    /// The condition under which a row with this alias is reached; `None` when every row is.
    pub fn condition(
        &self,
        rules: &ScopeRules,
        alias: &str,
        caller: Caller,
        binder: &mut dyn Binder,
    ) -> Option<String> {
        if self.tenant {
            return None;
        }
        let mut parts = vec![];
        if !self.subtree.is_empty() && !rules.subtree.is_empty() {
            parts.push(expand(rules.subtree, alias, &self.subtree, caller, binder));
        }
        if !self.agency.is_empty() && !rules.agency.is_empty() {
            parts.push(expand(rules.agency, alias, &self.agency, caller, binder));
        }
        if self.own && !rules.own.is_empty() && (caller.person.is_some() || !rules.own.contains("{person}")) {
            parts.push(expand(rules.own, alias, &[], caller, binder));
        }
        Some(if parts.is_empty() { "1 = 0".into() } else { format!("({})", parts.join(" or ")) })
    }
}

fn insert_path(paths: &mut Vec<String>, path: &str) {
    if paths.iter().any(|have| path.starts_with(have.as_str())) {
        return;
    }
    paths.retain(|have| !have.starts_with(path));
    paths.push(path.to_string());
    paths.sort();
}

fn covers_paths(outer: &[String], inner: &[String]) -> bool {
    inner.iter().all(|i| outer.iter().any(|o| i.starts_with(o.as_str())))
}

fn expand(template: &str, alias: &str, paths: &[String], caller: Caller, binder: &mut dyn Binder) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        match &rest[open + 1..open + close] {
            "t" => out.push_str(alias),
            "tenant" => out.push_str(&binder.tenant()),
            "user" => out.push_str(&binder.bind(caller.user.into())),
            "person" => out.push_str(&binder.bind(caller.person.unwrap_or(Uuid::nil()).into())),
            word => {
                let column = word.strip_prefix("path:").unwrap_or(word);
                let column = column.strip_prefix("t.").map_or(column.to_string(), |own| format!("{alias}.{own}"));
                let ranges: Vec<String> = paths.iter().map(|path| range(&column, path, binder)).collect();
                out.push_str(&format!("({})", ranges.join(" or ")));
            }
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// A range, not LIKE: the planner can use the index whatever the parameter is.
fn range(column: &str, path: &str, binder: &mut dyn Binder) -> String {
    let mut end = path.to_string();
    // Paths end in '/', and '0' is the next character: everything below sorts between the two.
    if end.pop() == Some('/') {
        end.push('0');
    }
    let low = binder.bind(path.into());
    let high = binder.bind(end.into());
    format!("({column} >= {low} and {column} < {high})")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Places(usize);
    impl Binder for Places {
        fn bind(&mut self, _: Value) -> String {
            self.0 += 1;
            format!("?{}", self.0)
        }
        fn tenant(&mut self) -> String {
            "?t".into()
        }
    }

    const RULES: ScopeRules = ScopeRules {
        subtree: "exists (select 1 from unit s where s.tenant_id = {tenant} and s.id = {t}.unit_id and {path:s.path})",
        own: "{t}.person_id = {person}",
        agency: "",
    };
    const CALLER: Caller = Caller { user: Uuid::nil(), person: None };

    #[test]
    fn a_whole_reach_needs_no_condition_and_an_empty_one_reaches_nothing() {
        assert_eq!(Reach::whole().condition(&RULES, "c", CALLER, &mut Places(0)), None);
        assert_eq!(Reach::default().condition(&RULES, "c", CALLER, &mut Places(0)), Some("1 = 0".into()));
    }

    #[test]
    fn an_own_reach_of_a_user_who_is_no_person_reaches_nothing() {
        let own = Reach { own: true, ..Reach::default() };
        assert_eq!(own.condition(&RULES, "c", CALLER, &mut Places(0)), Some("1 = 0".into()));
    }

    #[test]
    fn nested_paths_melt_into_the_outer_one() {
        let mut reach = Reach::default();
        for path in ["/a/b/", "/a/", "/a/c/", "/d/"] {
            reach.add(Scope::Subtree, path, false);
        }
        assert_eq!(reach.subtree, ["/a/", "/d/"]);
        let sql = reach.condition(&RULES, "c", CALLER, &mut Places(0)).unwrap_or_default();
        assert!(sql.contains("(s.path >= ?1 and s.path < ?2) or (s.path >= ?3 and s.path < ?4)"), "{sql}");
    }
}
