//! What a plug-in would change in the tenant's schema, for the eyes of whoever decides (接口差异).

use std::{collections::BTreeMap, sync::Arc};

use declarative::Plugin;

use crate::graph::{cursor::CursorKey, run::Engine, schema::build};

/// The SDL of a set of plug-ins.
pub fn sdl(plugins: &[Arc<Plugin>], slots: &[(String, String, String)]) -> Result<String, String> {
    let catalogue = super::schema::catalogue(plugins, slots)?;
    // Nobody reads through this schema: any key will do.
    let key = CursorKey::random().ok_or("the system has no randomness")?;
    Ok(build(Engine::new(Arc::new(catalogue), key)).sdl())
}

/// The lines that come (`+`) and go (`-`), each definition under its head.
pub fn between(before: &str, after: &str) -> String {
    let (before, after) = (definitions(before), definitions(after));
    let mut out = String::new();
    for (head, lines) in &after {
        let known = before.get(head).map_or(&[][..], Vec::as_slice);
        let new: Vec<&&str> = lines.iter().filter(|line| !known.contains(*line)).collect();
        if !new.is_empty() {
            out.push_str(&format!("{} {head}\n", if known.is_empty() { '+' } else { ' ' }));
            new.iter().for_each(|line| out.push_str(&format!("+ {line}\n")));
        }
    }
    for (head, lines) in &before {
        let kept = after.get(head).map_or(&[][..], Vec::as_slice);
        let gone: Vec<&&str> = lines.iter().filter(|line| !kept.contains(*line)).collect();
        if !gone.is_empty() {
            out.push_str(&format!("{} {head}\n", if kept.is_empty() { '-' } else { ' ' }));
            gone.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
        }
    }
    out
}

/// Heads with the lines below them that are no documentation.
fn definitions(sdl: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut out = BTreeMap::new();
    let mut head = None;
    let mut quoted = false;
    for line in sdl.lines() {
        if line.trim() == "\"\"\"" {
            quoted = !quoted;
        } else if quoted || line.trim_start().starts_with("\"\"\"") {
        } else if !line.starts_with(['\t', ' ', '}']) && !line.is_empty() {
            head = Some(line.trim_end_matches(" {"));
            out.entry(line.trim_end_matches(" {")).or_insert_with(Vec::new);
        } else if let Some(lines) = head.and_then(|head| out.get_mut(head))
            && line.starts_with(['\t', ' '])
        {
            lines.push(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_and_goes_is_told_under_its_type() {
        let before = "\"\"\"\nA doc\n\"\"\"\ntype Query {\n\ta: Int\n\tb: Int\n}\n";
        let after = "type Query {\n\ta: Int\n\tc: Int\n}\nenum New {\n\tONE\n}\n";
        assert_eq!(between(before, after), "+ enum New\n+ \tONE\n  type Query\n+ \tc: Int\n  type Query\n- \tb: Int\n");
        assert_eq!(between(after, after), "");
    }
}
