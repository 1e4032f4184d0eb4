//! Who retires when, by unit (退休预告), D-06 and E-09.

use async_graphql::SimpleObject;
use entities::{
    TenantEntity, cadre, unit,
    values::{CadreState, RetirementCategory},
};
use policies::Action;
use sea_orm::{ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::{
    graph::{payload::Ref, scalars::Published},
    kernel::{error::ApiError, rows::Rows, session::Session, tx::Tx, year_month::YearMonth},
    modules::personnel::{
        catalogue::Cadre,
        computed::category_of,
        rules::{
            cohort::{births, overdue_births},
            forecast::windows_on,
            retirement::statutory,
        },
    },
};

const CATEGORIES: [RetirementCategory; 4] =
    [RetirementCategory::M60, RetirementCategory::F55, RetirementCategory::F50, RetirementCategory::F60];

/// A retirement under way is still one to come …
const STILL_THERE: [CadreState; 3] = [CadreState::Probation, CadreState::Serving, CadreState::Retiring];
/// … but no error any more.
const NOT_UNDER_WAY: [CadreState; 2] = [CadreState::Probation, CadreState::Serving];

/// A cadre whose statutory month is near (退休预告条目).
#[derive(SimpleObject)]
pub struct RetirementForecastEntry {
    /// The cadre (干部).
    cadre: Option<Ref<Cadre>>,
    /// The statutory month (法定退休年月), D-01.
    month: Published<YearMonth>,
    /// Whole months from the present month to it.
    months_left: i32,
    /// The forecast windows of 24, 12, 6, 3 and 1 months in which the cadre is, widest first (预告窗口), D-06.
    windows: Vec<i32>,
}

/// Who retires when (退休预告).
#[derive(SimpleObject)]
pub struct RetirementForecast {
    /// Cadres whose statutory month is the present one or one of the months asked for.
    total_count: i32,
    /// The nearest of them, by month; at most as many as asked for.
    entries: Vec<RetirementForecastEntry>,
    /// Cadres whose statutory month is the next one (下月退休), E-09.
    next_month_count: i32,
    /// Cadres whose statutory month is the present one or one of the next 24 (未来两年退休), E-09.
    next_two_years_count: i32,
    /// Cadres whose statutory month is the present one or one of the next 60 (未来五年退休), E-09.
    next_five_years_count: i32,
    /// Cadres past their statutory month who still serve and whose retirement is not under way (超龄在职), E-09.
    overdue_count: i32,
}

type Births = fn(&Span, RetirementCategory) -> Option<(YearMonth, YearMonth)>;

#[derive(Clone, Copy)]
struct Span {
    from: YearMonth,
    to: YearMonth,
}

/// The forecast for the months ahead, of the caller's reach or a unit and all below it.
pub async fn forecast(
    session: &Session,
    months: i32,
    unit: Option<Uuid>,
    first: u64,
) -> Result<RetirementForecast, ApiError> {
    let now = YearMonth::of(session.today());
    let tx = session.read().await?;
    let top = match unit {
        Some(id) => Some(tx.gate::<unit::Entity>(Action::Read)?.id(id).required().await?),
        None => None,
    };
    let ask = Ask { tx: &tx, path: top.map(|unit| unit.path) };
    let ahead = |n| Span { from: now, to: now.add_months(n) };
    let next = Span { from: now.add_months(1), to: now.add_months(1) };
    let out = RetirementForecast {
        total_count: ask.count(ahead(months), due, &STILL_THERE).await?,
        entries: ask.nearest(ahead(months), first).await?,
        next_month_count: ask.count(next, due, &STILL_THERE).await?,
        next_two_years_count: ask.count(ahead(24), due, &STILL_THERE).await?,
        next_five_years_count: ask.count(ahead(60), due, &STILL_THERE).await?,
        overdue_count: ask.count(ahead(0), overdue, &NOT_UNDER_WAY).await?,
    };
    tx.rollback().await?;
    Ok(out)
}

fn due(span: &Span, category: RetirementCategory) -> Option<(YearMonth, YearMonth)> {
    births(category_of(category), span.from, span.to)
}

fn overdue(span: &Span, category: RetirementCategory) -> Option<(YearMonth, YearMonth)> {
    overdue_births(category_of(category), span.from)
}

struct Ask<'t> {
    tx: &'t Tx,
    path: Option<String>,
}

impl<'t> Ask<'t> {
    fn rows(
        &self,
        categories: &[RetirementCategory],
        span: Span,
        born: Births,
    ) -> Result<Rows<'t, cadre::Entity>, ApiError> {
        let mut any = Condition::any();
        for category in categories {
            if let Some((first, last)) = born(&span, *category) {
                any = any.add(
                    Condition::all()
                        .add(cadre::Column::Category.eq(*category))
                        // Month and day precision alike sort at or after their month's text, before the next month's.
                        .add(cadre::Column::ArchiveBirth.gte(first.to_string()))
                        .add(cadre::Column::ArchiveBirth.lt(last.add_months(1).to_string())),
                );
            }
        }
        if any.is_empty() {
            any = any.add(cadre::Column::Id.eq(Uuid::nil()));
        }
        let mut rows = self.tx.gate::<cadre::Entity>(Action::Read)?.filter(any);
        if let Some(path) = &self.path {
            let mut end = path.clone();
            // Paths end in '/', and '0' is the next character.
            end.pop();
            end.push('0');
            let below = unit::Entity::find()
                .select_only()
                .column(unit::Column::Id)
                .filter(unit::Entity::tenant_column().eq(self.tx.tenant_id()))
                .filter(unit::Column::Path.gte(path.as_str()))
                .filter(unit::Column::Path.lt(end));
            rows = rows.filter(cadre::Column::UnitId.in_subquery(below.into_query()));
        }
        Ok(rows)
    }

    async fn count(&self, span: Span, born: Births, states: &[CadreState]) -> Result<i32, ApiError> {
        let rows = self.rows(&CATEGORIES, span, born)?.filter(cadre::Column::State.is_in(states.iter().copied()));
        Ok(i32::try_from(rows.count().await?).unwrap_or(i32::MAX))
    }

    /// Within a category the order of births is that of retirement; across them the months decide.
    async fn nearest(&self, span: Span, first: u64) -> Result<Vec<RetirementForecastEntry>, ApiError> {
        let mut all = vec![];
        for category in CATEGORIES {
            let rows = self.rows(&[category], span, due)?.filter(cadre::Column::State.is_in(STILL_THERE));
            let rows = rows.order_by(cadre::Column::ArchiveBirth, Order::Asc).order_by(cadre::Column::Id, Order::Asc);
            for row in rows.limit(first).all().await? {
                if let Ok(birth) = row.archive_birth.parse() {
                    all.push((statutory(category_of(category), birth).month, row.id));
                }
            }
        }
        all.sort();
        all.truncate(usize::try_from(first).unwrap_or(usize::MAX));
        let today = self.tx.session().today();
        let entry = |(month, id): (YearMonth, Uuid)| RetirementForecastEntry {
            cadre: Some(Ref::new(id)),
            month: Published(month),
            months_left: YearMonth::of(today).months_until(month),
            windows: windows_on(today, month).into_iter().filter_map(|w| i32::try_from(w).ok()).collect(),
        };
        Ok(all.into_iter().map(entry).collect())
    }
}
