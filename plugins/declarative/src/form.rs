//! Forms (表单): JSON Schema 2020-12 within bounds, and what of it the GraphQL schema can show as typed fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::{
    fault::Faults,
    names,
    place::{depth, of_pointer},
    regular,
};

/// How deep a form nests.
const MAX_DEPTH: usize = 24;
/// Fields of a form.
pub const MAX_FIELDS: usize = 200;
/// Parts of a form with every reference written out.
const MAX_PARTS: usize = 4_000;
/// Items of a list in a form; the cost of rules is worked out from it.
pub const MAX_ITEMS: u64 = 100;
/// What fields of forms may be called by; the platform knows these formats.
const FORMATS: [&str; 5] = ["date", "year-month", "partial-date", "id-number", "credit-code"];
/// Where the value of a read-only field may come from.
const SOURCES: [&str; 5] =
    ["person.idNumber", "person.name", "approval.effectiveMonth", "approval.elastic", "approval.noticeOn"];
/// What the platform itself says of a case.
const TAKEN: [&str; 3] = ["id", "case", "submittedAt"];
/// How a field may be shown.
const WIDGETS: [&str; 9] = ["text", "textarea", "number", "date", "month", "select", "radio", "checkbox", "upload"];
/// Words of JSON Schema that forms may use, besides `x-…` of ours.
const WORDS: [&str; 37] = [
    "$schema",
    "$defs",
    "$ref",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
];
const OURS: [&str; 3] = ["x-source", "x-code", "x-ui"];

/// What a field of a form is, for the GraphQL schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// A 32-bit integer.
    Integer,
    /// A number with a fraction.
    Number,
    /// A truth value.
    Boolean,
    /// A civil date.
    Date,
    /// One of a set of codes of the plug-in.
    Code(String),
    /// Anything else.
    Json,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is.
    pub kind: FieldKind,
}

/// A form that was checked.
#[derive(Clone, Debug)]
pub struct Form {
    /// The schema as it is stored: with bounds for integers that have none.
    pub schema: Json,
    /// Its fields, in order.
    pub fields: Vec<FormField>,
}

/// Checks a form. `codes` are the plug-in's sets with their values.
pub fn check(file: &str, text: &str, codes: &BTreeMap<String, Vec<String>>, faults: &mut Faults) -> Option<Form> {
    if depth(text) > MAX_DEPTH {
        let message = format!("表单嵌套 {} 层，上限 {MAX_DEPTH}", depth(text));
        faults.add(file, 1, "FORM_TOO_DEEP", message, "把深层结构改为平铺的字段");
        return None;
    }
    let mut schema: Json = match serde_json::from_str(text) {
        Ok(schema) => schema,
        Err(error) => {
            let message = format!("不是合法的 JSON：第 {} 列附近", error.column());
            faults.add(file, error.line().max(1), "JSON", message, "检查逗号、引号和括号");
            return None;
        }
    };
    let mut form = Checker { file, text, base: "", codes, faults, root: &schema, parts: 0, clean: true };
    form.whole();
    if !form.clean {
        return None;
    }
    bound_integers(&mut schema, 0);
    builds(file, text, "", &schema, faults)?;
    let fields = fields(&schema);
    Some(Form { schema, fields })
}

/// Checks a schema that is a part of a document and no form, within the bounds of one. `base` is where it stands.
pub(crate) fn part(file: &str, text: &str, base: &str, schema: &Json, faults: &mut Faults) -> Option<()> {
    let none = BTreeMap::new();
    let mut part = Checker { file, text, base, codes: &none, faults, root: schema, parts: 0, clean: true };
    part.schema(schema, "", &mut vec![]);
    if part.clean { builds(file, text, base, schema, faults) } else { None }
}

fn builds(file: &str, text: &str, base: &str, schema: &Json, faults: &mut Faults) -> Option<()> {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline();
    let built = options.with_pattern_options(jsonschema::PatternOptions::regex()).build(schema);
    let Err(error) = built else { return Some(()) };
    let pointer = format!("{base}{}", error.instance_path().as_str());
    let message = "不是合法的 JSON Schema 2020-12";
    faults.add(file, of_pointer(text, &pointer), "SCHEMA", message, format!("检查 {pointer} 处的写法"));
    None
}

/// The fields of a form that may be wrong elsewhere; none of one that cannot be read.
pub(crate) fn named(text: &str) -> Vec<FormField> {
    let schema = serde_json::from_str(text).ok().filter(|_: &Json| depth(text) <= MAX_DEPTH);
    schema.map_or_else(Vec::new, |schema| fields(&schema))
}

struct Checker<'c> {
    file: &'c str,
    text: &'c str,
    base: &'c str,
    codes: &'c BTreeMap<String, Vec<String>>,
    faults: &'c mut Faults,
    root: &'c Json,
    parts: usize,
    clean: bool,
}

impl Checker<'_> {
    fn fault(&mut self, pointer: &str, code: &'static str, message: impl Into<String>, mend: impl Into<String>) {
        self.clean = false;
        let line = of_pointer(self.text, &format!("{}{pointer}", self.base));
        self.faults.add(self.file, line, code, message, mend);
    }

    fn whole(&mut self) {
        let root = self.root;
        let Json::Object(object) = root else {
            return self.fault("", "FORM_SHAPE", "表单必须是 JSON 对象", "最外层写成 { \"type\": \"object\", … }");
        };
        if object.get("type") != Some(&json!("object")) || object.get("additionalProperties") != Some(&json!(false)) {
            self.fault(
                "",
                "FORM_SHAPE",
                "表单最外层必须是不接受其他字段的对象",
                "写上 \"type\": \"object\" 和 \"additionalProperties\": false",
            );
        }
        let none = Map::new();
        let properties = object.get("properties").and_then(Json::as_object).unwrap_or(&none);
        if properties.is_empty() || properties.len() > MAX_FIELDS {
            let message = format!("表单有 {} 个字段，应为 1 至 {MAX_FIELDS} 个", properties.len());
            return self.fault("/properties", "FIELD_COUNT", message, "拆成多个事项，或去掉不用的字段");
        }
        for (name, property) in properties {
            let at = format!("/properties/{name}");
            if !names::is_key(name) || TAKEN.contains(&name.as_str()) {
                let message = format!("字段名 {name} 不合规");
                self.fault(
                    &at,
                    "NAME",
                    message,
                    "以小写字母开头，只用字母和数字，至多 40 个字符；不能用 id、case、submittedAt",
                );
            }
            if !property.get("title").and_then(Json::as_str).is_some_and(names::is_title) {
                self.fault(&at, "TITLE", format!("字段 {name} 没有中文名称"), "写上 \"title\": \"中文名称\"");
            }
        }
        let required = object.get("required").and_then(Json::as_array);
        for name in required.into_iter().flatten().filter_map(Json::as_str) {
            if !properties.contains_key(name) {
                let message = format!("必填字段 {name} 不在 properties 中");
                self.fault("/required", "UNKNOWN_FIELD", message, "补上该字段，或从 required 中去掉");
            }
        }
        self.schema(root, "", &mut vec![]);
    }

    fn schema(&mut self, schema: &Json, at: &str, above: &mut Vec<String>) {
        self.parts += 1;
        // Told once: the walk ends here, however much is left.
        if self.parts > MAX_PARTS {
            if self.parts == MAX_PARTS + 1 {
                let message = format!("表单展开后超过 {MAX_PARTS} 个部分");
                self.fault(at, "FORM_TOO_LARGE", message, "减少 $ref 的层层引用");
            }
            return;
        }
        let object = match schema {
            Json::Object(object) => object,
            Json::Bool(_) => return,
            _ => return self.fault(at, "SCHEMA", "此处应为 JSON Schema", "写成对象"),
        };
        for (word, value) in object {
            let at = format!("{at}/{word}");
            if !WORDS.contains(&word.as_str()) && !OURS.contains(&word.as_str()) {
                self.fault(&at, "SCHEMA_WORD", format!("不支持 {word}"), "只用文档列出的 JSON Schema 关键字");
                continue;
            }
            match (word.as_str(), value) {
                ("$ref", value) => self.reference(value.as_str().unwrap_or_default(), &at, above),
                ("properties" | "$defs", Json::Object(map)) => {
                    // Definitions are looked at where they are used.
                    for (name, schema) in map.iter().filter(|_| word != "$defs") {
                        self.schema(schema, &format!("{at}/{name}"), above);
                    }
                }
                ("items" | "not" | "if" | "then" | "else", schema) => self.schema(schema, &at, above),
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", Json::Array(list)) => {
                    for schema in list {
                        self.schema(schema, &at, above);
                    }
                }
                ("pattern", value) => {
                    let pattern = value.as_str().unwrap_or_default();
                    if let Some(objection) = regular::objection(pattern) {
                        self.fault(&at, "PATTERN", objection, "改为不含嵌套重复的写法，如 ^[0-9]{11}$");
                    }
                }
                ("format", value) if !value.as_str().is_some_and(|f| FORMATS.contains(&f)) => {
                    let mend = format!("可用：{}", FORMATS.join("、"));
                    self.fault(&at, "FORMAT", format!("不认识的格式 {value}"), mend);
                }
                ("x-source", value) if !value.as_str().is_some_and(|f| SOURCES.contains(&f)) => {
                    let mend = format!("可用：{}", SOURCES.join("、"));
                    self.fault(&at, "SOURCE", format!("不认识的数据来源 {value}"), mend);
                }
                ("x-ui", value) => self.hints(value, &at),
                ("x-code", value) => self.code_set(value.as_str().unwrap_or_default(), object, &at),
                _ => {}
            }
        }
        let is_list = object.get("type") == Some(&json!("array"));
        if is_list && object.get("maxItems").and_then(Json::as_u64).is_none_or(|n| n > MAX_ITEMS) {
            let at = format!("{at}/type");
            self.fault(&at, "LIST_UNBOUNDED", "列表没有写明条数上限", format!("写上 \"maxItems\": {MAX_ITEMS} 或更小"));
        }
    }

    fn reference(&mut self, target: &str, at: &str, above: &mut Vec<String>) {
        let Some(pointer) = target.strip_prefix('#') else {
            return self.fault(at, "REMOTE_REF", format!("$ref 指向了表单之外：{target}"), "只引用本文件的 #/$defs/…");
        };
        if above.iter().any(|step| step == target) {
            return self.fault(at, "REF_CYCLE", format!("$ref 循环引用：{target}"), "去掉其中一处引用");
        }
        let root = self.root;
        match root.pointer(pointer).filter(|_| pointer.starts_with("/$defs/")) {
            Some(schema) => {
                above.push(target.to_string());
                self.schema(schema, pointer, above);
                above.pop();
            }
            None => self.fault(at, "BAD_REF", format!("$ref 找不到目标：{target}"), "在 $defs 中补上定义，或改正名称"),
        }
    }

    fn hints(&mut self, value: &Json, at: &str) {
        let known = value.as_object().is_some_and(|hints| {
            hints.iter().all(|(word, value)| match word.as_str() {
                "widget" => value.as_str().is_some_and(|w| WIDGETS.contains(&w)),
                "order" => value.as_i64().is_some(),
                "help" | "group" => value.as_str().is_some_and(|text| text.chars().count() <= 200),
                _ => false,
            })
        });
        if !known {
            let mend = format!("可用 widget、order、help、group；widget 为：{}", WIDGETS.join("、"));
            self.fault(at, "UI_HINT", "界面提示写法不对", mend);
        }
    }

    fn code_set(&mut self, key: &str, object: &Map<String, Json>, at: &str) {
        let given: BTreeSet<&str> =
            object.get("enum").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        match self.codes.get(key) {
            None => self.fault(at, "UNKNOWN_CODES", format!("清单中没有代码集 {key}"), "在 plugin.toml 写 [[codes]]"),
            Some(values) if values.iter().map(String::as_str).collect::<BTreeSet<_>>() != given => {
                let mend = format!("写成 \"enum\": {}", json!(values));
                self.fault(at, "CODES_DIFFER", format!("enum 与代码集 {key} 不一致"), mend);
            }
            Some(_) => {}
        }
    }
}

/// Integers are published in 32 bits, so each gets the bounds that it lacks.
fn bound_integers(schema: &mut Json, depth: usize) {
    if depth > 2 * MAX_DEPTH {
        return;
    }
    match schema {
        Json::Object(object) => {
            if object.get("type") == Some(&json!("integer")) {
                for (word, other, bound) in
                    [("minimum", "exclusiveMinimum", json!(i32::MIN)), ("maximum", "exclusiveMaximum", json!(i32::MAX))]
                {
                    let within =
                        |w: &str| object.get(w).and_then(Json::as_i64).is_some_and(|n| i32::try_from(n).is_ok());
                    if !within(word) && !within(other) {
                        object.insert(word.into(), bound);
                    }
                }
            }
            for (word, value) in object.iter_mut() {
                if !matches!(word.as_str(), "enum" | "const" | "default" | "examples") {
                    bound_integers(value, depth + 1);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| bound_integers(item, depth + 1)),
        _ => {}
    }
}

fn fields(schema: &Json) -> Vec<FormField> {
    let properties = schema.get("properties").and_then(Json::as_object);
    let field = |(name, property): (&String, &Json)| FormField {
        name: name.clone(),
        title: property.get("title").and_then(Json::as_str).unwrap_or(name).to_string(),
        kind: kind(schema, property),
    };
    properties.into_iter().flatten().map(field).collect()
}

fn kind<'j>(root: &'j Json, mut property: &'j Json) -> FieldKind {
    // References of a form that is right do not go in circles; those of others may.
    for _ in 0..MAX_PARTS {
        let word = |name: &str| property.get(name).and_then(Json::as_str);
        let target = word("$ref").filter(|_| word("x-code").is_none()).and_then(|target| target.strip_prefix('#'));
        let Some(target) = target.and_then(|pointer| root.pointer(pointer)) else { break };
        property = target;
    }
    let word = |name: &str| property.get(name).and_then(Json::as_str);
    if let Some(set) = word("x-code") {
        return FieldKind::Code(set.to_string());
    }
    let texts = |list: &Vec<Json>| !list.is_empty() && list.iter().all(Json::is_string);
    match word("type") {
        Some("string") if word("format") == Some("date") => FieldKind::Date,
        Some("string") => FieldKind::Text,
        Some("integer") => FieldKind::Integer,
        Some("number") => FieldKind::Number,
        Some("boolean") => FieldKind::Boolean,
        None if property.get("enum").and_then(Json::as_array).is_some_and(texts) => FieldKind::Text,
        _ => FieldKind::Json,
    }
}
