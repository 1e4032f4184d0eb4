//! Two administrators at once, and two tenants with the same plug-ins in another order.

use futures::future::join_all;
use serde_json::{Value as Json, json};
use zugong_tests::{Probe, Reply, World, client::codes};

use super::{Files, install};

#[tokio::test]
async fn of_many_who_install_one_plug_in_one_does_and_different_ones_do_not_meet() {
    let world = World::start().await;
    let tenant = &world.a;
    let same = Files::new("bwly");
    let one =
        join_all((0..6).map(|_| tenant.superior.mutate("pluginInstall", same.input(), "plugin { id version }"))).await;
    let made: Vec<&Json> = one.iter().filter(|payload| payload["userErrors"] == json!([])).collect();
    assert_eq!(made.len(), 1, "{one:?}");
    assert!(one.iter().all(|p| p["userErrors"] == json!([]) || codes(p) == ["ALREADY_EXISTS"]), "{one:?}");
    let row = made[0]["plugin"].clone();
    let input = json!({ "id": row["id"], "expectedVersion": row["version"] });
    let enabled =
        join_all((0..4).map(|_| tenant.superior.mutate("pluginEnable", input.clone(), "plugin { state }"))).await;
    assert_eq!(enabled.iter().filter(|p| p["userErrors"] == json!([])).count(), 1, "{enabled:?}");

    let others: Vec<Files> = ["aaly", "ccly", "ddly"].map(Files::new).into();
    join_all(others.iter().map(|files| install(tenant, files))).await;
    let query = "{ plugins(where: { state: { eq: ENABLED } }) { totalCount } matters(where: { key: { contains: \".\" } }) { totalCount }
        aaly_applications { totalCount } bwly_applications { totalCount } ccly_applications { totalCount } ddly_applications { totalCount } }";
    let seen = tenant.superior.ok(query, json!({})).await;
    assert_eq!((&seen["plugins"]["totalCount"], &seen["matters"]["totalCount"]), (&json!(4), &json!(4)), "{seen}");
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    assert_eq!(probe.count("plugin_matter").await, 4);
    assert_eq!(probe.count("plugin_slot").await, 4, "each indexed field has a column, none has two");
}

#[tokio::test]
async fn equal_sets_in_another_order_share_a_schema_and_read_their_own_columns() {
    let world = World::start().await;
    let (one, two) = (Files::new("aaly"), Files::new("bwly"));
    install(&world.a, &one).await;
    install(&world.a, &two).await;
    install(&world.b, &two).await;
    install(&world.b, &one).await;
    for tenant in [&world.a, &world.b] {
        let values = json!({ "aaly_kind": "FIRST", "bwly_kind": "SECOND" });
        let set = json!({ "object": tenant.id("cadre:applicant"), "values": values });
        let made = tenant.superior.done("customFieldsSet", set, "cadre { ext { aaly_kind bwly_kind } }").await;
        assert_eq!(made["cadre"]["ext"], values);
        let query = "{ a: cadres(where: { ext: { aaly_kind: { eq: FIRST } } }) { totalCount }
            b: cadres(where: { ext: { bwly_kind: { eq: SECOND } } }) { totalCount }
            none: cadres(where: { ext: { bwly_kind: { eq: FIRST } } }) { totalCount } }";
        let found = tenant.superior.ok(query, json!({})).await;
        let expected = json!({ "a": { "totalCount": 1 }, "b": { "totalCount": 1 }, "none": { "totalCount": 0 } });
        assert_eq!(found, expected);
    }
    let sdl = async |token: Option<&str>| {
        let request = world.server.http.get(format!("{}/schema.graphql", world.server.url)).bearer_auth(token.unwrap());
        Reply::of(request.send().await.unwrap()).await.text
    };
    assert_eq!(sdl(world.a.superior.token.as_deref()).await, sdl(world.b.superior.token.as_deref()).await);
}
