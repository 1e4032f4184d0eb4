//! How data of an earlier version is carried over, and back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, Field, Rename, shown};
use crate::{
    form::FieldKind,
    manifest::{Manifest, Migration, Steps},
    names,
};

/// Codes of a field that are others when one comes from a version (换代码).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recode {
    /// The version before.
    pub from: String,
    /// The core type.
    pub target: String,
    /// The field's name in this version, without the prefix.
    pub field: String,
    /// Codes before and what they are now; no two of them become one.
    pub codes: BTreeMap<String, String>,
}

impl Recode {
    /// Codes now and what they were before.
    pub fn back(&self) -> BTreeMap<String, String> {
        turned(&self.codes)
    }
}

fn turned(codes: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    codes.iter().map(|(before, now)| (now.clone(), before.clone())).collect()
}

impl Checker<'_> {
    pub(super) fn migrations(
        &mut self,
        m: &Manifest,
        fields: &[Field],
        sets: &BTreeMap<String, Vec<String>>,
    ) -> (Vec<Rename>, Vec<Recode>) {
        let (mut renames, mut recodes) = (vec![], vec![]);
        let now = names::version(m.plugin.version.get_ref());
        for migration in &m.migrations {
            let from = names::version(migration.from.get_ref());
            if from.is_none() || from >= now {
                self.fault(&migration.from, "MIGRATION", "from 应为早于本版本的版本号", "写成如 1.0.0");
            }
            let Some(down) = &migration.down else {
                let mend = "写上 down = { rename = { … } } 或 down = { recode = { … } }，方向与 up 相反";
                self.fault(&migration.from, "NO_DOWN", "迁移没有写回退的办法", mend);
                continue;
            };
            let back = Steps {
                rename: self.renamed(migration, fields, &mut renames),
                recode: self.recoded(migration, fields, sets, &mut recodes),
            };
            if back != *down {
                self.fault(&migration.from, "NO_DOWN", "down 不是 up 的反方向", "把 up 中的每一项反过来写");
            }
        }
        (renames, recodes)
    }

    /// Takes the names that fields get; the way back.
    fn renamed(&mut self, migration: &Migration, fields: &[Field], out: &mut Vec<Rename>) -> BTreeMap<String, String> {
        let mut back = BTreeMap::new();
        for (path, to) in &migration.up.rename {
            let known =
                path.split_once('.').filter(|(target, _)| fields.iter().any(|f| f.target == *target && f.key == *to));
            let Some((target, before)) = known.filter(|(_, before)| names::is_key(before)) else {
                let message = format!("{} 不能改名为 {}", shown(path), shown(to));
                let mend = "写成 \"Cadre.旧名\" = \"新名\"，新名是本版本的扩展字段";
                self.fault(&migration.from, "MIGRATION", message, mend);
                continue;
            };
            back.insert(format!("{target}.{to}"), before.to_string());
            out.push((migration.from.get_ref().clone(), target.into(), before.into(), to.clone()));
        }
        back
    }

    /// Takes the codes that values get; the way back. What the version before had is not known here: whether none of its
    /// codes is left over or becomes one with another is seen when the upgrade is made.
    fn recoded(
        &mut self,
        migration: &Migration,
        fields: &[Field],
        sets: &BTreeMap<String, Vec<String>>,
        out: &mut Vec<Recode>,
    ) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut back = BTreeMap::new();
        for (path, codes) in &migration.up.recode {
            back.insert(path.clone(), turned(codes));
            let field = path
                .split_once('.')
                .and_then(|(target, key)| fields.iter().find(|f| f.target == target && f.key == key));
            let known = field.and_then(|field| match &field.kind {
                FieldKind::Code(set) => sets.get(set).map(|set| (field, set)),
                _ => None,
            });
            let Some((field, set)) = known else {
                let message = format!("{} 没有可换的代码", shown(path));
                let mend = "写成 \"Cadre.字段\"，用本版本的字段名，类型为 code:代码集";
                self.fault(&migration.from, "MIGRATION", message, mend);
                continue;
            };
            self.one_to_one(migration, path, codes, set);
            let step = Recode {
                from: migration.from.get_ref().clone(),
                target: field.target.clone(),
                field: field.key.clone(),
                codes: codes.clone(),
            };
            if out.iter().any(|s| (&s.from, &s.target, &s.field) == (&step.from, &step.target, &step.field)) {
                let message = format!("{path} 从同一版本换了两次代码");
                self.fault(&migration.from, "MIGRATION", message, "合并为一处");
            }
            out.push(step);
        }
        back
    }

    /// Codes that become codes of the set, in such a way that nobody has to guess on the way back.
    fn one_to_one(&mut self, migration: &Migration, path: &str, codes: &BTreeMap<String, String>, set: &[String]) {
        if codes.is_empty() {
            let message = format!("{path} 没有写要换的代码");
            self.fault(&migration.from, "MIGRATION", message, "写成 { 旧代码 = \"新代码\" }，或删去此项");
        }
        for (before, now) in codes {
            // What codes there were before is not known, but how they are written.
            if names::is_code(before) && before != now && set.contains(now) {
                continue;
            }
            let message = format!("{path} 的代码 {} 不能换成 {}", shown(before), shown(now));
            self.fault(&migration.from, "MIGRATION", message, "换成本版本代码集中的另一个代码");
        }
        let given: BTreeSet<&String> = codes.values().collect();
        if given.len() < codes.len() {
            let message = format!("{path} 有两个代码换成同一个，退不回去");
            self.fault(&migration.from, "NO_DOWN", message, "每个旧代码换成各自的新代码");
        }
        for before in codes.keys().filter(|before| set.contains(before) && !given.contains(before)) {
            let message = format!("{path} 的代码 {before} 换掉之后仍可填写，退回时与原来的混在一起");
            self.fault(&migration.from, "NO_DOWN", message, "从代码集中删去，或不换这个代码");
        }
    }
}
