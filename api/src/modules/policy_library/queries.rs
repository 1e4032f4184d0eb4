//! Looks through the library (政策查询): by the index of grams, then by the words themselves.

use async_graphql::{Context, Object, Result, SimpleObject};
use entities::{
    policy_document, policy_gram,
    values::{PolicyKind, PolicyLevel},
};
use policies::Action;
use sea_orm::{
    ColumnTrait, Condition, Order,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    graph::{payload::Ref, scalars::Gql, schema::required},
    kernel::{
        error::{ApiError, Code},
        session::Session,
        tx::Tx,
    },
    modules::policy_library::{
        catalogue::PolicyDocument,
        rules::search::{Wanted, excerpt, fold, wanted},
    },
};

/// The longest query, in characters.
const LONGEST: usize = 100;
/// How many grams are looked up; the words themselves are compared afterwards.
const LOOKED_UP: usize = 16;
/// How many of the newest hits are looked at for those that have the words in their title.
const RANKED: u64 = 200;

/// A document that has the words (检索结果).
#[derive(SimpleObject)]
pub struct PolicyHit {
    /// The document (政策文件).
    document: Ref<PolicyDocument>,
    /// Whether its title has them (标题命中).
    in_title: bool,
    /// The words around the first place (摘录).
    excerpt: String,
}

/// What is asked of the library.
#[derive(Default)]
pub struct PolicyQueries;

/// What is asked of the library.
#[Object]
impl PolicyQueries {
    /// Documents that have all the words (政策检索): Chinese by any part of it, without a dictionary. Blanks divide what
    /// need not stand together. Those with the words in the title come first, then the newest.
    /// Permission: `policy_document:read`. I-04.
    async fn policy_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words (检索词), 1 to 100 characters with a letter or digit among them.")] text: String,
        #[graphql(desc = "Only of this level (层级).")] level: Option<Gql<PolicyLevel>>,
        #[graphql(desc = "Only of this kind (文件类型).")] kind: Option<Gql<PolicyKind>>,
        #[graphql(
            desc = "Also versions that another has replaced, and what does not hold today (含历史版本和失效文件)."
        )]
        history: Option<bool>,
        #[graphql(desc = "At most so many, 1 to 50 (条数); 20 unless given.")] first: Option<i32>,
    ) -> Result<Option<Vec<PolicyHit>>> {
        let session = required(ctx)?;
        let first = first.unwrap_or(20);
        if !(1..=50).contains(&first) {
            let (zh, en) = ("first 应为 1 至 50", "`first` takes 1 to 50.");
            return Err(ApiError::of(Code::BadUserInput).at("first").saying(zh, en).into());
        }
        let asked = (text.chars().count() <= LONGEST).then(|| wanted(&text)).flatten().ok_or_else(|| {
            let zh = format!("text 应为 1 至 {LONGEST} 个字符，且含文字或数字");
            let en = format!("`text` takes 1 to {LONGEST} characters with a letter or digit among them.");
            ApiError::of(Code::BadUserInput).at("text").saying(zh, en)
        })?;
        let narrow = Narrow { level: level.map(|l| l.0), kind: kind.map(|k| k.0), history: history.unwrap_or(false) };
        let found = search(session, &asked, &narrow).await?;
        Ok(Some(hits(found, &asked, usize::try_from(first).unwrap_or(1))))
    }
}

/// The documents found, or why they could not be looked for.
type Found = std::result::Result<Vec<policy_document::Model>, ApiError>;

struct Narrow {
    level: Option<PolicyLevel>,
    kind: Option<PolicyKind>,
    history: bool,
}

async fn search(session: &Session, asked: &Wanted, narrow: &Narrow) -> Found {
    let tx = session.read().await?;
    let found = look(&tx, asked, narrow).await;
    tx.rollback().await?;
    found
}

/// Documents that have a gram, by the index.
fn with(tenant: Uuid, gram: &str) -> SelectStatement {
    Query::select()
        .column(policy_gram::Column::DocumentId)
        .from(policy_gram::Entity)
        .and_where(policy_gram::Column::TenantId.eq(tenant))
        .and_where(policy_gram::Column::Gram.eq(gram))
        .to_owned()
}

async fn look(tx: &Tx, asked: &Wanted, narrow: &Narrow) -> Found {
    use policy_document::Column;
    let mut condition = Condition::all();
    // One look-up for each: counting them in one statement makes SQLite walk the tenant's whole index.
    for gram in asked.grams.iter().take(LOOKED_UP) {
        condition = condition.add(Column::Id.in_subquery(with(tx.tenant_id(), gram)));
    }
    for run in &asked.runs {
        // A run has letters and digits alone, so there is nothing in it that LIKE would read as a sign.
        condition = condition.add(Column::Folded.contains(run));
    }
    if let Some(level) = narrow.level {
        condition = condition.add(Column::Level.eq(level));
    }
    if let Some(kind) = narrow.kind {
        condition = condition.add(Column::Kind.eq(kind));
    }
    if !narrow.history {
        let today = tx.session().today();
        let newest = "not exists (select 1 from policy_document n where n.tenant_id = policy_document.tenant_id \
            and n.key = policy_document.key and n.number > policy_document.number)";
        condition = condition
            .add(Expr::cust(newest))
            .add(Column::ValidFrom.lte(today))
            .add(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gte(today)));
    }
    tx.gate::<policy_document::Entity>(Action::Read)?
        .filter(condition)
        .order_by(Column::ValidFrom, Order::Desc)
        .order_by(Column::Id, Order::Desc)
        .limit(RANKED)
        .all()
        .await
}

fn hits(found: Vec<policy_document::Model>, asked: &Wanted, first: usize) -> Vec<PolicyHit> {
    let in_title = |row: &policy_document::Model| {
        let title = fold(&row.title);
        asked.runs.iter().all(|run| title.contains(run))
    };
    let mut rows: Vec<(bool, policy_document::Model)> = found.into_iter().map(|row| (in_title(&row), row)).collect();
    // The sort is stable: the newest stay first among their like.
    rows.sort_by_key(|(in_title, _)| !in_title);
    rows.into_iter()
        .take(first)
        .map(|(in_title, row)| PolicyHit {
            document: Ref::new(row.id),
            in_title,
            excerpt: excerpt(&row.text, &asked.runs, 40),
        })
        .collect()
}
