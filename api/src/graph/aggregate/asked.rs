//! What is asked of a group, gathered while the selection, `groupBy`, `having` and `orderBy` are read.

use async_graphql::Value as ConstValue;

use crate::{
    graph::{
        aggregate::{Dimension, Function, Part, dimensions},
        catalogue::{FieldDef, Scalar, TypeDef},
        order::screaming,
        plan::{Planner, argument},
        selection::Picked,
    },
    kernel::error::{ApiError, Code},
};

/// More keys than this make no better groups.
const MAX_KEYS: usize = 5;

/// The columns of the statement's two floors: of a row, and of a group of rows.
#[derive(Default)]
pub(super) struct Asked<'a> {
    /// The keys of the groups, each with its form and its column of a row.
    pub(super) keys: Vec<(Dimension<'a>, Scalar, String)>,
    /// Expressions over a row, by what they are of; the i-th is column `r.m<i>`.
    pub(super) rows: Vec<(String, String)>,
    /// Expressions over a group's rows, by what they are of; the i-th is column `a<i>`.
    pub(super) figures: Vec<(String, String)>,
    /// Related rows that expressions are taken from.
    pub(super) joins: String,
}

/// A figure's column and the form in which it is published.
pub(super) struct Figure {
    pub(super) column: String,
    pub(super) scalar: Scalar,
}

impl<'a> Planner<'a> {
    /// Reads `groupBy`.
    pub(super) fn keys(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        field: &Picked<'a>,
        asked: &mut Asked<'a>,
    ) -> Result<(), ApiError> {
        let wrong = || {
            ApiError::of(Code::BadUserInput).at("groupBy").saying(
                format!("groupBy 应为 1 至 {MAX_KEYS} 个互不相同的分组项"),
                format!("groupBy takes 1 to {MAX_KEYS} different items."),
            )
        };
        let items = match argument(field, "groupBy") {
            None => return Ok(()),
            Some(ConstValue::List(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        if !(1..=MAX_KEYS).contains(&items.len()) {
            return Err(wrong());
        }
        for item in items {
            let name = match item {
                ConstValue::Enum(name) => name.as_str(),
                ConstValue::String(name) => name,
                _ => return Err(wrong()),
            };
            let dimension = dimensions(ty).into_iter().find(|d| screaming(&d.name) == name).ok_or_else(wrong)?;
            if asked.keys.iter().any(|(d, ..)| d.name == dimension.name) {
                return Err(wrong());
            }
            let (column, scalar) = self.of_row(ty, alias, dimension.field, dimension.part, "groupBy", asked)?;
            asked.keys.push((dimension, scalar, column));
        }
        Ok(())
    }

    /// The column of a row that holds what the caller sees of a field.
    fn of_row(
        &mut self,
        ty: &TypeDef,
        alias: &str,
        field: &FieldDef,
        part: Part,
        at: &str,
        asked: &mut Asked<'a>,
    ) -> Result<(String, Scalar), ApiError> {
        let name = format!("{} {part:?}", field.name);
        let (expression, scalar) = match part {
            Part::Related => (String::new(), Scalar::Id("")),
            _ => {
                let (e, scalar, _) = self.seen(ty, field, alias, at)?;
                match part {
                    Part::Year => (format!("cast({} as integer)", self.dialect.period(&scalar, &e, 4)), Scalar::Int),
                    Part::Month => (self.dialect.period(&scalar, &e, 7), Scalar::String),
                    _ => (e, scalar),
                }
            }
        };
        if let Some(i) = asked.rows.iter().position(|(n, _)| *n == name) {
            return Ok((format!("r.m{i}"), scalar));
        }
        let expression = if part == Part::Related {
            // A related row out of reach is none: groups do not tell such rows apart.
            let (_, other, join) = self.join(field, alias, at)?;
            asked.joins.push_str(&join);
            format!("{other}.id")
        } else {
            expression
        };
        asked.rows.push((name, expression));
        Ok((format!("r.m{}", asked.rows.len() - 1), scalar))
    }

    /// The column of a group that holds a field's figure. `at` names the place in the error.
    pub(super) fn figure(
        &mut self,
        ty: &TypeDef,
        alias: &str,
        function: Function,
        of: &str,
        at: &str,
        asked: &mut Asked<'a>,
    ) -> Result<Figure, ApiError> {
        let known = function.of(ty).into_iter().find(|(field, _)| field.name == of);
        let (field, published) = known.ok_or(ApiError::of(Code::GraphqlValidationFailed))?;
        let part = if super::to_one_column(field).is_some() { Part::Related } else { Part::Value };
        let (value, _) = self.of_row(ty, alias, field, part, at, asked)?;
        let expression = match function {
            Function::CountDistinct => format!("count(distinct {value})"),
            Function::Sum | Function::Avg => self.dialect.total(function.name(), &value),
            Function::Min | Function::Max => format!("{}({value})", function.name()),
        };
        let name = format!("{} {of}", function.name());
        let i = asked.figures.iter().position(|(n, _)| *n == name).unwrap_or_else(|| {
            asked.figures.push((name, expression));
            asked.figures.len() - 1
        });
        Ok(Figure { column: format!("a{i}"), scalar: published })
    }
}
