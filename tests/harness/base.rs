//! The base matters in tests: an approval, a form with what its matter asks for, and every agency at work.

use serde_json::{Value as Json, json};
use zugong::{
    kernel::session::Reason,
    modules::{
        matters::install::{branch_keys, install_standard},
        personnel::rules::id_number::check_char,
    },
};

use crate::{Actor, Tenant, World};

const PLAIN: &str = "case { id state version number dueOn lamp matter { number } \
    items(first: 50) { nodes { id key state version dueOn isMandatory } } }";

/// What each matter asks for besides the register and the approval: fields and materials.
fn asked(matter: &str) -> (&'static [&'static str], &'static [&'static str]) {
    const ACCOUNTS: &[&str] =
        &["phone", "pensionAccount", "medicalAccount", "housingFundAccount", "isPartyMember", "archiveTo"];
    const MOVES: &[&str] = &[
        "phone",
        "bankName",
        "bankAccount",
        "pensionAccount",
        "medicalAccount",
        "housingFundAccount",
        "isPartyMember",
        "commutingAllowance",
    ];
    match matter {
        "rank-change" => (&["phone", "commutingAllowance"], &["application", "publicity"]),
        "resignation" => (ACCOUNTS, &["application", "decision"]),
        "dismissal" => (ACCOUNTS, &["application"]),
        "death" => (
            &[
                "contactName",
                "contactPhone",
                "contactRelation",
                "bankName",
                "bankAccount",
                "pensionAccount",
                "medicalAccount",
                "housingFundAccount",
                "isPartyMember",
            ],
            &["certificate", "kinship", "bank-card"],
        ),
        "transfer" => (MOVES, &["application"]),
        "open-selection" | "lateral-entry" => (MOVES, &["application", "publicity"]),
        "recruitment" => (
            &[
                "phone",
                "bankName",
                "bankAccount",
                "archiveFrom",
                "isPartyMember",
                "movesHousehold",
                "commutingAllowance",
            ],
            &["application", "publicity", "id-card", "bank-card"],
        ),
        "veteran-placement" => (
            &[
                "phone",
                "orderNumber",
                "militaryRank",
                "bankName",
                "bankAccount",
                "isPartyMember",
                "movesHousehold",
                "commutingAllowance",
            ],
            &["order", "id-card", "bank-card"],
        ),
        "parking-permit" => (&["phone", "plateNumber", "vehicleOwner", "area"], &["vehicle-licence"]),
        "transfer-application" => (&["phone", "toUnit", "reason", "hasConsent", "isLongService"], &["application"]),
        "lateral-entry-application" => (&["phone", "toUnit", "reason", "hasConsent", "origin"], &["application"]),
        "secondment" => (&["phone", "isPartyMember"], &["application"]),
        _ => panic!("no form is known for {matter}"),
    }
}

fn value(field: &str) -> Json {
    match field {
        "phone" | "contactPhone" => json!("13800000000"),
        "bankName" => json!("中国工商银行"),
        "bankAccount" => json!("622202100000000001"),
        "pensionAccount" | "medicalAccount" | "housingFundAccount" => json!("330203001"),
        "isPartyMember" | "movesHousehold" => json!(false),
        "commutingAllowance" | "hasConsent" | "isLongService" => json!(true),
        "plateNumber" => json!("浙B12345"),
        "area" => json!("SURFACE"),
        "origin" => json!("UNIVERSITY"),
        "contactName" => json!("家属"),
        "contactRelation" => json!("配偶"),
        _ => json!("区人才市场"),
    }
}

/// An identity number of somebody born on a day, by a serial.
pub fn id_number(birth: &str, serial: u32) -> String {
    let digits = format!("330203{birth}{serial:02}1");
    format!("{digits}{}", check_char(&digits).unwrap())
}

impl World {
    /// Puts the matters of cities besides those that tenant A has.
    pub async fn add_city_matters(&self) {
        let system = self.server.platform.system(Reason::Provision);
        let tx = system.begin(Some(self.a.id)).await.unwrap();
        let unit = |key: &str| {
            let name = format!("agency:{key}");
            let id = self.a.ids.get(&name).unwrap_or(&self.a.ids["agency:organisation"]);
            zugong::kernel::id::parse(id).unwrap().1
        };
        let units = branch_keys().unwrap().into_iter().map(|key| (key.clone(), unit(&key))).collect();
        let today = self.server.clock.today();
        install_standard(&tx, entities::values::TenantLevel::City, &units, today).await.unwrap();
        tx.commit().await.unwrap();
    }
}

impl Tenant {
    /// Records somebody who does not serve: `per_…` and the identity number.
    pub async fn outsider(&self, serial: u32) -> (String, String) {
        let number = id_number("19950315", serial);
        let input = json!({ "name": format!("新人{serial}"), "idNumber": number, "ethnicity": "01",
            "politicalStatus": "13", "unit": self.id("village") });
        let person = self.superior.done("personCreate", input, "person { id }").await;
        (person["person"]["id"].as_str().unwrap().to_string(), number)
    }

    /// A candidate for entry, at the village.
    pub fn candidate(&self, person: &str) -> Json {
        json!({ "person": person, "unit": self.id("village"), "kind": "CIVIL_SERVANT", "category": "M60",
            "archiveBirth": "1995-03", "workStarted": "2018-07", "contributionMonths": 80 })
    }

    /// Approves: `approval { id version choice cadre { id } }`.
    pub async fn approve_base(&self, input: Json) -> Json {
        let selection = "approval { id version choice cadre { id } }";
        self.superior.done("approvalCreate", input, selection).await["approval"].clone()
    }

    /// The codes and fields of a refused approval.
    pub async fn refused_base(&self, input: Json) -> Vec<(String, String)> {
        let payload = self.superior.mutate("approvalCreate", input, "approval { id }").await;
        assert_eq!(payload["approval"], Json::Null, "{payload}");
        let text = |error: &Json, key: &str| error[key].as_str().unwrap_or_default().to_string();
        payload["userErrors"].as_array().unwrap().iter().map(|e| (text(e, "code"), text(e, "field"))).collect()
    }

    /// Submits what an approval started, with the fields that the matter asks for.
    pub async fn submit_base(&self, matter: &str, approval: &Json, id_number: &str) -> Json {
        let (fields, keys) = asked(matter);
        let mut form = json!({ "idNumber": id_number });
        for field in fields {
            form[*field] = value(field);
        }
        let mut materials = vec![];
        for key in keys {
            materials.push(json!({ "key": key, "attachment": self.superior.upload().await }));
        }
        let input = json!({ "approval": approval["id"], "form": form, "materials": materials });
        self.superior.done("matterSubmit", input, PLAIN).await["case"].clone()
    }

    /// Who handles a branch.
    pub fn handler(&self, key: &str) -> &Actor {
        self.handlers.get(key).unwrap_or(&self.handlers["organisation"])
    }

    /// Lets an agency accept and finish its item.
    pub async fn handle(&self, item: &Json) {
        let actor = self.handler(item["key"].as_str().unwrap());
        let input = json!({ "id": item["id"], "expectedVersion": item["version"] });
        let accepted = actor.done("caseItemAccept", input, "caseItem { id version }").await["caseItem"].clone();
        let input = json!({ "id": item["id"], "expectedVersion": accepted["version"], "result": "已办理" });
        actor.done("caseItemFinish", input, "caseItem { id }").await;
    }

    /// Lets every agency of a case finish its item.
    pub async fn handle_all(&self, case: &Json) {
        for item in case["items"]["nodes"].as_array().unwrap() {
            self.handle(item).await;
        }
    }

    /// The whole course from the approval to the last agency.
    pub async fn carry_through(&self, input: Json, id_number: &str) -> Json {
        let matter = input["matterKey"].as_str().unwrap().to_string();
        let approval = self.approve_base(input).await;
        let case = self.submit_base(&matter, &approval, id_number).await;
        self.handle_all(&case).await;
        approval
    }

    /// Revokes an approval, and lets every agency of the reversal finish its item.
    pub async fn reverse_base(&self, approval: &Json) {
        let input = json!({ "id": approval["id"], "expectedVersion": approval["version"], "reason": "审批有误" });
        let chosen = "approval { cases { nodes { id kind items(first: 50) { nodes { id key state version } } } } }";
        let cases = self.superior.done("approvalRevoke", input, chosen).await["approval"]["cases"]["nodes"].clone();
        let reversal = cases.as_array().unwrap().iter().find(|c| c["kind"] == "REVERSAL").unwrap().clone();
        self.handle_all(&reversal).await;
    }

    /// What the register says of a cadre.
    pub async fn register(&self, cadre: &str) -> Json {
        let query = "query($id: ID!) { cadre(id: $id) { id version state stateSince rank unit { id } \
            mainAppointment { title level } person { unit { id } } \
            appointments(first: 20, orderBy: [{ field: STARTED_ON, direction: ASC }]) { \
            nodes { title isMain startedOn endedOn unit { id } } } } }";
        self.superior.ok(query, json!({ "id": cadre })).await["cadre"].clone()
    }
}
