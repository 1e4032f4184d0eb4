//! What a city and its county keep together (NB-08, NB-28), H-01.

use serde_json::{Value as Json, json};
use zugong_tests::client::{codes, fields};
use zugong_tests::{Actor, Server, Tenant};

use entities::values::TenantLevel;

async fn city_and_county() -> (Server, Tenant, Tenant) {
    let server = Server::start().await;
    let city = Tenant::at(&server, 'S', TenantLevel::City, None).await;
    let county = Tenant::at(&server, 'X', TenantLevel::County, Some(&city)).await;
    (server, city, county)
}

const CONSULTATION: &str = "consultation { id version state }";
const REVIEW: &str = "acceptanceReview { id version state score }";

fn opening(with: &Tenant) -> Json {
    json!({ "peerCode": with.code, "title": "退休材料", "matterKey": "retirement", "question": "能否再减一份材料？" })
}

async fn position(of: &Actor, id: &Json, version: i32, stance: &str) -> Json {
    let input = json!({ "id": id, "expectedVersion": version, "stance": stance, "text": "意见如下" });
    of.mutate("consultationPositionAdd", input, CONSULTATION).await
}

#[tokio::test]
async fn h_01_city_and_county_settle_a_matter_on_both_sides() {
    let (_server, city, county) = city_and_county().await;
    let opened = county.superior.done("consultationOpen", opening(&city), CONSULTATION).await;
    let id = opened["consultation"]["id"].clone();
    let look = "query($id: ID!) { consultation(id: $id) { id title state version isOpenedHere peerCode question \
        openedByName conclusion concludedMatter { key number } matter { key } openedBy { name } \
        positions(orderBy: [{ field: AT }]) { nodes { isOurs stance authorName text } } } }";
    let seen = |actor: Actor| {
        let id = id.clone();
        async move { actor.ok(look, json!({ "id": id })).await["consultation"].clone() }
    };
    let (theirs, ours) = (seen(city.superior.clone()).await, seen(county.superior.clone()).await);
    assert_eq!((&theirs["isOpenedHere"], &ours["isOpenedHere"]), (&json!(false), &json!(true)));
    assert_eq!((&theirs["peerCode"], &ours["peerCode"]), (&json!(county.code), &json!(city.code)));
    assert_eq!((&theirs["matter"]["key"], &theirs["openedBy"]), (&json!("retirement"), &Json::Null));
    assert_eq!(theirs["openedByName"], "superior");

    // Neither side's silence is consent, and the lower side does not conclude.
    let conclude = |version: i32| json!({ "id": id, "expectedVersion": version, "conclusion": "减少一份材料" });
    let early = city.superior.mutate("consultationConclude", conclude(1), CONSULTATION).await;
    assert_eq!((codes(&early), fields(&early)), (vec!["NOT_IN_STATE"], vec!["input.id"]));
    assert_eq!(position(&county.superior, &id, 1, "SUPPORT").await["consultation"]["version"], 2);
    assert_eq!(codes(&position(&city.superior, &id, 1, "CONDITIONAL").await), ["VERSION_MISMATCH"]);
    assert_eq!(position(&city.superior, &id, 2, "CONDITIONAL").await["consultation"]["version"], 3);
    let lower = county.superior.mutate("consultationConclude", conclude(3), CONSULTATION).await;
    assert_eq!(codes(&lower), ["NOT_IN_STATE"]);
    let done = city.superior.done("consultationConclude", conclude(3), CONSULTATION).await;
    assert_eq!(done["consultation"]["state"], "CONCLUDED");

    for (side, first) in [(&city, false), (&county, true)] {
        let seen = seen(side.superior.clone()).await;
        assert_eq!((&seen["state"], &seen["version"]), (&json!("CONCLUDED"), &json!(4)), "{seen}");
        assert_eq!(seen["concludedMatter"], json!({ "key": "retirement", "number": 1 }));
        let said = seen["positions"]["nodes"].as_array().unwrap();
        assert_eq!((said.len(), &said[0]["isOurs"], &said[0]["stance"]), (2, &json!(first), &json!("SUPPORT")));
    }
    assert_eq!(codes(&position(&county.superior, &id, 4, "OPPOSE").await), ["NOT_IN_STATE"]);
    // The other side's audit record tells who did it.
    let query = "query($id: String) { auditRecords(where: { action: { eq: $id } }) { nodes { actorName objectType actor { name } } } }";
    let lines = county.audit.gql(query, json!({ "id": "consultationConclude" })).await;
    if lines.body.get("errors").is_none() {
        let line = &lines.body["data"]["auditRecords"]["nodes"][0];
        assert_eq!((&line["actorName"], &line["actor"]), (&json!("测试区 superior"), &Json::Null));
    }
}

#[tokio::test]
async fn h_01_positions_of_both_sides_at_once_do_not_lose_each_other() {
    let (_server, city, county) = city_and_county().await;
    let opened = city.superior.done("consultationOpen", opening(&county), CONSULTATION).await;
    let id = opened["consultation"]["id"].clone();
    let (one, other) =
        tokio::join!(position(&city.superior, &id, 1, "SUPPORT"), position(&county.superior, &id, 1, "OPPOSE"));
    let mut answers = [codes(&one), codes(&other)];
    answers.sort();
    assert_eq!(answers, [vec![], vec!["VERSION_MISMATCH"]]);
    for side in [&city, &county] {
        let query = "query($id: ID!) { consultation(id: $id) { version positions { totalCount } } }";
        let seen = side.superior.ok(query, json!({ "id": id })).await;
        assert_eq!(seen["consultation"], json!({ "version": 2, "positions": { "totalCount": 1 } }));
    }
}

#[tokio::test]
async fn h_01_whoever_is_no_neighbour_is_unknown() {
    let (server, city, county) = city_and_county().await;
    let stranger = Tenant::at(&server, 'Y', TenantLevel::County, None).await;
    let nobody = json!({ "peerCode": "nobody", "title": "题", "matterKey": "retirement", "question": "问" });
    let refused = city.superior.mutate("consultationOpen", opening(&stranger), CONSULTATION).await;
    let missing = city.superior.mutate("consultationOpen", nobody, CONSULTATION).await;
    assert_eq!(refused, missing);
    assert_eq!((codes(&refused), fields(&refused)), (vec!["UNKNOWN_REFERENCE"], vec!["input.peerCode"]));
    // A sister of the county sees nothing of it, and an administrator of a part reaches none.
    let opened = city.superior.done("consultationOpen", opening(&county), CONSULTATION).await;
    let query = "query($id: ID!) { consultation(id: $id) { id } }";
    let seen = stranger.superior.ok(query, json!({ "id": opened["consultation"]["id"] })).await;
    assert_eq!(seen["consultation"], Json::Null);
    assert_eq!(county.senior.gql(query, json!({ "id": opened["consultation"]["id"] })).await.code(), "FORBIDDEN");
    // All faults at once.
    let wrong = json!({ "peerCode": "nobody", "title": " ", "matterKey": "none", "question": "" });
    let refused = city.superior.mutate("consultationOpen", wrong, CONSULTATION).await;
    assert_eq!(fields(&refused), ["input.title", "input.question", "input.matterKey", "input.peerCode"]);
}

#[tokio::test]
async fn h_01_an_upper_tenant_reviews_a_lower_one() {
    let (_server, city, county) = city_and_county().await;
    let items = json!([
        { "criterion": "事项全部上线", "fullScore": 60, "isMandatory": true },
        { "criterion": "时限两日以内", "fullScore": 40 },
    ]);
    let opening = |of: &Tenant, pass: i32| json!({ "peerCode": of.code, "title": "一件事验收", "passScore": pass, "items": items });
    let upwards = county.superior.mutate("acceptanceReviewOpen", opening(&city, 80), REVIEW).await;
    assert_eq!(fields(&upwards), ["input.peerCode"]);
    let beyond = city.superior.mutate("acceptanceReviewOpen", opening(&county, 101), REVIEW).await;
    assert_eq!(fields(&beyond), ["input.passScore"]);
    let opened = city.superior.done("acceptanceReviewOpen", opening(&county, 80), REVIEW).await;
    let id = opened["acceptanceReview"]["id"].clone();
    let look = "query($id: ID!) { acceptanceReview(id: $id) { version state isReviewer isPassed score fullScore \
        comments items(orderBy: [{ field: POSITION }]) { nodes { id criterion score comment } } } }";
    let seen = city.superior.ok(look, json!({ "id": id })).await["acceptanceReview"].clone();
    let line = |i: usize| seen["items"]["nodes"][i]["id"].clone();
    assert_eq!((&seen["score"], &seen["fullScore"], &seen["isPassed"]), (&json!(0), &json!(100), &Json::Null));

    let score = |version: i32, one: i32, other: i32| {
        json!({ "id": id, "expectedVersion": version, "scores": [
            { "item": line(0), "score": one, "comment": "属实" }, { "item": line(1), "score": other }] })
    };
    let conclude = |version: i32, passed: bool| json!({ "id": id, "expectedVersion": version, "isPassed": passed, "comments": "意见" });
    let early = city.superior.mutate("acceptanceReviewConclude", conclude(1, true), REVIEW).await;
    assert_eq!((codes(&early), fields(&early)), (vec!["NOT_IN_STATE"], vec!["input.isPassed"]));
    let wrong = city.superior.mutate("acceptanceReviewScore", score(1, 61, 40), REVIEW).await;
    assert_eq!(fields(&wrong), ["input.scores.0.score"]);
    let own = county.superior.mutate("acceptanceReviewScore", score(1, 60, 40), REVIEW).await;
    assert_eq!(codes(&own), ["NOT_IN_STATE"]);
    city.superior.done("acceptanceReviewScore", score(1, 55, 24), REVIEW).await;
    let below = city.superior.mutate("acceptanceReviewConclude", conclude(2, true), REVIEW).await;
    assert!(below["userErrors"][0]["message"].as_str().unwrap().contains("80"), "{below}");
    let scored = city.superior.done("acceptanceReviewScore", score(2, 55, 30), REVIEW).await;
    assert_eq!(scored["acceptanceReview"]["score"], 85);
    city.superior.done("acceptanceReviewConclude", conclude(3, true), REVIEW).await;

    let seen = county.superior.ok(look, json!({ "id": id })).await["acceptanceReview"].clone();
    assert_eq!((&seen["isReviewer"], &seen["isPassed"], &seen["score"]), (&json!(false), &json!(true), &json!(85)));
    assert_eq!((&seen["state"], &seen["items"]["nodes"][0]["comment"]), (&json!("CONCLUDED"), &json!("属实")));
    let again = city.superior.mutate("acceptanceReviewScore", score(4, 1, 1), REVIEW).await;
    assert_eq!(codes(&again), ["NOT_IN_STATE"]);
}
