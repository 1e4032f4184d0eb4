//! Changes what is recorded of a person.

use async_graphql::InputObject;
use entities::{person, unit};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
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
        tx::{Tx, plus_one},
    },
    modules::{
        organisation::{
            catalogue::{PartyOrganisation, Unit},
            commands::version_mismatch,
        },
        personnel::{
            catalogue::Person,
            commands::{
                checks,
                person_create::{party_organisation, unused},
            },
            rules::{code_set, name_key::name_key},
        },
    },
};

/// Changes to a person; what is left out stays as it is.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PersonUpdateInput {
    /// Which person.
    pub id: Id<Person>,
    /// The version that you read.
    pub expected_version: i32,
    /// Name (姓名), 1 to 100 characters.
    pub name: Option<String>,
    /// Citizen identity number (公民身份号码), J-02.
    pub id_number: Option<String>,
    /// Sex (性别), code or name of GB/T 2261.1; it must agree with the identity number.
    pub sex: Option<String>,
    /// Ethnic group (民族), code or name of GB/T 3304.
    pub ethnicity: Option<String>,
    /// Birth (出生年月), J-07.
    pub birth: Option<Given<PartialDate>>,
    /// Native place (籍贯), 1 to 100 characters.
    pub native_place: Option<String>,
    /// Political status (政治面貌), code or name of GB/T 4762.
    pub political_status: Option<String>,
    /// Education (学历), code or name of GB/T 4658.
    pub education: Option<String>,
    /// Mobile number (手机号码), 11 digits.
    pub phone: Option<String>,
    /// The unit that manages the person (管理单位), within your reach.
    pub unit: Option<Id<Unit>>,
    /// Where the party membership is (所在党组织).
    pub party_organisation: Option<Id<PartyOrganisation>>,
    /// Admission to the party (入党时间), J-07.
    pub joined_party: Option<Given<PartialDate>>,
}

#[async_trait::async_trait]
impl Command for PersonUpdateInput {
    const NAME: &'static str = "personUpdate";
    const RIGHT: (Resource, Action) = (Resource::Person, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<person::Entity>(Action::Update)?.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let changes = self.changes(tx, &row, &mut faults).await?;
        if changes.is_empty() && faults.is_empty() {
            faults.add(UserError::new(Code::Required, "input", "没有要修改的内容", "Nothing to change was given."));
        }
        faults.check()?;
        let mut change = tx
            .change::<person::Entity>()
            .id(row.id)
            .filter(person::Column::Version.eq(self.expected_version))
            .set(person::Column::Version, plus_one(person::Column::Version))
            .set(person::Column::UpdatedAt, Expr::value(tx.session().now()));
        let mut names = vec![];
        for Change { field, column, value } in changes {
            change = change.set(column, Expr::value(value));
            names.extend(field);
        }
        change.last(version_mismatch()).await?;
        tx.touched("Person", row.id, json!({ "changed": names }));
        tx.emit("person.updated", "Person", row.id, self.expected_version.saturating_add(1), json!({})).await?;
        Ok(row.id)
    }
}

/// A column and its new value; the field's name goes to the audit record, the value does not.
struct Change {
    field: Option<&'static str>,
    column: person::Column,
    value: sea_orm::Value,
}

fn to(field: &'static str, column: person::Column, value: impl Into<sea_orm::Value>) -> Change {
    Change { field: Some(field), column, value: value.into() }
}

impl PersonUpdateInput {
    async fn changes(&self, tx: &Tx, row: &person::Model, faults: &mut Faults) -> Result<Vec<Change>, Fault> {
        use person::Column as C;
        let today = tx.session().today();
        let mut out = vec![];
        if let Some(name) = self.name.as_deref().and_then(|n| faults.take(checks::text(n, "input.name", 100))) {
            out.push(Change { field: None, column: C::NameKey, value: name_key(&name).into() });
            out.push(to("name", C::Name, name));
        }
        self.identity(tx, row, faults, &mut out).await?;
        for (field, column, set, given) in [
            ("ethnicity", C::Ethnicity, code_set::ETHNIC_GROUP, &self.ethnicity),
            ("politicalStatus", C::PoliticalStatus, code_set::POLITICAL_STATUS, &self.political_status),
            ("education", C::Education, code_set::EDUCATION, &self.education),
        ] {
            let at = format!("input.{field}");
            let code = given.as_deref().and_then(|text| faults.take(checks::code(set, text, &at, today)));
            out.extend(code.map(|code| to(field, column, code)));
        }
        for (field, column, given) in
            [("birth", C::Birth, &self.birth), ("joinedParty", C::JoinedParty, &self.joined_party)]
        {
            let at = format!("input.{field}");
            let date = given.as_ref().and_then(|given| given.get(&at, faults));
            let date = date.and_then(|date| faults.take(checks::not_future(date, &at, today)));
            out.extend(date.map(|date| to(field, column, date.to_string())));
        }
        let place = self.native_place.as_deref();
        let place = place.and_then(|place| faults.take(checks::text(place, "input.nativePlace", 100)));
        out.extend(place.map(|place| to("nativePlace", C::NativePlace, place)));
        let phone = self.phone.as_deref().and_then(|phone| faults.take(checks::phone(phone, "input.phone")));
        out.extend(phone.map(|phone| to("phone", C::Phone, phone)));
        if let Some(unit) = &self.unit {
            match tx.gate_as::<unit::Entity>(Resource::Person, Action::Update)?.id(unit.uuid()).one().await? {
                Some(unit) => out.push(to("unit", C::UnitId, unit.id)),
                None => faults.add(UserError::of(Code::Unknown, "input.unit")),
            }
        }
        let party = party_organisation(tx, self.party_organisation.as_ref(), faults).await?;
        out.extend(party.map(|party| to("partyOrganisation", C::PartyOrganisationId, party)));
        Ok(out)
    }

    /// The identity number and the sex agree after the change, whichever of them changes (J-02).
    async fn identity(
        &self,
        tx: &Tx,
        row: &person::Model,
        faults: &mut Faults,
        out: &mut Vec<Change>,
    ) -> Result<(), Fault> {
        let given = self.id_number.as_deref();
        let number = given.and_then(|text| faults.take(checks::id_number(text, "input.idNumber")));
        let sex = self.sex.as_deref();
        let sex =
            sex.and_then(|text| faults.take(checks::code(code_set::SEX, text, "input.sex", tx.session().today())));
        if number.is_some() || sex.is_some() {
            let after = sex.as_deref().unwrap_or(&row.sex);
            let at = if sex.is_some() { "input.sex" } else { "input.idNumber" };
            match &number {
                Some(number) => faults.take(checks::sex_agrees(after, number, at)),
                None => faults
                    .take(checks::id_number(&row.id_number, "input.idNumber"))
                    .and_then(|number| faults.take(checks::sex_agrees(after, &number, at))),
            };
        }
        if let Some(number) = number {
            unused(tx, number.as_str(), Some(row.id), faults).await?;
            out.push(to("idNumber", person::Column::IdNumber, number.as_str()));
        }
        out.extend(sex.map(|sex| to("sex", person::Column::Sex, sex)));
        Ok(())
    }
}
