//! Lists: a page of rows with cursors, cut inside the database.

use async_graphql::parser::types::SelectionSet;

use crate::{
    graph::{
        catalogue::TypeDef,
        page::Page,
        plan::{Piece, Planner, argument},
        post::Post,
        selection::Picked,
    },
    kernel::error::{ApiError, Code},
};

/// The columns of the rows that a page is made of, gathered while the selection is read.
#[derive(Default)]
struct Columns {
    nodes: Vec<String>,
    cursor: bool,
    /// Whether a row beyond the page is fetched, and all are numbered.
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
        let nested = on.is_some();
        let Some(condition) = self.rows(ty, alias, on, field)? else { return self.no_connection(ty, nested, field) };
        let ordering = self.ordering(ty, alias, argument(field, "orderBy"))?;
        let from = format!("{} {alias}{}", ty.table, ordering.joins());
        let page = self.page(field, &ordering, format!("{from} where {condition}"))?;

        let mut columns = Columns::default();
        let shape = self.shape(ty, alias, field, &page, &condition, &mut columns)?;
        let mut list: Vec<String> = columns.nodes.iter().enumerate().map(|(i, n)| format!("{n} as n{i}")).collect();
        if columns.cursor {
            let cursor = self.cursor(&ordering);
            list.push(format!("{cursor} as c"));
        }
        if list.is_empty() {
            list.push("1 as one".into());
        }
        let order = if page.from_end { ordering.reversed().sql() } else { ordering.sql() };
        let limit = page.fetched(columns.count);
        let rows = format!(
            "select {} from {from} where {condition}{} order by {order} limit {limit}",
            list.join(", "),
            page.between(),
        );
        let from = if !columns.gathered {
            // Nothing below gathers the rows into one, and the answer is one however many there are.
            format!("(select count(*) as n from ({rows}) p) q")
        } else if page.from_end {
            // Read from the end, shown in the list's order.
            let numbered = "select p.*, row_number() over () as rn, count(*) over () as cnt";
            format!("(select o.* from ({numbered} from ({rows}) p) o order by o.rn desc) q")
        } else if columns.count {
            format!("(select p.*, row_number() over () as rn, count(*) over () as cnt from ({rows}) p) q")
        } else {
            format!("({rows}) q")
        };
        let sql = format!("(select {} from {from})", shape.sql);
        Ok(Piece { sql: self.dialect.nested(&sql), post: shape.post })
    }

    /// The condition of a list's rows, on all its pages; `None` when the caller can reach no row of the type.
    pub(super) fn rows(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        on: Option<String>,
        field: &Picked<'a>,
    ) -> Result<Option<String>, ApiError> {
        let Some(mut condition) = self.base(ty, alias) else { return Ok(None) };
        if let Some(on) = on {
            condition.push_str(&format!(" and {on}"));
        }
        if let Some(day) = argument(field, "asOf") {
            let held = self.held(ty, alias, day)?;
            condition.push_str(&format!(" and {held}"));
        }
        if let Some(filter) = argument(field, "where") {
            let filter = self.condition(ty, alias, filter, "where")?;
            condition.push_str(&format!(" and {filter}"));
        }
        Ok(Some(condition))
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
                "__typename" => self.dialect.name(&format!("{}Connection", ty.name)),
                "totalCount" => self.dialect.number("0"),
                "pageInfo" => self.page_info(field, None, &mut Columns::default())?,
                _ => self.dialect.literal("[]"),
            };
            pairs.push((key.to_string(), value));
        }
        Ok(Piece { sql: self.dialect.object(&pairs), post: Post::Keep })
    }

    fn shape(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        field: &Picked<'a>,
        page: &Page,
        condition: &str,
        columns: &mut Columns,
    ) -> Result<Piece, ApiError> {
        let picked = self.doc.pick(&field.below, &|on| on == format!("{}Connection", ty.name))?;
        // Known before the lists are written: whether a row beyond the page is fetched to learn of it.
        columns.count = picked.values().any(|f| f.name == "pageInfo");
        columns.gathered = picked.values().any(|f| matches!(f.name, "nodes" | "edges"));
        let within = columns.count.then(|| format!("q.rn <= {}", page.size));
        let mut pairs = vec![];
        let mut posts = vec![];
        for (key, field) in &picked {
            let (sql, post) = match field.name {
                "__typename" => (self.dialect.name(&format!("{}Connection", ty.name)), Post::Keep),
                "totalCount" => {
                    // The same rows, counted apart; only when asked for.
                    let count = format!("(select count(*) from {} {alias} where {condition})", ty.table);
                    (self.dialect.number(&count), Post::Keep)
                }
                "pageInfo" => (self.page_info(field, Some(page), columns)?, Post::Keep),
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
        Ok((sql, node.post.each()))
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
                "__typename" => self.dialect.name(&format!("{}Edge", ty.name)),
                "cursor" => {
                    columns.cursor = true;
                    self.dialect.plain("q.c")
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
        Ok((self.dialect.list(&self.dialect.object(&pairs), within), post.each()))
    }

    /// Where a page lies; without a page, where an empty list does.
    fn page_info(
        &mut self,
        field: &Picked<'a>,
        page: Option<&Page>,
        columns: &mut Columns,
    ) -> Result<String, ApiError> {
        let picked = self.doc.pick(&field.below, &|on| on == "PageInfo")?;
        let mut pairs = vec![];
        for (key, field) in &picked {
            let sql = match (field.name, page) {
                ("__typename", _) => self.dialect.name("PageInfo"),
                ("hasNextPage" | "hasPreviousPage", None) => self.dialect.truth("1 = 0"),
                (_, None) => self.dialect.literal("null"),
                (name @ ("hasNextPage" | "hasPreviousPage"), Some(page)) => {
                    let side = if name == "hasNextPage" { page.next() } else { page.previous() };
                    columns.gathered |= side.gathers;
                    self.dialect.truth(&side.sql)
                }
                (name, Some(page)) => {
                    (columns.gathered, columns.cursor) = (true, true);
                    let nearest = "max(case when q.rn = 1 then q.c end)".to_string();
                    let farthest = format!(
                        "max(case when q.rn = (case when q.cnt < {0} then q.cnt else {0} end) then q.c end)",
                        page.size
                    );
                    self.dialect.plain(if (name == "startCursor") == page.from_end { &farthest } else { &nearest })
                }
            };
            pairs.push((key.to_string(), sql));
        }
        Ok(self.dialect.object(&pairs))
    }
}
