//! An agency's inbox among very many items: one statement, and it looks at the agency's own.

use chrono::TimeDelta;
use entities::values::{RoleName, UserKind};
use zugong::modules::identity::provision::{self, NewUser};
use zugong_tests::{Probe, database::backend};

use super::*;

const INBOX: &str = "query Inbox { caseItems(first: 20, where: { state: { in: [PENDING, ACCEPTED] } },
    orderBy: [{ field: DUE_ON }]) { nodes { id title state lamp remaining dueOn case { number cadre { person { name } } } } } }";

/// Items of other agencies and done ones of this, beside the one case.
const MANY: i64 = 40_000;

/// A handler's program, whose key shows statements.
async fn handler(world: &World, agency: &str) -> Actor {
    let tenant = &world.a;
    let system = world.server.platform.system(Reason::Provision);
    let tx = system.begin(Some(tenant.id)).await.unwrap();
    let unit = parse(tenant.id(&format!("agency:{agency}"))).unwrap().1;
    let user = NewUser { account: None, person: None, unit, name: "inbox", kind: UserKind::Service };
    let user = provision::create_user(&tx, user).await.unwrap();
    provision::assign(&tx, user, RoleName::Handler, unit, world.server.clock.today()).await.unwrap();
    let until = world.server.clock.now() + TimeDelta::hours(1);
    let key = provision::create_service_key(&tx, user, "inbox", true, until).await.unwrap();
    tx.commit().await.unwrap();
    Actor { token: Some(key), ..tenant.handlers[agency].clone() }
}

#[tokio::test]
async fn h_03_an_inbox_is_one_statement_that_finds_its_items_by_an_index() {
    let world = World::start().await;
    let tenant = &world.a;
    let approval = approve(tenant, "applicant", "2025-07").await;
    let case = submit(tenant, &tenant.applicant, "applicant", &approval).await;
    let medical = handler(&world, "medical").await;
    let reply = medical.gql(INBOX, json!({})).await;
    assert_eq!(reply.body["data"]["caseItems"]["nodes"][0]["id"], item(&case, "medical")["id"], "{}", reply.text);
    assert_eq!(reply.body["extensions"]["sql"]["count"], 1);
    if backend() != "postgres" {
        return;
    }
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    let columns = "tenant_id, id, case_id, branch_id, key, title, handling_unit_id, is_mandatory, state, limit_days, \
        started_on, due_on, paused_days, wanted, version, created_at, updated_at";
    let many = format!(
        "insert into case_item ({columns}) select tenant_id, gen_random_uuid(), case_id, branch_id, key || n, title, \
         handling_unit_id, is_mandatory, case when n % 50 = 0 then state else 'DONE' end, limit_days, started_on, \
         due_on, paused_days, wanted, version, created_at, updated_at from case_item, generate_series(1, {}) n \
         where tenant_id = $1",
        MANY / 7
    );
    probe.run(&many, vec![tenant.id.into()]).await;
    probe.run("analyze case_item", vec![]).await;
    let statements = reply.body["extensions"]["sql"]["statements"].clone();
    let plan = probe.plan(statements[0].as_str().unwrap()).await;
    assert!(!plan.contains("Seq Scan on case_item"), "{plan}");
    assert!(plan.contains("case_item_") || plan.contains("Index"), "{plan}");
    println!("{plan}");
}
