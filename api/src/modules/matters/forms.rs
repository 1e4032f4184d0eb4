//! The one form of a case (表单): its formats, and the fields that come from the register (H-03, H-06).

use entities::{CodeEnum, appointment, approval, cadre, person, shared_field, unit};
use sea_orm::ColumnTrait;
use serde_json::Value as Json;

use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        forms::{Form, Format},
        tx::Tx,
    },
    modules::{organisation::rules::credit_code::CreditCode, personnel::rules::id_number::IdNumber},
};

/// Formats that forms of matters may use besides the kernel's.
pub const FORMATS: &[Format] = &[
    Format {
        name: "id-number",
        check: |text| IdNumber::parse(text).is_ok(),
        code: Code::InvalidIdNumber,
        zh: "公民身份号码有误（18 位，含校验码）",
        en: "takes an identity number of 18 characters with its check character (J-02)",
    },
    Format {
        name: "credit-code",
        check: |text| CreditCode::parse(text).is_ok(),
        code: Code::InvalidCreditCode,
        zh: "统一社会信用代码有误（18 位，含校验码）",
        en: "takes a unified social credit code of 18 characters with its check character (J-03)",
    },
];

/// Where the values of read-only fields come from: the register and the approval (H-06).
pub struct Sources {
    id_number: String,
    name: String,
    /// The unit served (所在单位) before the matter takes effect.
    unit: String,
    /// Title of the main post (现任职务), if there is one.
    post: Option<String>,
    /// Code of the rank (现任职级), if there is one.
    rank: Option<String>,
    effective_month: String,
    choice: Json,
    /// What agencies' systems gave, by field.
    shared: Vec<(String, Json)>,
}

impl Sources {
    /// What is known before anything is typed.
    pub async fn of(
        tx: &Tx,
        person: &person::Model,
        cadre: &cadre::Model,
        approval: &approval::Model,
    ) -> Result<Self, Fault> {
        let unit = tx.parts::<unit::Entity>().id(cadre.unit_id).required().await?;
        let post = tx
            .parts::<appointment::Entity>()
            .filter(appointment::Column::CadreId.eq(cadre.id))
            .filter(appointment::Column::IsMain.eq(true))
            .filter(appointment::Column::EndedOn.is_null())
            .one()
            .await?;
        let shared = tx.parts::<shared_field::Entity>();
        let shared = shared.filter(shared_field::Column::CadreId.eq(approval.cadre_id)).all().await?;
        Ok(Self {
            id_number: person.id_number.clone(),
            name: person.name.clone(),
            unit: unit.name,
            post: post.map(|post| post.title),
            rank: cadre.rank.map(|rank| rank.as_str().to_string()),
            effective_month: approval.effective_month.clone(),
            choice: approval.choice.clone(),
            shared: shared.into_iter().map(|given| (given.field, given.value)).collect(),
        })
    }

    /// Leaves what agencies gave for other fields out: what was settled when the case began is not judged anew.
    pub fn only(mut self, fields: impl Fn(&str) -> bool) -> Self {
        self.shared.retain(|(field, _)| fields(field));
        self
    }

    /// The value of a source: `person.…` and `cadre.…` are the register's, `approval.…` is what was decided.
    fn value(&self, source: &str) -> Option<Json> {
        match source {
            "person.idNumber" => Some(Json::from(self.id_number.clone())),
            "person.name" => Some(Json::from(self.name.clone())),
            "cadre.unit" => Some(Json::from(self.unit.clone())),
            "cadre.post" => self.post.clone().map(Json::from),
            "cadre.rank" => self.rank.clone().map(Json::from),
            "approval.effectiveMonth" => Some(Json::from(self.effective_month.clone())),
            _ => self.choice.get(source.strip_prefix("approval.")?).filter(|value| !value.is_null()).cloned(),
        }
    }
}

/// Fills in what the sources know, checks the form, and lists every fault. The identity number is never
/// filled in: whoever submits must know it. Returns the form as it is to be stored.
pub fn settle(schema: &Json, form: &Json, sources: &Sources, field: &str, faults: &mut Faults) -> Result<Json, Fault> {
    let compiled = Form::cached(schema, FORMATS).map_err(|error| {
        tracing::error!(%error, "a matter's form does not compile");
        Fault::from(Code::InternalServerError)
    })?;
    let mut settled = form.clone();
    if let Json::Object(fields) = &mut settled {
        for (name, value) in sourced(schema, sources) {
            if name.1 != "person.idNumber" && !fields.contains_key(name.0) {
                fields.insert(name.0.to_string(), value);
            }
        }
    }
    faults.extend(compiled.faults(&settled, field));
    if let Json::Object(fields) = &mut settled {
        for ((name, source), value) in sourced(schema, sources) {
            let path = format!("{field}.{name}");
            let Some(given) = fields.get_mut(name).filter(|_| !faults.names(&path)) else { continue };
            if same(source, given, &value) {
                *given = value;
            } else {
                faults.add(read_only(path));
            }
        }
    }
    Ok(settled)
}

/// Fields that have a source, with the value that it gives.
fn sourced<'a>(schema: &'a Json, sources: &'a Sources) -> impl Iterator<Item = ((&'a str, &'a str), Json)> {
    let properties = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
    properties.filter_map(|(name, property)| {
        // The register's own word counts before an agency's.
        let Some(source) = property.get("x-source").and_then(Json::as_str) else {
            let (_, value) = sources.shared.iter().find(|(field, _)| field == name)?;
            return Some(((name.as_str(), "shared"), value.clone()));
        };
        Some(((name.as_str(), source), sources.value(source)?))
    })
}

fn same(source: &str, given: &Json, value: &Json) -> bool {
    match (source, given.as_str()) {
        ("person.idNumber", Some(text)) => {
            IdNumber::parse(text).is_ok_and(|number| Some(number.as_str()) == value.as_str())
        }
        (_, Some(text)) => Some(text.trim()) == value.as_str(),
        _ => given == value,
    }
}

/// The refusal does not say what the register holds: that would tell an identity number to whoever asks.
fn read_only(path: String) -> UserError {
    UserError::new(
        Code::ReadOnlySource,
        path,
        "与登记信息不一致；来源数据不可修改，如有异议请另行提出",
        "It differs from what the register holds; such a field is not edited here, only disputed (H-06).",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sources() -> Sources {
        Sources {
            id_number: "11010519491231002X".into(),
            name: "王建国".into(),
            unit: "财政局".into(),
            post: None,
            rank: None,
            effective_month: "2025-07".into(),
            choice: json!({ "elastic": "STATUTORY", "noticeOn": null }),
            shared: vec![("medicalAccount".into(), json!("330203002")), ("unasked".into(), json!("1"))],
        }
    }

    fn schema() -> Json {
        let text = include_str!("../../../../plugins/standard/retirement.json");
        serde_json::from_str::<Json>(text).unwrap()["form"].clone()
    }

    fn filled() -> Json {
        json!({
            "idNumber": "11010519491231002x", "phone": "13800000000", "address": "宁波市海曙区",
            "bankName": "中国工商银行", "bankAccount": "622202100000000001", "pensionAccount": "330203001",
            "medicalAccount": "330203002", "housingFundAccount": "330203003", "hasCommuterCar": false,
            "commutingAllowance": true
        })
    }

    fn settled(form: &Json) -> (Json, Vec<(Code, String)>) {
        let mut faults = Faults::default();
        let settled = settle(&schema(), form, &sources(), "input.form", &mut faults).unwrap();
        let found = match faults.check() {
            Err(Fault::Refused(errors)) => errors.into_iter().map(|e| (e.code, e.field.unwrap())).collect(),
            _ => vec![],
        };
        (settled, found)
    }

    #[test]
    fn h_06_what_the_register_knows_is_filled_in_and_normalised() {
        let (form, faults) = settled(&filled());
        assert_eq!(faults, []);
        assert_eq!(form["name"], "王建国");
        assert_eq!(form["idNumber"], "11010519491231002X");
        assert_eq!((&form["retirementMonth"], &form["elastic"]), (&json!("2025-07"), &json!("STATUTORY")));
        assert!(form.get("noticeOn").is_none());
    }

    #[test]
    fn h_06_a_field_of_the_register_is_read_only() {
        let mut form = filled();
        form["name"] = json!("王建军");
        form["idNumber"] = json!("330602199003070024");
        form["retirementMonth"] = json!("2025-08");
        let (_, faults) = settled(&form);
        let fields = ["input.form.idNumber", "input.form.name", "input.form.retirementMonth"];
        assert_eq!(faults, fields.map(|f| (Code::ReadOnlySource, f.to_string())));
    }

    #[test]
    fn h_03_every_fault_of_the_form_is_listed_once() {
        let mut form = filled();
        form["idNumber"] = json!("330602199003070025");
        form["phone"] = json!("12345");
        form["salary"] = json!(1);
        form.as_object_mut().unwrap().remove("bankName");
        let (_, mut faults) = settled(&form);
        faults.sort();
        let expected = [
            (Code::InvalidFormat, "input.form.phone"),
            (Code::InvalidValue, "input.form.salary"),
            (Code::Required, "input.form.bankName"),
            (Code::InvalidIdNumber, "input.form.idNumber"),
        ];
        assert_eq!(faults, expected.map(|(c, f)| (c, f.to_string())));
    }

    #[test]
    fn h_03_the_identity_number_is_never_filled_in() {
        let mut form = filled();
        form.as_object_mut().unwrap().remove("idNumber");
        let (form, faults) = settled(&form);
        assert!(form.get("idNumber").is_none());
        assert_eq!(faults, [(Code::Required, "input.form.idNumber".to_string())]);
    }

    #[test]
    fn j_02_j_03_formats() {
        let check = |name: &str, text: &str| (FORMATS.iter().find(|f| f.name == name).unwrap().check)(text);
        assert!(check("id-number", "331123198506150019") && !check("id-number", "331123198506150018"));
        assert!(check("credit-code", "11330602002567895Q") && !check("credit-code", "11330602002567895A"));
    }
}
