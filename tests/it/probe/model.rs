//! What the schema says of itself.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use zugong_tests::Actor;

const TYPE: &str = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The schema by introspection.
pub struct Model {
    types: HashMap<String, Json>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Query,
    Mutation,
}

/// A field of `Query` or `Mutation`.
#[derive(Clone, Debug)]
pub struct Root {
    pub kind: Kind,
    pub name: String,
    pub doc: String,
    pub args: Vec<Json>,
    pub ty: Json,
}

/// The name of a type within its wrappings.
pub fn named(ty: &Json) -> &str {
    match ty["ofType"].is_null() {
        true => ty["name"].as_str().unwrap_or_default(),
        false => named(&ty["ofType"]),
    }
}

/// A type as it is written.
pub fn written(ty: &Json) -> String {
    match ty["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&ty["ofType"])),
        Some("LIST") => format!("[{}]", written(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap_or_default().to_string(),
    }
}

pub fn is_required(input: &Json) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

pub fn is_list(ty: &Json) -> bool {
    ty["kind"] == "LIST" || (ty["kind"] == "NON_NULL" && ty["ofType"]["kind"] == "LIST")
}

impl Model {
    pub async fn read(actor: &Actor) -> Self {
        let query = format!(
            "{{ __schema {{ types {{ name kind interfaces {{ name }} enumValues {{ name }} \
               fields {{ name description args {{ name defaultValue type {{ {TYPE} }} }} type {{ {TYPE} }} }} \
               inputFields {{ name defaultValue type {{ {TYPE} }} }} }} }} }}"
        );
        let data = actor.ok(&query, json!({})).await;
        let types = data["__schema"]["types"].as_array().unwrap().iter();
        Self { types: types.map(|t| (t["name"].as_str().unwrap().to_string(), t.clone())).collect() }
    }

    /// Every field of `Query` and `Mutation`.
    pub fn roots(&self) -> Vec<Root> {
        let mut out = vec![];
        for (kind, name) in [(Kind::Query, "Query"), (Kind::Mutation, "Mutation")] {
            for field in self.types[name]["fields"].as_array().unwrap() {
                out.push(Root {
                    kind,
                    name: field["name"].as_str().unwrap().to_string(),
                    doc: field["description"].as_str().unwrap_or_default().to_string(),
                    args: field["args"].as_array().unwrap().clone(),
                    ty: field["type"].clone(),
                });
            }
        }
        out
    }

    pub fn root(&self, name: &str) -> Root {
        self.roots().into_iter().find(|r| r.name == name).unwrap_or_else(|| panic!("no root field {name}"))
    }

    /// The fields of an input object; none for anything else.
    pub fn inputs(&self, ty: &str) -> Option<&Vec<Json>> {
        self.types.get(ty).and_then(|t| t["inputFields"].as_array()).filter(|fields| !fields.is_empty())
    }

    /// The first value of an enumeration.
    pub fn first_value(&self, ty: &str) -> Option<&str> {
        self.types.get(ty).and_then(|t| t["enumValues"][0]["name"].as_str())
    }

    /// The names of the types that `node` finds.
    pub fn node_types(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.types.keys().map(String::as_str).filter(|name| self.is_node(name)).collect();
        names.sort_unstable();
        names
    }

    pub fn fields(&self, ty: &str) -> &[Json] {
        self.types.get(ty).and_then(|t| t["fields"].as_array()).map_or(&[], Vec::as_slice)
    }

    /// Whether objects of the type are found by `node`.
    pub fn is_node(&self, ty: &str) -> bool {
        self.types.get(ty).and_then(|t| t["interfaces"].as_array()).into_iter().flatten().any(|i| i["name"] == "Node")
    }

    /// The type of the object that a payload brings back.
    pub fn payload_object(&self, ty: &str) -> Option<String> {
        self.fields(ty).iter().map(|f| named(&f["type"]).to_string()).find(|name| self.is_node(name))
    }

    /// What can be selected of a type: plain fields, and objects to a depth. Lists of a connection do not count
    /// as depth, lists below the last object show ids only.
    pub fn selection(&self, ty: &str, depth: usize) -> String {
        let mut out = String::from("__typename");
        for field in self.fields(ty) {
            let (name, below) = (field["name"].as_str().unwrap(), named(&field["type"]));
            if name == "edges" || field["args"].as_array().unwrap().iter().any(is_required) {
                continue;
            }
            let kind = self.types[below]["kind"].as_str().unwrap_or_default();
            let wrapping = below.ends_with("Connection") || ty.ends_with("Connection") || ty.ends_with("Payload");
            match kind {
                "OBJECT" if below.ends_with("Connection") && depth == 0 => {
                    let few = if field["args"].as_array().unwrap().is_empty() { "" } else { "(first: 3)" };
                    out.push_str(&format!(" {name}{few} {{ totalCount nodes {{ __typename id }} }}"));
                }
                "OBJECT" if wrapping && !below.ends_with("Connection") => {
                    out.push_str(&format!(" {name} {{ {} }}", self.selection(below, depth)));
                }
                "OBJECT" if depth > 0 => {
                    out.push_str(&format!(" {name} {{ {} }}", self.selection(below, depth - 1)));
                }
                "INTERFACE" => out.push_str(&format!(" {name} {{ __typename id }}")),
                "OBJECT" | "UNION" => {}
                _ => out.push_str(&format!(" {name}")),
            }
        }
        out
    }

    /// A whole document that calls a root field with all arguments as variables.
    pub fn document(&self, root: &Root, depth: usize) -> String {
        let declare = |a: &Json| {
            let default = a["defaultValue"].as_str().map(|d| format!(" = {d}")).unwrap_or_default();
            format!("${}: {}{default}", a["name"].as_str().unwrap(), written(&a["type"]))
        };
        let declared: Vec<String> = root.args.iter().map(declare).collect();
        let passed: Vec<String> = root.args.iter().map(|a| format!("{0}: ${0}", a["name"].as_str().unwrap())).collect();
        let around = |list: Vec<String>| if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) };
        let ty = named(&root.ty);
        let below = match self.types[ty]["kind"].as_str() {
            Some("OBJECT") => format!(" {{ {} }}", self.selection(ty, depth)),
            Some("INTERFACE") => " { __typename id }".into(),
            _ => String::new(),
        };
        let word = if root.kind == Kind::Query { "query" } else { "mutation" };
        format!("{word}{} {{ {}{}{below} }}", around(declared), root.name, around(passed))
    }
}
