//! What is timed: for each query, the document for the server and the same question for the yardsticks.

use std::sync::{
    Arc,
    atomic::{AtomicI32, AtomicUsize, Ordering},
};

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    drive::Maker,
    prepare::{Facts, MATERIALS},
};

/// Variables by lane, connection and number; the lane keeps those who change rows from each other.
type Variables = Arc<dyn Fn(&Facts, usize, usize, usize) -> Json + Send + Sync>;

/// One question.
pub struct Case {
    pub name: &'static str,
    pub document: &'static str,
    /// Path of the yardsticks.
    pub path: &'static str,
    pub variables: Variables,
    /// Whether it changes something, so that answers cannot be compared.
    pub writes: bool,
}

const POINT: &str = "query Point($id: ID!) { cadre(id: $id) { id state rank archiveBirth \
    person { id name sex birth } unit { id name code } } }";

const LIST: &str = "query List($from: PartialDate!) { cadres(first: 20, where: { archiveBirth: { gte: $from } }, \
    orderBy: [{ field: ARCHIVE_BIRTH }]) { nodes { id state archiveBirth person { name } unit { id name } \
    appointments(first: 3, orderBy: [{ field: STARTED_ON, direction: DESC }]) { nodes { id title level startedOn } } } } }";

const FILTERED: &str = "query Filtered($unit: ID!) { cadres(first: 20, where: { state: { eq: SERVING }, \
    unit: { id: { eq: $unit } } }, orderBy: [{ field: ARCHIVE_BIRTH }]) \
    { totalCount nodes { id rank archiveBirth person { name } } } }";

const TREE: &str = "query Tree($unit: ID!) { unit(id: $unit) { name children(first: 5) { nodes { name \
    children(first: 5) { nodes { name cadres(first: 3) { nodes { id person { name } } } } } } } } }";

const UNIT_GROUPS: &str = "query UnitGroups($unit: ID!) { cadreAggregate(where: { unit: { id: { eq: $unit } } }, \
    groupBy: [STATE]) { groups { key { state } count sum { contributionMonths } } } }";

const TENANT_GROUPS: &str = "query TenantGroups { cadreAggregate(groupBy: [STATE]) \
    { groups { key { state } count sum { contributionMonths } } } }";

const INBOX: &str = "query Inbox($unit: ID!) { caseItems(first: 20, where: { state: { in: [PENDING, ACCEPTED] }, \
    handlingUnit: { id: { eq: $unit } } }, orderBy: [{ field: DUE_ON }]) \
    { nodes { id title state dueOn case { number } } } }";

const BOARD: &str = "query Board($day: Date!) { taskBoard(subject: UNIT, period: MONTH, day: $day, first: 20) { totalRows \
    planned done rows { rank id name planned done lamps { total white blue green yellow red } } } }";

const LAMPS: &str = "query Lamps { taskAggregate(groupBy: [LAMP]) { groups { key { lamp } count } } }";

const SUBMIT: &str = "mutation Submit($input: MatterSubmitInput!) { matterSubmit(input: $input) \
    { case { id number state } userErrors { code field } } }";

const COMMAND: &str = "mutation Command($input: CadreUpdateInput!) { cadreUpdate(input: $input) \
    { cadre { id version contributionMonths } userErrors { code } } }";

/// The questions, in the order of the table.
pub fn cases() -> Vec<Case> {
    let pick = |list: &[Uuid], prefix: &str, connection: usize, n: usize| {
        let id = list.get((connection * 7919 + n * 31) % list.len().max(1)).copied().unwrap_or_default();
        format!("{prefix}_{}", id.simple())
    };
    let read = |name, document, path, variables| Case { name, document, path, variables, writes: false };
    vec![
        read(
            "point read, two objects",
            POINT,
            "/point",
            Arc::new(move |f: &Facts, _, c, n| json!({ "id": pick(&f.cadres, "cad", c, n) })),
        ),
        read(
            "list of 20, 3 children each",
            LIST,
            "/list",
            Arc::new(|f: &Facts, _, c, n| json!({ "from": f.births.get((c * 13 + n) % f.births.len().max(1)) })),
        ),
        read(
            "filtered list with total",
            FILTERED,
            "/filtered",
            Arc::new(move |f: &Facts, _, c, n| json!({ "unit": pick(&f.units, "uni", c, n) })),
        ),
        read(
            "tree of four levels",
            TREE,
            "/tree",
            Arc::new(|f: &Facts, _, _, _| json!({ "unit": format!("uni_{}", f.root.simple()) })),
        ),
        read(
            "grouped aggregate, one unit",
            UNIT_GROUPS,
            "/unit-groups",
            Arc::new(move |f: &Facts, _, c, n| json!({ "unit": pick(&f.units, "uni", c, n) })),
        ),
        read("grouped aggregate, tenant", TENANT_GROUPS, "/tenant-groups", Arc::new(|_: &Facts, _, _, _| json!({}))),
        read(
            "an agency's inbox",
            INBOX,
            "/inbox",
            Arc::new(move |f: &Facts, _, c, n| json!({ "unit": pick(&f.agencies, "uni", c, n) })),
        ),
        read(
            "a board of units",
            BOARD,
            "/board",
            Arc::new(|_: &Facts, _, c, n| json!({ "day": format!("2026-{:02}-15", (c + n) % 9 + 3) })),
        ),
        read("lamps of all tasks", LAMPS, "/lamps", Arc::new(|_: &Facts, _, _, _| json!({}))),
        Case { name: "submission, seven items", document: SUBMIT, path: "/submit", variables: submit(), writes: true },
        Case { name: "durable command", document: COMMAND, path: "/command", variables: command(), writes: true },
    ]
}

/// Each lane and connection changes a cadre of its own, whose version it knows.
fn command() -> Variables {
    const CONNECTIONS: usize = 256;
    let versions: Vec<AtomicI32> = (0..CONNECTIONS * 8).map(|_| AtomicI32::new(1)).collect();
    Arc::new(move |facts: &Facts, lane, connection, _| {
        let place = lane * CONNECTIONS + connection;
        let version = versions.get(place).map_or(1, |v| v.fetch_add(1, Ordering::Relaxed));
        let id = facts.cadres.get(place).copied().unwrap_or_default();
        json!({ "input": {
            "id": format!("cad_{}", id.simple()), "expectedVersion": version, "contributionMonths": 200 + version % 100,
        } })
    })
}

/// Each submission is of an approval of its own; when there are none left, the answer is an error.
fn submit() -> Variables {
    let next = AtomicUsize::new(0);
    Arc::new(move |facts: &Facts, _, _, _| {
        let approval = facts.approvals.get(next.fetch_add(1, Ordering::Relaxed));
        let material = |(key, id): (&str, &Uuid)| json!({ "key": key, "attachment": format!("att_{}", id.simple()) });
        json!({ "input": {
            "approval": approval.map(|(id, _)| format!("apr_{}", id.simple())),
            "form": {
                "idNumber": approval.map(|(_, id_number)| id_number), "phone": "13800000000", "address": "宁波市海曙区",
                "bankName": "中国工商银行", "bankAccount": "622202100000000001", "pensionAccount": "330203001",
                "medicalAccount": "330203002", "housingFundAccount": "330203003", "hasCommuterCar": false,
                "commutingAllowance": true,
            },
            "materials": MATERIALS.into_iter().zip(&facts.attachments).map(material).collect::<Vec<_>>(),
        } })
    })
}

/// How many lanes commands have.
pub const LANES: usize = 7;

impl Case {
    /// Requests to the server. With `fresh` every document is a new one.
    pub fn for_server(&self, facts: &Arc<Facts>, lane: usize, fresh: bool) -> Maker {
        let (facts, document, variables) = (facts.clone(), self.document, self.variables.clone());
        let headers = format!("authorization: Bearer {}\r\n", facts.token);
        Arc::new(move |connection, n| {
            let variables = variables(&facts, lane, connection, n);
            let query = if fresh { format!("{document} # {lane} {connection} {n}") } else { document.to_string() };
            ("/graphql".into(), headers.clone(), json!({ "query": query, "variables": variables }).to_string())
        })
    }

    /// Requests to a yardstick.
    pub fn for_yardstick(&self, facts: &Arc<Facts>, lane: usize) -> Maker {
        let (facts, path, variables) = (facts.clone(), self.path, self.variables.clone());
        Arc::new(move |connection, n| (path.into(), String::new(), variables(&facts, lane, connection, n).to_string()))
    }
}
