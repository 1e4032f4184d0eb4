//! `having` and `orderBy` of groups.

use async_graphql::Value as ConstValue;

use crate::{
    graph::{
        aggregate::{Function, asked::Asked},
        catalogue::{Scalar, TypeDef},
        filter::empty,
        order::{asked as parts, screaming, wrong_order},
        plan::Planner,
    },
    kernel::error::ApiError,
};

/// What groups can be ordered by: a figure, or their keys.
pub(in crate::graph) fn orders(ty: &TypeDef) -> Vec<(String, Option<(Function, String)>)> {
    let mut out = vec![("KEY".to_string(), None), ("COUNT".to_string(), None)];
    for function in Function::ALL {
        for (field, _) in function.of(ty) {
            let name = format!("{}_{}", screaming(function.name()), screaming(&field.name));
            out.push((name, Some((function, field.name.to_string()))));
        }
    }
    out
}

impl<'a> Planner<'a> {
    /// The condition that `having` states of a group `g`.
    pub(super) fn having(
        &mut self,
        ty: &TypeDef,
        alias: &str,
        value: &ConstValue,
        asked: &mut Asked<'a>,
    ) -> Result<String, ApiError> {
        let ConstValue::Object(object) = value else { return Err(empty("having")) };
        let mut conditions = vec![];
        for (name, value) in object {
            let at = format!("having.{name}");
            if name == "count" {
                conditions.push(self.compared("g.n", &Scalar::Int, value, &at)?);
                continue;
            }
            let function = Function::ALL.into_iter().find(|f| f.name() == name).ok_or_else(|| empty(&at))?;
            let ConstValue::Object(fields) = value else { return Err(empty(&at)) };
            if fields.is_empty() {
                return Err(empty(&at));
            }
            for (of, value) in fields {
                let at = format!("{at}.{of}");
                let figure = self.figure(ty, alias, function, of, &at, asked)?;
                conditions.push(self.compared(&format!("g.{}", figure.column), &figure.scalar, value, &at)?);
            }
        }
        if conditions.is_empty() { Err(empty("having")) } else { Ok(conditions.join(" and ")) }
    }

    /// The order of groups `g`, always total: it ends with the keys.
    pub(super) fn group_order(
        &mut self,
        ty: &TypeDef,
        alias: &str,
        order_by: Option<&ConstValue>,
        asked: &mut Asked<'a>,
    ) -> Result<String, ApiError> {
        let mut out = vec![];
        let mut by = |column: &str, descending: bool, nulls_first: bool| {
            let sign = |yes: bool| if yes { " desc" } else { "" };
            out.push(format!("(g.{column} is null){}, g.{column}{}", sign(nulls_first), sign(descending)));
        };
        let keys = asked.keys.len();
        for part in parts(order_by)? {
            let known = orders(ty).into_iter().find(|(name, _)| *name == part.name).ok_or_else(wrong_order)?;
            match known {
                (name, None) if name == "COUNT" => by("n", part.descending, part.nulls_first),
                (_, None) => (0..keys).for_each(|i| by(&format!("k{i}"), part.descending, part.nulls_first)),
                (_, Some((function, of))) => {
                    let figure = self.figure(ty, alias, function, &of, "orderBy", asked)?;
                    by(&figure.column, part.descending, part.nulls_first);
                }
            }
        }
        (0..keys).for_each(|i| by(&format!("k{i}"), false, false));
        // Without keys there is one group.
        Ok(if out.is_empty() { String::new() } else { format!(" order by {}", out.join(", ")) })
    }
}
