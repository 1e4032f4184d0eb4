//! An item of work with its tree, for tests of tasks and for whoever looks at everything.

use serde_json::{Value as Json, json};

use crate::{Actor, Tenant};

/// What is read of a task in most tests.
pub const TASK: &str = "task { id version state percent lamp lampReason gap isReady isLate missing level \
    startedOn finishedOn score item { id version currentTask { id } } }";

impl Actor {
    /// A mutation of a task at its present version, with refusals and all; reads the version first.
    pub async fn task(&self, field: &str, id: &Json, more: Json) -> Json {
        let seen = self.ok("query($id: ID!) { task(id: $id) { version } }", json!({ "id": id })).await;
        let mut input = json!({ "id": id, "expectedVersion": seen["task"]["version"] });
        for (key, value) in more.as_object().unwrap() {
            input[key] = value.clone();
        }
        self.mutate(field, input, TASK).await
    }

    /// The same, and nothing may be refused.
    pub async fn task_done(&self, field: &str, id: &Json, more: Json) -> Json {
        let payload = self.task(field, id, more).await;
        assert_eq!(payload["userErrors"], json!([]), "{} {field}: {payload}", self.name);
        payload["task"].clone()
    }

    /// Publishes, accepts, works on and reports a task that the actor himself carries out.
    pub async fn finish_task(&self, publisher: &Actor, id: &Json) -> Json {
        publisher.task_done("taskPublish", id, json!({})).await;
        self.task_done("taskAccept", id, json!({})).await;
        self.task_done("taskProgressReport", id, json!({ "percent": 50, "note": "已过半" })).await;
        self.task_done("taskFeedback", id, json!({ "note": "已完成" })).await
    }
}

impl Tenant {
    /// An item from 2025-09-01 to 2025-10-31 that a unit leads.
    pub async fn item(&self, title: &str, unit: &str) -> Json {
        let input = json!({
            "title": title, "kind": "CONSTRUCTION", "class": "BATTLE", "field": "生态工业", "indicator": "规上工业增加值",
            "unit": self.id(unit), "planStart": "2025-09-01", "planEnd": "2025-10-31"
        });
        self.superior.done("workItemCreate", input, "workItem { id version }").await["workItem"]["id"].clone()
    }

    /// A whole task of an item, from 2025-09-22 to 2025-10-01, with nobody in it yet.
    pub async fn draft(&self, item: &Json, parent: Option<&Json>, title: &str, unit: &str) -> Json {
        let input = json!({
            "workItem": item, "parent": parent, "title": title, "unit": self.id(unit), "planStart": "2025-09-22",
            "planEnd": "2025-10-01", "place": "工业园区", "nature": "土建", "quantity": 10, "measure": "公里"
        });
        self.superior.done("taskCreate", input, "task { id }").await["task"]["id"].clone()
    }

    /// The same with somebody who carries it out.
    pub async fn owned(&self, item: &Json, parent: Option<&Json>, title: &str, unit: &str, who: &Actor) -> Json {
        let id = self.draft(item, parent, title, unit).await;
        self.superior.task_done("taskDutySet", &id, json!({ "kind": "EXECUTING", "user": who.user })).await;
        id
    }

    /// Something of every type of work.
    pub async fn furnish_work(&self) {
        let actor = &self.superior;
        let source = json!({
            "kind": "REPORT_CLAUSE", "title": "实施生态工业倍增计划", "text": "新建生态工业园区", "document": "政府工作报告",
            "clause": "第三部分", "unit": self.id("root"), "receivedOn": "2025-09-01"
        });
        let source = actor.done("workSourceRegister", source, "workSource { id }").await["workSource"]["id"].clone();
        let service = json!({ "title": "企业开办", "unit": self.id("town") });
        actor.done("workServiceRegister", service, "workService { id }").await;
        let standard = json!({ "key": "road", "title": "道路建设", "difficulty": 150, "hours": 40 });
        actor.done("workStandardPublish", standard, "workStandard { id }").await;
        let resource = json!({ "field": "生态工业", "year": 2025, "amount": "1200000.50", "basis": "财政预算" });
        actor.done("workResourceSet", resource, "workResource { id }").await;
        let nodes = json!([{ "key": "a", "title": "立项", "fromDay": 0, "toDay": 9 }]);
        let template = json!({ "key": "build", "title": "建设类项目", "nodes": nodes });
        actor.done("workTemplatePublish", template, "workTemplate { id }").await;
        let input = json!({
            "title": "工业园区", "workSource": source, "kind": "CONSTRUCTION", "class": "BATTLE", "field": "生态工业",
            "unit": self.id("root"), "planStart": "2025-08-01", "planEnd": "2025-12-31"
        });
        let item = actor.done("workItemCreate", input, "workItem { id }").await["workItem"]["id"].clone();
        let task = self.owned(&item, None, "园区道路", "town", actor).await;
        let plan = json!({ "task": task, "period": "MONTH", "startsOn": "2025-08-01", "planned": 5 });
        actor.done("taskPlanSet", plan, "taskPlan { id }").await;
        actor.done("monthSettle", json!({ "month": "2025-08" }), "monthClose { id }").await;
        let file = actor.upload().await;
        let bind = json!({ "attachment": file, "class": "立项批复", "retention": "PERMANENT" });
        actor.task_done("taskFileBind", &task, bind).await;
        let request =
            json!({ "task": task, "unit": self.id("other-town"), "text": "请提供红线图", "dueOn": "2025-09-30" });
        actor.done("taskRequestOpen", request, "taskRequest { id }").await;
        let problem = json!({ "task": task, "cause": "QUALITY", "text": "路面不平", "body": "PARTY_OFFICE" });
        actor.done("problemRaise", problem, "problem { id }").await;
        let matter = json!({
            "number": format!("M-{}", self.code), "title": "路灯不亮", "text": "小区门口路灯不亮", "unit": self.id("town"),
            "dueOn": "2025-09-30"
        });
        actor.done("citizenMatterRegister", matter, "citizenMatter { id }").await;
        let point = json!({
            "name": "教育点", "unit": self.id("town"), "location": "一楼", "device": format!("D-{}", self.code)
        });
        actor.done("educationPointRegister", point, "educationPoint { id }").await;
        let export = json!({ "year": 2025, "recipient": "研究机构", "purpose": "课题研究" });
        actor.done("performanceExportRequest", export, "performanceExport { id }").await;
        self.furnish_library(&item).await;
    }

    /// Something of every type of the library of policies.
    async fn furnish_library(&self, item: &Json) {
        let actor = &self.superior;
        let document = json!({
            "key": "rule", "kind": "REGULATION", "level": "COUNTY", "title": "督查办法", "issuer": "区委办公室", "text": "督查须留痕",
            "issuedOn": "2025-01-01", "validFrom": "2025-01-01"
        });
        let document =
            actor.done("policyDocumentPublish", document, "policyDocument { id }").await["policyDocument"]["id"]
                .clone();
        actor
            .done(
                "policyDocumentPush",
                json!({ "policyDocument": document, "workItems": [item] }),
                "policyDocument { id }",
            )
            .await;
        let effect = json!({
            "policyDocument": document, "unit": self.id("town"), "period": "YEAR", "startsOn": "2025-01-01", "beneficiaries": "企业",
            "count": 3, "amount": "10000", "benefit": "减负"
        });
        actor.done("policyEffectReport", effect, "policyEffect { id }").await;
        let score = json!({ "policyDocument": document, "scientific": 80, "reasonable": 80, "applicable": 80, "basis": "问卷" });
        actor.done("policyScoreSet", score, "policyScore { id }").await;
        let problem =
            actor.ok("{ problems(first: 1) { nodes { id } } }", json!({})).await["problems"]["nodes"][0]["id"].clone();
        let gap = json!({ "problem": problem, "title": "供地政策", "text": "没有口径" });
        actor.done("policyGapOpen", gap, "policyGap { id }").await;
        actor
            .done(
                "glossaryTermSet",
                json!({ "term": "标准工时", "definition": "按难度折算的工时" }),
                "glossaryTerm { id }",
            )
            .await;
        actor
            .done("stepRuleBind", json!({ "policyDocument": document, "action": "EVALUATE" }), "stepRule { id }")
            .await;
    }
}
