//! Where people of a region come from: the first six digits of their identity numbers.

use crate::{
    data::synthetic::chance::Chance,
    modules::tenancy::rules::division::{Division, DivisionLevel, Divisions},
};

/// The divisions whose people live and work in one region.
pub struct Places {
    own: Vec<&'static Division>,
    city: Vec<&'static Division>,
    retired: Vec<&'static Division>,
    province: Vec<&'static Division>,
}

impl Places {
    /// The places around a division: a county, or a city with all its counties.
    pub fn around(division_code: &str) -> Self {
        let city = division_code.get(..4).unwrap_or(division_code);
        let counties: Vec<&'static Division> =
            Divisions::national().iter().filter(|d| d.level == DivisionLevel::County).collect();
        let of = |keep: &dyn Fn(&Division) -> bool| counties.iter().copied().filter(|d| keep(d)).collect::<Vec<_>>();
        Self {
            own: of(&|d| {
                d.valid_to.is_none()
                    && (d.code == division_code || division_code.ends_with("00") && d.code.starts_with(city))
            }),
            city: of(&|d| d.valid_to.is_none() && d.code.starts_with(city)),
            retired: of(&|d| d.valid_to.is_some() && d.code.starts_with(city)),
            province: of(&|d| d.valid_to.is_none()),
        }
    }

    /// Where somebody born in this year got a number. A quarter of those born before 1990 got one of a
    /// division that has since been abolished, as numbers are never changed (J-01).
    pub fn origin(&self, chance: &mut Chance, birth_year: i32) -> Option<&'static Division> {
        let old = birth_year < 1990 && !self.retired.is_empty() && chance.permille(250);
        let places = match chance.between(0, 9) {
            _ if old => &self.retired,
            0..=5 if !self.own.is_empty() => &self.own,
            6..=8 if !self.city.is_empty() => &self.city,
            _ => &self.province,
        };
        chance.one(places).copied()
    }
}
