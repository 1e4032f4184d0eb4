//! Figures over the rows that a list would give: counted, summed and compared by groups, in one statement.
//!
//! A figure is made of what the caller sees: a row that is out of reach is not counted, and a field that is not
//! shown to him in a row has no value there.

mod asked;
mod having;
mod statement;

pub(super) use having::orders;

use crate::graph::catalogue::{FieldDef, Scalar, Source, TypeDef, to_one_column};

/// Groups in an answer when no number is asked for.
pub(super) const DEFAULT_GROUPS: i64 = 100;
/// The most groups in an answer.
pub(super) const MAX_GROUPS: i64 = 1000;

/// What of a field rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Its value.
    Value,
    /// The year of a date.
    Year,
    /// The month of a date.
    Month,
    /// The row that a relation leads to.
    Related,
}

/// Something that rows can be grouped by.
pub(super) struct Dimension<'a> {
    /// The field of the groups' key; in capitals the value of `groupBy`.
    pub(super) name: String,
    pub(super) field: &'a FieldDef,
    pub(super) part: Part,
}

/// Everything that rows of a type can be grouped by.
pub(super) fn dimensions(ty: &TypeDef) -> Vec<Dimension<'_>> {
    let mut out = vec![];
    for field in &ty.fields {
        let mut add = |suffix: &str, part| out.push(Dimension { name: format!("{}{suffix}", field.name), field, part });
        match plain(field) {
            Some(Scalar::Enum(_) | Scalar::Boolean | Scalar::String | Scalar::YearMonth | Scalar::Int)
                if field.filter =>
            {
                add("", Part::Value);
            }
            Some(Scalar::Date | Scalar::PartialDate | Scalar::DateTime) if field.filter => {
                add("Year", Part::Year);
                add("Month", Part::Month);
            }
            None if to_one_column(field).is_some() => add("", Part::Related),
            _ => {}
        }
    }
    out
}

/// A figure of a field over a group's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// How many different values.
    CountDistinct,
    /// The sum.
    Sum,
    /// The average.
    Avg,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

impl Function {
    /// All, in the order of the schema.
    pub(super) const ALL: [Self; 5] = [Self::CountDistinct, Self::Sum, Self::Avg, Self::Min, Self::Max];

    /// The field of a group that holds these figures.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CountDistinct => "countDistinct",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
        }
    }

    /// How the type that holds these figures ends; smallest and largest values have the same.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::CountDistinct => "Distinct",
            Self::Sum => "Sum",
            Self::Avg => "Avg",
            Self::Min | Self::Max => "Extremes",
        }
    }

    /// The fields that have this figure, with the form in which it is published.
    pub(super) fn of(self, ty: &TypeDef) -> Vec<(&FieldDef, Scalar)> {
        let fits = |field: &FieldDef| {
            let scalar = plain(field);
            match self {
                Self::CountDistinct if field.filter && to_one_column(field).is_some() => Some(Scalar::Int),
                Self::CountDistinct => match scalar? {
                    Scalar::Enum(_) | Scalar::String | Scalar::YearMonth | Scalar::Int if field.filter => {
                        Some(Scalar::Int)
                    }
                    _ => None,
                },
                Self::Sum => field.measure.then_some(Scalar::Long),
                Self::Avg => field.measure.then_some(Scalar::Float),
                Self::Min | Self::Max => match scalar? {
                    s @ (Scalar::Int | Scalar::Long) if field.measure || field.sort => Some(s),
                    s @ (Scalar::Date | Scalar::PartialDate | Scalar::YearMonth | Scalar::DateTime) if field.sort => {
                        Some(s)
                    }
                    _ => None,
                },
            }
        };
        ty.fields.iter().filter_map(|field| fits(field).map(|scalar| (field, scalar))).collect()
    }
}

/// The scalar of a column or expression.
fn plain(field: &FieldDef) -> Option<Scalar> {
    match &field.source {
        Source::Column(_, scalar) | Source::Expression(_, scalar) | Source::Member(_, _, scalar) => {
            Some(scalar.clone())
        }
        _ => None,
    }
}
