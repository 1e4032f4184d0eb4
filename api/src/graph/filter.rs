//! `where`: typed conditions on a type's own fields and across its relations.

use async_graphql::Value as ConstValue;
use sea_orm::Value;

use crate::{
    graph::{
        catalogue::{FieldDef, Scalar, Source, TypeDef},
        plan::{Planner, Shown, fill, reference},
        scalar::{list_parameter, parameter},
    },
    kernel::{
        error::{ApiError, Code},
        reach::Binder,
    },
};

/// Conditions in one `where`, however nested.
const MAX_CONDITIONS: usize = 100;
/// Values in one list.
const MAX_LIST: usize = 1000;
/// Characters of one text.
const MAX_TEXT: usize = 1000;

impl<'a> Planner<'a> {
    /// The condition that a `where` object states of a row.
    pub(super) fn condition(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        value: &ConstValue,
        at: &str,
    ) -> Result<String, ApiError> {
        let ConstValue::Object(object) = value else { return Err(empty(at)) };
        // Nothing said is a mistake, never "everything".
        if object.is_empty() {
            return Err(empty(at));
        }
        let mut parts = vec![];
        for (name, value) in object {
            let at = format!("{at}.{name}");
            self.count(&at)?;
            parts.push(match name.as_str() {
                "and" => self.joined(ty, alias, value, " and ", &at)?,
                "or" => self.joined(ty, alias, value, " or ", &at)?,
                "not" => format!("not {}", self.condition(ty, alias, value, &at)?),
                name => {
                    let def = ty.find(name).filter(|f| f.filter).ok_or_else(|| empty(&at))?;
                    self.on_field(ty, def, alias, value, &at)?
                }
            });
        }
        Ok(format!("({})", parts.join(" and ")))
    }

    fn count(&mut self, at: &str) -> Result<(), ApiError> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            return Err(ApiError::of(Code::CostLimitExceeded).at(at).saying(
                format!("筛选条件不得超过 {MAX_CONDITIONS} 个"),
                format!("At most {MAX_CONDITIONS} conditions."),
            ));
        }
        Ok(())
    }

    fn joined(
        &mut self,
        ty: &'a TypeDef,
        alias: &str,
        value: &ConstValue,
        by: &str,
        at: &str,
    ) -> Result<String, ApiError> {
        let one = std::slice::from_ref(value);
        let items = match value {
            ConstValue::List(items) => items.as_slice(),
            _ => one,
        };
        if items.is_empty() {
            return Err(empty(at));
        }
        let parts: Result<Vec<String>, ApiError> =
            items.iter().map(|item| self.condition(ty, alias, item, at)).collect();
        Ok(format!("({})", parts?.join(by)))
    }

    fn on_field(
        &mut self,
        ty: &'a TypeDef,
        def: &'a FieldDef,
        alias: &str,
        value: &ConstValue,
        at: &str,
    ) -> Result<String, ApiError> {
        match &def.source {
            Source::One { target, on } => match self.by_key(ty, target, on, alias, value, at)? {
                Some(condition) => Ok(condition),
                None => self.related(target, on, alias, value, at),
            },
            Source::Many { target, on } => {
                let ConstValue::Object(object) = value else { return Err(empty(at)) };
                let mut parts = vec![];
                for (word, value) in object {
                    let at = format!("{at}.{word}");
                    parts.push(match word.as_str() {
                        "some" => self.related(target, on, alias, value, &at)?,
                        "none" => format!("not {}", self.related(target, on, alias, value, &at)?),
                        "every" => {
                            let not = ConstValue::Object(
                                [(async_graphql::Name::new("not"), value.clone())].into_iter().collect(),
                            );
                            format!("not {}", self.related(target, on, alias, &not, &at)?)
                        }
                        _ => return Err(empty(&at)),
                    });
                }
                if parts.is_empty() { Err(empty(at)) } else { Ok(format!("({})", parts.join(" and "))) }
            }
            _ => {
                let shown = self.class(ty, def.class, alias);
                let (expression, scalar) = self.scalar(def, alias).ok_or_else(|| empty(at))?;
                let condition = self.compared(&expression, &scalar, value, at)?;
                match shown {
                    // What one may not see, one may not ask about either.
                    Shown::None => Err(ApiError::of(Code::Forbidden).at(at)),
                    Shown::All => Ok(condition),
                    Shown::Where(rows) => Ok(format!("({rows} and {condition})")),
                }
            }
        }
    }

    /// A condition on the id alone of a row that a reference leads to is one on the reference itself, where nothing but
    /// the tenant says which rows of the other type the caller sees: the row is there, for the database keeps references.
    fn by_key(
        &mut self,
        ty: &TypeDef,
        target: &str,
        on: &str,
        alias: &str,
        value: &ConstValue,
        at: &str,
    ) -> Result<Option<String>, ApiError> {
        let (target, ConstValue::Object(object)) = (self.target(target)?, value) else { return Ok(None) };
        let (Some(column), Some(value), 1) = (reference(on), object.get("id"), object.len()) else { return Ok(None) };
        let Some((_, scalar)) = target.find("id").filter(|id| id.filter).and_then(|id| self.scalar(id, alias)) else {
            return Ok(None);
        };
        if !self.reaches_all(target) || !migration::refers(ty.table, column, target.table) {
            return Ok(None);
        }
        let at = format!("{at}.id");
        self.count(&at)?;
        let column = format!("{alias}.\"{column}\"");
        let condition = self.compared(&column, &scalar, value, &at)?;
        // Without the first half, `not` of a row without the reference would be unknown.
        Ok(Some(format!("({column} is not null and {condition})")))
    }

    fn related(
        &mut self,
        target: &str,
        on: &str,
        alias: &str,
        value: &ConstValue,
        at: &str,
    ) -> Result<String, ApiError> {
        let target = self.target(target)?;
        let child = self.alias();
        let base = self.base(target, &child).ok_or_else(|| ApiError::of(Code::Forbidden).at(at))?;
        let on = fill(on, alias, &child, &self.tenant());
        let condition = self.condition(target, &child, value, at)?;
        Ok(format!("exists (select 1 from {} {child} where {base} and {on} and {condition})", target.table))
    }

    /// The condition that operators state of an expression.
    pub(super) fn compared(
        &mut self,
        e: &str,
        scalar: &Scalar,
        value: &ConstValue,
        at: &str,
    ) -> Result<String, ApiError> {
        let ConstValue::Object(operators) = value else { return Err(empty(at)) };
        if operators.is_empty() {
            return Err(empty(at));
        }
        let mut parts = vec![];
        for (operator, value) in operators {
            let at = format!("{at}.{operator}");
            self.count(&at)?;
            parts.push(self.compare(e, scalar, operator, value, &at)?);
        }
        Ok(format!("({})", parts.join(" and ")))
    }

    fn compare(
        &mut self,
        e: &str,
        scalar: &Scalar,
        operator: &str,
        value: &ConstValue,
        at: &str,
    ) -> Result<String, ApiError> {
        match operator {
            "isNull" => match value {
                ConstValue::Boolean(true) => return Ok(format!("{e} is null")),
                ConstValue::Boolean(false) => return Ok(format!("{e} is not null")),
                _ => return Err(empty(at)),
            },
            "in" | "notIn" => {
                let one = std::slice::from_ref(value);
                let items = match value {
                    ConstValue::List(items) => items.as_slice(),
                    _ => one,
                };
                if items.is_empty() || items.len() > MAX_LIST {
                    return Err(ApiError::of(Code::BadUserInput).at(at).saying(
                        format!("{at} 应有 1 至 {MAX_LIST} 个值"),
                        format!("{at} takes 1 to {MAX_LIST} values."),
                    ));
                }
                if items.iter().any(long) {
                    return Err(too_long(at));
                }
                let words =
                    items.iter().map(|item| literal(scalar, item, at)).collect::<Result<Option<Vec<_>>, _>>()?;
                let member = match words {
                    Some(words) => format!("{e} in ({})", words.join(", ")),
                    None => {
                        let list = list_parameter(scalar, items, at)?;
                        let p = self.bind(list);
                        self.dialect.member(scalar, e, &p)
                    }
                };
                return Ok(if operator == "in" { member } else { format!("not ({member})") });
            }
            _ => {}
        }
        let p = match literal(scalar, value, at)? {
            Some(word) => word,
            None => self.plain(scalar, value, at)?,
        };
        Ok(match operator {
            "eq" => format!("{e} = {p}"),
            "ne" => format!("{e} <> {p}"),
            "lt" => format!("{e} < {p}"),
            "lte" => format!("{e} <= {p}"),
            "gt" => format!("{e} > {p}"),
            "gte" => format!("{e} >= {p}"),
            "contains" => self.dialect.contains(e, &p),
            "startsWith" => self.dialect.starts_with(e, &p),
            _ => return Err(empty(at)),
        })
    }
}

/// A code of an enumeration that stands in the document, as it stands in the statement: planners then know how many rows
/// have it, which they cannot of a parameter.
fn literal(scalar: &Scalar, value: &ConstValue, at: &str) -> Result<Option<String>, ApiError> {
    let (Scalar::Enum(_), ConstValue::Enum(_)) = (scalar, value) else { return Ok(None) };
    let Value::String(Some(code)) = parameter(scalar, value, at)? else { return Ok(None) };
    // Every code is spelt so; what is not, is bound like any text.
    let plain = code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    Ok(plain.then(|| format!("'{code}'")))
}

fn long(value: &ConstValue) -> bool {
    matches!(value, ConstValue::String(text) if text.chars().count() > MAX_TEXT)
}

fn too_long(at: &str) -> ApiError {
    ApiError::of(Code::BadUserInput)
        .at(at)
        .saying(format!("{at} 不得超过 {MAX_TEXT} 个字符"), format!("{at} has at most {MAX_TEXT} characters."))
}

/// A client's value as a parameter, if it is one and not too long.
pub(super) fn checked(scalar: &Scalar, value: &ConstValue, at: &str) -> Result<Value, ApiError> {
    // An id of any length is the id of nothing.
    if long(value) && !matches!(scalar, Scalar::Id(_)) { Err(too_long(at)) } else { parameter(scalar, value, at) }
}

pub(super) fn empty(at: &str) -> ApiError {
    ApiError::of(Code::BadUserInput)
        .at(at)
        .saying(format!("{at} 缺少条件或条件无效"), format!("{at} states no condition, or one that does not exist."))
}
