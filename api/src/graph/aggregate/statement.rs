//! The statement of an aggregate: rows, groups of them, the groups that are shown.

use async_graphql::Value as ConstValue;

use crate::{
    graph::{
        aggregate::{DEFAULT_GROUPS, Function, MAX_GROUPS, Part, asked::Asked},
        catalogue::{Source, TypeDef},
        plan::{Piece, Planner, argument},
        post::Post,
        selection::Picked,
    },
    kernel::{
        error::{ApiError, Code},
        reach::Binder,
    },
};

impl<'a> Planner<'a> {
    /// Figures over a type's rows.
    pub(in crate::graph) fn aggregate(&mut self, ty: &'a TypeDef, field: &Picked<'a>) -> Result<Piece, ApiError> {
        let alias = self.alias();
        let condition = self.rows(ty, &alias, None, field)?.ok_or(ApiError::of(Code::Forbidden))?;
        let mut asked = Asked::default();
        self.keys(ty, &alias, field, &mut asked)?;
        let first = how_many(argument(field, "first"))?;
        let having = match argument(field, "having") {
            Some(having) => format!(" where {}", self.having(ty, &alias, having, &mut asked)?),
            None => String::new(),
        };
        let order = self.group_order(ty, &alias, argument(field, "orderBy"), &mut asked)?;
        let limit = self.bind(first.into());
        let shape = self.answer(ty, &alias, field, &limit, &mut asked)?;

        let mut columns: Vec<String> =
            asked.rows.iter().enumerate().map(|(i, (_, e))| format!("{e} as m{i}")).collect();
        if columns.is_empty() {
            columns.push("1 as one".into());
        }
        let rows = format!("select {} from {} {alias}{} where {condition}", columns.join(", "), ty.table, asked.joins);
        let keys: Vec<&str> = asked.keys.iter().map(|(_, _, column)| column.as_str()).collect();
        let mut columns: Vec<String> = keys.iter().enumerate().map(|(i, k)| format!("{k} as k{i}")).collect();
        columns.push("count(*) as n".into());
        columns.extend(asked.figures.iter().enumerate().map(|(i, (_, e))| format!("{e} as a{i}")));
        let by = if keys.is_empty() { String::new() } else { format!(" group by {}", keys.join(", ")) };
        let groups = format!("select {} from ({rows}) r{by}", columns.join(", "));
        let beyond = self.bind((first + 1).into());
        let shown = format!("select g.* from ({groups}) g{having}{order} limit {beyond}");
        let numbered = format!("select p.*, row_number() over () as rn, count(*) over () as cnt from ({shown}) p");
        let sql = format!("(select {} from ({numbered}) q)", shape.sql);
        Ok(Piece { sql: self.dialect.nested(&sql), post: shape.post })
    }

    fn answer(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        field: &Picked<'a>,
        limit: &str,
        asked: &mut Asked<'a>,
    ) -> Result<Piece, ApiError> {
        let picked = self.doc.pick(&field.below, &|on| on == format!("{}Aggregate", ty.name))?;
        let mut parts = vec![];
        for (key, field) in &picked {
            let piece = match field.name {
                "groups" => {
                    let group = self.group(ty, alias, field, asked)?;
                    let sql = self.dialect.list(&group.sql, Some(&format!("q.rn <= {limit}")));
                    Piece { sql, post: group.post.each() }
                }
                "hasMore" => self.kept(self.dialect.truth(&format!("coalesce(max(q.cnt), 0) > {limit}"))),
                // Gathers the groups into one answer, even if nothing else does.
                _ => {
                    let name = self.dialect.name(&format!("{}Aggregate", ty.name));
                    self.kept(format!("(case when count(*) >= 0 then {name} end)"))
                }
            };
            parts.push((*key, piece));
        }
        Ok(self.object_of(parts))
    }

    fn group(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        field: &Picked<'a>,
        asked: &mut Asked<'a>,
    ) -> Result<Piece, ApiError> {
        let picked = self.doc.pick(&field.below, &|on| on == format!("{}AggregateGroup", ty.name))?;
        let mut parts = vec![];
        for (key, field) in &picked {
            let piece = match field.name {
                "__typename" => self.kept(self.dialect.name(&format!("{}AggregateGroup", ty.name))),
                "count" => self.kept(self.dialect.number("q.n")),
                "key" => self.key_of(ty, field, asked)?,
                name => {
                    let function = Function::ALL.into_iter().find(|f| f.name() == name);
                    let function = function.ok_or(ApiError::of(Code::GraphqlValidationFailed))?;
                    self.figures(ty, alias, function, field, asked)?
                }
            };
            parts.push((*key, piece));
        }
        Ok(self.object_of(parts))
    }

    fn key_of(&mut self, ty: &'a TypeDef, field: &Picked<'a>, asked: &Asked<'a>) -> Result<Piece, ApiError> {
        let picked = self.doc.pick(&field.below, &|on| on == format!("{}AggregateKey", ty.name))?;
        let mut parts = vec![];
        for (key, field) in &picked {
            if field.name == "__typename" {
                parts.push((*key, self.kept(self.dialect.name(&format!("{}AggregateKey", ty.name)))));
                continue;
            }
            let found = asked.keys.iter().enumerate().find(|(_, (d, ..))| d.name == field.name);
            let (i, (dimension, scalar, _)) = found.ok_or_else(|| {
                ApiError::of(Code::BadUserInput).at("groupBy").saying(
                    format!("groupBy 未包含 key.{}", field.name),
                    format!("groupBy does not name what key.{} is.", field.name),
                )
            })?;
            let piece = match (dimension.part, &dimension.field.source) {
                (Part::Related, Source::One { target, .. }) => {
                    self.one_row(target, &format!("{{c}}.id = {{t}}.k{i}"), "q", field)?
                }
                _ => self.kept(self.dialect.value(scalar, &format!("q.k{i}"))),
            };
            parts.push((*key, piece));
        }
        Ok(self.object_of(parts))
    }

    fn figures(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        function: Function,
        field: &Picked<'a>,
        asked: &mut Asked<'a>,
    ) -> Result<Piece, ApiError> {
        let name = format!("{}Aggregate{}", ty.name, function.suffix());
        let picked = self.doc.pick(&field.below, &|on| on == name)?;
        let mut parts = vec![];
        for (key, field) in &picked {
            let piece = if field.name == "__typename" {
                self.kept(self.dialect.name(&name))
            } else {
                match self.figure(ty, alias, function, field.name, field.name, asked) {
                    Ok(figure) => self.kept(self.dialect.value(&figure.scalar, &format!("q.{}", figure.column))),
                    Err(ApiError { code: Code::Forbidden, .. }) => self.denied(),
                    Err(error) => return Err(error),
                }
            };
            parts.push((*key, piece));
        }
        Ok(self.object_of(parts))
    }

    fn kept(&self, sql: String) -> Piece {
        Piece { sql, post: Post::Keep }
    }

    /// An object of pieces by response key.
    fn object_of(&self, parts: Vec<(&str, Piece)>) -> Piece {
        let mut pairs = vec![];
        let mut posts = vec![];
        for (key, piece) in parts {
            pairs.push((key.to_string(), piece.sql));
            if !matches!(piece.post, Post::Keep) {
                posts.push((key.to_string(), piece.post));
            }
        }
        let post = if posts.is_empty() { Post::Keep } else { Post::Object(posts) };
        Piece { sql: self.dialect.object(&pairs), post }
    }
}

fn how_many(first: Option<&ConstValue>) -> Result<i64, ApiError> {
    let n = match first {
        None => Some(DEFAULT_GROUPS),
        Some(ConstValue::Number(n)) => n.as_i64(),
        Some(_) => None,
    };
    n.filter(|n| (1..=MAX_GROUPS).contains(n)).ok_or_else(|| {
        ApiError::of(Code::BadUserInput)
            .at("first")
            .saying(format!("first 应在 1 至 {MAX_GROUPS} 之间"), format!("first takes 1 to {MAX_GROUPS}."))
    })
}
