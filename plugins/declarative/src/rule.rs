//! Rules (规则) in CEL: bounded before they are parsed, parsed on a thread of their own, bounded again by what the
//! parser found, and without any way to run long when they are asked.
//!
//! The order is the defence. The library has no limit of what an expression costs, and parsers of the language
//! have been made to take gigabytes by a line of text: so text, nesting and words are counted in one pass without
//! recursion first. Lists that a rule goes through are lists of the form, which has an end to each.

use std::{collections::BTreeSet, sync::mpsc, thread, time::Duration};

use cel::{
    Context, IdedExpr, Value,
    common::ast::{EntryExpr, Expr, LiteralValue},
    parser::Parser,
};
use chrono::{Datelike, NaiveDate};
use serde_json::Value as Json;

use crate::{form::MAX_ITEMS, regular};

/// Bytes of a rule.
pub const MAX_TEXT: usize = 2_000;
/// Brackets within brackets.
const MAX_NESTING: usize = 12;
/// Words and signs.
const MAX_WORDS: usize = 300;
/// Alternatives by `? :`, which nest without brackets.
const MAX_CHOICES: usize = 8;
/// Parts of a parsed rule, macros written out.
const MAX_NODES: usize = 400;
/// How deep they nest.
const MAX_DEPTH: usize = 60;
/// Lists gone through within lists.
const MAX_LOOPS: u32 = 2;
/// The most that a rule can cost: parts, each as often as the lists around it are long.
pub const MAX_COST: u64 = 1_000_000;
/// Rules take milliseconds to parse; one that does not is left to end alone.
const PATIENCE: Duration = Duration::from_secs(2);
const STACK: usize = 16 * 1024 * 1024;

/// What a rule may call.
const FUNCTIONS: [&str; 8] = ["size", "contains", "startsWith", "endsWith", "matches", "age", "days", "string"];
const OPERATORS: [&str; 18] = [
    "_?_:_", "_&&_", "_||_", "!_", "_-_", "_+_", "_*_", "_/_", "_%_", "_==_", "_!=_", "_>=_", "_<=_", "_>_", "_<_",
    "-_", "_[_]", "@in",
];

/// Why a rule is not accepted: a code, what is wrong, how it is mended.
pub type Objection = (&'static str, String, String);

/// A rule that was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    expression: IdedExpr,
    /// What it can cost.
    pub cost: u64,
}

/// What a rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It could not be decided on this form: never as good as holding.
    Undecided,
}

impl Rule {
    /// Checks a rule about a form with these fields.
    pub fn parse(text: &str, fields: &BTreeSet<String>) -> Result<Self, Objection> {
        scan(text)?;
        let expression = parsed(text)?;
        let mut measure = Measure { fields, nodes: 0, cost: 0 };
        measure.node(&expression, &mut vec!["form".into(), "today".into()], 0, 0)?;
        if measure.cost > MAX_COST {
            return Err(too_costly(measure.cost));
        }
        Ok(Self { expression, cost: measure.cost })
    }

    /// Whether it holds of a form on a day. Fields that the form leaves out are null.
    pub fn ask(&self, form: &Json, fields: &BTreeSet<String>, today: NaiveDate) -> Verdict {
        let mut whole = serde_json::Map::new();
        for name in fields {
            whole.insert(name.clone(), form.get(name).cloned().unwrap_or(Json::Null));
        }
        let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut context = Context::default();
            context.add_variable_from_value("form", cel::to_value(Json::Object(whole)).ok()?);
            context.add_variable_from_value("today", today.to_string());
            context.add_function("age", age).ok()?;
            context.add_function("days", days).ok()?;
            context.resolve(&self.expression).ok()
        }));
        match asked {
            Ok(Some(Value::Bool(true))) => Verdict::Holds,
            Ok(Some(Value::Bool(false))) => Verdict::Fails,
            _ => Verdict::Undecided,
        }
    }
}

/// Whole years from a day to another.
fn age(born: std::sync::Arc<String>, on: std::sync::Arc<String>) -> i64 {
    match (born.parse::<NaiveDate>(), on.parse::<NaiveDate>()) {
        (Ok(born), Ok(on)) => {
            let had = (on.month(), on.day()) >= (born.month(), born.day());
            i64::from(on.year() - born.year()) - i64::from(!had)
        }
        // No day, no age: every comparison that means something refuses it.
        _ => -1,
    }
}

/// Days from a day to another.
fn days(from: std::sync::Arc<String>, to: std::sync::Arc<String>) -> i64 {
    match (from.parse::<NaiveDate>(), to.parse::<NaiveDate>()) {
        (Ok(from), Ok(to)) => (to - from).num_days(),
        _ => i64::MIN / 2,
    }
}

/// Counts before anything is parsed.
fn scan(text: &str) -> Result<(), Objection> {
    let say = |code, message: String, mend: &str| Err((code, message, mend.to_string()));
    if text.trim().is_empty() {
        return say("CEL_SYNTAX", "规则是空的".into(), "写一个结果为真或假的表达式");
    }
    if text.len() > MAX_TEXT {
        let message = format!("规则有 {} 字节，上限 {MAX_TEXT}", text.len());
        return say("CEL_TOO_LONG", message, "拆成多条规则");
    }
    let (mut nesting, mut words, mut choices, mut signs) = (0usize, 0usize, 0usize, 0usize);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        words += 1;
        signs = if matches!(c, '!' | '-') { signs + 1 } else { 0 };
        match c {
            '"' | '\'' => {
                let mut escaped = false;
                let closed = chars.by_ref().find(|n| {
                    let end = *n == c && !escaped;
                    escaped = *n == '\\' && !escaped;
                    end || *n == '\n'
                });
                if closed != Some(c) {
                    return say("CEL_SYNTAX", "引号没有配对".into(), "补上引号；文本不能换行");
                }
            }
            '(' | '[' | '{' => {
                nesting += 1;
                if nesting > MAX_NESTING {
                    let message = format!("括号嵌套超过 {MAX_NESTING} 层");
                    return say("CEL_TOO_DEEP", message, "拆成多条规则");
                }
            }
            ')' | ']' | '}' => nesting = nesting.saturating_sub(1),
            '?' => choices += 1,
            '`' | '#' | '@' | '$' | '\\' | ';' => {
                return say("CEL_SYNTAX", format!("不认识的符号 {c}"), "只用 CEL 的写法");
            }
            c if c.is_alphanumeric() || c == '_' => {
                while chars.next_if(|n| n.is_alphanumeric() || *n == '_').is_some() {}
            }
            _ => {}
        }
        if words > MAX_WORDS {
            return say(
                "CEL_TOO_LARGE",
                format!("规则超过 {MAX_WORDS} 个词和符号"),
                "拆成多条规则，或用 in 代替一串 ||",
            );
        }
        if choices > MAX_CHOICES || signs > 4 {
            return say("CEL_TOO_DEEP", "条件运算或正负号过多".into(), "拆成多条规则");
        }
    }
    Ok(())
}

/// Parses on a thread that has its own stack and that nobody waits for long.
fn parsed(text: &str) -> Result<IdedExpr, Objection> {
    let failed = |message: &str| ("CEL_SYNTAX", message.to_string(), "检查括号、引号和运算符".to_string());
    let (sender, receiver) = mpsc::sync_channel(1);
    let text = text.to_string();
    let started = thread::Builder::new().name("rule".into()).stack_size(STACK).spawn(move || {
        let parsed = Parser::new().max_recursion_depth(64).parse(&text).ok();
        // Nobody waits any more: then nobody wants to know.
        let _ = sender.send(parsed);
    });
    started.map_err(|_| failed("无法解析规则"))?;
    match receiver.recv_timeout(PATIENCE) {
        Ok(Some(expression)) => Ok(expression),
        Ok(None) | Err(mpsc::RecvTimeoutError::Disconnected) => Err(failed("规则不是合法的 CEL 表达式")),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(("CEL_TOO_LARGE", "规则解析过久".into(), "拆成多条规则".into())),
    }
}

fn too_costly(cost: u64) -> Objection {
    ("CEL_COST", format!("规则最多可能运算 {cost} 步，上限 {MAX_COST}"), "减少套在一起的 all、exists".into())
}

struct Measure<'m> {
    fields: &'m BTreeSet<String>,
    nodes: usize,
    cost: u64,
}

impl Measure<'_> {
    fn node(&mut self, node: &IdedExpr, scope: &mut Vec<String>, depth: usize, loops: u32) -> Result<(), Objection> {
        self.nodes += 1;
        self.cost = self.cost.saturating_add(MAX_ITEMS.saturating_pow(loops));
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            let message = format!("规则展开后超过 {MAX_NODES} 个部分或 {MAX_DEPTH} 层");
            return Err(("CEL_TOO_LARGE", message, "拆成多条规则".into()));
        }
        let not_allowed =
            |what: &str| Err(("CEL_NOT_ALLOWED", format!("规则中不能用{what}"), "参看文档列出的写法".to_string()));
        let depth = depth + 1;
        match &node.expr {
            Expr::Literal(LiteralValue::Bytes(_)) | Expr::Struct(_) | Expr::Unspecified => not_allowed("此种写法"),
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) if scope.contains(name) => Ok(()),
            Expr::Ident(name) => {
                Err(("CEL_UNKNOWN", format!("不认识 {name}"), "可用 form（表单）和 today（今天）".into()))
            }
            Expr::Select(select) => {
                if matches!(&select.operand.expr, Expr::Ident(name) if name == "form")
                    && !self.fields.contains(&select.field)
                {
                    let message = format!("表单没有字段 {}", select.field);
                    return Err(("CEL_UNKNOWN", message, "改为表单中的字段名".into()));
                }
                self.node(&select.operand, scope, depth, loops)
            }
            Expr::List(list) => list.elements.iter().try_for_each(|item| self.node(item, scope, depth, loops)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { return not_allowed("此种写法") };
                    self.node(&entry.key, scope, depth, loops)?;
                    self.node(&entry.value, scope, depth, loops)?;
                }
                Ok(())
            }
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                let ours = name == "@not_strictly_false";
                if !ours && !OPERATORS.contains(&name) && !FUNCTIONS.contains(&name) {
                    return not_allowed(&format!("函数 {name}"));
                }
                if name == "matches" {
                    let pattern = call.args.last().map(|a| &a.expr);
                    let Some(Expr::Literal(LiteralValue::String(pattern))) = pattern else {
                        return not_allowed("不是固定文本的正则表达式");
                    };
                    if let Some(objection) = regular::objection(pattern.inner()) {
                        return Err(("PATTERN", objection.into(), "改为不含嵌套重复的写法".into()));
                    }
                }
                let parts = call.target.as_deref().into_iter().chain(&call.args);
                parts.into_iter().try_for_each(|part| self.node(part, scope, depth, loops))
            }
            Expr::Comprehension(each) => {
                if loops == MAX_LOOPS {
                    let message = format!("列表运算套了 {MAX_LOOPS} 层以上");
                    return Err(("CEL_NESTED", message, "减少套在一起的 all、exists".into()));
                }
                // Made lists could double with every step; those of the form have an end.
                if !is_of_form(&each.iter_range) {
                    return not_allowed("对计算出来的列表再作 all、exists、map、filter");
                }
                self.node(&each.iter_range, scope, depth, loops)?;
                self.node(&each.accu_init, scope, depth, loops)?;
                let before = scope.len();
                scope.extend([each.iter_var.clone(), each.accu_var.clone()]);
                scope.extend(each.iter_var2.clone());
                for part in [&each.loop_cond, &each.loop_step, &each.result] {
                    self.node(part, scope, depth, loops + 1)?;
                }
                scope.truncate(before);
                Ok(())
            }
        }
    }
}

/// Whether an expression is a part of the form, or of an item of it.
fn is_of_form(node: &IdedExpr) -> bool {
    match &node.expr {
        Expr::Ident(_) => true,
        Expr::Select(select) => !select.test && is_of_form(&select.operand),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields() -> BTreeSet<String> {
        ["birthDate", "salary", "kind", "family"].map(String::from).into()
    }

    fn ask(text: &str, form: Json) -> Verdict {
        let today = NaiveDate::from_ymd_opt(2025, 9, 22).unwrap();
        Rule::parse(text, &fields()).unwrap().ask(&form, &fields(), today)
    }

    fn refused(text: &str) -> &'static str {
        Rule::parse(text, &fields()).err().map_or("accepted", |objection| objection.0)
    }

    #[test]
    fn rules_are_asked_of_a_form_and_a_day() {
        let rule = "age(form.birthDate, today) >= 18 && age(form.birthDate, today) <= 45";
        assert_eq!(ask(rule, json!({ "birthDate": "2007-09-22" })), Verdict::Holds);
        assert_eq!(ask(rule, json!({ "birthDate": "2007-09-23" })), Verdict::Fails);
        assert_eq!(ask(rule, json!({})), Verdict::Undecided);
        assert_eq!(ask("form.kind == null || form.kind in ['A', 'B']", json!({})), Verdict::Holds);
        assert_eq!(ask("form.salary <= 8000", json!({ "salary": 8001 })), Verdict::Fails);
        let family = json!({ "family": [{ "name": "王" }, { "name": "" }] });
        assert_eq!(ask("form.family.all(p, size(p.name) > 0)", family), Verdict::Fails);
        assert_eq!(ask("form.kind.matches('^[A-Z]$')", json!({ "kind": "A" })), Verdict::Holds);
        assert_eq!(ask("days(form.birthDate, today) > 0", json!({ "birthDate": "2025-09-21" })), Verdict::Holds);
    }

    #[test]
    fn what_could_hurt_is_refused_before_it_is_parsed() {
        assert_eq!(refused(&"true || ".repeat(100_000)), "CEL_TOO_LONG");
        assert_eq!(refused(&format!("{}1", "a||".repeat(500))), "CEL_TOO_LARGE");
        assert_eq!(refused(&format!("{}1{}", "(".repeat(60), ")".repeat(60))), "CEL_TOO_DEEP");
        assert_eq!(refused(&format!("{}true", "!".repeat(100))), "CEL_TOO_DEEP");
        assert_eq!(refused(&format!("{}1", "true?1:".repeat(50))), "CEL_TOO_DEEP");
        for bomb in
            ["(((((((((((", "[[[[[[[[[[[", "{{{{{{{{{{{", "a.b(c.d(e.f(g.h(i.j(k.l(", "'", "\"a\nb\"", "", "@x", "1 +"]
        {
            assert_eq!(refused(bomb), "CEL_SYNTAX", "{bomb}");
        }
    }

    #[test]
    fn what_would_cost_too_much_is_refused() {
        assert_eq!(refused("form.family.all(a, form.family.all(b, form.family.all(c, c == b)))"), "CEL_NESTED");
        assert_eq!(refused("form.family.map(a, [a, a]).map(b, [b, b]).all(c, true)"), "CEL_NOT_ALLOWED");
        assert_eq!(refused("[1, 2].all(a, a > 0)"), "CEL_NOT_ALLOWED");
        let wide = "form.family.all(a, form.family.all(b, a.x + b.x + a.y + b.y + a.z + b.z + a.w + b.w + a.v > 0 && \
            a.x + b.x + a.y + b.y + a.z + b.z + a.w + b.w + a.v + b.v + a.u + b.u + a.t + b.t < 9 && a.x - b.x - a.y - b.y \
            - a.z - b.z - a.w - b.w - a.v - b.v - a.u - b.u > 1))";
        assert_eq!(refused(wide), "CEL_COST");
        assert_eq!(refused("form.kind.matches('(a+)+$')"), "PATTERN");
        assert_eq!(refused("form.kind.matches(form.kind)"), "CEL_NOT_ALLOWED");
        assert_eq!(refused("form.nothing == 1"), "CEL_UNKNOWN");
        assert_eq!(refused("request.user == 1"), "CEL_UNKNOWN");
        assert_eq!(refused("timestamp('2020-01-01T00:00:00Z') == null"), "CEL_NOT_ALLOWED");
    }
}
