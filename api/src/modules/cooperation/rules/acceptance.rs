//! What a review's checklist looks like and what a pass needs (验收), H-01.

use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// A line of a checklist, as far as a pass depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The most it can score.
    pub full: i32,
    /// Whether nothing is passed with 0 on it.
    pub mandatory: bool,
    /// What it scored, none until then.
    pub score: Option<i32>,
}

/// Refuses a checklist (清单) that scores nothing, or a pass mark beyond what it can score.
pub fn check_list(lines: &[Line], pass: i32) -> Result<(), Refusal> {
    let full: i64 = lines.iter().map(|line| i64::from(line.full)).sum();
    ensure((1..=full).contains(&i64::from(pass)), || {
        let limit = format!("1..{full}");
        Refusal::beyond("PASS_SCORE", limit, pass, "合格分应不超过总分", "The pass mark is within what can be scored")
    })
}

/// Refuses a score (得分) beyond its line.
pub fn check_score(full: i32, score: i32) -> Result<(), Refusal> {
    ensure((0..=full).contains(&score), || {
        Refusal::beyond("SCORE", format!("0..{full}"), score, "得分应不超过满分", "A score is within its line")
    })
}

/// Refuses a conclusion (结论) before every line is scored, and a pass that the scores do not bear. Whether
/// what could pass does pass stays a person's decision.
pub fn check_conclusion(lines: &[Line], pass: i32, passed: bool) -> Result<(), Refusal> {
    let open = lines.iter().filter(|line| line.score.is_none()).count();
    ensure(open == 0, || {
        Refusal::beyond("NOT_SCORED", 0, open, "仍有指标未评分", "Lines of the checklist are without a score")
    })?;
    let missed = lines.iter().filter(|line| line.mandatory && line.score == Some(0)).count();
    ensure(!passed || missed == 0, || {
        Refusal::beyond("MANDATORY_MISSED", 0, missed, "必达指标未达到", "Lines that must score something have 0")
    })?;
    let score: i64 = lines.iter().filter_map(|line| line.score).map(i64::from).sum();
    ensure(!passed || score >= i64::from(pass), || {
        Refusal::beyond("BELOW_PASS", pass, score, "得分低于合格分", "The score is below the pass mark")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn line(full: i32, mandatory: bool, score: impl Into<Option<i32>>) -> Line {
        Line { full, mandatory, score: score.into() }
    }

    #[test]
    fn h_01_a_pass_mark_can_be_reached() {
        let lines = [line(60, true, None), line(40, false, None)];
        assert_eq!((code(check_list(&lines, 80)), code(check_list(&lines, 100))), ("OK", "OK"));
        assert_eq!((code(check_list(&lines, 101)), code(check_list(&lines, 0))), ("PASS_SCORE", "PASS_SCORE"));
        assert_eq!(code(check_list(&[], 1)), "PASS_SCORE");
        assert_eq!(
            (code(check_score(60, 60)), code(check_score(60, 61)), code(check_score(60, -1))),
            ("OK", "SCORE", "SCORE")
        );
    }

    #[test]
    fn h_01_a_pass_is_borne_by_the_scores_and_a_failure_is_free() {
        let good = [line(60, true, 50), line(40, false, 30)];
        assert_eq!((code(check_conclusion(&good, 80, true)), code(check_conclusion(&good, 80, false))), ("OK", "OK"));
        assert_eq!(code(check_conclusion(&good, 81, true)), "BELOW_PASS");
        let missed = [line(10, true, 0), line(90, false, 90)];
        assert_eq!(
            (code(check_conclusion(&missed, 80, true)), code(check_conclusion(&missed, 80, false))),
            ("MANDATORY_MISSED", "OK")
        );
        assert_eq!(code(check_conclusion(&[line(10, true, None)], 1, false)), "NOT_SCORED");
    }
}
