//! Secondment (挂职交流), rule H-05, 公务员法第72条: the relation to the unit one comes from stays.

use chrono::NaiveDate;

use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// A secondment (挂职): from the first day to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secondment<'a> {
    /// The unit that the person belongs to (派出单位) and goes on belonging to.
    pub home: &'a str,
    /// The unit that the person works in meanwhile (挂职单位).
    pub host: &'a str,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
}

/// Everything that is wrong with a secondment beside the person's other ones; none if nothing is.
pub fn refusals(new: &Secondment<'_>, others: &[Secondment<'_>]) -> Vec<Refusal> {
    let other_unit = ensure(new.home != new.host, || {
        Refusal::new("SAME_UNIT", "挂职单位不能是派出单位", "The host is another unit than the home.")
    });
    let forwards = ensure(new.starts_on <= new.ends_on, || {
        let (zh, en) = ("结束日期早于开始日期", "It ends before it begins");
        Refusal::beyond("PERIOD_REVERSED", new.starts_on, new.ends_on, zh, en)
    });
    let running = others.iter().find(|one| one.starts_on <= new.ends_on && new.starts_on <= one.ends_on);
    let alone = ensure(running.is_none(), || {
        let until = running.map_or_else(String::new, |one| one.ends_on.to_string());
        let (zh, en) = ("与另一段挂职重叠", "It overlaps another secondment");
        Refusal::beyond("PERIOD_OVERLAPS", until, new.starts_on, zh, en)
    });
    [other_unit, forwards, alone].into_iter().filter_map(Result::err).collect()
}

/// The unit in which the person works on a day (实际工作单位). The personnel relation (人事关系) is the home's on all.
pub fn works_in<'a>(home: &'a str, secondments: &[Secondment<'a>], on: NaiveDate) -> &'a str {
    secondments.iter().find(|one| one.starts_on <= on && on <= one.ends_on).map_or(home, |one| one.host)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn seconded(host: &'static str, from: &str, until: &str) -> Secondment<'static> {
        Secondment { home: "发改局", host, starts_on: from.parse().unwrap(), ends_on: until.parse().unwrap() }
    }

    fn codes(new: &Secondment<'_>, others: &[Secondment<'_>]) -> Vec<&'static str> {
        refusals(new, others).into_iter().map(|refusal| refusal.code).collect()
    }

    #[test]
    fn h_05_the_personnel_relation_stays() {
        let secondments = [seconded("街道", "2025-03-01", "2026-02-28")];
        let on = |day: &str| works_in("发改局", &secondments, day.parse().unwrap());
        assert_eq!(
            (on("2025-02-28"), on("2025-03-01"), on("2026-02-28"), on("2026-03-01")),
            ("发改局", "街道", "街道", "发改局")
        );
    }

    #[test]
    fn h_05_another_unit_for_a_time_of_its_own() {
        let first = seconded("街道", "2025-03-01", "2026-02-28");
        assert_eq!(codes(&first, &[]), [""; 0]);
        assert_eq!(codes(&seconded("发改局", "2025-03-02", "2025-03-01"), &[]), ["SAME_UNIT", "PERIOD_REVERSED"]);
        assert_eq!(codes(&seconded("乡镇", "2026-02-28", "2026-12-31"), &[first]), ["PERIOD_OVERLAPS"]);
        assert_eq!(codes(&seconded("乡镇", "2026-03-01", "2026-12-31"), &[first]), [""; 0]);
    }
}
