//! Whether a retirement in a month may be approved (退休审批), rules D-01 to D-04.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    cadre,
    values::{PersonnelKind, RetirementCategory as Stored},
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Deciding;
use crate::{
    graph::scalars::Given,
    kernel::{
        error::{Code, Faults, UserError},
        partial_date::PartialDate,
        year_month::YearMonth,
    },
    modules::personnel::rules::{
        elastic::{ElasticRequest, RetirementRefusal, check},
        retirement::{RetirementCategory, statutory},
    },
};

/// What a retirement is chosen with beyond its month (弹性退休选择), D-02 to D-04.
#[derive(InputObject, Serialize, Clone, Debug, Default)]
pub struct ElasticInput {
    /// Day of the written notice (书面告知日期); wanted for a month before the statutory one, D-02.
    pub notice_on: Option<Given<NaiveDate>>,
    /// Day of the written choice (书面选择日期) of a woman of category `F60` for a month before 60, D-04.
    pub written_choice_on: Option<Given<NaiveDate>>,
    /// Months of contribution at the chosen month (缴费月数), as certified by the social security office; the
    /// register's figure unless given. D-03.
    pub contribution_months: Option<i32>,
}

impl ElasticInput {
    /// Decides on the month.
    pub fn decide(&self, at: &Deciding<'_>, faults: &mut Faults) -> Json {
        let mut day = |given: &Option<Given<NaiveDate>>, field: &str| {
            given.as_ref().and_then(|g| g.get(&format!("input.elastic.{field}"), faults))
        };
        let notice_on = day(&self.notice_on, "noticeOn");
        let written_choice_on = day(&self.written_choice_on, "writtenChoiceOn");
        if self.contribution_months.is_some_and(|months| !(0..=1200).contains(&months)) {
            let field = "input.elastic.contributionMonths";
            faults.add(UserError::new(Code::InvalidValue, field, "应为 0 至 1200", "Takes 0 to 1,200."));
        }
        let choice = Choice { notice_on, written_choice_on, contribution_months: self.contribution_months };
        faults.take(decide(at.cadre, at.month, &choice)).unwrap_or_default()
    }
}

/// What was chosen beyond the month.
#[derive(Clone, Copy, Debug, Default)]
struct Choice {
    /// Day of the written notice.
    pub notice_on: Option<NaiveDate>,
    /// Day of an F60 woman's written choice.
    pub written_choice_on: Option<NaiveDate>,
    /// Months of contribution at the chosen month, where certified; the register's otherwise.
    pub contribution_months: Option<i32>,
}

/// Decides, and returns what the decision was made on.
fn decide(cadre: &cadre::Model, month: YearMonth, choice: &Choice) -> Result<Json, UserError> {
    let birth: PartialDate = cadre.archive_birth.parse().map_err(|_| {
        UserError::new(
            Code::InvalidFormat,
            "input.cadre",
            "档案认定的出生年月缺失或有误",
            "The birth recognised in the archive is missing or malformed (D-01).",
        )
    })?;
    let category = category(cadre.category);
    let contribution = choice.contribution_months.unwrap_or(cadre.contribution_months);
    let request = ElasticRequest {
        category,
        birth,
        month,
        notice_on: choice.notice_on,
        contribution_months: u32::try_from(contribution).unwrap_or(0),
        is_civil_servant: matches!(cadre.kind, PersonnelKind::CivilServant | PersonnelKind::Referenced),
        written_choice_on: choice.written_choice_on,
    };
    check(&request).map_err(|refusal| refusal_of(&refusal))?;
    let statutory = statutory(category, birth);
    let kind = match month.cmp(&statutory.month) {
        std::cmp::Ordering::Less => "EARLY",
        std::cmp::Ordering::Equal => "STATUTORY",
        std::cmp::Ordering::Greater => "LATE",
    };
    Ok(json!({
        "elastic": kind,
        "statutoryMonth": statutory.month.to_string(),
        "noticeOn": choice.notice_on,
        "writtenChoiceOn": choice.written_choice_on,
        "contributionMonths": contribution,
    }))
}

fn category(stored: Stored) -> RetirementCategory {
    match stored {
        Stored::M60 => RetirementCategory::M60,
        Stored::F55 => RetirementCategory::F55,
        Stored::F50 => RetirementCategory::F50,
        Stored::F60 => RetirementCategory::F60,
    }
}

/// The rule's refusal with its limit and the actual figure, at the field that is meant.
fn refusal_of(refusal: &RetirementRefusal) -> UserError {
    use RetirementRefusal as R;
    let (code, field) = match refusal {
        R::BelowOriginalAge { .. } | R::TooEarly { .. } => (Code::NotYetAllowed, "input.effectiveMonth"),
        R::TooLate { .. } | R::NotAffected { .. } => (Code::RetirementTooLate, "input.effectiveMonth"),
        R::LateNotAllowed { .. } => (Code::LateRefused, "input.effectiveMonth"),
        R::ContributionTooShort { .. } => (Code::ContributionTooShort, "input.elastic.contributionMonths"),
        R::NoNotice { .. } | R::NoticeTooLate { .. } => (Code::NoticeTooShort, "input.elastic.noticeOn"),
        R::NoWrittenChoice { .. } => (Code::WrittenChoiceMissing, "input.elastic.writtenChoiceOn"),
    };
    let general = code.message(crate::kernel::session::Locale::ZhCn);
    let (limit, actual) = (refusal.limit(), refusal.actual().unwrap_or_else(|| "无".into()));
    UserError::new(code, field, format!("{general}：界限 {limit}，实际 {actual}"), format!("{refusal}."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use entities::values::CadreState;
    use uuid::Uuid;

    use super::*;

    fn cadre(kind: PersonnelKind, contribution_months: i32) -> cadre::Model {
        cadre::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            person_id: Uuid::nil(),
            unit_id: Uuid::nil(),
            kind,
            state: CadreState::Serving,
            state_since: NaiveDate::MIN,
            rank: None,
            category: Stored::M60,
            archive_birth: "1970-10".into(),
            work_started: "1990-07".into(),
            contribution_months,
            under_investigation: false,
            version: 1,
            created_at: Default::default(),
            updated_at: Default::default(),
        }
    }

    fn decided(kind: PersonnelKind, months: i32, month: &str, notice: Option<&str>) -> Result<String, Code> {
        let choice = Choice { notice_on: notice.map(|d| d.parse().unwrap()), ..Choice::default() };
        let choice = decide(&cadre(kind, months), month.parse().unwrap(), &choice).map_err(|e| e.code)?;
        Ok(choice["elastic"].as_str().unwrap().to_string())
    }

    #[test]
    fn d_02_early_statutory_and_late_months() {
        use PersonnelKind::{CivilServant, PublicInstitution};
        assert_eq!(decided(CivilServant, 240, "2032-04", None), Ok("STATUTORY".into()));
        assert_eq!(decided(CivilServant, 186, "2030-10", Some("2030-06-30")), Ok("EARLY".into()));
        assert_eq!(decided(CivilServant, 186, "2030-09", Some("2030-01-01")), Err(Code::NotYetAllowed));
        assert_eq!(decided(CivilServant, 186, "2030-10", Some("2030-08-01")), Err(Code::NoticeTooShort));
        assert_eq!(decided(CivilServant, 186, "2030-10", None), Err(Code::NoticeTooShort));
        assert_eq!(decided(CivilServant, 240, "2032-05", None), Err(Code::LateRefused));
        assert_eq!(decided(PublicInstitution, 240, "2032-05", None), Ok("LATE".into()));
        assert_eq!(decided(PublicInstitution, 240, "2035-05", None), Err(Code::RetirementTooLate));
    }

    #[test]
    fn d_03_contribution_of_the_chosen_year() {
        let early = |months| decided(PersonnelKind::CivilServant, months, "2030-10", Some("2030-01-01"));
        assert_eq!((early(186), early(185)), (Ok("EARLY".into()), Err(Code::ContributionTooShort)));
        let certified = Choice {
            notice_on: Some("2030-01-01".parse().unwrap()),
            contribution_months: Some(186),
            ..Choice::default()
        };
        assert!(decide(&cadre(PersonnelKind::CivilServant, 100), "2030-10".parse().unwrap(), &certified).is_ok());
    }
}
