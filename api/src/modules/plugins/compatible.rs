//! What a later version of a plug-in keeps.

use std::collections::BTreeSet;

use declarative::{Field, FieldKind, Plugin, Recode};

use crate::kernel::error::{Code, Fault, Faults, UserError};

/// How a version comes after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It takes the place of the other, and its migrations carry the data over.
    Migrated,
    /// It takes the place of the other, whose data stays as it is.
    Replaced,
    /// The other was at work before the one that it takes the place of: what that has left over is seen in the rows.
    Passed,
}

/// What may not change while data of it may be there: what a field is, and the codes that it may have. A code may go where
/// the migration gives its values another.
pub fn compatible(before: &Plugin, after: &Plugin, way: Way) -> Result<(), Fault> {
    let mut faults = Faults::default();
    let mut stays = |what: String| {
        let zh = format!("{what}：已有数据，不能改变类型或删去代码；请另起一个名称");
        let en = format!("{what}: there may be data, so its type stays and its codes stay; take another name.");
        faults.add(UserError::new(Code::InvalidValue, "input.files", zh, en));
    };
    for old in &before.fields {
        if after.fields.iter().any(|new| new.target == old.target && new.key == old.key && new.kind != old.kind) {
            stays(format!("{}.{}", old.target, old.key));
        }
    }
    for (old, new) in before.matters.iter().filter_map(|m| Some((m, after.matters.iter().find(|n| n.key == m.key)?))) {
        for field in &old.fields {
            if new.fields.iter().any(|f| f.name == field.name && f.kind != field.kind) {
                stays(format!("{}.{}", old.key, field.name));
            }
        }
    }
    for (set, _, values) in &before.codes {
        let now: BTreeSet<&str> = after.codes_of(set).collect();
        let kept = now.is_empty() || values.iter().all(|(code, _)| now.contains(code.as_str()));
        if !kept && !may_lose(before, after, set, way) {
            stays(set.clone());
        }
    }
    if way == Way::Migrated {
        carried(before, after, &mut faults);
    }
    faults.check()
}

/// Whether a set may lose codes: what cases say in their forms stays as it is, and so do values that no field is left for.
fn may_lose(before: &Plugin, after: &Plugin, set: &str, way: Way) -> bool {
    let of_set = |kind: &FieldKind| matches!(kind, FieldKind::Code(of) if of == set);
    let in_forms = before.matters.iter().flat_map(|matter| &matter.fields).any(|field| of_set(&field.kind));
    let fields: Vec<&Field> = before.fields.iter().filter(|field| of_set(&field.kind)).collect();
    let followed = match way {
        Way::Migrated => fields.iter().all(|field| successor(before, after, field).is_some()),
        Way::Replaced => false,
        Way::Passed => true,
    };
    followed && !in_forms && !fields.is_empty()
}

/// The field that has the values of an earlier one after the migration.
fn successor<'a>(before: &Plugin, after: &'a Plugin, old: &Field) -> Option<&'a Field> {
    let renamed = after
        .renames
        .iter()
        .find(|(from, target, name, _)| *from == before.version && *target == old.target && *name == old.key);
    let name = renamed.map_or(old.key.as_str(), |(.., now)| now.as_str());
    after.fields.iter().find(|new| new.target == old.target && new.key == name)
}

/// The codes that a field had in the version before which the migration recodes; none if it had no such field.
pub fn codes_before<'b>(before: &'b Plugin, after: &Plugin, step: &Recode) -> BTreeSet<&'b str> {
    let is_it = |new: &Field| new.target == step.target && new.key == step.field;
    let old = before.fields.iter().find(|old| successor(before, after, old).is_some_and(is_it));
    match old.map(|old| &old.kind) {
        Some(FieldKind::Code(set)) => before.codes_of(set).collect(),
        _ => BTreeSet::new(),
    }
}

/// What the migration makes of values that are there: each is a value that the field may have, and no two that were
/// different are the same.
fn carried(before: &Plugin, after: &Plugin, faults: &mut Faults) {
    let mut refuse = |path: &str, zh: String, en: String| {
        let (zh, en) = (format!("{path}：{zh}"), format!("{path}: {en}"));
        faults.add(UserError::new(Code::InvalidValue, "input.files", zh, en));
    };
    let mut reached = BTreeSet::new();
    for old in &before.fields {
        let Some(new) = successor(before, after, old) else { continue };
        let path = format!("{}.{}", new.target, new.key);
        reached.insert((&new.target, &new.key));
        let (FieldKind::Code(was), FieldKind::Code(is)) = (&old.kind, &new.kind) else {
            // Under the same name it was told already.
            if old.kind != new.kind && old.key != new.key {
                let zh = format!("由 {} 改名而来，类型应相同", old.key);
                refuse(&path, zh, format!("it has the values of {} and with them its type.", old.key));
            }
            continue;
        };
        let step =
            after.recodes.iter().find(|s| s.from == before.version && s.target == new.target && s.field == new.key);
        let had: BTreeSet<&str> = before.codes_of(was).collect();
        let has: BTreeSet<&str> = after.codes_of(is).collect();
        let (mut lost, mut seen) = (vec![], BTreeSet::new());
        for code in &had {
            let now = step.and_then(|step| step.codes.get(*code)).map_or(*code, String::as_str);
            if !has.contains(now) {
                lost.push(*code);
            } else if !seen.insert(now) {
                let zh = format!("有两个代码都会成为 {now}，退不回去");
                refuse(&path, zh, format!("two codes would become {now}, and nobody could tell them apart again."));
            }
        }
        if !lost.is_empty() {
            let zh = format!("代码 {} 已不在代码集中；请用 recode 换成别的代码", lost.join("、"));
            let en = format!("its codes {} are gone; `recode` gives them others.", lost.join(", "));
            refuse(&path, zh, en);
        }
        let unknown = step.into_iter().flat_map(|step| step.codes.keys()).filter(|code| !had.contains(code.as_str()));
        for code in unknown {
            let zh = format!("recode 的 {code} 不是 {} 版的代码", before.version);
            refuse(&path, zh, format!("{code} in `recode` is no code of version {}.", before.version));
        }
    }
    let steps = after.recodes.iter().filter(|step| step.from == before.version);
    for step in steps.filter(|step| !reached.contains(&(&step.target, &step.field))) {
        let zh = format!("{} 版没有这个字段，不能换代码", before.version);
        let en = format!("version {} has no such field whose codes could become others.", before.version);
        refuse(&format!("{}.{}", step.target, step.field), zh, en);
    }
}

#[cfg(test)]
#[path = "compatible_tests.rs"]
mod tests;
