//! Forms (表单) described by JSON Schema 2020-12: checked at once and completely, with paths and what
//! would be accepted.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jsonschema::{Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind as Kind};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::kernel::{
    error::{Code, UserError},
    partial_date::PartialDate,
    year_month::YearMonth,
};

/// The largest schema that is compiled, in bytes of its text.
pub const MAX_SCHEMA: usize = 64 * 1024;
/// The most faults that are listed; an input of nothing but faults says no more after that.
const MAX_FAULTS: usize = 100;
/// Compiled schemas kept.
const KEPT: usize = 256;

/// A format of texts beyond the standard's own.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name in schemas.
    pub name: &'static str,
    /// Whether a text is of it.
    pub check: fn(&str) -> bool,
    /// The code of the refusal.
    pub code: Code,
    /// What would be accepted, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// The formats that the kernel knows; modules add their own.
const FORMATS: &[Format] = &[
    Format {
        name: "partial-date",
        check: |text| text.parse::<PartialDate>().is_ok(),
        code: Code::InvalidFormat,
        zh: "应为 YYYY-MM-DD 或 YYYY-MM",
        en: "takes YYYY-MM-DD or YYYY-MM",
    },
    Format {
        name: "year-month",
        check: |text| text.parse::<YearMonth>().is_ok(),
        code: Code::InvalidFormat,
        zh: "应为年月 YYYY-MM",
        en: "takes a month, YYYY-MM",
    },
    Format {
        name: "date",
        check: |text| text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok(),
        code: Code::InvalidFormat,
        zh: "应为日期 YYYY-MM-DD",
        en: "takes a date, YYYY-MM-DD",
    },
];

/// Why a schema is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Its text is too long.
    #[error("a form's schema has at most {MAX_SCHEMA} bytes, this one has {0}")]
    TooLarge(usize),
    /// It refers to another document.
    #[error("a form's schema refers only to itself, not to {0}")]
    RemoteReference(String),
    /// It is no schema of draft 2020-12.
    #[error("not a JSON Schema 2020-12: {0}")]
    Malformed(String),
}

/// A compiled form.
#[derive(Debug)]
pub struct Form {
    validator: Validator,
    formats: &'static [Format],
}

type Cache = Mutex<HashMap<[u8; 32], Arc<Form>>>;

impl Form {
    /// Compiles a schema. Patterns run in linear time and nothing is fetched.
    pub fn compile(schema: &Json, formats: &'static [Format]) -> Result<Self, FormError> {
        let size = schema.to_string().len();
        if size > MAX_SCHEMA {
            return Err(FormError::TooLarge(size));
        }
        if let Some(reference) = remote_reference(schema) {
            return Err(FormError::RemoteReference(reference.into()));
        }
        let mut options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true);
        for format in FORMATS.iter().chain(formats) {
            options = options.with_format(format.name, format.check);
        }
        let validator = options.build(schema).map_err(|e| FormError::Malformed(e.to_string()))?;
        Ok(Self { validator, formats })
    }

    /// The compiled form of a schema, kept by the schema's content.
    pub fn cached(schema: &Json, formats: &'static [Format]) -> Result<Arc<Self>, FormError> {
        static CACHE: OnceLock<Cache> = OnceLock::new();
        let cache = CACHE.get_or_init(Mutex::default);
        let key: [u8; 32] = Sha256::digest(schema.to_string()).into();
        if let Some(form) = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(form.clone());
        }
        let form = Arc::new(Self::compile(schema, formats)?);
        let mut kept = cache.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, form.clone());
        Ok(form)
    }

    /// Every fault of a filled-in form; `field` is the form's own path, as in `input.form`.
    pub fn faults(&self, form: &Json, field: &str) -> Vec<UserError> {
        let faults = self.validator.iter_errors(form).flat_map(|error| self.explain(&error, field));
        faults.take(MAX_FAULTS).collect()
    }

    fn explain(&self, error: &ValidationError<'_>, field: &str) -> Vec<UserError> {
        let path = dotted(field, error.instance_path().as_str());
        let one = |code, zh: String, en: String| vec![UserError::new(code, path.clone(), zh, en)];
        match error.kind() {
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                vec![UserError::new(
                    Code::Required,
                    format!("{path}.{name}"),
                    format!("缺少必填项 {name}"),
                    format!("{name} is required."),
                )]
            }
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => unexpected
                .iter()
                .map(|name| {
                    let path = format!("{path}.{name}");
                    UserError::new(Code::InvalidValue, path, "表单没有此项", "The form has no such field.")
                })
                .collect(),
            Kind::Format { format } => match FORMATS.iter().chain(self.formats).find(|f| f.name == format) {
                Some(known) => one(known.code, known.zh.into(), format!("It {}.", known.en)),
                None => {
                    one(Code::InvalidFormat, format!("应符合格式 {format}"), format!("It takes the format {format}."))
                }
            },
            Kind::Pattern { pattern } => {
                one(Code::InvalidFormat, format!("应匹配 {pattern}"), format!("It has to match {pattern}."))
            }
            Kind::Enum { options } => {
                one(Code::InvalidValue, format!("应为其中之一：{options}"), format!("It is one of {options}."))
            }
            Kind::Constant { expected_value } => {
                one(Code::InvalidValue, format!("应为 {expected_value}"), format!("It has to be {expected_value}."))
            }
            Kind::MinLength { limit } => {
                one(Code::InvalidFormat, format!("至少 {limit} 个字符"), format!("It has at least {limit} characters."))
            }
            Kind::MaxLength { limit } => {
                one(Code::InvalidFormat, format!("至多 {limit} 个字符"), format!("It has at most {limit} characters."))
            }
            Kind::Minimum { limit } => one(Code::InvalidValue, format!("不小于 {limit}"), format!("At least {limit}.")),
            Kind::Maximum { limit } => one(Code::InvalidValue, format!("不大于 {limit}"), format!("At most {limit}.")),
            Kind::Type { .. } => {
                one(Code::InvalidFormat, "数据类型不符".into(), "It is of another type than the form asks for.".into())
            }
            // The library's words may quote the value, so the keyword alone is named.
            other => {
                let keyword = other.keyword();
                one(Code::InvalidValue, format!("不满足 {keyword}"), format!("It does not satisfy {keyword}."))
            }
        }
    }
}

/// A JSON pointer under a field's dotted path.
fn dotted(field: &str, pointer: &str) -> String {
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    steps.fold(field.to_string(), |path, step| format!("{path}.{step}"))
}

/// The first reference that leads out of the schema.
fn remote_reference(schema: &Json) -> Option<&str> {
    match schema {
        Json::Object(map) => map.iter().find_map(|(key, value)| match (key.as_str(), value) {
            ("$ref" | "$dynamicRef", Json::String(target)) if !target.starts_with('#') => Some(target.as_str()),
            // Examples and constants are data, where these words mean nothing.
            ("const" | "enum" | "default" | "examples", _) => None,
            _ => remote_reference(value),
        }),
        Json::Array(items) => items.iter().find_map(remote_reference),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(schema: Json, form: Json) -> Vec<(Code, String)> {
        let form_def = Form::compile(&schema, &[]).unwrap();
        let mut faults: Vec<_> =
            form_def.faults(&form, "input.form").into_iter().map(|e| (e.code, e.field.unwrap())).collect();
        faults.sort();
        faults
    }

    #[test]
    fn h_03_all_faults_are_listed_at_once_with_their_paths() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "month", "kind"],
            "properties": {
                "name": { "type": "string", "minLength": 1 },
                "month": { "type": "string", "format": "year-month" },
                "kind": { "enum": ["EARLY", "LATE"] },
                "born": { "type": "string", "format": "partial-date" },
                "addresses": { "type": "array", "items": { "type": "object", "required": ["city"] } }
            }
        });
        let form = json!({
            "month": "2030-13", "kind": "NEVER", "born": "1970.1", "addresses": [{}], "more": 1
        });
        let found = faults(schema, form);
        let expected = [
            (Code::InvalidFormat, "input.form.born"),
            (Code::InvalidFormat, "input.form.month"),
            (Code::InvalidValue, "input.form.kind"),
            (Code::InvalidValue, "input.form.more"),
            (Code::Required, "input.form.addresses.0.city"),
            (Code::Required, "input.form.name"),
        ];
        let expected: Vec<_> = expected.into_iter().map(|(c, f)| (c, f.to_string())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_form_that_is_no_object_is_one_fault() {
        assert_eq!(faults(json!({ "type": "object" }), json!([])), [(Code::InvalidFormat, "input.form".into())]);
    }

    #[test]
    fn a_schema_stays_within_itself_and_within_its_size() {
        let remote = json!({ "properties": { "a": { "$ref": "https://example.com/a.json" } } });
        assert_eq!(
            Form::compile(&remote, &[]).unwrap_err(),
            FormError::RemoteReference("https://example.com/a.json".into())
        );
        let own = json!({ "$defs": { "a": { "type": "string" } }, "properties": { "a": { "$ref": "#/$defs/a" } } });
        assert!(Form::cached(&own, &[]).is_ok());
        let large = json!({ "title": "x".repeat(MAX_SCHEMA) });
        assert!(matches!(Form::compile(&large, &[]), Err(FormError::TooLarge(_))));
        assert!(matches!(Form::compile(&json!({ "type": 7 }), &[]), Err(FormError::Malformed(_))));
    }

    #[test]
    fn pointers_become_dotted_paths() {
        assert_eq!(dotted("input.form", ""), "input.form");
        assert_eq!(dotted("input.form", "/a~1b/0/c~0d"), "input.form.a/b.0.c~d");
    }
}
