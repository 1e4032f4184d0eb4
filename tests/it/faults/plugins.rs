//! The program is killed while a plug-in is installed, upgraded, or the last item of a case is finished: nothing is half
//! done, and what was asked for again under its key happens once.

use std::time::{Duration, Instant};

use rand::Rng;
use serde_json::{Value as Json, json};
use zugong_tests::{
    Actor, Reply, dice,
    plant::{Program, SOON},
};

use super::{Plant, plant};
use crate::plugins::Files;

pub fn rounds() -> u32 {
    std::env::var("ZUGONG_TEST_KILLS").map_or(4, |n| n.parse().unwrap())
}

/// Asks under a key until it is done, as a good client does.
pub async fn until_answered(actor: &Actor, field: &str, input: Json, key: &str, selection: &str) -> Json {
    let payload = until_decided(actor, field, input, key, selection).await;
    assert_eq!(payload["userErrors"], json!([]), "{field}: {payload}");
    payload
}

/// The same where a refusal is an end, too.
pub async fn until_decided(actor: &Actor, field: &str, mut input: Json, key: &str, selection: &str) -> Json {
    input["idempotencyKey"] = json!(key);
    let query = format!(
        "mutation($input: {}{}Input!) {{ {field}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}",
        field[..1].to_uppercase(),
        &field[1..]
    );
    let body = json!({ "query": query, "variables": { "input": input } });
    let begun = Instant::now();
    loop {
        let request = actor.http.post(format!("{}/graphql", actor.url)).bearer_auth(actor.token.as_ref().unwrap());
        let sent = request.json(&body).timeout(Duration::from_secs(10)).send().await;
        let reply = match sent {
            Ok(reply) => Reply::heard(reply).await.ok().map(|reply| reply.body).filter(|body| !body.is_null()),
            Err(_) => None,
        };
        if let Some(reply) = reply {
            let payload = &reply["data"][field];
            if payload.is_object() && reply.get("errors").is_none() {
                return payload.clone();
            }
            assert_eq!(reply["errors"][0]["extensions"]["retryable"], json!(true), "{field}: {reply}");
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{field} was never answered");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Kills the program at a moment of the work, starts it again, and waits for the work.
pub async fn killed_during<T>(
    plant: &Plant,
    program: &mut Program,
    after: Duration,
    work: impl Future<Output = T>,
    between: impl AsyncFn(&Plant),
) -> T {
    let kill = async {
        tokio::time::sleep(after).await;
        program.kill();
        between(plant).await;
        program.begin();
        program.ready(&plant.http).await;
    };
    tokio::join!(work, kill).0
}

/// What is in the tables is whole: each plug-in has its package, each version of a matter its branches and its origin, and
/// none is offered by a plug-in that is not at work.
pub async fn whole(plant: &Plant) {
    let none = |what: &'static str, table: &'static str, condition: &'static str| async move {
        assert_eq!(plant.probe.count_where(table, condition, vec![]).await, 0, "{what}");
    };
    let no_package =
        "not exists (select 1 from plugin_package p where p.tenant_id = plugin.tenant_id and p.id = package_id)";
    none("a plug-in without its files", "plugin", no_package).await;
    let no_branch = "key like '%.%' and not exists \
        (select 1 from matter_branch b where b.tenant_id = matter.tenant_id and b.matter_id = matter.id)";
    none("a matter without branches", "matter", no_branch).await;
    let no_origin = "key like '%.%' and not exists \
        (select 1 from plugin_matter m where m.tenant_id = matter.tenant_id and m.matter_id = matter.id)";
    none("a matter without its plug-in", "matter", no_origin).await;
    let idle = "key like '%.%' and state = 'ACTIVE' and not exists (select 1 from plugin p \
        where p.tenant_id = matter.tenant_id and matter.key like p.prefix || '.%' and p.state = 'ENABLED')";
    none("a matter of a plug-in that is not at work", "matter", idle).await;
    let unoffered = "state = 'ENABLED' and (select count(*) from matter m where m.tenant_id = plugin.tenant_id \
        and m.key like plugin.prefix || '.%' and m.state = 'ACTIVE') <> 1";
    none("a plug-in at work that does not offer its matter", "plugin", unoffered).await;
}

/// Kill -9 during installation, enabling and upgrade.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plug_in_is_never_half_installed_or_half_upgraded() {
    let Some(plant) = plant().await else { return };
    let mut random = dice();
    let mut program = Program::start(&plant.postgres.url(), &[]);
    program.ready(&plant.http).await;
    let admin = plant.at(&plant.tenant.superior, &program);
    for round in 0..rounds() {
        let prefix = format!("kill{round}");
        // A tenant has columns for a few indexed fields, and here are as many plug-ins as there are rounds.
        let files = Files::new(&prefix).manifest("indexed = true ", "indexed = false ");
        let later = files.clone().manifest("version = \"1.0.0\"", "version = \"1.1.0\"").manifest(">= 18", ">= 20");
        let work = async {
            let chosen = "plugin { id version }";
            let made = until_answered(&admin, "pluginInstall", files.input(), &format!("{prefix}-i"), chosen).await;
            let input = json!({ "id": made["plugin"]["id"], "expectedVersion": 1 });
            until_answered(&admin, "pluginEnable", input, &format!("{prefix}-e"), chosen).await;
            until_answered(&admin, "pluginUpgrade", later.input(), &format!("{prefix}-u"), chosen).await
        };
        let after = Duration::from_millis(random.random_range(5..400));
        let done = killed_during(&plant, &mut program, after, work, async |plant| whole(plant).await).await;
        whole(&plant).await;
        assert_eq!(done["plugin"]["version"], 3, "installed, enabled, upgraded: each once");
        let id = zugong::kernel::id::parse(done["plugin"]["id"].as_str().unwrap()).unwrap().1;
        for action in ["pluginInstall", "pluginEnable", "pluginUpgrade"] {
            let condition = format!("action = '{action}' and object_id = $2");
            assert_eq!(plant.probe.count_where("audit", &condition, vec![id.into()]).await, 1, "{action} in the audit");
        }
        let matters = format!("key = '{prefix}.apply'");
        assert_eq!(plant.probe.count_where("matter", &matters, vec![]).await, 2, "a version each");
    }
    let seen = admin.ok(
        "{ plugins(where: { state: { eq: ENABLED } }) { totalCount } kill0_applications { totalCount } }",
        json!({}),
    );
    assert_eq!(seen.await["plugins"]["totalCount"], rounds());
}

/// Kill -9 while the last item of a case is finished.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_completed_once_whenever_the_program_is_killed() {
    let Some(plant) = plant().await else { return };
    let mut random = dice();
    let mut program = Program::start(&plant.postgres.url(), &[]);
    assert!(program.ready(&plant.http).await < SOON * 6);
    let at = |actor: &Actor, program: &Program| plant.at(actor, program);
    let admin = at(&plant.tenant.superior, &program);
    let (first, last) =
        (at(&plant.tenant.handlers["organisation"], &program), at(&plant.tenant.handlers["treasury"], &program));
    let files = Files::new("kill");
    let made = until_answered(&admin, "pluginInstall", files.input(), "install", "plugin { id }").await;
    let input = json!({ "id": made["plugin"]["id"], "expectedVersion": 1 });
    until_answered(&admin, "pluginEnable", input, "enable", "plugin { id }").await;
    let item = "caseItem { id version state }";
    let finish = async |actor: &Actor, item_id: &Json, key: String| {
        let accept = json!({ "id": item_id, "expectedVersion": item_version(actor, item_id).await });
        let accepted = until_answered(actor, "caseItemAccept", accept, &format!("{key}-a"), item).await;
        let done = json!({ "id": item_id, "expectedVersion": accepted["caseItem"]["version"], "result": "已办理" });
        until_answered(actor, "caseItemFinish", done, &format!("{key}-f"), item).await
    };
    for round in 0..rounds() {
        let approve = json!({ "matterKey": "kill.apply", "cadre": plant.tenant.id("cadre:applicant"),
            "documentNumber": format!("{round}"), "effectiveMonth": "2025-10" });
        let approval = until_answered(&admin, "approvalCreate", approve, &format!("p{round}"), "approval { id }").await;
        let materials = json!([{ "key": "application", "attachment": admin.upload().await }]);
        let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
        let submission = json!({ "approval": approval["approval"]["id"], "form": form, "materials": materials });
        let chosen = "case { id items { nodes { id key } } }";
        let case =
            until_answered(&admin, "matterSubmit", submission, &format!("s{round}"), chosen).await["case"].clone();
        let of = |key: &str| {
            case["items"]["nodes"].as_array().unwrap().iter().find(|i| i["key"] == key).unwrap()["id"].clone()
        };
        finish(&first, &of("organisation"), format!("o{round}")).await;
        let accept = json!({ "id": of("payroll"), "expectedVersion": item_version(&last, &of("payroll")).await });
        let accepted = until_answered(&last, "caseItemAccept", accept, &format!("a{round}"), item).await;
        let done =
            json!({ "id": of("payroll"), "expectedVersion": accepted["caseItem"]["version"], "result": "已办理" });
        let key = format!("f{round}");
        let work = until_answered(&last, "caseItemFinish", done, &key, item);
        let id = zugong::kernel::id::parse(case["id"].as_str().unwrap()).unwrap().1;
        // Done with its step, its event and the item, or none of them.
        let consistent = async |plant: &Plant| {
            let probe = &plant.probe;
            let count = async |table: &str, condition: &str| probe.count_where(table, condition, vec![id.into()]).await;
            let done = count("matter_case", "id = $2 and state = 'DONE'").await;
            assert_eq!(count("case_step", "case_id = $2 and action = 'COMPLETE'").await, done);
            assert_eq!(count("outbox", "object_id = $2 and topic = 'case.done'").await, done);
            assert_eq!(count("case_item", "case_id = $2 and state <> 'DONE'").await, 1 - done);
            done
        };
        let after = Duration::from_millis(random.random_range(0..60));
        let between = async |plant: &Plant| {
            consistent(plant).await;
        };
        killed_during(&plant, &mut program, after, work, between).await;
        assert_eq!(consistent(&plant).await, 1, "completed once");
    }
}

async fn item_version(actor: &Actor, id: &Json) -> Json {
    actor.ok("query($id: ID!) { caseItem(id: $id) { version } }", json!({ "id": id })).await["caseItem"]["version"]
        .clone()
}
