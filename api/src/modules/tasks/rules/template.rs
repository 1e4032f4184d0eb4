//! Process templates (流程模板), rule I-04: a tree of tasks with days counted from the item's first.

use serde::{Deserialize, Serialize};

use crate::modules::{
    personnel::rules::refusal::Refusal,
    tasks::rules::split::{Level, level_under},
};

/// The most nodes of a template.
pub const NODES: usize = 200;

/// A node of a template (模板节点).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Node {
    /// Key, by which others name it.
    pub key: String,
    /// Title.
    pub title: String,
    /// Key of the node above, which stands before it.
    pub parent: Option<String>,
    /// Keys of the nodes that it comes after, which stand before it.
    #[serde(default)]
    pub after: Vec<String>,
    /// Days after the item's first day on which it begins.
    pub from_day: u32,
    /// Days after the item's first day on which it ends.
    pub to_day: u32,
    /// Of what nature it is.
    pub nature: Option<String>,
    /// How much.
    pub quantity: Option<i32>,
    /// Unit of the quantity.
    pub measure: Option<String>,
    /// Hours it takes.
    #[serde(default)]
    pub hours: i32,
}

/// Checks a tree: keys once, parents and predecessors before those that name them, four levels, days within the parent's.
pub fn check(nodes: &[Node]) -> Result<(), Refusal> {
    let wrong = |i: usize, zh: &str, en: &str| {
        Refusal::new("INVALID_TEMPLATE", format!("第 {} 个节点：{zh}", i + 1), format!("Node {}: {en}.", i + 1))
    };
    if nodes.is_empty() || nodes.len() > NODES {
        let (zh, en) = ("节点数超出范围", "The number of nodes is out of range");
        return Err(Refusal::beyond("INVALID_TEMPLATE", format!("1-{NODES}"), nodes.len(), zh, en));
    }
    let mut known: Vec<(&Node, Level)> = vec![];
    for (i, node) in nodes.iter().enumerate() {
        let find = |key: &String| known.iter().find(|(n, _)| n.key == *key);
        let title = node.title.trim().chars().count();
        if node.key.is_empty() || node.key.len() > 64 || !(1..=200).contains(&title) {
            return Err(wrong(i, "缺少标识或名称，或者过长", "it has no key or title, or one that is too long"));
        }
        if find(&node.key).is_some() {
            return Err(wrong(i, "标识重复", "its key is taken"));
        }
        if node.to_day < node.from_day || node.to_day > 3660 || node.hours < 0 {
            return Err(wrong(i, "起止或工时有误", "its days or hours are wrong"));
        }
        let above = match &node.parent {
            None => None,
            Some(key) => Some(find(key).ok_or_else(|| wrong(i, "上级不存在", "there is no such parent before it"))?),
        };
        if let Some((parent, _)) = above
            && (node.from_day < parent.from_day || node.to_day > parent.to_day)
        {
            return Err(wrong(i, "超出上级的起止", "it reaches beyond its parent"));
        }
        if node.after.iter().any(|key| find(key).is_none()) {
            return Err(wrong(i, "前置节点不存在", "what it comes after does not stand before it"));
        }
        known.push((node, level_under(above.map(|(_, level)| *level))?));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn node(key: &str, parent: Option<&str>, days: (u32, u32)) -> Node {
        Node {
            key: key.into(),
            title: key.into(),
            parent: parent.map(String::from),
            after: vec![],
            from_day: days.0,
            to_day: days.1,
            nature: None,
            quantity: None,
            measure: None,
            hours: 0,
        }
    }

    #[test]
    fn i_04_a_template_is_a_tree_of_four_levels() {
        let deep = |n: usize| {
            let keys = ["a", "b", "c", "d", "e"];
            (0..n).map(|i| node(keys[i], i.checked_sub(1).map(|p| keys[p]), (0, 9))).collect::<Vec<_>>()
        };
        assert_eq!(code(check(&deep(4))), "OK");
        assert_eq!(code(check(&deep(5))), "TASK_TOO_DEEP");
        assert_eq!(code(check(&[])), "INVALID_TEMPLATE");
    }

    #[test]
    fn i_04_what_is_wrong_with_a_template_is_named() {
        let top = node("a", None, (0, 9));
        assert_eq!(code(check(&[top.clone(), top.clone()])), "INVALID_TEMPLATE");
        assert_eq!(code(check(&[top.clone(), node("b", Some("x"), (0, 9))])), "INVALID_TEMPLATE");
        assert_eq!(code(check(&[top.clone(), node("b", Some("a"), (5, 10))])), "INVALID_TEMPLATE");
        let after = Node { after: vec!["c".into()], ..node("b", Some("a"), (0, 3)) };
        assert_eq!(code(check(&[top, after])), "INVALID_TEMPLATE");
    }
}
