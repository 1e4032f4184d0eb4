//! The figures of the seeds, asked of the API (K): 70 = 43 + 27 = 54 + 9 + 7, 731 = 7 + 724, 241 with the white lamp,
//! 21 units and 39 items with plates, and the sources of a year.

use chrono::NaiveDate;
use entities::{
    month_close, plate, task, unit,
    values::{
        PlateColour, TaskCycle, TaskLamp, TaskLevel, TaskState, UnitKind, UnitSequence, WorkItemClass, WorkItemKind,
        WorkItemState, WorkSourceKind,
    },
    work_item, work_source,
};
use sea_orm::Set;
use serde_json::json;
use uuid::Uuid;
use zugong::kernel::{id::parse, session::Reason, tx::SystemTx};
use zugong_tests::World;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Rows as they would have come to be.
pub struct Fixture<'t> {
    pub tx: &'t SystemTx,
    pub user: Uuid,
    pub root: Uuid,
}

impl Fixture<'_> {
    fn unit(&self, n: usize) -> unit::ActiveModel {
        unit::ActiveModel {
            tenant_id: Set(self.tx.tenant_id()),
            id: Set(self.tx.new_id()),
            code: Set(format!("T{n:02}")),
            name: Set(format!("第{n}局")),
            short_name: Set(None),
            sequence: Set(UnitSequence::Government),
            kind: Set(UnitKind::InternalOffice),
            division_code: Set("330203".into()),
            parent_id: Set(Some(self.root)),
            path: Set(format!("/0001/t{n:03}/")),
            position: Set(0),
            valid_from: Set(day("2020-01-01")),
            valid_until: Set(None),
            version: Set(1),
            created_at: Set(self.tx.now()),
            updated_at: Set(self.tx.now()),
        }
    }

    pub fn item(&self, n: usize, unit: Uuid) -> work_item::ActiveModel {
        let class = match n {
            0..54 => WorkItemClass::Battle,
            54..63 => WorkItemClass::KeyWork,
            _ => WorkItemClass::KeyProject,
        };
        work_item::ActiveModel {
            tenant_id: Set(self.tx.tenant_id()),
            id: Set(self.tx.new_id()),
            title: Set(format!("项目{n}")),
            source_id: Set(None),
            kind: Set(if n < 43 { WorkItemKind::Construction } else { WorkItemKind::Indicator }),
            class: Set(class),
            field: Set("县域发展".into()),
            indicator: Set(None),
            unit_id: Set(unit),
            year: Set(2025),
            plan_start: Set(day("2025-01-01")),
            plan_end: Set(day("2025-12-31")),
            state: Set(WorkItemState::Open),
            template_id: Set(None),
            score: Set(None),
            evaluation: Set(None),
            closed_by: Set(None),
            closed_at: Set(None),
            created_by: Set(self.user),
            events: Set(0),
            version: Set(1),
            created_at: Set(self.tx.now()),
            updated_at: Set(self.tx.now()),
        }
    }

    /// A task whose lamp today is the one wanted, by its progress and days alone.
    pub fn task(&self, n: usize, item: Uuid, unit: Uuid, lamp: TaskLamp) -> task::ActiveModel {
        let id = self.tx.new_id();
        let (red_from, blue_until, started) = match lamp {
            TaskLamp::White => ("2025-12-31", None, None),
            TaskLamp::Blue => ("2025-12-31", Some("2025-09-22"), Some("2025-09-01")),
            TaskLamp::Red => ("2025-09-22", None, Some("2025-09-01")),
            _ => ("2025-09-23", Some("2025-09-21"), Some("2025-09-01")),
        };
        task::ActiveModel {
            tenant_id: Set(self.tx.tenant_id()),
            id: Set(id),
            item_id: Set(item),
            parent_id: Set(None),
            path: Set(format!("/{}/", id.simple())),
            level: Set(TaskLevel::Task),
            cycle: Set(TaskCycle::Monthly),
            title: Set(format!("节点{n}")),
            position: Set(0),
            map_x: Set(0),
            map_y: Set(0),
            place: Set(Some("县城".into())),
            nature: Set(Some("建设".into())),
            quantity: Set(Some(1)),
            measure: Set(Some("项".into())),
            unit_id: Set(unit),
            executor_id: Set(None),
            service_id: Set(None),
            standard_id: Set(None),
            difficulty: Set(100),
            hours: Set(8),
            plan_start: Set(day("2025-09-01")),
            plan_end: Set(day("2025-12-31")),
            state: Set(TaskState::UnderWay),
            percent: Set(30),
            started_on: Set(started.map(day)),
            finished_on: Set(None),
            is_late: Set(false),
            has_error: Set(lamp == TaskLamp::Yellow),
            error_reason: Set(None),
            red_from: Set(day(red_from)),
            blue_until: Set(blue_until.map(day)),
            done_lamp: Set(None),
            rule_version: Set(0),
            published_by: Set(None),
            published_at: Set(None),
            accepted_by: Set(None),
            accepted_at: Set(None),
            evaluated_by: Set(None),
            evaluated_at: Set(None),
            score: Set(None),
            archived_at: Set(None),
            version: Set(1),
            created_at: Set(self.tx.now()),
            updated_at: Set(self.tx.now()),
        }
    }

    fn plate(&self, month: String, item: Uuid, unit: Uuid, colour: PlateColour) -> plate::ActiveModel {
        plate::ActiveModel {
            tenant_id: Set(self.tx.tenant_id()),
            id: Set(self.tx.new_id()),
            month: Set(month),
            number: Set(1),
            is_current: Set(true),
            item_id: Set(item),
            unit_id: Set(unit),
            colour: Set(colour),
            is_joint: Set(false),
            planned: Set(1),
            done: Set(i32::from(colour == PlateColour::Green)),
            created_at: Set(self.tx.now()),
        }
    }

    fn source(&self, kind: WorkSourceKind, pieces: i32) -> work_source::ActiveModel {
        work_source::ActiveModel {
            tenant_id: Set(self.tx.tenant_id()),
            id: Set(self.tx.new_id()),
            kind: Set(kind),
            year: Set(2016),
            title: Set("年度汇总".into()),
            text: Set("按类汇总".into()),
            document: Set(None),
            clause: Set(None),
            pieces: Set(pieces),
            unit_id: Set(self.root),
            received_on: Set(day("2016-12-31")),
            registered_by: Set(self.user),
            created_at: Set(self.tx.now()),
        }
    }
}

async fn write(world: &World) {
    let a = &world.a;
    let tx = world.server.platform.system(Reason::Provision).begin(Some(a.id)).await.unwrap();
    let (user, root) = (parse(&a.superior.user).unwrap().1, parse(a.id("root")).unwrap().1);
    let fixture = Fixture { tx: &tx, user, root };
    let units: Vec<unit::ActiveModel> = (0..21).map(|n| fixture.unit(n)).collect();
    let unit_ids: Vec<Uuid> = units.iter().map(|u| u.id.clone().unwrap()).collect();
    let items: Vec<work_item::ActiveModel> = (0..70).map(|n| fixture.item(n, unit_ids[n % 21])).collect();
    let item_ids: Vec<Uuid> = items.iter().map(|i| i.id.clone().unwrap()).collect();
    // 1 white, 211 green, 21 blue, 0 yellow, 8 red.
    let lamps = std::iter::repeat_n(TaskLamp::White, 1)
        .chain(std::iter::repeat_n(TaskLamp::Green, 211))
        .chain(std::iter::repeat_n(TaskLamp::Blue, 21))
        .chain(std::iter::repeat_n(TaskLamp::Red, 8));
    let tasks: Vec<_> =
        lamps.enumerate().map(|(n, lamp)| fixture.task(n, item_ids[n % 70], unit_ids[n % 21], lamp)).collect();
    // 731 plates of 39 items and 21 units over nine months: every (month, item) has up to three units.
    let mut plates = vec![];
    'all: for round in 0..3 {
        for month in 1..=9 {
            for (n, item) in item_ids.iter().take(39).enumerate() {
                if plates.len() == 731 {
                    break 'all;
                }
                let colour = if plates.len() < 7 { PlateColour::Red } else { PlateColour::Green };
                plates.push(fixture.plate(format!("2025-{month:02}"), *item, unit_ids[(n + 7 * round) % 21], colour));
            }
        }
    }
    let close = |month| month_close::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        month: Set(format!("2025-{month:02}")),
        number: Set(1),
        reason: Set(None),
        closed_by: Set(user),
        closed_at: Set(tx.now()),
    };
    let sources = [
        (WorkSourceKind::KeyWork, 1193),
        (WorkSourceKind::Instruction, 1000),
        (WorkSourceKind::Livelihood, 7513),
        (WorkSourceKind::LinkedEvent, 287_452),
        (WorkSourceKind::Opinion, 400_000),
    ];
    tx.insert_many(units).await.unwrap();
    tx.insert_many(items).await.unwrap();
    tx.insert_many(tasks).await.unwrap();
    tx.insert_many((1..=9).map(close).collect()).await.unwrap();
    tx.insert_many(plates).await.unwrap();
    tx.insert_many(sources.into_iter().map(|(kind, n)| fixture.source(kind, n)).collect()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn k_the_figures_of_the_seeds() {
    let world = World::start().await;
    write(&world).await;
    let leader = &world.a.leader;
    let query = "{ all: workItemAggregate { groups { count } } \
        byKind: workItemAggregate(groupBy: [KIND]) { groups { key { kind } count } } \
        byClass: workItemAggregate(groupBy: [CLASS]) { groups { key { class } count } } \
        bySource: workSourceAggregate(where: { year: { eq: 2016 } }, groupBy: [KIND]) { groups { key { kind } sum { pieces } } } }";
    let seen = leader.ok(query, json!({})).await;
    assert_eq!(seen["all"]["groups"][0]["count"], 70);
    let by_kind =
        json!([{ "key": { "kind": "CONSTRUCTION" }, "count": 43 }, { "key": { "kind": "INDICATOR" }, "count": 27 }]);
    assert_eq!(seen["byKind"]["groups"], by_kind);
    let by_class = json!([
        { "key": { "class": "BATTLE" }, "count": 54 },
        { "key": { "class": "KEY_PROJECT" }, "count": 7 },
        { "key": { "class": "KEY_WORK" }, "count": 9 }
    ]);
    assert_eq!(seen["byClass"]["groups"], by_class);
    let sources: Vec<(String, i64)> = seen["bySource"]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| {
            let sum = &g["sum"]["pieces"];
            (
                g["key"]["kind"].as_str().unwrap().to_string(),
                sum.as_i64().or_else(|| sum.as_str()?.parse().ok()).unwrap(),
            )
        })
        .collect();
    let wanted = [
        ("INSTRUCTION", 1000),
        ("KEY_WORK", 1193),
        ("LINKED_EVENT", 287_452),
        ("LIVELIHOOD", 7513),
        ("OPINION", 400_000),
    ];
    assert_eq!(sources, wanted.map(|(kind, n)| (kind.to_string(), n)));

    let board = "{ taskBoard(subject: UNIT, period: YEAR) { totalRows platedUnits platedItems \
        lamps { total white blue green yellow red greenRate } plates { total green yellow red greenRate redRate } } }";
    let board = leader.ok(board, json!({})).await["taskBoard"].clone();
    let lamps =
        json!({ "total": 241, "white": 1, "blue": 21, "green": 211, "yellow": 0, "red": 8, "greenRate": "87.6" });
    assert_eq!(board["lamps"], lamps, "the total is the sum, white among them");
    let plates = json!({ "total": 731, "green": 724, "yellow": 0, "red": 7, "greenRate": "99.0", "redRate": "1.0" });
    assert_eq!(board["plates"], plates);
    assert_eq!((&board["platedUnits"], &board["platedItems"]), (&json!(21), &json!(39)));
    // The same by the lamp as a field, which the database works out for every task.
    let lit = leader.ok("{ taskAggregate(groupBy: [LAMP]) { groups { key { lamp } count } } }", json!({})).await;
    let wanted = json!([
        { "key": { "lamp": "BLUE" }, "count": 21 }, { "key": { "lamp": "GREEN" }, "count": 211 },
        { "key": { "lamp": "RED" }, "count": 8 }, { "key": { "lamp": "WHITE" }, "count": 1 }
    ]);
    assert_eq!(lit["taskAggregate"]["groups"], wanted);
}
