//! Change of post and rank (职务职级变动), rules B-01 to B-06.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    CodeEnum, appointment, approval, cadre,
    decisions::RankPool,
    matter_case, personnel_effect, unit,
    values::{ApprovalState, CadreState, CaseKind, CaseState, CivilServantRank, EffectKind, PostLevel, UnitKind},
};
use sea_orm::{ColumnTrait, Order};
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    Decided, Deciding, days,
    facts::{self, PostsInput, PublicityInput, YearResultInput},
    refused, title,
};
use crate::{
    graph::scalars::{Given, Gql},
    kernel::error::{Code, Fault, Faults, UserError},
    modules::{
        matters::effects::change::{Change, Ends, NewPost, unit_ref},
        personnel::rules::{
            quota::{self, Pool},
            rank::{Kind, PostCategory, Rank, check_ranked},
            tenure::{self, Holding, Position, TenureRules},
        },
    },
};

/// Which quota the new rank falls under (职级职数), B-06.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct QuotaInput {
    /// Whose posts are counted (职级设置层级).
    pub pool: Gql<RankPool>,
    /// Approved posts that the shares are taken of (核定基数).
    pub posts: i32,
}

/// A change of post, of rank or of both (职务职级变动).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PositionInput {
    /// The new rank (新任职级), reached step by step, B-02.
    pub rank: Option<Gql<CivilServantRank>>,
    /// First day on the present rank (现任职级起始日), where the register has not set it itself.
    pub rank_since: Option<Given<NaiveDate>>,
    /// Assessments of the years on the present level (年度考核结果), which shorten or stretch the term, B-03.
    #[graphql(default)]
    pub results: Vec<YearResultInput>,
    /// The quota of ranks (职数); wanted for a rank.
    pub quota: Option<QuotaInput>,
    /// Title of the new main post (新任职务), 1 to 100 characters.
    pub title: Option<String>,
    /// Leadership level of the new post (新任领导职务层次).
    pub level: Option<Gql<PostLevel>>,
    /// Leading posts of that level (领导职数); wanted for a leading post.
    pub posts: Option<PostsInput>,
    /// The publicity (公示).
    pub publicity: PublicityInput,
}

const FIELD: &str = "input.position";

impl PositionInput {
    /// Decides on the change.
    pub async fn decide(&self, at: &Deciding<'_>, faults: &mut Faults) -> Result<Decided, Fault> {
        let calendar = at.tx.session().calendar();
        let public = self.publicity.settle(&format!("{FIELD}.publicity"), calendar, at.decided_on, faults);
        let title = title(self.title.as_deref(), &format!("{FIELD}.title"), faults);
        let post = self.level.and_then(|level| facts::post(level.0));
        if self.rank.is_none() && self.title.is_none() {
            faults.add(UserError::of(Code::Required, format!("{FIELD}.rank")));
        }
        if self.level.is_some() && self.title.is_none() {
            faults.add(UserError::of(Code::Required, format!("{FIELD}.title")));
        }
        facts::settle_posts(self.posts.as_ref(), post, &format!("{FIELD}.posts"), faults);
        if let Some(rank) = self.rank {
            self.settle_rank(rank.0, at, faults).await?;
        }
        let from = main_post(at).await?;
        let mut change = Change::new(EffectKind::ChangePosition, &[CadreState::Serving], at.effective_on);
        change.rank = self.rank.map(|rank| rank.0);
        if let Some(title) = &title {
            change.ends = Ends::Main;
            change.last_day = at.effective_on.pred_opt();
            let level = self.level.map_or(PostLevel::NoLeadership, |level| level.0);
            let unit = unit_ref(from.as_ref().map_or(at.cadre.unit_id, |post| post.unit_id));
            change.post = Some(NewPost { unit, title: title.clone(), level, is_main: true, ended_on: None });
        }
        let kind = match (self.rank.is_some(), title.is_some()) {
            (true, true) => "BOTH",
            (true, false) => "RANK",
            _ => "POST",
        };
        let level = self.level.filter(|level| level.0 != PostLevel::NoLeadership);
        let choice = json!({
            "change": change, "changes": kind, "fromRank": at.cadre.rank, "toRank": self.rank.map(|r| r.0.as_str()),
            "fromPost": from.map(|post| post.title), "toPost": title, "toPostLevel": level.map(|l| l.0.as_str()),
        });
        Ok(Decided(days(choice, public)))
    }

    /// The rank's steps, term and quota.
    async fn settle_rank(&self, to: CivilServantRank, at: &Deciding<'_>, faults: &mut Faults) -> Result<(), Fault> {
        let field = format!("{FIELD}.rank");
        let Some(rank) = facts::rank(to) else { return Err(Code::InternalServerError.into()) };
        let appointments = at.tx.parts::<appointment::Entity>();
        let posts = appointments.filter(appointment::Column::CadreId.eq(at.cadre.id)).all().await?;
        let leading = posts.iter().filter(|p| p.ended_on.is_none()).find_map(|p| facts::post(p.level));
        if let Some(kind) = Kind::parse(at.cadre.kind.as_str()) {
            let ranked = check_ranked(kind, PostCategory::ComprehensiveManagement, leading);
            faults.take(ranked.map_err(|r| refused(&r, &field)));
        }
        let held: Option<Rank> = at.cadre.rank.and_then(facts::rank);
        let mut holdings: Vec<Holding> = vec![];
        for post in &posts {
            if let Some(level) = facts::post(post.level) {
                let until = post.ended_on.and_then(|day| day.succ_opt());
                holdings.push(Holding { position: Position::Post(level), since: post.started_on, until });
            }
        }
        let given = self.rank_since.as_ref().and_then(|day| day.get(&format!("{FIELD}.rankSince"), faults));
        let since = since_in_register(at).await?.or(given);
        match (held, since) {
            (Some(held), Some(since)) => {
                holdings.push(Holding { position: Position::Rank(held), since, until: None });
            }
            (Some(held), None) if tenure::sources(rank).contains(&Position::Rank(held)) => {
                faults.add(UserError::of(Code::Required, format!("{FIELD}.rankSince")));
                return Ok(());
            }
            // Named all the same, so that a refusal says which rank is held.
            (Some(held), None) => {
                holdings.push(Holding { position: Position::Rank(held), since: at.effective_on, until: None });
            }
            (None, _) => {}
        }
        let results = facts::results(&self.results, &format!("{FIELD}.results"), faults);
        let rules = TenureRules {
            start_year_is_old: at.rules["startYearIsOld"].as_bool().unwrap_or(false),
            probation_counts: at.rules["probationCounts"].as_bool().unwrap_or(false),
        };
        let stepwise = tenure::check(rank, at.effective_on, &holdings, &results, rules);
        faults.take(stepwise.map_err(|r| refused(&r, &field)));
        self.settle_quota(rank, at, faults).await
    }

    async fn settle_quota(&self, to: Rank, at: &Deciding<'_>, faults: &mut Faults) -> Result<(), Fault> {
        let field = format!("{FIELD}.quota");
        let Some(quota) = &self.quota else {
            faults.add(UserError::of(Code::Required, field));
            return Ok(());
        };
        if let Some(posts) = facts::count(quota.posts, &format!("{field}.posts"), faults) {
            let holders = holders(at, to).await?;
            let fits = quota::check(pool(quota.pool.0).shares(), posts, &holders);
            faults.take(fits.map_err(|r| refused(&r, &field)));
        }
        Ok(())
    }
}

async fn main_post(at: &Deciding<'_>) -> Result<Option<appointment::Model>, Fault> {
    let posts = at.tx.parts::<appointment::Entity>().filter(appointment::Column::CadreId.eq(at.cadre.id));
    let main = posts.filter(appointment::Column::IsMain.eq(true)).filter(appointment::Column::EndedOn.is_null());
    Ok(main.one().await?)
}

/// The day from which the register knows the present rank, where a finished case set it.
async fn since_in_register(at: &Deciding<'_>) -> Result<Option<NaiveDate>, Fault> {
    let effects = at
        .tx
        .parts::<personnel_effect::Entity>()
        .filter(personnel_effect::Column::CadreId.eq(at.cadre.id))
        .filter(personnel_effect::Column::AppliedAt.is_not_null())
        .order_by(personnel_effect::Column::EffectiveOn, Order::Desc)
        .all()
        .await?;
    let rank = json!(at.cadre.rank);
    let set = effects.iter().find(|effect| {
        let kept = &effect.detail["kept"];
        effect.detail.get("reversed").is_none() && kept["after"]["rank"] == rank && kept["before"]["rank"] != rank
    });
    Ok(set.map(|effect| effect.effective_on))
}

/// How many of the organ hold each rank once everything approved so far and this one are carried out.
async fn holders(at: &Deciding<'_>, to: Rank) -> Result<BTreeMap<Rank, u32>, Fault> {
    let tx = at.tx;
    let units = organ(at).await?;
    let in_place = [CadreState::Probation, CadreState::Serving, CadreState::Retiring];
    let cadres = tx
        .parts::<cadre::Entity>()
        .filter(cadre::Column::UnitId.is_in(units.iter().copied()))
        .filter(cadre::Column::State.is_in(in_place))
        .all()
        .await?;
    let mut ranks: HashMap<Uuid, Option<Rank>> =
        cadres.iter().map(|cadre| (cadre.id, cadre.rank.and_then(facts::rank))).collect();
    for (cadre, promised) in promised(at, &units).await? {
        if let Some(rank) = ranks.get_mut(&cadre) {
            *rank = Some(promised);
        }
    }
    ranks.insert(at.cadre.id, Some(to));
    let mut count = BTreeMap::new();
    for rank in ranks.into_values().flatten() {
        *count.entry(rank).or_default() += 1;
    }
    Ok(count)
}

/// The units of the cadre's organ: the nearest one above that is no internal office, with all its offices.
async fn organ(at: &Deciding<'_>) -> Result<Vec<Uuid>, Fault> {
    let mut unit = at.tx.parts::<unit::Entity>().id(at.cadre.unit_id).required().await?;
    while unit.kind == UnitKind::InternalOffice
        && let Some(parent) = unit.parent_id
    {
        unit = at.tx.parts::<unit::Entity>().id(parent).required().await?;
    }
    let below = at.tx.parts::<unit::Entity>().filter(unit::Column::Path.starts_with(&unit.path)).all().await?;
    let organs: Vec<&unit::Model> =
        below.iter().filter(|one| one.id != unit.id && one.kind != UnitKind::InternalOffice).collect();
    let own = below.iter().filter(|one| !organs.iter().any(|organ| one.path.starts_with(&organ.path)));
    Ok(own.map(|one| one.id).collect())
}

/// Ranks that are approved and not yet in the register, so that two approvals do not share the last place.
async fn promised(at: &Deciding<'_>, units: &[Uuid]) -> Result<Vec<(Uuid, Rank)>, Fault> {
    let approvals = at
        .tx
        .parts::<approval::Entity>()
        .filter(approval::Column::MatterKey.eq(at.matter_key))
        .filter(approval::Column::State.eq(ApprovalState::Active))
        .filter(approval::Column::UnitId.is_in(units.iter().copied()))
        .all()
        .await?;
    let finished: HashSet<Uuid> = at
        .tx
        .parts::<matter_case::Entity>()
        .filter(matter_case::Column::ApprovalId.is_in(approvals.iter().map(|a| a.id)))
        .filter(matter_case::Column::Kind.eq(CaseKind::Ordinary))
        .filter(matter_case::Column::State.eq(CaseState::Done))
        .all()
        .await?
        .into_iter()
        .map(|case| case.approval_id)
        .collect();
    let rank = |choice: &Json| choice["toRank"].as_str().and_then(Rank::parse);
    let open = approvals.iter().filter(|approval| !finished.contains(&approval.id));
    Ok(open.filter_map(|approval| Some((approval.cadre_id, rank(&approval.choice)?))).collect())
}

fn pool(given: RankPool) -> Pool {
    match given {
        RankPool::Central => Pool::Central,
        RankPool::Province => Pool::Province,
        RankPool::SubProvincialCity => Pool::SubProvincialCity,
        RankPool::City => Pool::City,
        RankPool::County => Pool::County,
        RankPool::CountyTeam => Pool::CountyTeam,
    }
}
