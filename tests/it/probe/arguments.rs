//! Arguments that get a request as far as the place that is tried.

use serde_json::{Map, Value as Json, json};
use zugong::modules::organisation::rules::credit_code::CreditCode;

use super::{
    Kind, Model, Root, Things,
    model::{is_list, is_required, named},
};

/// A place in the arguments of a root field where something of a tenant can be named.
#[derive(Clone, Debug)]
pub struct Slot {
    pub path: Vec<String>,
    pub kind: SlotKind,
    /// Types of which an id may stand there; empty: any.
    pub types: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    Id,
    Cursor,
}

/// Relations that a `where` is followed across.
const RELATIONS: usize = 1;

impl Model {
    /// Every such place of a root field.
    pub fn slots(&self, root: &Root) -> Vec<Slot> {
        let mut out = vec![];
        self.walk(root, &root.args, &[], &[], &mut out);
        out
    }

    /// Every place of a root field where a client can write a value of one of these types. Of a condition, the comparison
    /// by `eq` stands for all.
    pub fn values(&self, root: &Root, types: &[&str]) -> Vec<Vec<String>> {
        // A condition leads from relation to relation, and the input of a command ends somewhere.
        let deep = if root.kind == Kind::Query { 3 } else { 5 };
        let mut out = vec![];
        self.leaves(&root.args, (types, deep), &[], &mut out);
        out
    }

    fn leaves(&self, fields: &[Json], (types, deep): (&[&str], usize), path: &[String], out: &mut Vec<Vec<String>>) {
        let compares = fields.iter().any(|field| field["name"] == "eq");
        for field in fields {
            let (name, ty) = (field["name"].as_str().unwrap(), named(&field["type"]));
            if matches!(name, "and" | "or" | "not") || (compares && name != "eq") {
                continue;
            }
            let path = [path, &[name.to_string()]].concat();
            if types.contains(&ty) {
                out.push(path);
            } else if let Some(inputs) = self.inputs(ty).filter(|_| path.len() < deep) {
                self.leaves(inputs, (types, deep), &path, out);
            }
        }
    }

    /// Whether a root field cannot be called without naming an object.
    pub fn requires_id(&self, root: &Root) -> bool {
        fn within(model: &Model, fields: &[Json]) -> bool {
            fields.iter().filter(|f| is_required(f)).any(|f| {
                let ty = named(&f["type"]);
                ty == "ID" || model.inputs(ty).is_some_and(|inputs| within(model, inputs))
            })
        }
        within(self, &root.args)
    }

    fn walk(&self, root: &Root, fields: &[Json], path: &[String], wheres: &[&str], out: &mut Vec<Slot>) {
        for field in fields {
            let (name, ty) = (field["name"].as_str().unwrap(), named(&field["type"]));
            let mut path = path.to_vec();
            path.push(name.to_string());
            if ty == "ID" {
                let nested = wheres.len() > 1;
                if !nested || name == "eq" {
                    out.push(Slot { path, kind: SlotKind::Id, types: self.expected(root, name, wheres) });
                }
            } else if ty == "String" && matches!(name, "after" | "before") {
                out.push(Slot { path, kind: SlotKind::Cursor, types: vec![] });
            } else if let Some(inputs) = self.inputs(ty) {
                let mut wheres = wheres.to_vec();
                if let Some(of) = ty.strip_suffix("Where") {
                    let of = of.strip_suffix("List").unwrap_or(of);
                    let list = ty.ends_with("ListWhere");
                    if matches!(name, "and" | "or" | "not") || wheres.len() > RELATIONS {
                        continue;
                    }
                    if !list {
                        wheres.push(of);
                    }
                }
                self.walk(root, inputs, &path, &wheres, out);
            }
        }
    }

    /// Of which types an id at a place may be.
    fn expected(&self, root: &Root, name: &str, wheres: &[&str]) -> Vec<String> {
        if let Some(of) = wheres.last() {
            return vec![of.to_string()];
        }
        let result = named(&root.ty);
        let result = if self.is_node(result) { Some(result.to_string()) } else { self.payload_object(result) };
        if matches!(name, "id" | "parent") && root.name != "node" {
            return result.into_iter().collect();
        }
        let fits = |ty: &str| {
            let mut letters = ty.chars();
            let own: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
            own == name || name.ends_with(ty)
        };
        self.node_types().into_iter().filter(|ty| fits(ty)).map(String::from).collect()
    }
}

/// Fills arguments for somebody of a tenant.
pub struct Filler<'m> {
    pub model: &'m Model,
    /// What required references are taken from.
    pub things: &'m Things,
    /// Makes values that must be new differ between fillers.
    pub mark: String,
}

impl Filler<'_> {
    /// The variables of a root field, with a value at a place, or only what is required.
    pub fn variables(&self, root: &Root, target: Option<(&[String], &Json)>) -> Json {
        self.object(root, &root.args, target)
    }

    fn object(&self, root: &Root, fields: &[Json], target: Option<(&[String], &Json)>) -> Json {
        let mut out = Map::new();
        for field in fields {
            let name = field["name"].as_str().unwrap();
            match target {
                Some((path, value)) if path.first().is_some_and(|p| p == name) => {
                    out.insert(name.into(), self.at(root, field, &path[1..], value));
                }
                _ if is_required(field) => {
                    out.insert(name.into(), self.plain(root, field));
                }
                _ => {}
            }
        }
        Json::Object(out)
    }

    fn at(&self, root: &Root, field: &Json, rest: &[String], value: &Json) -> Json {
        let inner = match self.model.inputs(named(&field["type"])) {
            Some(inputs) if !rest.is_empty() => self.object(root, inputs, Some((rest, value))),
            _ => value.clone(),
        };
        if is_list(&field["type"]) && !inner.is_array() { json!([inner]) } else { inner }
    }

    fn plain(&self, root: &Root, field: &Json) -> Json {
        let (name, ty) = (field["name"].as_str().unwrap(), named(&field["type"]));
        let value = match (ty, self.model.inputs(ty)) {
            (_, Some(inputs)) => self.object(root, inputs, None),
            ("ID", _) => {
                let types = self.model.expected(root, name, &[]);
                let any = types.first().map_or("Unit", String::as_str);
                json!(self.things.one(any).unwrap_or("uni_00000000000070008000000000000000"))
            }
            ("String", _) => json!(self.text(root, name)),
            ("Int", _) => json!(match name {
                "contributionMonths" => 400,
                "size" => 1000,
                "year" | "fromYear" => 2025,
                "toYear" => 2026,
                _ => 1,
            }),
            ("Float", _) => json!(1.5),
            ("Boolean", _) => json!(true),
            ("Date", _) => json!(if name == "to" { "2025-12-31" } else { "2025-09-22" }),
            ("PartialDate", _) => json!("1980-01"),
            ("YearMonth", _) => json!("2026-05"),
            ("DateTime", _) => json!("2026-01-01T00:00:00Z"),
            ("Long" | "Decimal", _) => json!("1"),
            ("JSON", _) => json!({}),
            ("RoleName", _) => json!("APPLICANT"),
            (other, _) => match self.model.first_value(other) {
                Some(value) => json!(value),
                None => panic!("{}: no plausible value for {name}: {other}", root.name),
            },
        };
        if is_list(&field["type"]) && !value.is_array() { json!([value]) } else { value }
    }

    fn text(&self, root: &Root, name: &str) -> String {
        match name {
            "code" if root.name == "unitCreate" => {
                CreditCode::make("11330203", "77777777").unwrap().as_str().to_string()
            }
            "code" => "330203".into(),
            "idNumber" => "330602199003070024".into(),
            "ethnicity" | "politicalStatus" => "01".into(),
            "login" => format!("probe-{}", self.mark),
            "mediaType" => "application/pdf".into(),
            "matterKey" => "retirement".into(),
            "key" if root.name == "codeSet" => "GB/T 4762".into(),
            "key" => "probe".into(),
            "action" => "read".into(),
            _ => "试探".into(),
        }
    }
}
