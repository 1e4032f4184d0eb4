//! Publishes a version of a document in the library, and repeals one (政策入库、废止).

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    policy_document, policy_gram,
    values::{PolicyKind, PolicyLevel},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::commands::guard,
        organisation::commands::version_mismatch,
        personnel::commands::checks,
        policy_library::{
            catalogue::PolicyDocument,
            rules::search::{fold, grams},
        },
    },
};

/// The longest text, in characters.
const LONGEST: usize = 20_000;

/// A version of a document (政策文件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyDocumentPublishInput {
    /// Which document (标识), 1 to 64 characters; a key that is there gets its next version.
    pub key: String,
    /// Kind (文件类型).
    pub kind: Gql<PolicyKind>,
    /// Who issued it, by level (层级).
    pub level: Gql<PolicyLevel>,
    /// Aspect that it is filed under (所属方面), 1 to 50 characters.
    pub aspect: Option<String>,
    /// Field of work, as items name it (领域), 1 to 50 characters.
    pub field: Option<String>,
    /// Title (标题), 1 to 200 characters.
    pub title: String,
    /// Who issued it (发文机关), 1 to 200 characters.
    pub issuer: String,
    /// Number that its issuer gave it (文号), 1 to 100 characters.
    pub document_number: Option<String>,
    /// The words (正文), 1 to 20,000 characters.
    pub text: String,
    /// Day it was issued (发文日期), not in the future.
    pub issued_on: Given<NaiveDate>,
    /// First day it holds (施行日期).
    pub valid_from: Given<NaiveDate>,
    /// Last day it holds (有效期至), not before the first; none if it holds until it is repealed.
    pub valid_until: Option<Given<NaiveDate>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// A text of several lines.
fn words(text: &str, field: &str) -> Result<String, UserError> {
    let text = text.trim();
    let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(strange) {
        return Ok(text.to_string());
    }
    let (zh, en) = (format!("应为 1 至 {LONGEST} 个字符"), format!("Takes 1 to {LONGEST} characters."));
    Err(UserError::new(Code::InvalidValue, field, zh, en))
}

#[async_trait::async_trait]
impl Command for PolicyDocumentPublishInput {
    const NAME: &'static str = "policyDocumentPublish";
    const RIGHT: (Resource, Action) = (Resource::PolicyDocument, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::PolicyDocument, Action::Publish)?;
        let mut faults = Faults::default();
        let key = faults.take(checks::text(&self.key, "input.key", 64));
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let issuer = faults.take(checks::text(&self.issuer, "input.issuer", 200));
        let text = faults.take(words(&self.text, "input.text"));
        let mut optional = |value: &Option<String>, field: &str, most| {
            value.as_ref().and_then(|value| faults.take(checks::text(value, field, most)))
        };
        let aspect = optional(&self.aspect, "input.aspect", 50);
        let field = optional(&self.field, "input.field", 50);
        let document_number = optional(&self.document_number, "input.documentNumber", 100);
        let issued = self.issued_on.get("input.issuedOn", &mut faults);
        if issued.is_some_and(|day| day > tx.session().today()) {
            faults.add(UserError::new(Code::InvalidValue, "input.issuedOn", "不得晚于今天", "Not in the future."));
        }
        let from = self.valid_from.get("input.validFrom", &mut faults);
        let until = self.valid_until.as_ref().and_then(|day| day.get("input.validUntil", &mut faults));
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            faults.add(UserError::of(Code::PeriodReversed, "input.validUntil"));
        }
        faults.check()?;
        let (Some(key), Some(title), Some(issuer), Some(text)) = (key, title, issuer, text) else {
            return Err(Code::InternalServerError.into());
        };
        let (Some(issued), Some(from)) = (issued, from) else { return Err(Code::InternalServerError.into()) };
        let last = tx.parts::<policy_document::Entity>().filter(policy_document::Column::Key.eq(&key));
        let last = last.order_by(policy_document::Column::Number, Order::Desc).one().await?;
        let (id, now) = (tx.new_id(), tx.session().now());
        let folded = fold(&format!("{title} {text}"));
        let index: Vec<String> = grams(&folded).into_iter().collect();
        tx.insert(policy_document::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            key: Set(key.clone()),
            number: Set(last.map_or(1, |last| last.number + 1)),
            kind: Set(self.kind.0),
            level: Set(self.level.0),
            aspect: Set(aspect),
            field: Set(field),
            title: Set(title),
            issuer: Set(issuer),
            document_number: Set(document_number),
            text: Set(text),
            folded: Set(folded),
            issued_on: Set(issued),
            valid_from: Set(from),
            valid_until: Set(until),
            repeal_reason: Set(None),
            published_by: Set(tx.session().user_id()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        let row = |gram| policy_gram::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            document_id: Set(id),
            gram: Set(gram),
        };
        tx.insert_many(index.into_iter().map(row).collect()).await?;
        tx.touched("PolicyDocument", id, json!({ "key": key }));
        tx.emit("policyDocument.published", "PolicyDocument", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// A document that ends (政策废止).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyDocumentRepealInput {
    /// Which document.
    pub id: Id<PolicyDocument>,
    /// The version that you read.
    pub expected_version: i32,
    /// Last day it holds (有效期至), not before its first.
    pub valid_until: Given<NaiveDate>,
    /// Why (废止理由), 1 to 1,000 characters.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for PolicyDocumentRepealInput {
    const NAME: &'static str = "policyDocumentRepeal";
    const RIGHT: (Resource, Action) = (Resource::PolicyDocument, Action::Publish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::PolicyDocument, Action::Publish)?;
        let rows = tx.gate::<policy_document::Entity>(Action::Publish)?;
        let row = rows.id(self.id.uuid()).lock().required().await?;
        if row.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        let until = self.valid_until.get("input.validUntil", &mut faults);
        if until.is_some_and(|until| until < row.valid_from) {
            faults.add(UserError::of(Code::PeriodReversed, "input.validUntil"));
        }
        let reason = faults.take(checks::text(&self.reason, "input.reason", 1000));
        faults.check()?;
        tx.change::<policy_document::Entity>()
            .id(row.id)
            .set(policy_document::Column::ValidUntil, Expr::value(until))
            .set(policy_document::Column::RepealReason, Expr::value(reason))
            .set(policy_document::Column::Version, Expr::value(row.version + 1))
            .set(policy_document::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        tx.touched("PolicyDocument", row.id, json!({ "validUntil": until }));
        tx.emit("policyDocument.repealed", "PolicyDocument", row.id, row.version + 1, json!({})).await?;
        Ok(row.id)
    }
}
