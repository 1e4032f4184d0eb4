//! Which division is competent for which (属地管辖), rules H-06 and J-01: a GB/T 2260 code covers those below it.

use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// Whether a division covers another: it is the same or lies above it.
pub fn covers(above: &str, below: &str) -> bool {
    let part = if above.ends_with("0000") {
        2
    } else if above.ends_with("00") {
        4
    } else {
        6
    };
    match (above.get(..part), below.get(..part)) {
        (Some(above), Some(below)) => above == below,
        _ => false,
    }
}

/// Whether a unit of a division may handle a case of another (移送管辖).
pub fn check(unit: &str, case: &str) -> Result<(), Refusal> {
    ensure(covers(unit, case), || {
        let (zh, en) = ("承办单位不管辖办件所属行政区划", "The unit's division does not cover that of the case");
        Refusal::beyond("NOT_COMPETENT", case, unit, zh, en)
    })
}

/// The place of the route that fits a division best (属地优先): of those that cover it, the nearest.
pub fn nearest<'a>(routes: impl Iterator<Item = &'a str>, case: &str) -> Option<usize> {
    let width = |division: &str| division.trim_end_matches("00").len();
    let fitting = routes.enumerate().filter(|(_, division)| covers(division, case));
    fitting.max_by_key(|(_, division)| width(division)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    #[test]
    fn j_01_a_division_covers_those_below_it() {
        assert!(covers("330000", "330203") && covers("330200", "330203") && covers("330203", "330203"));
        assert!(!covers("330205", "330203") && !covers("330300", "330203") && !covers("330203", "330200"));
        assert!(!covers("33", "330203"));
    }

    #[test]
    fn h_06_an_item_goes_to_who_is_competent() {
        assert_eq!((code(check("330200", "330203")), code(check("330205", "330203"))), ("OK", "NOT_COMPETENT"));
    }

    #[test]
    fn h_06_the_nearest_route_is_taken() {
        let routes = ["330000", "330203", "330200", "330205"];
        assert_eq!(nearest(routes.into_iter(), "330203"), Some(1));
        assert_eq!(nearest(routes.into_iter(), "330212"), Some(2));
        assert_eq!(nearest(routes.into_iter(), "340100"), None);
    }
}
