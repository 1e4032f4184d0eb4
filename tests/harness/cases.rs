//! A case under way, for tests that are about something else.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::TimeDelta;
use declarative::{Package, scaffold};
use host::{
    Hook,
    guests::{Guest, NOTHING},
};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use zugong::modules::administration::sealing::{GATHERED, SETTLED, seal};

use crate::{
    Actor, Reply, Tenant, World,
    system::{CONNECTOR, OPERATION, SECRET},
};

const PDF: &[u8] = b"%PDF-1.7\nzugong\n%%EOF";

impl Actor {
    /// Announces a file and puts its bytes; `att_…`.
    pub async fn upload(&self) -> String {
        let input = json!({ "name": "材料.pdf", "mediaType": "application/pdf", "size": PDF.len() });
        let made = self.done("attachmentUploadTicket", input, "attachment { id } ticketPath").await;
        let url = format!("{}{}", self.url, made["ticketPath"].as_str().unwrap());
        let put = self.http.put(&url).header("content-type", "application/pdf").body(PDF).send().await.unwrap();
        let put = Reply::of(put).await;
        assert_eq!(put.status, 200, "{}", put.text);
        made["attachment"]["id"].as_str().unwrap().to_string()
    }
}

impl World {
    /// Both tenants with something of every type; what was done so far is sealed.
    pub async fn furnish(&self) {
        for tenant in [&self.a, &self.b] {
            tenant.furnish().await;
        }
        self.server.clock.advance(SETTLED + GATHERED + TimeDelta::seconds(1));
        for tenant in [&self.a, &self.b] {
            seal(&self.server.identity, tenant.id).await.unwrap();
        }
    }
}

impl Tenant {
    /// Something of every type that the world does not have from the start: a case with all that belongs to it,
    /// a rule set, and a plug-in that is not at work.
    async fn furnish(&self) {
        self.open_case("applicant", "2025-07").await;
        let body = json!({ "limit": 2 });
        let input = json!({ "key": "furnished", "effectiveFrom": "2025-10-01", "body": body });
        self.superior.done("ruleSetPublish", input, "ruleSet { id }").await;
        // Neither learns to do anything by it that he could not do before.
        let member = |who: &str, role: &str, unit: &str| json!({ "user": who, "role": role, "unit": self.id(unit), "duty": "联络" });
        let input = json!({
            "title": "改革专班", "purpose": "统筹推进一件事改革", "unit": self.id("root"), "validUntil": "2025-12-31",
            "members": [member(&self.senior.user, "JUNIOR", "village"), member(&self.neighbour.user, "LEADER", "other-town")]
        });
        self.superior.done("taskForceCreate", input, "taskForce { id }").await;
        let texts = scaffold::files("330203.furnished", "furnished", "陈设").into_iter();
        let mut texts: Vec<(String, String)> = texts.map(|(path, text)| (path.to_string(), text)).collect();
        // One with code, so that it is told of a case of its own.
        let component = Guest::of(Hook::OnTransition, NOTHING).bytes().unwrap();
        let sha = hex::encode(Sha256::digest(&component));
        for (_, text) in texts.iter_mut().filter(|(path, _)| path == "plugin.toml") {
            text.push_str(CONNECTOR);
            let code =
                format!("\n[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{sha}\"\nhooks = [\"on-transition\"]\n");
            text.push_str(&code);
        }
        texts.push((OPERATION.0.into(), OPERATION.1.into()));
        let files: Map<String, Json> = texts.iter().map(|(path, text)| (path.clone(), json!(text))).collect();
        let digest = Package::new(texts).unwrap().digest();
        let input = json!({ "files": files, "digest": digest, "component": BASE64.encode(component) });
        let plugin = self.superior.done("pluginInstall", input, "plugin { id }").await["plugin"]["id"].clone();
        let input = json!({
            "plugin": plugin, "connector": "hr-social", "address": "http://127.0.0.1:9", "secret": SECRET,
            "actor": self.service.user
        });
        self.superior.done("pluginConnectorSet", input, "pluginConnector { id }").await;
        // It was at work once, so that there are epochs, and a case that it is to be told of.
        let change = async |change: &str, version: i32| {
            let input = json!({ "id": plugin, "expectedVersion": version });
            self.superior.done(change, input, "plugin { id }").await;
        };
        change("pluginEnable", 1).await;
        self.submit_furnished().await;
        change("pluginDisable", 2).await;
        let unit = self.id("agency:organisation");
        let input = json!({ "branch": "furnished", "divisionCode": "330203", "unit": unit });
        self.superior.done("agencyRouteSet", input, "agencyRoute { id }").await;
        self.furnish_work().await;
    }

    async fn submit_furnished(&self) {
        let input = json!({ "matterKey": "furnished.apply", "cadre": self.id("cadre:stranger"),
            "documentNumber": "陈设〔2025〕1号", "effectiveMonth": "2025-10" });
        let approval = self.superior.done("approvalCreate", input, "approval { id }").await["approval"]["id"].clone();
        let form = json!({ "name": "王明", "birthDate": "1985-03-01", "kind": "FIRST" });
        let materials = json!([{ "key": "application", "attachment": self.superior.upload().await }]);
        let input = json!({ "approval": approval, "form": form, "materials": materials });
        self.superior.done("matterSubmit", input, "case { id }").await;
    }

    /// An approved retirement of one of the world's cadres, submitted by the super administrator:
    /// `case { id items { nodes { id key version } } }`.
    pub async fn open_case(&self, who: &str, month: &str) -> Json {
        let input = json!({
            "matterKey": "retirement", "cadre": self.id(&format!("cadre:{who}")),
            "documentNumber": format!("组退〔2025〕{who}"), "effectiveMonth": month
        });
        let approval = self.superior.done("approvalCreate", input, "approval { id }").await["approval"]["id"].clone();
        let form = json!({
            "idNumber": self.id(&format!("idNumber:{who}")), "phone": "13800000000", "address": "宁波市海曙区",
            "bankName": "中国工商银行", "bankAccount": "622202100000000001", "pensionAccount": "330203001",
            "medicalAccount": "330203002", "housingFundAccount": "330203003", "hasCommuterCar": false,
            "commutingAllowance": true
        });
        let mut materials = vec![];
        for key in ["application", "id-card", "archive-birth", "bank-card"] {
            materials.push(json!({ "key": key, "attachment": self.superior.upload().await }));
        }
        let input = json!({ "approval": approval, "form": form, "materials": materials });
        let selection = "case { id items { nodes { id key version } } }";
        self.superior.done("matterSubmit", input, selection).await["case"].clone()
    }
}
