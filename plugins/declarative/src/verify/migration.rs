//! How data of an earlier version is carried over, and back.

use super::{Checker, Field, shown};
use crate::{
    manifest::{Manifest, Steps},
    names,
};

impl Checker<'_> {
    pub(super) fn migrations(&mut self, m: &Manifest, fields: &[Field]) -> Vec<(String, String, String, String)> {
        let mut out = vec![];
        let now = names::version(m.plugin.version.get_ref());
        for migration in &m.migrations {
            let from = names::version(migration.from.get_ref());
            if from.is_none() || from >= now {
                self.fault(&migration.from, "MIGRATION", "from 应为早于本版本的版本号", "写成如 1.0.0");
            }
            let Some(down) = &migration.down else {
                let mend = "写上 down = { rename = { … } }，方向与 up 相反";
                self.fault(&migration.from, "NO_DOWN", "迁移没有写回退的办法", mend);
                continue;
            };
            let mut back = Steps::default();
            for (path, to) in &migration.up.rename {
                let known = path
                    .split_once('.')
                    .filter(|(target, _)| fields.iter().any(|f| f.target == *target && f.key == *to));
                let Some((target, before)) = known.filter(|(_, before)| names::is_key(before)) else {
                    let message = format!("{} 不能改名为 {}", shown(path), shown(to));
                    self.fault(
                        &migration.from,
                        "MIGRATION",
                        message,
                        "写成 \"Cadre.旧名\" = \"新名\"，新名是本版本的扩展字段",
                    );
                    continue;
                };
                back.rename.insert(format!("{target}.{to}"), before.to_string());
                out.push((migration.from.get_ref().clone(), target.into(), before.into(), to.clone()));
            }
            if back != *down {
                self.fault(&migration.from, "NO_DOWN", "down 不是 up 的反方向", "把 up 中的每一项反过来写");
            }
        }
        out
    }
}
