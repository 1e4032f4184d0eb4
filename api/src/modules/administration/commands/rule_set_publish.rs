//! Publishes a new version of a rule set.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::rule_set;
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, JsonText},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
    },
    modules::administration::commands::guard,
};

/// The largest body, as text.
const MAX_BODY: usize = 64 * 1024;

/// A new version of a rule set (规则集).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct RuleSetPublishInput {
    /// Which set (规则集标识): a small letter, then letters, digits, `_`, `.` or `-`; at most 64.
    pub key: String,
    /// First day (生效日期), not before that of any version there is.
    pub effective_from: Given<NaiveDate>,
    /// The thresholds (阈值): a JSON object of at most 64 KiB.
    pub body: JsonText,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for RuleSetPublishInput {
    const NAME: &'static str = "ruleSetPublish";
    const RIGHT: (Resource, Action) = (Resource::RuleSet, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        // Thresholds hold for the tenant as a whole: an administrator of a part does not set them.
        guard::tenant_wide(tx.session(), Resource::RuleSet, Action::Publish)?;
        let mut faults = Faults::default();
        let from = self.effective_from.get("input.effectiveFrom", &mut faults);
        faults.take(key(&self.key));
        if !self.body.0.is_object() || self.body.0.to_string().len() > MAX_BODY {
            let (zh, en) = ("应为不超过 64 KiB 的 JSON 对象", "Takes a JSON object of at most 64 KiB.");
            faults.add(UserError::new(Code::InvalidFormat, "input.body", zh, en));
        }
        let last = tx
            .parts::<rule_set::Entity>()
            .filter(rule_set::Column::Key.eq(&self.key))
            .order_by(rule_set::Column::Number, Order::Desc)
            .one()
            .await?;
        // Each version was checked against the one before, so that the last is also the latest.
        if let (Some(from), Some(last)) = (from, &last) {
            faults.take(not_behind(from, last.effective_from));
        }
        faults.check()?;
        let Some(from) = from else { return Err(Code::InternalServerError.into()) };
        let id = tx.new_id();
        // The number is unique: of two who publish at once, one tries again with the next number.
        tx.insert(rule_set::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            key: Set(self.key.clone()),
            number: Set(last.map_or(1, |last| last.number + 1)),
            effective_from: Set(from),
            body: Set(self.body.0.clone()),
            published_by: Set(Some(tx.session().user_id())),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("RuleSet", id, json!({ "key": self.key, "effectiveFrom": from }));
        tx.emit("ruleSet.published", "RuleSet", id, 1, json!({ "key": self.key })).await?;
        Ok(id)
    }
}

fn key(key: &str) -> Result<(), UserError> {
    let rest = key.strip_prefix(|c: char| c.is_ascii_lowercase());
    let fits = rest.is_some_and(|r| r.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')));
    if fits && key.len() <= 64 {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidFormat,
        "input.key",
        "应以小写字母开头，由字母、数字、_ . - 组成，至多 64 个字符",
        "Takes a small letter, then letters, digits, _ . or -, at most 64 characters.",
    ))
}

fn not_behind(from: NaiveDate, last: NaiveDate) -> Result<(), UserError> {
    if from >= last {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidValue,
        "input.effectiveFrom",
        format!("不得早于现有版本的生效日期 {last}"),
        format!("Not before the first day of the present version, {last}."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_plain() {
        assert!(key("timeLimits.v1").is_ok());
        for wrong in ["", "Time", "1a", "a b", "规则", &"a".repeat(65)] {
            assert!(key(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_version_never_begins_before_the_present_one() {
        let day = |d| NaiveDate::from_ymd_opt(2025, 6, d).unwrap_or_default();
        assert!(not_behind(day(1), day(1)).is_ok() && not_behind(day(2), day(1)).is_ok());
        assert!(not_behind(day(1), day(2)).is_err_and(|e| e.zh.contains("2025-06-02")));
    }
}
