//! The library of policies (政策库), I-04: found, pushed, judged, answered.

use serde_json::{Value as Json, json};
use zugong_tests::{
    Actor, Tenant, World,
    client::{codes, fields},
};

fn document(key: &str, title: &str, text: &str) -> Json {
    json!({
        "key": key, "kind": "POLICY", "level": "COUNTY", "title": title, "issuer": "区人民政府", "text": text,
        "issuedOn": "2025-03-01", "validFrom": "2025-04-01"
    })
}

async fn publish(a: &Tenant, input: Json) -> Json {
    let done =
        a.superior.done("policyDocumentPublish", input, "policyDocument { id number version isNewest isInForce }");
    done.await["policyDocument"].clone()
}

async fn search(actor: &Actor, arguments: &str) -> Vec<(String, bool)> {
    let query = format!("{{ policySearch({arguments}) {{ inTitle excerpt document {{ title }} }} }}");
    let found = actor.ok(&query, json!({})).await["policySearch"].clone();
    let hit = |hit: &Json| (hit["document"]["title"].as_str().unwrap().to_string(), hit["inTitle"].as_bool().unwrap());
    found.as_array().unwrap().iter().map(hit).collect()
}

#[tokio::test]
async fn i_04_policies_are_found_in_chinese_by_any_part() {
    let world = World::start().await;
    let a = &world.a;
    publish(a, document("village", "乡村振兴实施意见", "支持5G基站和农村公路建设。")).await;
    publish(a, document("tourism", "文旅融合办法", "推进乡村振兴，\n发展民宿。补贴每户２万元")).await;
    publish(&world.b, document("village", "乡村振兴实施意见", "别处的文件")).await;
    let titles = |found: Vec<(String, bool)>| found.into_iter().map(|(title, _)| title).collect::<Vec<_>>();
    // The title weighs more than the words; the index knows no other tenant.
    let found = search(&a.junior, "text: \"乡村振兴\"").await;
    assert_eq!(found, [("乡村振兴实施意见".to_string(), true), ("文旅融合办法".to_string(), false)]);
    for (words, title) in [
        ("民宿", "文旅融合办法"),
        ("5g基站", "乡村振兴实施意见"),
        ("宿", "文旅融合办法"),
        ("公路 5G", "乡村振兴实施意见"),
        ("2万元", "文旅融合办法"),
    ] {
        assert_eq!(titles(search(&a.applicant, &format!("text: \"{words}\"")).await), [title], "{words}");
    }
    for words in ["振兴乡村", "兴村", "别处", "5", "民宿 公路"] {
        assert_eq!(search(&a.junior, &format!("text: \"{words}\"")).await, [], "{words}");
    }
    assert_eq!(titles(search(&a.junior, "text: \"振兴\", level: CENTRAL").await), Vec::<String>::new());
    assert_eq!(titles(search(&a.junior, "text: \"振兴\", kind: POLICY, first: 1").await), ["乡村振兴实施意见"]);
    for wrong in ["text: \"%，\"", "text: \"\"", "text: \"乡\", first: 51"] {
        let reply = a.junior.gql(&format!("{{ policySearch({wrong}) {{ inTitle }} }}"), json!({})).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{wrong}: {}", reply.text);
    }
}

#[tokio::test]
async fn i_04_versions_have_a_newest_and_a_validity() {
    let world = World::start().await;
    let a = &world.a;
    let first = publish(a, document("village", "乡村振兴实施意见", "旧的说法")).await;
    assert_eq!((&first["number"], &first["isNewest"], &first["isInForce"]), (&json!(1), &json!(true), &json!(true)));
    let second = publish(a, document("village", "乡村振兴实施意见", "新的说法")).await;
    assert_eq!((&second["number"], &second["isNewest"]), (&json!(2), &json!(true)));
    assert_eq!(search(&a.junior, "text: \"旧的说法\"").await, []);
    assert_eq!(search(&a.junior, "text: \"旧的说法\", history: true").await.len(), 1);
    let newest = "{ policyDocuments(where: { isNewest: { eq: true } }) { nodes { number } } }";
    assert_eq!(a.junior.ok(newest, json!({})).await["policyDocuments"]["nodes"], json!([{ "number": 2 }]));
    // Repealed, it is history; another's version is not taken back blindly.
    let repeal = json!({ "id": second["id"], "expectedVersion": 1, "validUntil": "2025-09-21", "reason": "已被取代" });
    let done = a.superior.done("policyDocumentRepeal", repeal.clone(), "policyDocument { isInForce version }").await;
    assert_eq!(done["policyDocument"], json!({ "isInForce": false, "version": 2 }));
    assert_eq!(
        codes(&a.superior.mutate("policyDocumentRepeal", repeal, "policyDocument { id }").await),
        ["VERSION_MISMATCH"]
    );
    assert_eq!(search(&a.junior, "text: \"新的说法\"").await, []);
    let mut wrong = document("", "", "");
    wrong["issuedOn"] = json!("2025-09-23");
    wrong["validUntil"] = json!("2025-03-31");
    let refused = a.superior.mutate("policyDocumentPublish", wrong, "policyDocument { id }").await;
    assert_eq!(fields(&refused), ["input.key", "input.title", "input.text", "input.issuedOn", "input.validUntil"]);
    // Only who has the right over the whole tenant publishes for it.
    let input = json!({ "input": document("x", "题", "文") });
    let text = "mutation($input: PolicyDocumentPublishInput!) { policyDocumentPublish(input: $input) { userErrors { code } } }";
    assert_eq!(a.senior.gql(text, input).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn i_04_policies_are_pushed_once_by_item_and_unit() {
    let world = World::start().await;
    let a = &world.a;
    let policy = publish(a, document("village", "乡村振兴实施意见", "支持乡村建设")).await["id"].clone();
    let item = a.item("乡村建设", "town").await;
    let push =
        json!({ "policyDocument": policy, "workItems": [item], "units": [a.id("village")], "note": "请结合落实" });
    for _ in 0..2 {
        a.superior.done("policyDocumentPush", push.clone(), "policyDocument { id }").await;
    }
    let of_item = "query($id: ID!) { workItem(id: $id) { policies { nodes { title } } } }";
    let seen = a.senior.ok(of_item, json!({ "id": item })).await["workItem"]["policies"]["nodes"].clone();
    assert_eq!(seen, json!([{ "title": "乡村振兴实施意见" }]));
    let pushes = "{ policyPushes { nodes { id note readAt unit { id } item { id } document { title } } } }";
    let all = a.superior.ok(pushes, json!({})).await["policyPushes"]["nodes"].clone();
    assert_eq!(all.as_array().unwrap().len(), 2, "the second time nothing was pushed");
    // Of several only those that are new, and each once.
    let more = json!({ "policyDocument": policy, "units": [a.id("village"), a.id("town"), a.id("town")] });
    a.superior.done("policyDocumentPush", more, "policyDocument { id }").await;
    let all = a.superior.ok(pushes, json!({})).await["policyPushes"]["nodes"].clone();
    assert_eq!(all.as_array().unwrap().len(), 3, "{all}");
    // The village sees what came to it, and confirms it once; the other town sees nothing.
    let own = a.junior.ok(pushes, json!({})).await["policyPushes"]["nodes"].clone();
    assert_eq!((own.as_array().unwrap().len(), &own[0]["unit"]["id"]), (1, &json!(a.id("village"))));
    assert_eq!(a.neighbour.ok(pushes, json!({})).await["policyPushes"]["nodes"], json!([]));
    let read = async |actor: &Actor| {
        let input = json!({ "id": own[0]["id"] });
        actor.done("policyPushRead", input, "policyPush { readAt readBy { name } }").await["policyPush"].clone()
    };
    let confirmed = read(&a.junior).await;
    assert_eq!(read(&a.superior).await, confirmed, "the first receipt stays");
    let refused =
        a.superior.mutate("policyDocumentPush", json!({ "policyDocument": policy }), "policyDocument { id }").await;
    assert_eq!(codes(&refused), ["REQUIRED"]);
    let beyond = json!({ "policyDocument": policy, "units": [a.id("other-town")] });
    let refused = a.senior.mutate("policyDocumentPush", beyond, "policyDocument { id }").await;
    assert_eq!((codes(&refused), fields(&refused)), (vec!["UNKNOWN_REFERENCE"], vec!["input.units"]));
}

#[tokio::test]
async fn i_04_effects_are_reported_by_period_and_judged_by_three_scores() {
    let world = World::start().await;
    let a = &world.a;
    let policy = publish(a, document("village", "乡村振兴实施意见", "支持乡村建设")).await["id"].clone();
    let effect = |amount: &str, starts_on: &str| {
        json!({
            "policyDocument": policy, "unit": a.id("town"), "period": "MONTH", "startsOn": starts_on, "beneficiaries": "农户",
            "count": 120, "amount": amount, "benefit": "户均增收 2000 元"
        })
    };
    let report =
        async |input: Json| a.senior.mutate("policyEffectReport", input, "policyEffect { amount version count }").await;
    assert_eq!(report(effect("240000.00", "2025-08-01")).await["policyEffect"]["version"], 1);
    let corrected = report(effect("240000.50", "2025-08-01")).await;
    assert_eq!(corrected["policyEffect"], json!({ "amount": "240000.50", "version": 2, "count": 120 }));
    report(effect("1", "2025-09-01")).await;
    for (wrong, code) in [(effect("1", "2025-08-02"), "INVALID_VALUE"), (effect("-1", "2025-07-01"), "INVALID_VALUE")] {
        assert_eq!(codes(&report(wrong).await), [code]);
    }
    let list = "{ policyEffects(orderBy: [{ field: STARTS_ON, direction: ASC }]) { nodes { startsOn amount } } }";
    let seen = a.leader.ok(list, json!({})).await["policyEffects"]["nodes"].clone();
    let wanted =
        json!([{ "startsOn": "2025-08-01", "amount": "240000.50" }, { "startsOn": "2025-09-01", "amount": "1.00" }]);
    assert_eq!(seen, wanted);
    let score = |n: i32| json!({ "policyDocument": policy, "scientific": n, "reasonable": 80, "applicable": 60, "basis": "问卷 300 份" });
    a.senior.done("policyScoreSet", score(70), "policyScore { id }").await;
    a.senior.done("policyScoreSet", score(90), "policyScore { id }").await;
    a.superior.done("policyScoreSet", score(80), "policyScore { id }").await;
    assert_eq!(codes(&a.senior.mutate("policyScoreSet", score(101), "policyScore { id }").await), ["INVALID_VALUE"]);
    let means = "{ policyScoreAggregate { groups { count avg { scientific reasonable applicable } } } }";
    let seen = a.leader.ok(means, json!({})).await["policyScoreAggregate"]["groups"][0].clone();
    assert_eq!((&seen["count"], seen["avg"]["scientific"].as_f64()), (&json!(2), Some(85.0)));
}

#[tokio::test]
async fn i_04_problems_lead_to_gaps_and_gaps_to_policies() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let mut problems = vec![];
    for cause in ["QUALITY", "COORDINATION"] {
        let input = json!({ "task": task, "cause": cause, "text": "用地指标不足", "body": "PARTY_OFFICE" });
        problems.push(a.superior.done("problemRaise", input, "problem { id }").await["problem"]["id"].clone());
    }
    let gap = json!({
        "problem": problems[0], "more": [problems[1], problems[0]], "title": "点状供地政策", "text": "没有点状供地的口径",
        "proposal": "出台点状供地办法"
    });
    let gap = a.superior.done("policyGapOpen", gap, "policyGap { id version state problems { nodes { id } } }").await["policyGap"].clone();
    assert_eq!((&gap["state"], gap["problems"]["nodes"].as_array().unwrap().len()), (&json!("OPEN"), 2));
    let of_problem = "query($id: ID!) { problem(id: $id) { policyGaps { nodes { title state document { title } } } } }";
    let policy = publish(a, document("land", "点状供地办法", "符合规划的可以点状供地")).await["id"].clone();
    let answer = json!({ "id": gap["id"], "expectedVersion": 1, "policyDocument": policy, "answer": "按第三条办理" });
    a.superior.done("policyGapAnswer", answer, "policyGap { state }").await;
    let seen = a.superior.ok(of_problem, json!({ "id": problems[1] })).await["problem"]["policyGaps"]["nodes"].clone();
    assert_eq!(
        seen,
        json!([{ "title": "点状供地政策", "state": "ANSWERED", "document": { "title": "点状供地办法" } }])
    );
    let again = json!({ "id": gap["id"], "expectedVersion": 2, "policyDocument": policy, "answer": "再次" });
    assert_eq!(codes(&a.superior.mutate("policyGapAnswer", again, "policyGap { id }").await), ["NOT_IN_STATE"]);
}

#[tokio::test]
async fn i_05_words_are_explained_and_steps_bound_to_regulations() {
    let world = World::start().await;
    let a = &world.a;
    let mut rule = document("evaluation", "实绩评价办法", "评价须由分管领导作出");
    rule["kind"] = json!("REGULATION");
    let first = publish(a, rule.clone()).await["id"].clone();
    let bind = json!({ "policyDocument": first, "action": "EVALUATE", "note": "须写明评价意见" });
    a.superior.done("stepRuleBind", bind.clone(), "stepRule { id }").await;
    assert_eq!(codes(&a.superior.mutate("stepRuleBind", bind, "stepRule { id }").await), ["ALREADY_EXISTS"]);
    publish(a, rule).await;
    // The step is bound to the regulation, so to its newest version.
    let of_step = "{ stepRules(where: { action: { eq: EVALUATE } }) { nodes { key note document { number title } } } }";
    let seen = a.applicant.ok(of_step, json!({})).await["stepRules"]["nodes"].clone();
    let wanted = json!({ "number": 2, "title": "实绩评价办法" });
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["document"]), (1, &wanted));
    let policy = publish(a, document("village", "乡村振兴实施意见", "支持")).await["id"].clone();
    let refused = a
        .superior
        .mutate("stepRuleBind", json!({ "policyDocument": policy, "action": "PUBLISH" }), "stepRule { id }")
        .await;
    assert_eq!(codes(&refused), ["INVALID_VALUE"]);
    for definition in ["工程分五级", "按难度分级"] {
        let term = json!({ "term": "标准工时", "definition": definition, "policyDocument": first });
        a.superior.done("glossaryTermSet", term, "glossaryTerm { id }").await;
    }
    let found = "{ glossaryTerms(where: { definition: { contains: \"难度\" } }) { nodes { term definition version document { title } } } }";
    let seen = a.applicant.ok(found, json!({})).await["glossaryTerms"]["nodes"].clone();
    let wanted = json!([{ "term": "标准工时", "definition": "按难度分级", "version": 2, "document": { "title": "实绩评价办法" } }]);
    assert_eq!(seen, wanted);
}
