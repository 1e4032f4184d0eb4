//! People and cadres: what is recorded, what is computed, who sees what.

use serde_json::{Value as Json, json};
use zugong_tests::World;

fn codes(payload: &Json) -> Vec<(String, String)> {
    let text = |v: &Json| v.as_str().unwrap_or_default().to_string();
    let mut out: Vec<_> =
        payload["userErrors"].as_array().unwrap().iter().map(|e| (text(&e["field"]), text(&e["code"]))).collect();
    out.sort();
    out
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
}

#[tokio::test]
async fn a_cadre_shows_what_follows_from_the_archive_d_01() {
    let world = World::start().await;
    let query = "query($id: ID!) { cadre(id: $id) { category archiveBirth statutoryRetirementMonth \
        earliestRetirementMonth latestRetirementMonth voluntaryRetirementMonth retirementDelayMonths kind \
        person { name age sexName ethnicityName politicalStatusName educationName idNumberMasked idNumber } \
        unit { name } mainAppointment { title isMain } appointments { totalCount } cases { totalCount } } }";
    let data = world.a.superior.ok(query, json!({ "id": world.a.id("cadre:colleague") })).await;
    let cadre = &data["cadre"];
    // M60 1965-09: three months of delay.
    assert_eq!(cadre["statutoryRetirementMonth"], "2025-12");
    assert_eq!(cadre["earliestRetirementMonth"], "2025-09");
    assert_eq!(cadre["latestRetirementMonth"], Json::Null);
    assert_eq!(cadre["voluntaryRetirementMonth"], Json::Null);
    assert_eq!(cadre["retirementDelayMonths"], 3);
    assert_eq!(cadre["mainAppointment"]["title"], "主任A");
    assert_eq!(
        (cadre["appointments"]["totalCount"].as_i64(), cadre["cases"]["totalCount"].as_i64()),
        (Some(1), Some(0))
    );
    let person = &cadre["person"];
    assert_eq!(
        (&person["age"], &person["sexName"], &person["educationName"]),
        (&json!(60), &json!("男"), &json!("大学本科毕业"))
    );
    let number = world.a.id("idNumber:colleague");
    assert_eq!(person["idNumber"], number);
    assert_eq!(person["idNumberMasked"], format!("{}********{}", &number[..6], &number[14..]));
}

#[tokio::test]
async fn sensitive_fields_are_shown_to_few_and_searched_by_few() {
    let world = World::start().await;
    let id = world.a.id("person:applicant");
    let reply =
        world.a.junior.gql("query($id: ID!) { person(id: $id) { name idNumber phone } }", json!({ "id": id })).await;
    assert_eq!(reply.body["data"]["person"]["name"], "applicantA");
    assert_eq!(reply.body["data"]["person"]["idNumber"], Json::Null);
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 2, "{}", reply.text);
    let by_number = "query($n: String!) { persons(where: { idNumber: { eq: $n } }) { nodes { name } } }";
    let number = json!({ "n": world.a.id("idNumber:applicant") });
    assert_eq!(
        world.a.senior.ok(by_number, number.clone()).await["persons"]["nodes"],
        json!([{ "name": "applicantA" }])
    );
    let blind = world.a.junior.gql(by_number, number).await;
    assert_ne!(blind.body["data"]["persons"]["nodes"], json!([{ "name": "applicantA" }]), "{}", blind.text);
    // The applicant sees himself whole and nobody else.
    let own = world
        .a
        .applicant
        .ok("{ persons { nodes { name idNumber } } cadres { nodes { person { name } } } }", json!({}))
        .await;
    assert_eq!(
        own["persons"]["nodes"],
        json!([{ "name": "applicantA", "idNumber": world.a.id("idNumber:applicant") }])
    );
    assert_eq!(own["cadres"]["nodes"].as_array().unwrap().len(), 1);
    // A handler without cases sees nobody; the neighbour sees his own town.
    let handler = &world.a.handlers["medical"];
    assert_eq!(
        handler.ok("{ persons { totalCount } cadres { totalCount } }", json!({})).await,
        json!({ "persons": { "totalCount": 0 }, "cadres": { "totalCount": 0 } })
    );
    assert_eq!(world.a.neighbour.ok("{ persons { totalCount } }", json!({})).await["persons"]["totalCount"], 1);
    let flag = world.a.junior.gql("{ cadres { nodes { underInvestigation } } }", json!({})).await;
    assert_eq!(flag.body["data"]["cadres"]["nodes"][0]["underInvestigation"], Json::Null);
    assert_eq!(flag.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn a_person_is_recorded_once_and_every_fault_is_listed() {
    let world = World::start().await;
    let wrong = json!({ "name": " ", "idNumber": "331123198506150018", "ethnicity": "99", "politicalStatus": "14",
        "birth": "1985-13", "phone": "123", "unit": world.a.id("other-town"), "joinedParty": "2999-01" });
    let payload = world.a.junior.mutate("personCreate", wrong, "person { id }").await;
    assert_eq!(
        codes(&payload),
        pairs(&[
            ("input.birth", "INVALID_FORMAT"),
            ("input.ethnicity", "UNKNOWN_CODE"),
            ("input.idNumber", "INVALID_ID_NUMBER"),
            ("input.joinedParty", "INVALID_VALUE"),
            ("input.name", "INVALID_VALUE"),
            ("input.phone", "INVALID_FORMAT"),
            ("input.politicalStatus", "UNKNOWN_CODE"),
            ("input.unit", "UNKNOWN_REFERENCE"),
        ])
    );
    let right = json!({ "name": "单 小明", "idNumber": "330602199003070024", "ethnicity": "汉族", "politicalStatus": "群众",
        "unit": world.a.id("village") });
    let select = "person { id version sex ethnicity birth searchKey politicalStatusName unit { name } }";
    let person = world.a.junior.done("personCreate", right.clone(), select).await["person"].clone();
    assert_eq!(person["searchKey"], "单小明 shanxiaoming sxm");
    assert_eq!(
        (&person["sex"], &person["birth"], &person["ethnicity"]),
        (&json!("2"), &json!("1990-03-07"), &json!("01"))
    );
    let found =
        world.a.senior.ok("{ persons(where: { searchKey: { contains: \"sxm\" } }) { totalCount } }", json!({})).await;
    assert_eq!(found["persons"]["totalCount"], 1);
    let again = world.a.junior.mutate("personCreate", right, "person { id }").await;
    assert_eq!(codes(&again), pairs(&[("input.idNumber", "ALREADY_EXISTS")]));
    // The other tenant has its own people.
    let other = json!({ "name": "章三", "idNumber": "330602199003070024", "ethnicity": "01", "politicalStatus": "13",
        "unit": world.b.id("village") });
    world.b.junior.done("personCreate", other, "person { id }").await;
    let sex = json!({ "id": person["id"], "expectedVersion": 1, "sex": "1" });
    assert_eq!(
        codes(&world.a.junior.mutate("personUpdate", sex, "person { id }").await),
        pairs(&[("input.sex", "INVALID_VALUE")])
    );
    let change = json!({ "id": person["id"], "expectedVersion": 1, "name": "曾小明", "birth": "1990.04", "phone": "13800000001" });
    let changed = world.a.junior.done("personUpdate", change.clone(), "person { version searchKey birth }").await;
    assert_eq!(changed["person"], json!({ "version": 2, "searchKey": "曾小明 zengxiaoming zxm", "birth": "1990-04" }));
    let stale = world.a.junior.mutate("personUpdate", change, "person { id }").await;
    assert_eq!(codes(&stale), pairs(&[("input.expectedVersion", "VERSION_MISMATCH")]));
    let foreign = world.a.neighbour.gql(
        "mutation($i: PersonUpdateInput!) { personUpdate(input: $i) { person { id } } }",
        json!({ "i": { "id": person["id"], "expectedVersion": 2, "name": "x" } }),
    );
    assert_eq!(foreign.await.body["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_cadre_is_recorded_changed_and_flagged() {
    let world = World::start().await;
    let person = json!({ "name": "章三", "idNumber": "330203198802290031", "ethnicity": "01", "politicalStatus": "01",
        "unit": world.a.id("village") });
    let person = world.a.junior.done("personCreate", person, "person { id }").await["person"]["id"].clone();
    let mut input = json!({ "person": person, "unit": world.a.id("village"), "kind": "PUBLIC_INSTITUTION", "rank": "CLERK_1",
        "category": "F55", "archiveBirth": "1988-02", "workStarted": "1987-01", "contributionMonths": 721, "title": "科员",
        "level": "NO_LEADERSHIP" });
    let payload = world.a.junior.mutate("cadreCreate", input.clone(), "cadre { id }").await;
    assert_eq!(
        codes(&payload),
        pairs(&[
            ("input.category", "INVALID_VALUE"),
            ("input.contributionMonths", "INVALID_VALUE"),
            ("input.rank", "INVALID_VALUE"),
            ("input.workStarted", "INVALID_VALUE"),
        ])
    );
    for (key, value) in [
        ("kind", json!("CIVIL_SERVANT")),
        ("category", json!("M60")),
        ("workStarted", json!("2010-08")),
        ("contributionMonths", json!(180)),
    ] {
        input[key] = value;
    }
    let select = "cadre { id version rank state mainAppointment { title level unit { name } } person { cadres { totalCount } } }";
    let cadre = world.a.junior.done("cadreCreate", input.clone(), select).await["cadre"].clone();
    assert_eq!(cadre["mainAppointment"]["title"], "科员");
    assert_eq!(
        codes(&world.a.junior.mutate("cadreCreate", input, "cadre { id }").await),
        pairs(&[("input.person", "ALREADY_EXISTS")])
    );
    let change =
        json!({ "id": cadre["id"], "expectedVersion": 1, "kind": "PUBLIC_INSTITUTION", "contributionMonths": 190 });
    let changed = world
        .a
        .junior
        .done("cadreUpdate", change, "cadre { rank version contributionMonths latestRetirementMonth }")
        .await;
    assert_eq!(changed["cadre"]["rank"], Json::Null);
    assert!(changed["cadre"]["latestRetirementMonth"].is_string());
    let flag = json!({ "id": cadre["id"], "expectedVersion": 2, "underInvestigation": true, "reason": "立案通知〔2025〕1 号" });
    let refused = world.a.senior.gql(
        "mutation($i: CadreInvestigationSetInput!) { cadreInvestigationSet(input: $i) { cadre { id } } }",
        json!({ "i": flag }),
    );
    assert_eq!(refused.await.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let set =
        world.a.superior.done("cadreInvestigationSet", flag.clone(), "cadre { underInvestigation version }").await;
    assert_eq!(set["cadre"], json!({ "underInvestigation": true, "version": 3 }));
    let mut blank = flag;
    blank["reason"] = json!(" ");
    blank["expectedVersion"] = json!(3);
    assert_eq!(
        codes(&world.a.superior.mutate("cadreInvestigationSet", blank, "cadre { id }").await),
        pairs(&[("input.reason", "INVALID_VALUE"), ("input.underInvestigation", "NOT_IN_STATE")])
    );
}

#[tokio::test]
async fn the_forecast_counts_and_names_the_nearest_d_06_e_09() {
    let world = World::start().await;
    let query = "query($unit: ID) { retirementForecast(months: 24, unit: $unit) { totalCount nextMonthCount nextTwoYearsCount \
        nextFiveYearsCount overdueCount entries { month monthsLeft windows cadre { person { name } } } } }";
    let all = world.a.superior.ok(query, json!({})).await["retirementForecast"].clone();
    // On 2025-09-22: one retired in 2025-07 and still serves, one will in 2025-12, one much later.
    assert_eq!(
        all,
        json!({ "totalCount": 1, "nextMonthCount": 0, "nextTwoYearsCount": 1, "nextFiveYearsCount": 1, "overdueCount": 1,
            "entries": [{ "month": "2025-12", "monthsLeft": 3, "windows": [24, 12, 6, 3], "cadre": { "person": { "name": "colleagueA" } } }] })
    );
    let other = world.a.superior.ok(query, json!({ "unit": world.a.id("other-town") })).await;
    assert_eq!(
        (&other["retirementForecast"]["totalCount"], &other["retirementForecast"]["overdueCount"]),
        (&json!(0), &json!(0))
    );
    let town = world.a.superior.ok(query, json!({ "unit": world.a.id("town") })).await;
    assert_eq!(town["retirementForecast"]["totalCount"], 1);
    assert_eq!(world.a.neighbour.ok(query, json!({})).await["retirementForecast"]["totalCount"], 0);
    let foreign = world.a.superior.gql(query, json!({ "unit": world.b.id("town") })).await;
    assert_eq!(foreign.body["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn code_sets_and_divisions_are_for_every_role_j_01_j_04() {
    let world = World::start().await;
    let query = "{ codeSets { key title codes { code name } } codeSet(key: \"GB/T 4762\") { title codes { code } } \
        none: codeSet(key: \"GB/T 1\") { key } division(code: \"330203\") { name level parentCode } \
        gone: division(code: \"330204\", on: \"2025-01-01\") { name } }";
    let data = world.a.applicant.ok(query, json!({})).await;
    assert_eq!(data["codeSets"].as_array().unwrap().len(), 8);
    assert_eq!(data["codeSet"]["codes"].as_array().unwrap().len(), 13);
    assert_eq!((&data["none"], &data["gone"]), (&Json::Null, &Json::Null));
    assert_eq!(data["division"], json!({ "name": "海曙区", "level": "COUNTY", "parentCode": "330200" }));
    let anonymous = world.a.applicant.anonymous().gql("{ codeSets { key } }", json!({})).await;
    assert_eq!(anonymous.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let wrong = world.a.applicant.gql("{ codeSets(on: \"yesterday\") { key } }", json!({})).await;
    assert_eq!(wrong.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}
