//! The closed loop (I-07) and the escalation of problems (I-05) against reference machines: whatever is tried, in
//! whatever order, the platform does what the machine does. `ZUGONG_TEST_SEED` repeats a run.

use chrono::{Days, NaiveDate, TimeDelta};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value as Json, json};
use zugong::modules::tasks::jobs::look_after;
use zugong_tests::{Tenant, World, client::codes, dice};

/// The loop as I-07 has it: what may be done where, and where it leads.
const LOOP: &[(&str, &str, &str)] = &[
    ("taskPublish", "DRAFT", "PUBLISHED"),
    ("taskAccept", "PUBLISHED", "ACCEPTED"),
    ("taskProgressReport", "ACCEPTED", "UNDER_WAY"),
    ("taskProgressReport", "UNDER_WAY", "UNDER_WAY"),
    ("taskFeedback", "UNDER_WAY", "REPORTED"),
    ("pass", "REPORTED", "EVALUATED"),
    ("return", "REPORTED", "UNDER_WAY"),
    ("taskWithdraw", "DRAFT", "WITHDRAWN"),
    ("taskWithdraw", "PUBLISHED", "WITHDRAWN"),
    ("taskWithdraw", "ACCEPTED", "WITHDRAWN"),
    ("taskWithdraw", "UNDER_WAY", "WITHDRAWN"),
];
const ACTS: [&str; 7] =
    ["taskPublish", "taskAccept", "taskProgressReport", "taskFeedback", "pass", "return", "taskWithdraw"];

struct Machine {
    state: &'static str,
    percent: i64,
    steps: usize,
    published: bool,
}

/// Something to try: what, by whom, and with what.
struct Attempt {
    act: &'static str,
    by_executor: bool,
    percent: i64,
    reason: bool,
}

impl Attempt {
    fn random(dice: &mut StdRng) -> Self {
        let act = ACTS.choose(dice).unwrap();
        // Mostly by the one whose part it is. The superior publishes, so that it is he who judges.
        let by_executor = match *act {
            "taskAccept" | "taskProgressReport" | "taskFeedback" => dice.random_ratio(4, 5),
            "pass" | "return" => dice.random_ratio(1, 5),
            _ => false,
        };
        Self { act, by_executor, percent: dice.random_range(-1..=101), reason: dice.random_ratio(1, 2) }
    }

    fn words(&self) -> (&'static str, Json) {
        let why = self.reason.then_some("设计变更");
        match self.act {
            "taskProgressReport" => (self.act, json!({ "percent": self.percent, "note": "进展", "reason": why })),
            "taskFeedback" => (self.act, json!({ "note": "完成" })),
            "pass" => ("taskEvaluate", json!({ "isPassed": true, "score": 80, "note": "好" })),
            "return" => ("taskEvaluate", json!({ "isPassed": false, "percent": self.percent, "note": "返工" })),
            "taskWithdraw" => (self.act, json!({ "reason": why })),
            _ => (self.act, json!({})),
        }
    }
}

impl Machine {
    /// Does it, or says why it is refused.
    fn take(&mut self, attempt: &Attempt) -> Result<(), Vec<&'static str>> {
        let mut wrong = vec![];
        let edge = LOOP.iter().find(|(act, from, _)| *act == attempt.act && *from == self.state);
        if edge.is_none() {
            wrong.push(match (attempt.act, self.state) {
                ("taskProgressReport" | "taskFeedback", "DRAFT" | "PUBLISHED") => "TASK_NOT_ACCEPTED",
                ("taskFeedback", "ACCEPTED") => "TASK_NOT_UNDER_WAY",
                ("pass" | "return", "DRAFT" | "PUBLISHED" | "ACCEPTED" | "UNDER_WAY") => "TASK_NOT_REPORTED",
                _ => "NOT_IN_STATE",
            });
        }
        let executors = matches!(attempt.act, "taskAccept" | "taskProgressReport" | "taskFeedback");
        let judges = matches!(attempt.act, "pass" | "return");
        if (executors && !attempt.by_executor) || (judges && (attempt.by_executor || !self.published)) {
            wrong.push("NOT_RESPONSIBLE");
        }
        match attempt.act {
            "taskProgressReport" if !(0..100).contains(&attempt.percent) => wrong.push("INVALID_VALUE"),
            "taskProgressReport" if attempt.percent < self.percent && !attempt.reason => wrong.push("PROGRESS_FALLS"),
            "return" if !(0..100).contains(&attempt.percent) => wrong.push("INVALID_VALUE"),
            "taskWithdraw" if matches!(self.state, "ACCEPTED" | "UNDER_WAY") && !attempt.reason => {
                wrong.push("REASON_MISSING");
            }
            _ => {}
        }
        let Some((_, _, to)) = edge.filter(|_| wrong.is_empty()) else { return Err(wrong) };
        self.state = to;
        self.published |= attempt.act == "taskPublish";
        self.steps += 1;
        match attempt.act {
            "taskProgressReport" | "return" => self.percent = attempt.percent,
            "taskFeedback" => self.percent = 100,
            _ => {}
        }
        Ok(())
    }
}

async fn steps(a: &Tenant, task: &Json) -> usize {
    let query = "query($id: ID!) { task(id: $id) { steps { totalCount } } }";
    let seen = a.superior.ok(query, json!({ "id": task })).await;
    seen["task"]["steps"]["totalCount"].as_u64().unwrap() as usize
}

#[tokio::test]
async fn i_07_the_loop_is_that_of_the_reference_machine() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let mut dice = dice();
    for _ in 0..6 {
        let task = a.owned(&item, None, "道路", "town", &a.senior).await;
        let mut machine = Machine { state: "DRAFT", percent: 0, steps: steps(a, &task).await, published: false };
        for _ in 0..25 {
            let attempt = Attempt::random(&mut dice);
            let (field, input) = attempt.words();
            let actor = if attempt.by_executor { &a.senior } else { &a.superior };
            let told = actor.task(field, &task, input.clone()).await;
            let at = format!("{field} {input} in {} by {}: {told}", machine.state, actor.name);
            match machine.take(&attempt) {
                Ok(()) => {
                    assert_eq!(told["userErrors"], json!([]), "{at}");
                    let now = (&told["task"]["state"], &told["task"]["percent"]);
                    assert_eq!(now, (&json!(machine.state), &json!(machine.percent)), "{at}");
                }
                // A right that somebody does not have is told before anything about the task.
                Err(_) if told.is_null() || codes(&told).is_empty() => panic!("{at}"),
                Err(wrong) => {
                    let mut told: Vec<&str> = codes(&told);
                    told.sort_unstable();
                    let mut wrong = wrong;
                    wrong.sort_unstable();
                    assert_eq!(told, wrong, "{at}");
                }
            }
        }
        assert_eq!(steps(a, &task).await, machine.steps, "what is refused leaves no step");
    }
}

/// Grades of problems, day after day.
struct Grades {
    grade: usize,
    since: NaiveDate,
    open: bool,
}

const NAMES: [&str; 3] = ["MINOR", "ORDINARY", "SERIOUS"];

impl Grades {
    /// A night passes.
    fn night(&mut self, today: NaiveDate) {
        let days = [7, 15, u64::MAX][self.grade];
        if self.open && self.since.checked_add_days(Days::new(days)) == Some(today) {
            (self.grade, self.since) = (self.grade + 1, today);
        }
    }
}

#[tokio::test]
async fn i_05_grades_are_those_of_a_machine_that_looks_every_night() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let mut dice = dice();
    let mut today: NaiveDate = "2025-09-22".parse().unwrap();
    for round in 0..4 {
        let task = a.owned(&item, None, &format!("道路{round}"), "town", &a.senior).await;
        let input = json!({ "task": task, "cause": "QUALITY", "text": "路面不平", "body": "PARTY_OFFICE" });
        let id = a.superior.done("problemRaise", input, "problem { id }").await["problem"]["id"].clone();
        let mut machine = Grades { grade: 0, since: today, open: true };
        for _ in 0..8 {
            let seen = "query($id: ID!) { problem(id: $id) { version grade gradeSince state } }";
            match dice.random_range(0..10) {
                0..7 => {
                    let days = dice.random_range(1..10);
                    world.server.clock.advance(TimeDelta::days(days));
                    for _ in 0..days {
                        today = today.succ_opt().unwrap();
                        machine.night(today);
                    }
                    // The platform looks once, however many nights have passed.
                    look_after(&world.server.platform, a.id).await.unwrap();
                }
                choice => {
                    let now = a.superior.ok(seen, json!({ "id": id })).await["problem"].clone();
                    let to = dice.random_range(0..3);
                    let more = json!({ "id": id, "expectedVersion": now["version"] });
                    let (field, mut input) = (if choice < 9 { "problemUpgrade" } else { "problemResolve" }, more);
                    if choice < 9 {
                        input["grade"] = json!(NAMES[to]);
                        input["reason"] = json!("造成损失");
                    } else {
                        input["resolution"] = json!("已返工");
                    }
                    let told = a.superior.mutate(field, input, "problem { grade }").await;
                    let wanted: &[&str] = match (machine.open, choice < 9) {
                        (false, _) => &["NOT_IN_STATE"],
                        (true, true) if to <= machine.grade => &["NO_DOWNGRADE"],
                        _ => &[],
                    };
                    assert_eq!(codes(&told), wanted, "{told}");
                    match (wanted.is_empty(), choice < 9) {
                        (true, true) => (machine.grade, machine.since) = (to, today),
                        (true, false) => machine.open = false,
                        _ => {}
                    }
                }
            }
            let now = a.superior.ok(seen, json!({ "id": id })).await["problem"].clone();
            let state = if machine.open { "OPEN" } else { "RESOLVED" };
            let wanted = json!({ "version": now["version"], "grade": NAMES[machine.grade],
                "gradeSince": machine.since, "state": state });
            assert_eq!(now, wanted, "on {today}");
        }
    }
}
