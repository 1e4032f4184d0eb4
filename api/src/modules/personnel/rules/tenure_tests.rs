//! Tests of tenure: the rulebook's examples of B-02 and B-03 and their edges.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::modules::personnel::rules::refusal::code;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn held(position: Position, since: &str, until: &str) -> Holding {
    Holding { position, since: day(since), until: until.parse().ok() }
}

fn result(year: i32, grade: Grade, approved: &str) -> YearResult {
    YearResult { year, grade, approved_on: day(approved) }
}

fn asked(to: Rank, on: NaiveDate, holdings: &[Holding]) -> &'static str {
    code(check(to, on, holdings, &[], TenureRules::default()))
}

/// To 一级主任科员 after a start on 1 June 2021.
fn from(results: &[YearResult]) -> String {
    eligible_from(Rank::PrincipalClerk1, day("2021-06-01"), results, TenureRules::default()).unwrap().to_string()
}

#[test]
fn b_02_table() {
    use PostLevel::{BureauDeputy, DivisionChief, DivisionDeputy, SectionChief, SectionDeputy};
    use Rank::*;
    let rows = [
        (Counsel1, Some(BureauDeputy), Counsel2, 4),
        (Counsel2, None, Consultant1, 4),
        (Consultant1, Some(DivisionChief), Consultant2, 3),
        (Consultant2, None, Consultant3, 2),
        (Consultant3, Some(DivisionDeputy), Consultant4, 2),
        (Consultant4, None, PrincipalClerk1, 2),
        (PrincipalClerk1, Some(SectionChief), PrincipalClerk2, 2),
        (PrincipalClerk2, None, PrincipalClerk3, 2),
        (PrincipalClerk3, Some(SectionDeputy), PrincipalClerk4, 2),
        (PrincipalClerk4, None, Clerk1, 2),
        (Clerk1, None, Clerk2, 2),
    ];
    assert_eq!(rows.len() + 1, Rank::ALL.len());
    for (to, post, rank, years) in rows {
        let expected: Vec<Position> = post.map(Position::Post).into_iter().chain([Position::Rank(rank)]).collect();
        assert_eq!(sources(to), expected);
        for position in expected {
            let holdings = [held(position, "2020-03-15", "")];
            let full = add_months(day("2020-03-15"), years * 12);
            assert_eq!(asked(to, full.pred_opt().unwrap(), &holdings), "TENURE_TOO_SHORT", "{to:?} {position:?}");
            assert_eq!(asked(to, full, &holdings), "OK", "{to:?} {position:?}");
        }
    }
    assert_eq!((needed_years(Clerk2), sources(Clerk2)), (None, vec![]));
}

#[test]
fn b_01_promotion_is_stepwise() {
    let holdings = [held(Position::Rank(Rank::PrincipalClerk4), "2010-01-01", "")];
    let refusal = check(Rank::PrincipalClerk2, day("2025-01-01"), &holdings, &[], TenureRules::default()).unwrap_err();
    assert_eq!(refusal.code, "NOT_STEPWISE");
    assert_eq!((refusal.limit.as_deref(), refusal.actual.as_deref()), (Some("三级主任科员"), Some("四级主任科员")));
    assert_eq!(asked(Rank::PrincipalClerk3, day("2025-01-01"), &holdings), "OK");
    assert_eq!(asked(Rank::PrincipalClerk4, day("2025-01-01"), &holdings), "NOT_STEPWISE");
    assert_eq!(asked(Rank::Clerk1, day("2025-01-01"), &[]), "NOT_STEPWISE");
}

#[test]
fn b_02_equal_post_and_rank_add_up() {
    let post = Position::Post(PostLevel::SectionChief);
    let rank = Position::Rank(Rank::PrincipalClerk2);
    let both = [held(post, "2021-06-01", "2022-06-01"), held(rank, "2022-06-01", "")];
    assert_eq!(asked(Rank::PrincipalClerk1, day("2023-05-31"), &both), "TENURE_TOO_SHORT");
    assert_eq!(asked(Rank::PrincipalClerk1, day("2023-06-01"), &both), "OK");
    // Held at the same time they count once; after a break the count begins anew.
    let together = [held(post, "2022-01-01", ""), held(rank, "2022-01-01", "")];
    assert_eq!(asked(Rank::PrincipalClerk1, day("2023-01-01"), &together), "TENURE_TOO_SHORT");
    let broken = [held(post, "2020-06-01", "2021-06-01"), held(rank, "2022-06-01", "")];
    assert_eq!(served_since(Rank::PrincipalClerk1, &broken, day("2023-06-01")), Some(day("2022-06-01")));
    // What ended before the day is no ground for a promotion.
    let ended = [held(rank, "2015-01-01", "2020-01-01")];
    assert_eq!(asked(Rank::PrincipalClerk1, day("2023-06-01"), &ended), "NOT_STEPWISE");
}

#[test]
fn b_03_earliest_date() {
    use Grade::{Competent, Excellent, Undetermined};
    assert_eq!(from(&[]), "2023-06-01");
    assert_eq!(from(&[result(2021, Competent, "2022-01-20"), result(2022, Competent, "2023-01-20")]), "2023-06-01");
    assert_eq!(from(&[result(2021, Competent, "2022-01-20"), result(2022, Excellent, "2023-01-20")]), "2023-01-20");
    assert_eq!(from(&[result(2021, Excellent, "2022-01-20")]), "2022-12-01");
    assert_eq!(from(&[result(2021, Excellent, "2022-01-20"), result(2022, Competent, "2023-01-20")]), "2022-12-01");
    assert_eq!(from(&[result(2022, Undetermined, "2023-01-20")]), "2024-06-01");
}

#[test]
fn b_03_an_uncounted_year_moves_a_shortened_term_too() {
    let results = [result(2021, Grade::Excellent, "2022-01-20"), result(2022, Grade::NotAssessed, "2023-01-20")];
    assert_eq!(from(&results), "2023-12-01");
    for grade in [Grade::BasicallyCompetent, Grade::Incompetent, Grade::Undetermined, Grade::NotAssessed] {
        assert_eq!(from(&[result(2021, grade, "2022-01-20")]), "2024-01-01");
    }
    // The year in which the months are full already takes nothing away.
    assert_eq!(from(&[result(2024, Grade::Undetermined, "2025-01-20")]), "2023-06-01");
    let two = [result(2022, Grade::Undetermined, "2023-01-20"), result(2023, Grade::Undetermined, "2024-01-20")];
    assert_eq!(from(&two), "2025-06-01");
}

#[test]
fn b_03_an_excellent_year_before_the_rank_is_not_used_again() {
    assert_eq!(from(&[result(2020, Grade::Excellent, "2021-01-20")]), "2023-06-01");
    let start = |rules| {
        let results = [result(2021, Grade::Excellent, "2022-01-20")];
        eligible_from(Rank::PrincipalClerk1, day("2021-06-01"), &results, rules).unwrap().to_string()
    };
    assert_eq!(start(TenureRules::default()), "2022-12-01");
    assert_eq!(start(TenureRules { start_year_is_old: true, ..TenureRules::default() }), "2023-06-01");
}

#[test]
fn b_03_probation_counts_where_the_tenant_says_so() {
    let results = [result(2021, Grade::Probation, "2022-01-20")];
    let to = |rules| eligible_from(Rank::Clerk1, day("2021-06-01"), &results, rules).unwrap().to_string();
    assert_eq!(to(TenureRules::default()), "2024-01-01");
    assert_eq!(to(TenureRules { probation_counts: true, ..TenureRules::default() }), "2023-06-01");
}
