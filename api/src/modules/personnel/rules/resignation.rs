//! Resigning from public office (辞去公职) and what follows it, rules F-11 and H-05, 公务员法第85、86、107条.

use chrono::{Days, NaiveDate};

use super::refusal::Refusal;
use crate::kernel::civil::add_months;

/// The least service of the newly recruited in years (新录用最低服务年限), H-05; likely, so a tenant may change it.
pub const MINIMUM_SERVICE_YEARS: i32 = 5;

/// An application to resign (辞去公职申请).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The day of the application.
    pub applied_on: NaiveDate,
    /// Whether the person is of the leadership (领导成员).
    pub is_leader: bool,
    /// The day of recruitment (录用日期) where the least service applies to the person.
    pub recruited_on: Option<NaiveDate>,
    /// Years of the least service.
    pub minimum_years: i32,
    /// Whether the post is one of state secrets (涉密等特殊职位).
    pub holds_secret_post: bool,
    /// The first day after the declassification period (脱密期满日) of such a post left before.
    pub declassified_on: Option<NaiveDate>,
    /// Important business that only this person can bring to an end (重要公务尚未处理完毕).
    pub unfinished_business: bool,
    /// Under audit (正在接受审计).
    pub under_audit: bool,
    /// Under review or investigation (正在接受纪律审查、监察调查).
    pub under_investigation: bool,
    /// Criminal proceedings that are not concluded (司法程序尚未终结).
    pub in_criminal_proceedings: bool,
}

/// The last day for the decision (审批期限): 30 days after the application, 90 for leaders (第85条).
pub fn decision_due(applied_on: NaiveDate, is_leader: bool) -> NaiveDate {
    let days = if is_leader { 90 } else { 30 };
    applied_on.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// Everything that bars the resignation (不得辞去公职情形, 第86条); none if nothing does.
pub fn refusals(request: &Request) -> Vec<Refusal> {
    let mut out = vec![];
    let on = request.applied_on;
    if let Some(recruited) = request.recruited_on {
        let limit = add_months(recruited, request.minimum_years.saturating_mul(12));
        if on < limit {
            let (zh, en) = ("未满最低服务年限", "The least time of service is not over");
            out.push(Refusal::beyond("MINIMUM_SERVICE", limit, on, zh, en));
        }
    }
    if request.holds_secret_post {
        let zh = "在涉及国家秘密等特殊职位任职，不得辞去公职";
        out.push(Refusal::new("DECLASSIFICATION_PERIOD", zh, "The post is one of state secrets."));
    }
    if let Some(limit) = request.declassified_on.filter(|day| on < *day) {
        let (zh, en) = ("脱密期未满", "The declassification period is not over");
        out.push(Refusal::beyond("DECLASSIFICATION_PERIOD", limit, on, zh, en));
    }
    let mut unless = |holds: bool, code, zh: &str, en: &str| {
        if holds {
            out.push(Refusal::new(code, zh, en));
        }
    };
    let business = "重要公务尚未处理完毕，且须由本人继续处理";
    unless(request.unfinished_business, "UNFINISHED_BUSINESS", business, "Important business waits for this person.");
    unless(request.under_audit, "UNDER_AUDIT", "正在接受审计", "The person is under audit.");
    let investigated = "正在接受纪律审查、监察调查";
    unless(request.under_investigation, "UNDER_INVESTIGATION", investigated, "The person is under investigation.");
    let criminal = "涉嫌犯罪，司法程序尚未终结";
    unless(
        request.in_criminal_proceedings,
        "CRIMINAL_PROCEEDINGS",
        criminal,
        "Criminal proceedings are not concluded.",
    );
    out
}

/// The first day without the ban on related business (从业限制期满日, 第107条): three years after leaving for
/// leaders and whoever held a leading post of county-division level or above, two for others.
pub fn related_business_from(left_on: NaiveDate, was_leader: bool) -> NaiveDate {
    add_months(left_on, if was_leader { 36 } else { 24 })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn free(on: &str) -> Request {
        Request {
            applied_on: day(on),
            is_leader: false,
            recruited_on: None,
            minimum_years: MINIMUM_SERVICE_YEARS,
            holds_secret_post: false,
            declassified_on: None,
            unfinished_business: false,
            under_audit: false,
            under_investigation: false,
            in_criminal_proceedings: false,
        }
    }

    fn codes(request: &Request) -> Vec<&'static str> {
        refusals(request).into_iter().map(|refusal| refusal.code).collect()
    }

    #[test]
    fn f_11_decision_in_30_or_90_days() {
        assert_eq!(decision_due(day("2025-03-01"), true), day("2025-05-30"));
        assert_eq!(decision_due(day("2025-03-01"), false), day("2025-03-31"));
    }

    #[test]
    fn f_11_barred_cases() {
        assert_eq!(codes(&free("2025-03-01")), [""; 0]);
        assert_eq!(codes(&Request { under_audit: true, ..free("2025-03-01") }), ["UNDER_AUDIT"]);
        let all = Request {
            under_investigation: true,
            in_criminal_proceedings: true,
            unfinished_business: true,
            holds_secret_post: true,
            ..free("2025-03-01")
        };
        let expected =
            ["DECLASSIFICATION_PERIOD", "UNFINISHED_BUSINESS", "UNDER_INVESTIGATION", "CRIMINAL_PROCEEDINGS"];
        assert_eq!(codes(&all), expected);
    }

    #[test]
    fn f_04_no_resignation_in_the_declassification_period() {
        let until = |on| codes(&Request { declassified_on: Some(day("2025-12-01")), ..free(on) });
        assert_eq!((until("2025-11-30"), until("2025-12-01")), (vec!["DECLASSIFICATION_PERIOD"], vec![]));
    }

    #[test]
    fn h_05_five_years_of_service() {
        let asked = |on| Request { recruited_on: Some(day("2020-08-01")), ..free(on) };
        // In the fourth year, on the last day, and with five years full.
        assert_eq!(codes(&asked("2024-03-01")), ["MINIMUM_SERVICE"]);
        assert_eq!(refusals(&asked("2025-07-31"))[0].limit.as_deref(), Some("2025-08-01"));
        assert_eq!(codes(&asked("2025-08-01")), [""; 0]);
    }

    #[test]
    fn f_11_related_business_after_leaving() {
        assert_eq!(related_business_from(day("2025-05-30"), true), day("2028-05-30"));
        assert_eq!(related_business_from(day("2025-05-30"), false), day("2027-05-30"));
    }
}
