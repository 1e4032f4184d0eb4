//! One person's facts, drawn so that they agree with each other.

use chrono::{Datelike, Months, NaiveDate};
use entities::values::{CivilServantRank as Rank, PersonnelKind, PostLevel, RetirementCategory};

use crate::{
    data::synthetic::{chance::Chance, identity::IdNumbers, names, places::Places},
    kernel::{partial_date::PartialDate, year_month::YearMonth},
    modules::personnel::rules::{
        id_number::Sex,
        retirement::{RetirementCategory as RuleCategory, statutory},
    },
};

/// What is asked of a person to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Level of the post.
    pub level: PostLevel,
    /// By which rules managed.
    pub kind: PersonnelKind,
    /// The month of retirement, or as close to it as the rules come; none for somebody who serves on.
    pub retires: Option<YearMonth>,
}

/// One person's facts.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Day of birth, as in the identity number.
    pub birth: NaiveDate,
    /// Birth as the archive has it, which now and then differs.
    pub archive_birth: PartialDate,
    /// Identity number.
    pub id_number: String,
    /// GB/T 3304.
    pub ethnicity: &'static str,
    /// Native place.
    pub native_place: String,
    /// GB/T 4762.
    pub political_status: &'static str,
    /// Day of admission as a probationary party member.
    pub joined_party: Option<NaiveDate>,
    /// GB/T 4658.
    pub education: &'static str,
    /// Mobile number.
    pub phone: String,
    /// First month at work.
    pub work_started: YearMonth,
    /// Months of pension contributions.
    pub contribution_months: i32,
    /// By which rules managed.
    pub kind: PersonnelKind,
    /// Retirement category.
    pub category: RetirementCategory,
    /// Level of the post.
    pub level: PostLevel,
    /// Rank; none outside the civil service.
    pub rank: Option<Rank>,
    /// Under investigation and not concluded.
    pub under_investigation: bool,
}

impl Profile {
    /// Draws a person as of a day. None only if the place has no identity number left.
    pub fn draw(
        chance: &mut Chance,
        numbers: &mut IdNumbers,
        places: &Places,
        today: NaiveDate,
        wanted: Wanted,
    ) -> Option<Self> {
        // Some draws do not fit (too young for the post, past the retirement month): draw again.
        (0..1_000).find_map(|_| Self::attempt(chance, numbers, places, today, wanted))
    }

    fn attempt(
        chance: &mut Chance,
        numbers: &mut IdNumbers,
        places: &Places,
        today: NaiveDate,
        wanted: Wanted,
    ) -> Option<Self> {
        let leads = wanted.level != PostLevel::NoLeadership;
        let sex = if chance.permille(if leads { 740 } else { 560 }) { Sex::Male } else { Sex::Female };
        let category = category(sex, wanted.kind, wanted.level);
        let birth = match wanted.retires {
            Some(month) => birth_for(chance, category, month)?,
            None => birth_by_age(chance, today, leads)?,
        };
        // Now and then the archive knows better than the identity card (D-01).
        let archive_birth = match chance.between(0, 99) {
            0 | 1 if wanted.retires.is_none() => {
                PartialDate::of_month(YearMonth::of(birth).add_months(-chance.between(1, 9)))
            }
            2..=11 => PartialDate::of_month(YearMonth::of(birth)),
            _ => PartialDate::of_day(birth),
        };
        let retirement = statutory(rule_category(category), archive_birth).month;
        if wanted.retires.is_none() && retirement <= YearMonth::of(today) {
            return None;
        }
        let age = years_between(birth, today);
        let education = education(chance, wanted.kind, birth.year(), leads);
        let work_started =
            YearMonth::of(birth.checked_add_months(Months::new(12 * work_age(education) + chance.between(0, 14)))?);
        if work_started >= YearMonth::of(today) || leads && age < youngest_leader(wanted.level) {
            return None;
        }
        let last_paid = retirement.min(YearMonth::of(today));
        let contribution_months = (work_started.months_until(last_paid) - chance.between(0, 3)).max(0);
        let (political_status, joined_party) = politics(chance, birth, today, leads);
        let origin = places.origin(chance, birth.year())?;
        Some(Self {
            name: names::name(chance, sex, birth.year()),
            id_number: numbers.give(chance, &origin.code, birth, sex)?,
            native_place: format!("浙江{}", origin.name.trim_end_matches(['区', '市', '县'])),
            sex,
            birth,
            archive_birth,
            ethnicity: ethnicity(chance),
            political_status,
            joined_party,
            education,
            phone: phone(chance),
            work_started,
            contribution_months,
            kind: wanted.kind,
            category,
            level: wanted.level,
            rank: rank(chance, wanted.kind, wanted.level, age),
            under_investigation: wanted.retires.is_none() && chance.permille(3),
        })
    }

    /// The month in which this person retires by law.
    pub fn retirement(&self) -> YearMonth {
        statutory(rule_category(self.category), self.archive_birth).month
    }
}

/// The rule's word for a stored category.
pub fn rule_category(category: RetirementCategory) -> RuleCategory {
    match category {
        RetirementCategory::M60 => RuleCategory::M60,
        RetirementCategory::F55 => RuleCategory::F55,
        RetirementCategory::F50 => RuleCategory::F50,
        RetirementCategory::F60 => RuleCategory::F60,
    }
}

/// Full years from a birth to a day.
pub fn years_between(birth: NaiveDate, day: NaiveDate) -> u32 {
    day.years_since(birth).unwrap_or(0)
}

/// D-01 and D-04: men 60; women 55, workers 50, of county-division rank 60.
fn category(sex: Sex, kind: PersonnelKind, level: PostLevel) -> RetirementCategory {
    use PostLevel as L;
    let division = matches!(level, L::BureauChief | L::BureauDeputy | L::DivisionChief | L::DivisionDeputy);
    match (sex, kind) {
        (Sex::Male, _) => RetirementCategory::M60,
        (Sex::Female, PersonnelKind::Worker) => RetirementCategory::F50,
        (Sex::Female, _) if division => RetirementCategory::F60,
        (Sex::Female, _) => RetirementCategory::F55,
    }
}

/// A day of birth whose statutory month is the wanted one, or the next that the schedule reaches.
fn birth_for(chance: &mut Chance, category: RetirementCategory, month: YearMonth) -> Option<NaiveDate> {
    let rule = rule_category(category);
    let base = i32::try_from(rule.base_age()).ok()? * 12;
    let reaches = |target: YearMonth| {
        (0..=60)
            .map(|delay| target.add_months(-base - delay))
            .find(|birth| statutory(rule, PartialDate::of_month(*birth)).month == target)
    };
    let birth = (0..3).find_map(|later| reaches(month.add_months(later)))?;
    birth.first_day().with_day(chance.between(1, 28))
}

fn birth_by_age(chance: &mut Chance, today: NaiveDate, leads: bool) -> Option<NaiveDate> {
    const STAFF: &[((u32, u32), u32)] = &[
        ((22, 25), 6),
        ((26, 30), 15),
        ((31, 35), 18),
        ((36, 40), 16),
        ((41, 45), 14),
        ((46, 50), 12),
        ((51, 55), 11),
        ((56, 61), 8),
    ];
    const LEADERS: &[((u32, u32), u32)] =
        &[((28, 35), 8), ((36, 40), 19), ((41, 45), 24), ((46, 50), 22), ((51, 55), 18), ((56, 61), 9)];
    let (low, high) = chance.weighted(if leads { LEADERS } else { STAFF })?;
    let age = chance.between(low, high);
    // Half a year of room: contemporaries have their birthdays all over the year.
    today.checked_sub_months(Months::new(age * 12))?.checked_sub_days(chrono::Days::new(chance.between(0, 364)))
}

fn youngest_leader(level: PostLevel) -> u32 {
    match level {
        PostLevel::BureauChief | PostLevel::BureauDeputy => 44,
        PostLevel::DivisionChief => 38,
        PostLevel::DivisionDeputy => 34,
        PostLevel::SectionChief => 30,
        PostLevel::SectionDeputy => 26,
        PostLevel::NoLeadership => 0,
    }
}

/// The age at which somebody of this education begins to work.
fn work_age(education: &str) -> u32 {
    match education {
        "11" => 27,
        "14" => 24,
        "21" => 22,
        "31" => 20,
        _ => 18,
    }
}

fn education(chance: &mut Chance, kind: PersonnelKind, birth_year: i32, leads: bool) -> &'static str {
    let table: &[(&'static str, u32)] = match (kind, birth_year) {
        (PersonnelKind::Worker, _) => &[("31", 3), ("41", 3), ("61", 4), ("71", 1)],
        _ if leads => &[("11", 1), ("14", 22), ("21", 70), ("31", 4)],
        (_, ..1975) => &[("14", 4), ("21", 62), ("31", 28), ("41", 6)],
        (_, 1975..1990) => &[("11", 1), ("14", 16), ("21", 74), ("31", 9)],
        _ => &[("11", 1), ("14", 28), ("21", 68), ("31", 3)],
    };
    chance.weighted(table).unwrap_or("21")
}

fn ethnicity(chance: &mut Chance) -> &'static str {
    // 汉族, then those who live in Zhejiang: 畲、回、满、土家、苗、壮.
    const TABLE: &[(&str, u32)] = &[("01", 975), ("22", 8), ("03", 4), ("11", 3), ("15", 4), ("06", 3), ("08", 3)];
    chance.weighted(TABLE).unwrap_or("01")
}

fn politics(chance: &mut Chance, birth: NaiveDate, today: NaiveDate, leads: bool) -> (&'static str, Option<NaiveDate>) {
    const STAFF: &[(&str, u32)] =
        &[("01", 720), ("02", 15), ("13", 190), ("03", 30), ("05", 15), ("10", 10), ("07", 10), ("12", 10)];
    const LEADERS: &[(&str, u32)] = &[("01", 955), ("05", 15), ("06", 10), ("10", 10), ("12", 10)];
    let age = years_between(birth, today);
    let status = match chance.weighted(if leads { LEADERS } else { STAFF }).unwrap_or("13") {
        // Membership of the league ends at 28; probation is for those who have just been admitted.
        "03" if age > 28 => "13",
        "02" if age > 40 => "01",
        other => other,
    };
    let days = match status {
        "02" => chance.between(20, 330),
        "01" => {
            let grown = birth.checked_add_months(Months::new(19 * 12)).unwrap_or(birth);
            let room = (today - grown).num_days().max(401);
            chance.between(400, room.min(365 * 35))
        }
        _ => return (status, None),
    };
    (status, u64::try_from(days).ok().and_then(|days| today.checked_sub_days(chrono::Days::new(days))))
}

fn phone(chance: &mut Chance) -> String {
    let head = chance.one(&["130", "132", "134", "135", "136", "137", "138", "139"]).copied().unwrap_or("138");
    format!("{head}{}", chance.digits(8))
}

/// The lowest rank that a post of a level carries (B-01).
pub fn lowest_rank(level: PostLevel) -> Option<Rank> {
    match level {
        PostLevel::BureauChief => Some(Rank::Counsel1),
        PostLevel::BureauDeputy => Some(Rank::Counsel2),
        PostLevel::DivisionChief => Some(Rank::Consultant2),
        PostLevel::DivisionDeputy => Some(Rank::Consultant4),
        PostLevel::SectionChief => Some(Rank::PrincipalClerk2),
        PostLevel::SectionDeputy => Some(Rank::PrincipalClerk4),
        PostLevel::NoLeadership => None,
    }
}

fn rank(chance: &mut Chance, kind: PersonnelKind, level: PostLevel, age: u32) -> Option<Rank> {
    if !matches!(kind, PersonnelKind::CivilServant | PersonnelKind::Referenced) {
        return None;
    }
    use Rank as R;
    let higher = |rank| match rank {
        R::Consultant2 => R::Consultant1,
        R::Consultant4 => R::Consultant3,
        R::PrincipalClerk2 => R::PrincipalClerk1,
        R::PrincipalClerk4 => R::PrincipalClerk3,
        other => other,
    };
    if let Some(lowest) = lowest_rank(level) {
        // Those who have held their post for long stand one rank above it.
        return Some(if age >= 46 && chance.permille(500) { higher(lowest) } else { lowest });
    }
    let table: &[(Rank, u32)] = match age {
        ..=25 => &[(R::Clerk2, 2), (R::Clerk1, 6), (R::PrincipalClerk4, 1)],
        26..=30 => &[(R::Clerk1, 6), (R::PrincipalClerk4, 4)],
        31..=37 => &[(R::Clerk1, 1), (R::PrincipalClerk4, 6), (R::PrincipalClerk3, 3)],
        38..=44 => {
            &[(R::PrincipalClerk4, 3), (R::PrincipalClerk3, 4), (R::PrincipalClerk2, 3), (R::PrincipalClerk1, 1)]
        }
        45..=52 => &[(R::PrincipalClerk3, 2), (R::PrincipalClerk2, 4), (R::PrincipalClerk1, 4), (R::Consultant4, 1)],
        _ => &[(R::PrincipalClerk2, 3), (R::PrincipalClerk1, 5), (R::Consultant4, 2), (R::Consultant3, 1)],
    };
    chance.weighted(table)
}
