//! Records a person.

use async_graphql::InputObject;
use entities::{party_organisation, person, unit};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        partial_date::PartialDate,
        tx::Tx,
    },
    modules::{
        organisation::catalogue::{PartyOrganisation, Unit},
        personnel::{
            commands::checks,
            rules::{code_set, name_key::name_key},
        },
    },
};

/// A new person (人员).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PersonCreateInput {
    /// Name (姓名), 1 to 100 characters.
    pub name: String,
    /// Citizen identity number (公民身份号码), J-02; one person in a tenant has it.
    pub id_number: String,
    /// Sex (性别), code or name of GB/T 2261.1; the number's unless given, and it must agree with it.
    pub sex: Option<String>,
    /// Ethnic group (民族), code or name of GB/T 3304.
    pub ethnicity: String,
    /// Birth (出生年月), J-07; the identity number's unless the archive differs.
    pub birth: Option<Given<PartialDate>>,
    /// Native place (籍贯), 1 to 100 characters.
    pub native_place: Option<String>,
    /// Political status (政治面貌), code or name of GB/T 4762.
    pub political_status: String,
    /// Education (学历), code or name of GB/T 4658.
    pub education: Option<String>,
    /// Mobile number (手机号码), 11 digits.
    pub phone: Option<String>,
    /// The unit that manages the person (管理单位).
    pub unit: Id<Unit>,
    /// Where the party membership is (所在党组织).
    pub party_organisation: Option<Id<PartyOrganisation>>,
    /// Admission to the party (入党时间), J-07.
    pub joined_party: Option<Given<PartialDate>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PersonCreateInput {
    const NAME: &'static str = "personCreate";
    const RIGHT: (Resource, Action) = (Resource::Person, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let today = tx.session().today();
        let mut faults = Faults::default();
        let name = faults.take(checks::text(&self.name, "input.name", 100));
        let number = faults.take(checks::id_number(&self.id_number, "input.idNumber"));
        let sex = match &self.sex {
            Some(sex) => faults.take(checks::code(code_set::SEX, sex, "input.sex", today)),
            None => number.as_ref().map(|number| checks::sex_code(number).to_string()),
        };
        if let (Some(sex), Some(number)) = (&sex, &number) {
            faults.take(checks::sex_agrees(sex, number, "input.sex"));
        }
        let ethnicity = faults.take(checks::code(code_set::ETHNIC_GROUP, &self.ethnicity, "input.ethnicity", today));
        let status = &self.political_status;
        let status = faults.take(checks::code(code_set::POLITICAL_STATUS, status, "input.politicalStatus", today));
        let education = self.education.as_deref();
        let education =
            education.and_then(|e| faults.take(checks::code(code_set::EDUCATION, e, "input.education", today)));
        let birth = match &self.birth {
            Some(given) => given.get("input.birth", &mut faults),
            None => number.as_ref().map(|number| PartialDate::of_day(number.birth())),
        };
        let birth = birth.and_then(|birth| faults.take(checks::not_future(birth, "input.birth", today)));
        let joined = self.joined_party.as_ref().and_then(|given| given.get("input.joinedParty", &mut faults));
        let joined = joined.and_then(|joined| faults.take(checks::not_future(joined, "input.joinedParty", today)));
        let place = self.native_place.as_deref();
        let place = place.and_then(|place| faults.take(checks::text(place, "input.nativePlace", 100)));
        let phone = self.phone.as_deref().and_then(|phone| faults.take(checks::phone(phone, "input.phone")));

        let unit = tx.gate_as::<unit::Entity>(Resource::Person, Action::Create)?.id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        let party = party_organisation(tx, self.party_organisation.as_ref(), &mut faults).await?;
        if let Some(number) = &number {
            unused(tx, number.as_str(), None, &mut faults).await?;
        }
        faults.check()?;
        let (Some(name), Some(number), Some(sex), Some(ethnicity), Some(status), Some(birth), Some(unit)) =
            (name, number, sex, ethnicity, status, birth, unit)
        else {
            return Err(Code::InternalServerError.into());
        };
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(person::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            name_key: Set(name_key(&name)),
            name: Set(name),
            id_number: Set(number.as_str().to_string()),
            sex: Set(sex),
            ethnicity: Set(ethnicity),
            birth: Set(birth.to_string()),
            native_place: Set(place),
            political_status: Set(status),
            education: Set(education),
            phone: Set(phone),
            unit_id: Set(unit.id),
            party_organisation_id: Set(party),
            joined_party: Set(joined.map(|date| date.to_string())),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.touched("Person", id, json!({ "created": true }));
        tx.emit("person.created", "Person", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// The party organisation that an input names, if the caller may see it.
pub(super) async fn party_organisation(
    tx: &Tx,
    given: Option<&Id<PartyOrganisation>>,
    faults: &mut Faults,
) -> Result<Option<Uuid>, Fault> {
    let Some(id) = given else { return Ok(None) };
    let found = tx.gate::<party_organisation::Entity>(Action::Read)?.id(id.uuid()).one().await?;
    if found.is_none() {
        faults.add(UserError::of(Code::Unknown, "input.partyOrganisation"));
    }
    Ok(found.map(|row| row.id))
}

/// Adds a fault if somebody else in the tenant has the identity number.
pub(super) async fn unused(tx: &Tx, number: &str, but: Option<Uuid>, faults: &mut Faults) -> Result<(), Fault> {
    let mut same = tx.parts::<person::Entity>().filter(person::Column::IdNumber.eq(number));
    if let Some(id) = but {
        same = same.filter(person::Column::Id.ne(id));
    }
    if same.count().await? > 0 {
        faults.add(UserError::new(
            Code::AlreadyExists,
            "input.idNumber",
            "本租户已有使用该身份证号码的人员",
            "A person of this tenant has this identity number already.",
        ));
    }
    Ok(())
}
