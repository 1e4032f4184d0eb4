//! From a selection to one statement: objects, fields and relations, with the caller's rights in it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Name, Value as ConstValue, parser::types::SelectionSet};
use policies::{Action, Resource};
use sea_orm::Value;

use crate::{
    graph::{
        catalogue::{Catalogue, Class, FieldDef, Scalar, Source, TypeDef},
        cursor::CursorKey,
        dialect::Dialect,
        filter::checked,
        plans::Open,
        post::Post,
        resolve::Question,
        scalar::parameter,
        selection::{Doc, Picked},
    },
    kernel::{
        db::tenant_expression,
        error::{ApiError, Code},
        reach::{Binder, Reach},
        session::Session,
    },
};

/// Builds one statement.
pub(super) struct Planner<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) session: &'a Session,
    pub(super) doc: Doc<'a>,
    /// Opens and seals cursors.
    pub(super) key: &'a CursorKey,
    /// Whether the statement shows cursors.
    pub(super) sealing: bool,
    pub(super) dialect: Dialect,
    /// Parameters after the first, which is the tenant.
    pub(super) values: Vec<Value>,
    /// Fields of a sensitive class that the statement shows, for the audit record.
    pub(super) sensitive: Vec<String>,
    reaches: HashMap<Resource, Reach>,
    aliases: usize,
    /// Parameters that take the values of variables.
    pub(super) open: Vec<Open>,
    /// Conditions so far, to bound what `where` can ask.
    pub(super) conditions: usize,
    /// The parameter that is today's date: one for all places, as groups are compared by their text.
    day: Option<String>,
}

/// A value's statement text and what must be done to it afterwards.
pub(super) struct Piece {
    pub(super) sql: String,
    pub(super) post: Post,
}

impl Binder for Planner<'_> {
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        self.dialect.parameter(self.values.len() + 1)
    }

    fn tenant(&mut self) -> String {
        tenant_expression(self.session.backend()).into()
    }
}

impl<'a> Planner<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, key: &'a CursorKey, session: &'a Session, doc: Doc<'a>) -> Self {
        Self {
            catalogue,
            session,
            doc,
            key,
            sealing: false,
            dialect: Dialect::of(session.backend()),
            values: vec![],
            sensitive: vec![],
            reaches: HashMap::new(),
            aliases: 0,
            open: vec![],
            conditions: 0,
            day: None,
        }
    }

    /// A client's value as a parameter; left open if it is an open variable's.
    pub(super) fn plain(&mut self, scalar: &Scalar, value: &ConstValue, at: &str) -> Result<String, ApiError> {
        let ConstValue::Binary(name) = value else {
            let value = checked(scalar, value, at)?;
            return Ok(self.bind(value));
        };
        let variable = std::str::from_utf8(name).map_err(|_| ApiError::of(Code::InternalServerError))?;
        self.open.push(Open {
            place: self.values.len(),
            variable: Name::new(variable),
            scalar: scalar.clone(),
            at: at.to_owned(),
        });
        Ok(self.bind(Value::Bool(None)))
    }

    pub(super) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    pub(super) fn reach(&mut self, resource: Resource) -> Reach {
        let session = self.session;
        self.reaches.entry(resource).or_insert_with(|| session.reach(resource, Action::Read)).clone()
    }

    pub(super) fn target(&self, name: &str) -> Result<&'a TypeDef, ApiError> {
        self.catalogue.by_name(name).ok_or(ApiError::of(Code::InternalServerError))
    }

    /// The conditions that every occurrence of a table carries: its tenant and the caller's reach.
    /// `None` when the caller can reach no row of the type.
    pub(super) fn base(&mut self, ty: &TypeDef, alias: &str) -> Option<String> {
        let reach = self.reach(ty.resource);
        if reach.is_empty() {
            return None;
        }
        let mut sql = format!("{alias}.tenant_id = {}", self.tenant());
        let caller = self.session.caller();
        if let Some(scope) = reach.condition(&ty.scope, alias, caller, self) {
            sql.push_str(" and ");
            sql.push_str(&scope);
        }
        if let Some(only) = &ty.only {
            sql.push_str(" and ");
            sql.push_str(&fill(only, alias, "", &self.tenant()));
        }
        Some(sql)
    }

    /// Whether the caller reaches every row of a type in the tenant.
    pub(super) fn reaches_all(&mut self, ty: &TypeDef) -> bool {
        ty.only.is_none() && self.reach(ty.resource).is_whole()
    }

    /// The rows of a class that are shown of those that are reached: all, none, or those of a condition.
    pub(super) fn class(&mut self, ty: &TypeDef, class: Class, alias: &str) -> Shown {
        let rows = self.reach(ty.resource);
        let shown = match class {
            Class::Row => return Shown::All,
            Class::Sensitive(resource) => self.reach(resource),
            Class::NotAgency => rows.without_agency(),
        };
        if shown.is_empty() {
            return Shown::None;
        }
        if shown.covers(&rows) {
            return Shown::All;
        }
        let caller = self.session.caller();
        shown.condition(&ty.scope, alias, caller, self).map_or(Shown::All, Shown::Where)
    }

    /// The object that selections ask of a row.
    pub(super) fn object(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        sets: &[&'a SelectionSet],
    ) -> Result<Piece, ApiError> {
        let picked = self.doc.pick(sets, &|on| on == ty.name || on == "Node")?;
        let mut pairs = Vec::with_capacity(picked.len());
        let mut posts = Vec::new();
        for (key, field) in &picked {
            // Every object of a list repeats it.
            if key.len() > 63 {
                return Err(ApiError::of(Code::QueryTooLarge)
                    .saying("别名不得超过 63 个字符", "An alias has at most 63 characters."));
            }
            let piece = self.field(ty, alias, field)?;
            if !matches!(piece.post, Post::Keep) {
                posts.push((key.to_string(), piece.post));
            }
            pairs.push((key.to_string(), piece.sql));
        }
        let post = if posts.is_empty() { Post::Keep } else { Post::Object(posts) };
        Ok(Piece { sql: self.dialect.object(&pairs), post })
    }

    fn field(&mut self, ty: &'a TypeDef, alias: &str, field: &Picked<'a>) -> Result<Piece, ApiError> {
        if field.name == "__typename" {
            return Ok(Piece { sql: self.dialect.name(&ty.name), post: Post::Keep });
        }
        let def = ty.find(field.name).ok_or(ApiError::of(Code::GraphqlValidationFailed))?;
        match self.class(ty, def.class, alias) {
            Shown::None => Ok(self.denied()),
            Shown::All => {
                self.note_sensitive(ty, def);
                self.value(def, alias, field)
            }
            Shown::Where(condition) => {
                self.note_sensitive(ty, def);
                let piece = self.value(def, alias, field)?;
                let wrapped = self.dialect.object(&[("v".into(), piece.sql)]);
                let sql = self.dialect.nested(&format!("(case when {condition} then {wrapped} end)"));
                Ok(Piece { sql, post: Post::Guarded(Box::new(piece.post)) })
            }
        }
    }

    /// A plain field as the caller sees it, as an expression that is null in rows where he does not: for orders
    /// and figures, which would tell what one may not see. The last part says whether it can be null.
    pub(super) fn seen(
        &mut self,
        ty: &TypeDef,
        def: &FieldDef,
        alias: &str,
        at: &str,
    ) -> Result<(String, Scalar, bool), ApiError> {
        let (expression, scalar) = self.scalar(def, alias).ok_or(ApiError::of(Code::InternalServerError))?;
        match self.class(ty, def.class, alias) {
            Shown::None => Err(ApiError::of(Code::Forbidden).at(at)),
            Shown::All => {
                self.note_sensitive(ty, def);
                Ok((expression, scalar, def.nullable))
            }
            Shown::Where(rows) => {
                self.note_sensitive(ty, def);
                Ok((format!("(case when {rows} then {expression} end)"), scalar, true))
            }
        }
    }

    fn note_sensitive(&mut self, ty: &TypeDef, def: &FieldDef) {
        let name = format!("{}.{}", ty.name, def.name);
        let recorded = def.recorded || matches!(def.class, Class::Sensitive(_));
        if recorded && !self.sensitive.contains(&name) {
            self.sensitive.push(name);
        }
    }

    pub(super) fn denied(&self) -> Piece {
        Piece { sql: self.dialect.literal("null"), post: Post::Denied }
    }

    fn value(&mut self, def: &'a FieldDef, alias: &str, field: &Picked<'a>) -> Result<Piece, ApiError> {
        match &def.source {
            Source::Column(..) | Source::Expression(..) | Source::Member(..) => {
                let (sql, scalar) = self.scalar(def, alias).ok_or(ApiError::of(Code::InternalServerError))?;
                // Columns that must have a value have one, but JSON may be `null` and a sub-select find nothing.
                let found = matches!(def.source, Source::Expression(..)) && !matches!(scalar, Scalar::Int);
                let certain = def.nullable || !(found || matches!(scalar, Scalar::Json));
                let post = if certain { Post::Keep } else { Post::Required };
                Ok(Piece { sql: self.dialect.value(&scalar, &sql), post })
            }
            Source::One { target, on } => self.one_row(target, on, alias, field),
            Source::Many { target, on } => {
                let target = self.target(target)?;
                let child = self.alias();
                let on = fill(on, alias, &child, &self.tenant());
                self.connection(target, &child, Some(on), field)
            }
            Source::Computed { needs, compute, .. } => {
                let tenant = self.tenant();
                let pairs: Vec<(String, String)> = needs
                    .iter()
                    .map(|(name, sql, scalar)| {
                        (name.to_string(), self.dialect.value(scalar, &fill(sql, alias, "", &tenant)))
                    })
                    .collect();
                Ok(Piece { sql: self.dialect.object(&pairs), post: Post::Computed(*compute) })
            }
            Source::Resolved { resolver, needs, scalar } => {
                let mut pairs = Vec::with_capacity(needs.len());
                for need in needs {
                    let (sql, form) = self.scalar(need, alias).ok_or(ApiError::of(Code::InternalServerError))?;
                    pairs.push((need.name.to_string(), self.dialect.value(&form, &sql)));
                }
                let question = Question { resolver: resolver.clone(), scalar: scalar.clone() };
                Ok(Piece { sql: self.dialect.object(&pairs), post: Post::Resolved(Arc::new(question)) })
            }
        }
    }

    /// Today's date as a parameter; plans are kept for one day.
    fn today(&mut self) -> String {
        if let Some(day) = &self.day {
            return day.clone();
        }
        let place = self.bind(Value::ChronoDate(Some(self.session.today())));
        // PostgreSQL has to know its type where nothing else tells.
        let day = if self.dialect == Dialect::Postgres { format!("{place}::date") } else { place };
        self.day = Some(day.clone());
        day
    }

    /// A plain value's expression over a row.
    pub(super) fn scalar(&mut self, def: &FieldDef, alias: &str) -> Option<(String, Scalar)> {
        match &def.source {
            Source::Column(column, scalar) => Some((format!("{alias}.\"{column}\""), scalar.clone())),
            Source::Expression(sql, scalar) => {
                let mut sql = fill(sql, alias, "", &self.tenant());
                if sql.contains("{day}") {
                    sql = sql.replace("{day}", &self.today());
                }
                Some((format!("({sql})"), scalar.clone()))
            }
            Source::Member(column, key, scalar) => {
                Some((self.dialect.member_of(scalar, &format!("{alias}.{column}"), key), scalar.clone()))
            }
            _ => None,
        }
    }

    /// The row that a relation to one leads to, or null.
    pub(super) fn one_row(
        &mut self,
        target: &str,
        on: &str,
        alias: &str,
        field: &Picked<'a>,
    ) -> Result<Piece, ApiError> {
        let target = self.target(target)?;
        let child = self.alias();
        let Some(base) = self.base(target, &child) else { return Ok(self.denied()) };
        let object = self.object(target, &child, &field.below)?;
        let (keyed, on) = (reference(on).is_some(), fill(on, alias, &child, &self.tenant()));
        // By its key there is one at most.
        let most = if keyed { "" } else { " limit 1" };
        let sql = format!("(select {} from {} {child} where {base} and {on}{most})", object.sql, target.table);
        Ok(Piece { sql: self.dialect.nested(&sql), post: object.post.optional() })
    }

    /// Under which condition a row held on a day.
    pub(super) fn held(&mut self, ty: &TypeDef, alias: &str, day: &ConstValue) -> Result<String, ApiError> {
        let template = ty.history.ok_or(ApiError::of(Code::GraphqlValidationFailed))?;
        let day = parameter(&Scalar::Date, day, "asOf")?;
        let day = self.bind(day);
        let mut held = fill(template, alias, "", &self.tenant()).replace("{day}", &day);
        while let Some((before, rest)) = held.split_once("{civil:t.")
            && let Some((column, after)) = rest.split_once('}')
        {
            held = format!("{before}{}{after}", self.dialect.civil(&format!("{alias}.{column}")));
        }
        Ok(format!("({held})"))
    }

    /// One row by id, which is a parameter, or null.
    pub(super) fn by_id(&mut self, ty: &'a TypeDef, id: &str, below: &[&'a SelectionSet]) -> Result<Piece, ApiError> {
        let alias = self.alias();
        let Some(base) = self.base(ty, &alias) else { return Err(ApiError::of(Code::Forbidden)) };
        let object = self.object(ty, &alias, below)?;
        let sql = format!("(select {} from {} {alias} where {base} and {alias}.id = {id})", object.sql, ty.table);
        Ok(Piece { sql: self.dialect.nested(&sql), post: object.post })
    }
}

/// Which rows of a class are shown.
pub(super) enum Shown {
    All,
    None,
    Where(String),
}

/// The column by which a row refers to another by its id, where a relation says no more than that.
pub(super) fn reference(on: &str) -> Option<&str> {
    let column = on.strip_prefix("{c}.id = {t}.")?;
    column.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit()).then_some(column)
}

/// Fills a template's aliases.
pub(super) fn fill(template: &str, row: &str, other: &str, tenant: &str) -> String {
    template.replace("{t}", row).replace("{c}", other).replace("{tenant}", tenant)
}

/// The value of an argument.
pub(super) fn argument<'v>(field: &'v Picked<'_>, name: &str) -> Option<&'v ConstValue> {
    field.arguments.iter().find(|(n, _)| *n == name).map(|(_, v)| v).filter(|v| **v != ConstValue::Null)
}
