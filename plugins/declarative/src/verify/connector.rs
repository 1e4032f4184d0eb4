//! Systems of agencies that a plug-in speaks to: what is asked of them, what they may answer, what happens when they do
//! not. Where they are and with which secret is the tenant's administrator's to say, so nothing of that stands here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Checker, shown};
use crate::{
    form,
    manifest::{CallText, ConnectorText, MatterText, Told},
    names,
    package::is_inside,
    place,
};

/// The most operations of one connector.
const MAX_OPERATIONS: usize = 20;
/// How deep the file of an operation nests.
const MAX_DEPTH: usize = 24;
/// How long a call may take unless something else is said, in milliseconds.
const USUAL_MS: u32 = 3_000;
/// How long a call may take at most.
const LONGEST_MS: u32 = 10_000;

/// How calls prove from whom they come (认证方式).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Request and answer carry an HMAC-SM3.
    HmacSm3,
    /// The request carries the secret.
    Bearer,
}

/// What is done when a system does not answer (对方不可用时).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDown {
    /// The item waits with its clock stopped, and the system is asked again.
    Park,
    /// The agency gets the item at once.
    Fail,
    /// The agency gets the item after a few attempts.
    Manual,
}

/// A system of an agency (连接器).
#[derive(Clone, Debug, PartialEq)]
pub struct Connector {
    /// Its name within the plug-in.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// How calls prove from whom they come.
    pub auth: Auth,
    /// How long a call may take.
    pub timeout_ms: u32,
    /// What is done when it does not answer.
    pub on_down: OnDown,
    /// What it is asked.
    pub operations: Vec<Operation>,
}

/// What a system is asked (操作).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its name within the connector.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// `POST` or `PUT`: what is asked holds personal data, which belongs into no address.
    pub method: String,
    /// Where, below the address that the tenant's administrator sets.
    pub path: String,
    /// Whether the system takes the same call twice and does it once.
    pub idempotent: bool,
    /// The schema of what is asked.
    pub request: Json,
    /// The schema of what may be answered.
    pub response: Json,
}

/// What a good answer does (办理方式).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It finishes the item.
    Finish,
    /// It is told to the agency, which decides.
    Note,
}

/// An operation that is called when an item starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The connector.
    pub connector: String,
    /// Its operation.
    pub operation: String,
    /// What a good answer does.
    pub then: Then,
    /// The text of the answer that is told.
    pub result: Option<String>,
    /// The truth value of the answer that must be true.
    pub pass: Option<String>,
}

impl Connector {
    /// An operation by its name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }
}

impl Operation {
    /// The names of what is asked.
    pub fn asked(&self) -> impl Iterator<Item = &str> {
        properties(&self.request).map(|(name, _)| name.as_str())
    }
}

fn properties(schema: &Json) -> impl Iterator<Item = (&String, &Json)> {
    schema.get("properties").and_then(Json::as_object).into_iter().flatten()
}

impl Checker<'_> {
    pub(super) fn connectors(&mut self, texts: &[ConnectorText]) -> Vec<Connector> {
        let mut seen = BTreeSet::new();
        let mut out = vec![];
        for text in texts {
            self.slug(&text.name);
            self.title(&text.title);
            if !seen.insert(text.name.get_ref()) {
                self.fault(
                    &text.name,
                    "NAME_CLASH",
                    format!("连接器 {} 重复", shown(text.name.get_ref())),
                    "换一个 name",
                );
            }
            let auth = match text.auth.get_ref().as_str() {
                "bearer" => Auth::Bearer,
                "hmac-sm3" => Auth::HmacSm3,
                other => {
                    let message = format!("不认识的认证方式 {}", shown(other));
                    self.fault(&text.auth, "CONNECTOR_AUTH", message, "可用：hmac-sm3、bearer");
                    Auth::HmacSm3
                }
            };
            let timeout_ms = text.policy.timeout_ms.as_ref().map_or(USUAL_MS, |ms| *ms.get_ref());
            if !(100..=LONGEST_MS).contains(&timeout_ms) {
                let message = format!("timeout_ms 应为 100 至 {LONGEST_MS} 毫秒");
                self.fault(&text.name, "CONNECTOR_POLICY", message, "改正 policy 中的 timeout_ms");
            }
            let on_down = match text.policy.on_down.as_ref().map_or("park", |t| t.get_ref().as_str()) {
                "park" => OnDown::Park,
                "fail" => OnDown::Fail,
                "manual" => OnDown::Manual,
                other => {
                    let message = format!("不认识的 on_down：{}", shown(other));
                    let at = text.policy.on_down.as_ref().unwrap_or(&text.name);
                    self.fault(at, "CONNECTOR_POLICY", message, "可用：park（暂停计时并重试）、fail、manual（转人工）");
                    OnDown::Manual
                }
            };
            if text.operations.is_empty() || text.operations.len() > MAX_OPERATIONS {
                let message = format!("连接器有 {} 个操作，应为 1 至 {MAX_OPERATIONS} 个", text.operations.len());
                self.fault(&text.name, "CONNECTOR_OPERATIONS", message, "写上 operations = [\"connectors/….json\"]");
            }
            let mut operations: Vec<Operation> = vec![];
            for file in text.operations.iter().take(MAX_OPERATIONS) {
                let Some(operation) = self.operation(file) else { continue };
                if operations.iter().any(|known| known.name == operation.name) {
                    let message = format!("操作 {} 重复", shown(&operation.name));
                    self.fault(file, "NAME_CLASH", message, "换一个 name");
                }
                operations.push(operation);
            }
            let (name, title) = (text.name.get_ref().clone(), text.title.get_ref().clone());
            out.push(Connector { name, title, auth, timeout_ms, on_down, operations });
        }
        out
    }

    fn operation(&mut self, told: &Told) -> Option<Operation> {
        let file = told.get_ref().as_str();
        let package = self.package;
        let Some(text) = package.text(file).filter(|_| is_inside(file)) else {
            let (code, mend) = match is_inside(file) {
                true => ("NO_FILE", "放入该文件，或改正路径"),
                false => ("PATH", "改用 connectors/check.json 这样的相对路径"),
            };
            self.fault(told, code, format!("没有操作文件 {}", shown(file)), mend);
            return None;
        };
        if place::depth(text) > MAX_DEPTH {
            self.faults.add(file, 1, "FORM_TOO_DEEP", format!("嵌套超过 {MAX_DEPTH} 层"), "把深层结构改为平铺的字段");
            return None;
        }
        let operation: Operation = match serde_json::from_str(text) {
            Ok(operation) => operation,
            Err(error) => {
                let words = shown(&error.to_string());
                let mend = "只写 name、title、method、path、idempotent、request、response，并检查逗号和引号";
                self.faults.add(file, error.line().max(1), "OPERATION", format!("操作文件读不懂：{words}"), mend);
                return None;
            }
        };
        let at = |pointer: &str| place::of_pointer(text, pointer);
        if !names::is_slug(&operation.name) {
            let message = format!("名称 {} 不合规", shown(&operation.name));
            self.faults.add(file, at("/name"), "NAME", message, "用小写字母、数字和连字符，如 check-insurance");
        }
        if !names::is_title(&operation.title) {
            self.faults.add(file, at("/title"), "TITLE", "名称应为 1 至 60 个字符的中文", "写上中文名称");
        }
        if !matches!(operation.method.as_str(), "POST" | "PUT") {
            let message = format!("不能用 {}：所问内容含个人信息，不得写进地址", shown(&operation.method));
            self.faults.add(file, at("/method"), "CONNECTOR_METHOD", message, "用 POST 或 PUT");
        }
        if !is_path(&operation.path) {
            let message = format!("path {} 不合规", shown(&operation.path));
            let mend = "以 / 开头，只写路径，如 /api/check；主机和端口由租户管理员设置，不能有 ..、? 和 #";
            self.faults.add(file, at("/path"), "CONNECTOR_PATH", message, mend);
        }
        for (base, schema) in [("/request", &operation.request), ("/response", &operation.response)] {
            let closed = schema.get("type").and_then(Json::as_str) == Some("object")
                && schema.get("additionalProperties") == Some(&Json::Bool(false))
                && properties(schema).next().is_some();
            if !closed {
                let message = "请求和应答必须是不接受其他字段的对象";
                let mend = "写上 \"type\": \"object\"、\"properties\" 和 \"additionalProperties\": false";
                self.faults.add(file, at(base), "FORM_SHAPE", message, mend);
                continue;
            }
            form::part(file, text, base, schema, &mut self.faults);
        }
        Some(operation)
    }

    /// What each branch of a matter calls; the connectors were checked, what is said of them here is held to them.
    pub(super) fn calls(&mut self, matter: &MatterText, connectors: &[Connector]) -> BTreeMap<String, Call> {
        let mut out = BTreeMap::new();
        for branch in &matter.branches {
            let Some(text) = &branch.call else { continue };
            let seen: BTreeSet<&str> = branch.fields.iter().map(|f| f.get_ref().as_str()).collect();
            if let Some(call) = self.call(text, &seen, connectors) {
                out.insert(branch.key.get_ref().clone(), call);
            }
        }
        out
    }

    fn call(&mut self, text: &CallText, seen: &BTreeSet<&str>, connectors: &[Connector]) -> Option<Call> {
        let then = match text.then.get_ref().as_str() {
            "finish" => Then::Finish,
            "note" => Then::Note,
            other => {
                let message = format!("不认识的 then：{}", shown(other));
                self.fault(&text.then, "CALL_THEN", message, "可用：finish（办结）、note（附注，由承办单位决定）");
                Then::Note
            }
        };
        let name = text.connector.get_ref();
        let Some(connector) = connectors.iter().find(|connector| connector.name == *name) else {
            let message = format!("没有连接器 {}", shown(name));
            self.fault(&text.connector, "UNKNOWN_CONNECTOR", message, "写上 [[connector]]，或改正名称");
            return None;
        };
        let Some(operation) = connector.operation(text.operation.get_ref()) else {
            let message = format!("连接器 {} 没有操作 {}", shown(name), shown(text.operation.get_ref()));
            self.fault(&text.operation, "UNKNOWN_OPERATION", message, "改为该连接器 operations 中的操作");
            return None;
        };
        for field in operation.asked().filter(|field| !seen.contains(field)) {
            let message = format!("操作要问 {}，而本环节看不到这一项", shown(field));
            self.fault(&text.operation, "CALL_FIELDS", message, "在环节的 fields 中写上它，或从操作的 request 中去掉");
        }
        for (told, wanted, mend) in [
            (&text.result, "string", "改为 response 中类型为 string 的字段"),
            (&text.pass, "boolean", "改为 response 中类型为 boolean 的字段"),
        ] {
            let Some(told) = told else { continue };
            let fits = properties(&operation.response).any(|(name, schema)| {
                name == told.get_ref() && schema.get("type").and_then(Json::as_str) == Some(wanted)
            });
            if !fits {
                self.fault(told, "CALL_ANSWER", format!("应答中没有合用的字段 {}", shown(told.get_ref())), mend);
            }
        }
        let word = |told: &Option<Told>| told.as_ref().map(|told| told.get_ref().clone());
        let (connector, operation) = (name.clone(), text.operation.get_ref().clone());
        Some(Call { connector, operation, then, result: word(&text.result), pass: word(&text.pass) })
    }
}

/// Whether it is a path and nothing else: no host, no way up, no query, nothing that is decoded on the way.
fn is_path(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    text.len() <= 200 && text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_address() {
        for fine in ["/check", "/api/v1/insurance.check", "/a_b/c-d"] {
            assert!(is_path(fine), "{fine}");
        }
        for bad in [
            "",
            "/",
            "check",
            "//host/x",
            "http://host/x",
            "/a/../b",
            "/..",
            "/a//b",
            "/a?b",
            "/a#b",
            "/a%2e",
            "/a\\b",
            "/@host",
            "/a b",
            "/表",
        ] {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
