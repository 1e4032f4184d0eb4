//! Lists: a page of rows with cursors, cut inside the database.

use async_graphql::{Value as ConstValue, parser::types::SelectionSet};

use crate::{
    graph::{
        catalogue::TypeDef,
        plan::{Piece, Planner, argument},
        post::Post,
        selection::Picked,
    },
    kernel::{
        error::{ApiError, Code},
        reach::Binder,
    },
};

/// The page size when none is asked for.
pub(super) const DEFAULT_FIRST: i64 = 20;
/// The largest page.
pub(super) const MAX_FIRST: i64 = 100;

/// The columns of the rows that a page is made of, gathered while the selection is read.
#[derive(Default)]
struct Columns {
    nodes: Vec<String>,
    cursor: bool,
    count: bool,
    /// Whether something that is asked for gathers the rows into one.
    gathered: bool,
}

impl<'a> Planner<'a> {
    /// A connection over a type's rows. `on` ties them to a parent row.
    pub(super) fn connection(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        on: Option<String>,
        field: &Picked<'a>,
    ) -> Result<Piece, ApiError> {
        let Some(base) = self.base(ty, alias) else { return self.no_connection(ty, on.is_some(), field) };
        let first = page_size(argument(field, "first"))?;
        let mut condition = base;
        if let Some(on) = on {
            condition.push_str(&format!(" and {on}"));
        }
        if let Some(filter) = argument(field, "where") {
            let filter = self.condition(ty, alias, filter, "where")?;
            condition.push_str(&format!(" and {filter}"));
        }
        let ordering = self.ordering(ty, alias, argument(field, "orderBy"))?;
        let after = argument(field, "after").map(|c| self.after(&ordering, c)).transpose()?;

        let mut columns = Columns::default();
        let shape = self.shape(ty, alias, field, first, &condition, after.is_some(), &mut columns)?;
        let mut list: Vec<String> = columns.nodes.iter().enumerate().map(|(i, n)| format!("{n} as n{i}")).collect();
        if columns.cursor {
            let cursor = self.cursor(&ordering);
            list.push(format!("{cursor} as c"));
        }
        if list.is_empty() {
            list.push("1 as one".into());
        }
        let extra = i64::from(columns.count);
        let limit = self.bind((first + extra).into());
        let rows = format!(
            "select {} from {} {alias} where {condition}{} order by {} limit {limit}",
            list.join(", "),
            ty.table,
            after.map(|a| format!(" and {a}")).unwrap_or_default(),
            ordering.sql(),
        );
        let from = if !columns.gathered {
            // Nothing below gathers the rows into one, and the answer is one however many there are.
            format!("(select count(*) as n from ({rows}) p) q")
        } else if columns.count {
            format!("(select p.*, row_number() over () as rn, count(*) over () as cnt from ({rows}) p) q")
        } else {
            format!("({rows}) q")
        };
        let sql = format!("(select {} from {from})", shape.sql);
        Ok(Piece { sql: self.dialect.nested(&sql), post: shape.post })
    }

    /// A connection without rows, for a caller who can reach none: at the root an error instead.
    fn no_connection(&mut self, ty: &'a TypeDef, nested: bool, field: &Picked<'a>) -> Result<Piece, ApiError> {
        if !nested {
            return Err(ApiError::of(Code::Forbidden));
        }
        let picked = self.doc.pick(&field.below, &|on| on == format!("{}Connection", ty.name))?;
        let mut pairs = vec![];
        for (key, field) in &picked {
            let value = match field.name {
                "__typename" => format!("'{}Connection'", ty.name),
                "totalCount" => "0".into(),
                "pageInfo" => self.page_info(field, &["0", "0"], false)?,
                _ => self.dialect.literal("[]"),
            };
            pairs.push((key.to_string(), value));
        }
        Ok(Piece { sql: self.dialect.object(&pairs), post: Post::Keep })
    }

    #[allow(clippy::too_many_arguments, reason = "one page's facts, used once")]
    fn shape(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        field: &Picked<'a>,
        first: i64,
        condition: &str,
        continued: bool,
        columns: &mut Columns,
    ) -> Result<Piece, ApiError> {
        let picked = self.doc.pick(&field.below, &|on| on == format!("{}Connection", ty.name))?;
        // Known before the lists are written: whether a row beyond the page is fetched to learn of it.
        columns.count = picked.values().any(|f| f.name == "pageInfo");
        columns.gathered = picked.values().any(|f| matches!(f.name, "nodes" | "edges"));
        let within = if columns.count { Some(format!("q.rn <= {}", self.bind(first.into()))) } else { None };
        let mut pairs = vec![];
        let mut posts = vec![];
        for (key, field) in &picked {
            let (sql, post) = match field.name {
                "__typename" => (format!("'{}Connection'", ty.name), Post::Keep),
                "totalCount" => {
                    // The same rows, counted apart; only when asked for.
                    (format!("(select count(*) from {} {alias} where {condition})", ty.table), Post::Keep)
                }
                "pageInfo" => {
                    let last = self.bind(first.into());
                    let count = "coalesce(max(q.cnt), 0)";
                    let sql = self.page_info(field, &[count, &last], continued)?;
                    if sql.contains("q.c") {
                        columns.cursor = true;
                    }
                    columns.gathered |= sql.contains("max(");
                    (sql, Post::Keep)
                }
                "nodes" => self.nodes(ty, alias, &field.below, within.as_deref(), columns)?,
                "edges" => self.edges(ty, alias, &field.below, within.as_deref(), columns)?,
                _ => return Err(ApiError::of(Code::GraphqlValidationFailed)),
            };
            if !matches!(post, Post::Keep) {
                posts.push((key.to_string(), post));
            }
            pairs.push((key.to_string(), sql));
        }
        let post = if posts.is_empty() { Post::Keep } else { Post::Object(posts) };
        Ok(Piece { sql: self.dialect.object(&pairs), post })
    }

    fn nodes(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        below: &[&'a SelectionSet],
        within: Option<&str>,
        columns: &mut Columns,
    ) -> Result<(String, Post), ApiError> {
        let node = self.object(ty, alias, below)?;
        let sql = self.dialect.list(&format!("q.n{}", columns.nodes.len()), within);
        columns.nodes.push(node.sql);
        Ok((sql, list_of(node.post)))
    }

    fn edges(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        below: &[&'a SelectionSet],
        within: Option<&str>,
        columns: &mut Columns,
    ) -> Result<(String, Post), ApiError> {
        let picked = self.doc.pick(below, &|on| on == format!("{}Edge", ty.name))?;
        let mut pairs = vec![];
        let mut posts = vec![];
        for (key, field) in &picked {
            let sql = match field.name {
                "__typename" => format!("'{}Edge'", ty.name),
                "cursor" => {
                    columns.cursor = true;
                    "q.c".into()
                }
                _ => {
                    let node = self.object(ty, alias, &field.below)?;
                    let column = format!("q.n{}", columns.nodes.len());
                    columns.nodes.push(node.sql);
                    if !matches!(node.post, Post::Keep) {
                        posts.push((key.to_string(), node.post));
                    }
                    self.dialect.nested(&column)
                }
            };
            pairs.push((key.to_string(), sql));
        }
        let post = if posts.is_empty() { Post::Keep } else { Post::Object(posts) };
        Ok((self.dialect.list(&self.dialect.object(&pairs), within), list_of(post)))
    }

    /// `[count, last]`: how many rows were fetched, and the page's size.
    fn page_info(&mut self, field: &Picked<'a>, page: &[&str; 2], continued: bool) -> Result<String, ApiError> {
        let [count, last] = page;
        let picked = self.doc.pick(&field.below, &|on| on == "PageInfo")?;
        let empty = *count == "0";
        let mut pairs = vec![];
        for (key, field) in &picked {
            let sql = match field.name {
                "__typename" => "'PageInfo'".into(),
                "hasNextPage" => self.dialect.truth(&format!("{count} > {last}")),
                "hasPreviousPage" => self.dialect.truth(if continued { "1 = 1" } else { "1 = 0" }),
                _ if empty => self.dialect.literal("null"),
                "startCursor" => "max(case when q.rn = 1 then q.c end)".into(),
                _ => {
                    format!("max(case when q.rn = (case when q.cnt < {last} then q.cnt else {last} end) then q.c end)")
                }
            };
            pairs.push((key.to_string(), sql));
        }
        Ok(self.dialect.object(&pairs))
    }
}

fn list_of(post: Post) -> Post {
    if matches!(post, Post::Keep) { Post::Keep } else { Post::List(Box::new(post)) }
}

fn page_size(first: Option<&ConstValue>) -> Result<i64, ApiError> {
    let n = match first {
        None => Some(DEFAULT_FIRST),
        Some(ConstValue::Number(n)) => n.as_i64(),
        Some(_) => None,
    };
    n.filter(|n| (1..=MAX_FIRST).contains(n)).ok_or_else(|| {
        ApiError::of(Code::BadUserInput)
            .at("first")
            .saying(format!("first 应在 1 至 {MAX_FIRST} 之间"), format!("first takes 1 to {MAX_FIRST}."))
    })
}
