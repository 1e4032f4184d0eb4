//! A person's rows: the person, the standing as a cadre, the post.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use entities::{
    appointment, cadre, person,
    values::{CadreState, PersonnelKind},
};
use uuid::Uuid;

use crate::{
    data::synthetic::{chance::Chance, profile::Profile},
    kernel::year_month::YearMonth,
    modules::personnel::rules::{id_number::Sex, name_key::name_key},
};

/// Where somebody works.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The tenant.
    pub tenant: Uuid,
    /// The unit.
    pub unit: Uuid,
    /// The branch of the party there.
    pub branch: Option<Uuid>,
    /// Title of the post.
    pub title: &'a str,
}

/// A person's rows.
pub struct Made {
    /// 人员
    pub person: person::Model,
    /// 干部
    pub cadre: cadre::Model,
    /// 任职
    pub appointment: appointment::Model,
}

/// Makes the rows of a profile as of a day.
pub fn rows(
    chance: &mut Chance,
    profile: &Profile,
    place: Place<'_>,
    today: NaiveDate,
    created: DateTime<Utc>,
) -> Made {
    let started = profile.work_started.first_day();
    let person = person::Model {
        tenant_id: place.tenant,
        id: chance.id(created),
        name: profile.name.clone(),
        name_key: name_key(&profile.name),
        id_number: profile.id_number.clone(),
        sex: if profile.sex == Sex::Male { "1" } else { "2" }.into(),
        ethnicity: profile.ethnicity.into(),
        birth: profile.birth.to_string(),
        native_place: Some(profile.native_place.clone()),
        political_status: profile.political_status.into(),
        education: Some(profile.education.into()),
        phone: Some(profile.phone.clone()),
        unit_id: place.unit,
        party_organisation_id: profile.joined_party.and(place.branch),
        joined_party: profile.joined_party.map(|day| day.to_string()),
        version: 1,
        created_at: created,
        updated_at: created,
    };
    let months = profile.work_started.months_until(YearMonth::of(today));
    // 试用期 is a civil servant's first year (公务员法 第34条).
    let probation = months < 12 && profile.kind == PersonnelKind::CivilServant;
    let cadre = cadre::Model {
        tenant_id: place.tenant,
        id: chance.id(created),
        person_id: person.id,
        unit_id: place.unit,
        kind: profile.kind,
        state: if probation { CadreState::Probation } else { CadreState::Serving },
        state_since: if probation { started } else { first_of_state(profile, started) },
        rank: profile.rank,
        category: profile.category,
        archive_birth: profile.archive_birth.to_string(),
        work_started: profile.work_started.to_string(),
        contribution_months: profile.contribution_months,
        under_investigation: profile.under_investigation,
        version: 1,
        created_at: created,
        updated_at: created,
    };
    let appointment = appointment::Model {
        tenant_id: place.tenant,
        id: chance.id(created),
        cadre_id: cadre.id,
        unit_id: place.unit,
        title: place.title.into(),
        level: profile.level,
        is_main: true,
        started_on: in_post_since(chance, started, today),
        ended_on: None,
        version: 1,
    };
    Made { person, cadre, appointment }
}

/// Civil servants serve in full from the year after their probation, others from their first day.
fn first_of_state(profile: &Profile, started: NaiveDate) -> NaiveDate {
    match profile.kind {
        PersonnelKind::CivilServant => started.with_year(started.year() + 1).unwrap_or(started),
        _ => started,
    }
}

/// Nobody stays in one post for ever: since a day of the last eight years, but not before the work began.
fn in_post_since(chance: &mut Chance, started: NaiveDate, today: NaiveDate) -> NaiveDate {
    let days = chance.between(30_u64, 8 * 365);
    today.checked_sub_days(Days::new(days)).unwrap_or(started).max(started)
}
