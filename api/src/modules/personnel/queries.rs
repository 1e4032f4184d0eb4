//! What the personnel module answers besides its types: code sets, divisions and the retirement forecast.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::NaiveDate;
use policies::{Action, Resource};

use crate::{
    graph::{
        scalars::{Given, Published},
        schema::required,
    },
    kernel::{
        error::{ApiError, Code, Fault, Faults},
        id::Id,
        session::Session,
    },
    modules::{
        organisation::catalogue::Unit,
        personnel::{
            forecast::{RetirementForecast, forecast},
            rules::code_set::{CodeSet, CodeSets},
        },
        tenancy::rules::division::{Division, DivisionLevel, Divisions},
    },
};

/// A code with its name (代码).
#[derive(SimpleObject)]
pub struct CodeSetCode {
    /// The code, such as `01` (代码).
    code: String,
    /// Its Chinese name (名称).
    name: String,
    /// Its position in the set, from 1 (顺序).
    order: i32,
}

/// One version of a national code set (代码集), J-04.
#[derive(SimpleObject)]
#[graphql(name = "CodeSet")]
pub struct CodeSetObject {
    /// The standard's number, such as `GB/T 4762` (标准号).
    key: String,
    /// The Chinese title (名称).
    title: String,
    /// The version, usually the year of the standard (版本).
    version: String,
    /// First day (生效日期); null when unbounded.
    valid_from: Option<Published<NaiveDate>>,
    /// Last day (失效日期); null when unbounded.
    valid_until: Option<Published<NaiveDate>>,
    /// The codes in the standard's order (代码).
    codes: Vec<CodeSetCode>,
}

impl From<&CodeSet> for CodeSetObject {
    fn from(set: &CodeSet) -> Self {
        let codes = set.codes.iter().map(|code| CodeSetCode {
            code: code.code.clone(),
            name: code.name.clone(),
            order: i32::try_from(code.order).unwrap_or(i32::MAX),
        });
        Self {
            key: set.set.clone(),
            title: set.title.clone(),
            version: set.version.clone(),
            valid_from: set.valid_from.map(Published),
            valid_until: set.valid_to.map(Published),
            codes: codes.collect(),
        }
    }
}

/// An administrative division (行政区划), J-01.
#[derive(SimpleObject)]
#[graphql(name = "Division")]
pub struct DivisionObject {
    /// Six digits, nine for a town (代码).
    code: String,
    /// The Chinese name (名称).
    name: String,
    /// `PROVINCE`, `CITY`, `COUNTY` or `TOWN` (层级).
    level: &'static str,
    /// Code of the division above (上级代码); null for the province.
    parent_code: Option<String>,
    /// First day (启用日期); null when unbounded.
    valid_from: Option<Published<NaiveDate>>,
    /// Last day (停用日期); null when unbounded.
    valid_until: Option<Published<NaiveDate>>,
}

impl From<&Division> for DivisionObject {
    fn from(division: &Division) -> Self {
        Self {
            code: division.code.clone(),
            name: division.name.clone(),
            level: match division.level {
                DivisionLevel::Province => "PROVINCE",
                DivisionLevel::City => "CITY",
                DivisionLevel::County => "COUNTY",
                DivisionLevel::Town => "TOWN",
            },
            parent_code: division.parent.clone(),
            valid_from: division.valid_from.map(Published),
            valid_until: division.valid_to.map(Published),
        }
    }
}

/// Code sets, divisions and forecasts.
#[derive(Default)]
pub struct PersonnelQueries;

/// Code sets, divisions and forecasts.
#[Object]
impl PersonnelQueries {
    /// The national code sets in force on a day (代码集), J-04. Permission: `code_set:read`.
    async fn code_sets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today unless given.")] on: Option<Given<NaiveDate>>,
    ) -> Result<Option<Vec<CodeSetObject>>> {
        let on = reference_day(required(ctx)?, on)?;
        let sets = CodeSets::national();
        let in_force =
            sets.sets().iter().filter(|set| sets.version_on(&set.set, on).is_ok_and(|v| v.version == set.version));
        Ok(Some(in_force.map(CodeSetObject::from).collect()))
    }

    /// One code set in the version of a day (代码集), J-04; null when there is none. Permission: `code_set:read`.
    async fn code_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The standard's number, such as `GB/T 4762`.")] key: String,
        #[graphql(desc = "The day; today unless given.")] on: Option<Given<NaiveDate>>,
    ) -> Result<Option<CodeSetObject>> {
        let on = reference_day(required(ctx)?, on)?;
        Ok(CodeSets::national().version_on(&key, on).ok().map(CodeSetObject::from))
    }

    /// An administrative division that is in force on a day (行政区划), J-01; null when there is none.
    /// Permission: `code_set:read`.
    async fn division(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The GB/T 2260 code.")] code: String,
        #[graphql(desc = "The day; today unless given.")] on: Option<Given<NaiveDate>>,
    ) -> Result<Option<DivisionObject>> {
        let on = reference_day(required(ctx)?, on)?;
        Ok(Divisions::national().valid_on(&code, on).ok().map(DivisionObject::from))
    }

    /// Who retires in the months ahead (退休预告), D-06, E-09, by the statutory month of D-01.
    /// Permission: `cadre:read`.
    async fn retirement_forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many months after the present one, 1 to 60.", default = 24)] months: i32,
        #[graphql(desc = "Only this unit and all below it.")] unit: Option<Id<Unit>>,
        #[graphql(desc = "At most so many entries, 1 to 100.", default = 50)] first: i32,
    ) -> Result<Option<RetirementForecast>> {
        let session = required(ctx)?;
        session.require(Resource::Cadre, Action::Read)?;
        within(months, 60, "months")?;
        let first = within(first, 100, "first")?;
        Ok(Some(forecast(session, months, unit.map(|unit| unit.uuid()), first).await?))
    }
}

fn within(n: i32, most: u64, at: &'static str) -> Result<u64, ApiError> {
    u64::try_from(n).ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| {
        ApiError::of(Code::BadUserInput)
            .at(at)
            .saying(format!("{at} 应为 1 至 {most}"), format!("{at} takes 1 to {most}."))
    })
}

/// The day a reference is asked for, of a caller who may read references.
fn reference_day(session: &Session, on: Option<Given<NaiveDate>>) -> Result<NaiveDate, ApiError> {
    session.require(Resource::CodeSet, Action::Read)?;
    let Some(given) = on else { return Ok(session.today()) };
    let mut faults = Faults::default();
    match (given.get("on", &mut faults), faults.check()) {
        (Some(day), _) => Ok(day),
        (None, Err(Fault::Refused(errors))) => {
            let error = ApiError::of(Code::BadUserInput).at("on");
            Err(errors.into_iter().next().map_or(error.clone(), |e| error.saying(e.zh, e.en)))
        }
        (None, _) => Err(ApiError::of(Code::BadUserInput).at("on")),
    }
}
