//! A matter of a plug-in: its form, its branches, its materials.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Checker, Connector, Matter, shown};
use crate::{
    form,
    manifest::{MatterText, Told},
    names,
    package::is_inside,
};

const MAX_BRANCHES: usize = 30;

impl Checker<'_> {
    pub(super) fn matter(
        &mut self,
        matter: &MatterText,
        sets: &BTreeMap<String, Vec<String>>,
        connectors: &[Connector],
        roots: &mut BTreeSet<String>,
    ) -> Option<Matter> {
        let key = matter.key.get_ref();
        let plural = matter.plural.as_ref().map_or_else(|| format!("{key}s"), |p| p.get_ref().clone());
        self.key(&matter.key);
        if let Some(plural) = &matter.plural {
            self.key(plural);
        }
        self.type_name(&matter.key);
        self.title(&matter.title);
        for root in [key.clone(), plural.clone(), format!("{key}Aggregate")] {
            if !roots.insert(root.clone()) {
                self.fault(&matter.key, "NAME_CLASH", format!("查询字段 {root} 重名"), "换一个 key 或 plural");
            }
        }
        if !(1..=365).contains(&matter.limit_days) || matter.baseline_days > 3_650 || matter.visits > 100 {
            self.fault(&matter.key, "DAYS", "承诺期限应为 1 至 365 个工作日", "改正 limit_days 等数字");
        }
        let file = matter.form.get_ref();
        let text = match self.package.text(file).filter(|_| is_inside(file)) {
            Some(text) => text,
            None if !is_inside(file) => {
                let message = format!("表单路径 {} 指向插件之外", shown(file));
                self.fault(&matter.form, "PATH", message, "改用 forms/apply.json 这样的相对路径");
                return None;
            }
            None => {
                self.fault(&matter.form, "NO_FILE", format!("没有文件 {}", shown(file)), "放入该文件，或改正路径");
                return None;
            }
        };
        let form = form::check(file, text, sets, &mut self.faults)?;
        let fields: Vec<&str> = form.fields.iter().map(|f| f.name.as_str()).collect();
        let definition = self.definition(matter, &fields)?;
        let calls = self.calls(matter, connectors);
        Some(Matter {
            key: key.clone(),
            plural,
            title: matter.title.get_ref().clone(),
            form: form.schema,
            fields: form.fields,
            definition,
            rules: vec![],
            calls,
        })
    }

    /// The matter in the words of the platform's own catalogue; the form is added where it is stored.
    fn definition(&mut self, matter: &MatterText, fields: &[&str]) -> Option<Json> {
        if matter.branches.is_empty() || matter.branches.len() > MAX_BRANCHES {
            let message = format!("事项有 {} 个环节，应为 1 至 {MAX_BRANCHES} 个", matter.branches.len());
            self.fault(&matter.key, "BRANCH_COUNT", message, "写上 [[matter.branch]]");
            return None;
        }
        let keys: Vec<&str> = matter.branches.iter().map(|b| b.key.get_ref().as_str()).collect();
        let mut materials = vec![];
        let mut known = BTreeSet::new();
        for material in &matter.materials {
            self.slug(&material.key);
            self.title(&material.title);
            let phase = material.phase.as_ref().map_or("CURRENT", |p| p.get_ref().as_str());
            if !matches!(phase, "CURRENT" | "BEFORE") {
                let at = material.phase.as_ref().unwrap_or(&material.key);
                self.fault(at, "PHASE", "phase 应为 CURRENT（现需）或 BEFORE（改革前）", "改正 phase");
            }
            if !known.insert((phase, material.key.get_ref().as_str())) {
                self.fault(&material.key, "NAME_CLASH", format!("材料 {} 重复", material.key.get_ref()), "删去一个");
            }
            let media = ["application/pdf", "image/jpeg", "image/png"];
            let fits =
                material.media_types.iter().all(|m| media.contains(&m.as_str())) && !material.media_types.is_empty();
            if !fits || !(1..=20 * 1024 * 1024).contains(&material.max_bytes) {
                let mend = format!("类型可用 {}，大小至多 20 MiB", media.join("、"));
                self.fault(&material.key, "MATERIAL", "材料的类型或大小不被接受", mend);
            }
            materials.push((
                phase,
                serde_json::json!({
                    "key": material.key.get_ref(), "title": material.title.get_ref(), "mandatory": material.mandatory,
                    "mediaTypes": material.media_types, "maxBytes": material.max_bytes
                }),
            ));
        }
        let mut branches = vec![];
        let mut seen = BTreeSet::new();
        for branch in &matter.branches {
            self.slug(&branch.key);
            self.title(&branch.title);
            self.title(&branch.duty_item);
            if branch.step.get_ref().trim().is_empty() || branch.step.get_ref().chars().count() > 200 {
                self.fault(&branch.step, "TITLE", "业务环节应为 1 至 200 个字符", "写明这个机构做什么");
            }
            if !seen.insert(branch.key.get_ref()) {
                self.fault(&branch.key, "NAME_CLASH", format!("环节 {} 重复", branch.key.get_ref()), "换一个 key");
            }
            if !(1..=365).contains(&branch.limit_days) {
                self.fault(&branch.key, "DAYS", "承诺期限应为 1 至 365 个工作日", "改正 limit_days");
            }
            for before in branch.depends_on.iter().filter(|b| !keys.contains(&b.get_ref().as_str())) {
                self.fault(
                    before,
                    "UNKNOWN_BRANCH",
                    format!("没有环节 {}", shown(before.get_ref())),
                    "改为本事项的环节",
                );
            }
            for field in branch.fields.iter().filter(|f| !fields.contains(&f.get_ref().as_str())) {
                self.fault(
                    field,
                    "UNKNOWN_FIELD",
                    format!("表单没有字段 {}", shown(field.get_ref())),
                    "改为表单中的字段",
                );
            }
            for material in branch.materials.iter().filter(|m| !known.contains(&("CURRENT", m.get_ref().as_str()))) {
                let message = format!("没有现需材料 {}", shown(material.get_ref()));
                self.fault(material, "UNKNOWN_MATERIAL", message, "写上 [[matter.material]]，或改正 key");
            }
            let agency = self.agency(&branch.agency)?;
            let texts = |list: &[Told]| list.iter().map(|t| t.get_ref().clone()).collect::<Vec<_>>();
            branches.push(serde_json::json!({
                "key": branch.key.get_ref(), "title": branch.title.get_ref(), "agency": agency,
                "dutyItem": branch.duty_item.get_ref(), "step": branch.step.get_ref(), "mandatory": branch.mandatory,
                "limitDays": branch.limit_days, "dependsOn": texts(&branch.depends_on),
                "fields": texts(&branch.fields), "materials": texts(&branch.materials)
            }));
        }
        if let Some(at) = circle(matter) {
            self.fault(at, "BRANCH_CYCLE", "环节互相等待，谁也开始不了", "去掉 depends_on 中的一处");
        }
        let of =
            |wanted: &str| materials.iter().filter(|(p, _)| *p == wanted).map(|(_, m)| m.clone()).collect::<Vec<_>>();
        Some(serde_json::json!({
            "title": matter.title.get_ref(), "limitDays": matter.limit_days, "baselineDays": matter.baseline_days,
            "baselineSteps": matter.baseline_steps, "visits": matter.visits, "branches": branches,
            "materials": { "CURRENT": of("CURRENT"), "BEFORE": of("BEFORE") }
        }))
    }

    pub(super) fn slug(&mut self, key: &Told) {
        if !names::is_slug(key.get_ref()) {
            let message = format!("名称 {} 不合规", shown(key.get_ref()));
            self.fault(key, "NAME", message, "用小写字母、数字和连字符，如 id-card");
        }
    }

    fn agency(&mut self, told: &Told) -> Option<String> {
        let text = told.get_ref();
        let unit = text
            .strip_prefix("unit:")
            .is_some_and(|code| code.len() == 18 && code.bytes().all(|b| b.is_ascii_alphanumeric()));
        if unit {
            return Some(text.clone());
        }
        let known = self.around.agencies.iter().find(|a| &a.key == text || &a.name == text).map(|a| a.key.clone());
        if known.is_none() {
            let names: Vec<String> = self.around.agencies.iter().map(|a| format!("{}（{}）", a.key, a.name)).collect();
            let mend = format!("可用：{}，或 unit:统一社会信用代码", names.join("、"));
            self.fault(told, "UNKNOWN_AGENCY", format!("不认识的承办单位 {}", shown(text)), mend);
        }
        known
    }
}

/// The first branch that waits for itself in the end.
fn circle(matter: &MatterText) -> Option<&Told> {
    let mut ready: BTreeSet<&str> = BTreeSet::new();
    let keys: BTreeSet<&str> = matter.branches.iter().map(|b| b.key.get_ref().as_str()).collect();
    loop {
        let before = ready.len();
        for branch in &matter.branches {
            let waits = |d: &Told| keys.contains(d.get_ref().as_str()) && !ready.contains(d.get_ref().as_str());
            if !branch.depends_on.iter().any(waits) {
                ready.insert(branch.key.get_ref());
            }
        }
        if ready.len() == before {
            return matter.branches.iter().map(|b| &b.key).find(|key| !ready.contains(key.get_ref().as_str()));
        }
    }
}
