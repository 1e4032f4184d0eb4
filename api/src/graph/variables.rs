//! The values of variables, checked against the types that the operation declares for them
//! (GraphQL October 2021, 6.1.2). A document that was validated once need then not be validated again.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Name, Value as ConstValue, Variables,
    parser::{
        parse_query,
        types::{BaseType, OperationDefinition, Selection, Type},
    },
    registry::{MetaInputValue, MetaType, Registry},
};
use indexmap::IndexMap;

use crate::kernel::error::{ApiError, Code};

/// Values in a list. A document's own lists are bounded by its tokens.
const MOST: usize = 1_000;

/// A type that variables can have.
#[derive(Debug, PartialEq)]
enum Input {
    /// One of the five scalars of the specification.
    BuiltIn(BuiltIn),
    /// A scalar of ours: whoever uses the value says what is wrong with it.
    Custom,
    /// Names of values.
    Enum(Vec<String>),
    /// Fields; of those of a one-of object exactly one is given.
    Object { fields: IndexMap<String, Field>, one_of: bool },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum BuiltIn {
    Int,
    Float,
    String,
    Boolean,
    Id,
}

#[derive(Debug, PartialEq)]
struct Field {
    ty: Type,
    default: Option<ConstValue>,
}

/// All types of a schema that variables can have: its own, and beside them those that it shares with another schema.
#[derive(Debug)]
pub struct InputTypes {
    own: HashMap<String, Input>,
    shared: Option<Arc<InputTypes>>,
}

impl InputTypes {
    /// Those of a schema that was built out of a registry.
    pub fn of(registry: &Registry) -> Self {
        let types = registry.types.iter().filter_map(|(name, ty)| Some((name.clone(), Input::of(ty)?)));
        Self { own: types.collect(), shared: None }
    }

    /// The same, where what it has in common with another schema is kept once.
    pub fn beside(shared: Arc<Self>, registry: &Registry) -> Self {
        let types = registry.types.iter().filter_map(|(name, ty)| {
            let input = Input::of(ty)?;
            (shared.get(name) != Some(&input)).then(|| (name.clone(), input))
        });
        Self { own: types.collect(), shared: Some(shared) }
    }

    fn get(&self, name: &str) -> Option<&Input> {
        self.own.get(name).or_else(|| self.shared.as_ref()?.get(name))
    }

    /// The values that the operation is carried out with: those given, coerced, and the defaults of the others.
    /// Values of variables that the operation does not declare fall away.
    ///
    /// # Errors
    ///
    /// `GRAPHQL_VALIDATION_FAILED` with the place of the first value that does not fit and what would.
    pub fn coerce(&self, operation: &OperationDefinition, mut given: Variables) -> Result<Variables, ApiError> {
        let mut values = Variables::default();
        for definition in &operation.variable_definitions {
            let definition = &definition.node;
            let name = &definition.name.node;
            let ty = &definition.var_type.node;
            let at = Place { above: None, step: Step::Name(name) };
            match given.remove(name) {
                Some(value) => {
                    values.insert(name.clone(), self.value(ty, value, &at)?);
                }
                None => match &definition.default_value {
                    Some(default) => {
                        values.insert(name.clone(), default.node.clone());
                    }
                    None if ty.nullable => {}
                    None => return Err(at.missing(ty)),
                },
            }
        }
        Ok(values)
    }

    fn value(&self, ty: &Type, value: ConstValue, at: &Place<'_>) -> Result<ConstValue, ApiError> {
        if value == ConstValue::Null {
            return if ty.nullable { Ok(value) } else { Err(at.missing(ty)) };
        }
        match (&ty.base, value) {
            (BaseType::List(_), ConstValue::List(items)) if items.len() > MOST => Err(at.long()),
            (BaseType::List(item), ConstValue::List(items)) => {
                let place = |i| Place { above: Some(at), step: Step::Index(i) };
                let items = items.into_iter().enumerate().map(|(i, v)| self.value(item, v, &place(i)));
                Ok(ConstValue::List(items.collect::<Result<_, _>>()?))
            }
            // One value stands for a list of it.
            (BaseType::List(item), value) => Ok(ConstValue::List(vec![self.value(item, value, at)?])),
            (BaseType::Named(name), value) => match self.get(name.as_str()) {
                Some(input) => self.named(input, ty, value, at),
                None => Err(at.wrong(ty)),
            },
        }
    }

    fn named(&self, input: &Input, ty: &Type, value: ConstValue, at: &Place<'_>) -> Result<ConstValue, ApiError> {
        match (input, value) {
            (Input::Custom, value) => Ok(value),
            (Input::BuiltIn(scalar), value) => scalar.take(value).ok_or_else(|| at.wrong(ty)),
            (Input::Enum(names), ConstValue::String(name)) if names.contains(&name) => {
                Ok(ConstValue::Enum(Name::new(name)))
            }
            (Input::Object { fields, one_of }, ConstValue::Object(given)) => {
                self.object(fields, *one_of, given, ty, at)
            }
            _ => Err(at.wrong(ty)),
        }
    }

    fn object(
        &self,
        fields: &IndexMap<String, Field>,
        one_of: bool,
        mut given: IndexMap<Name, ConstValue>,
        ty: &Type,
        at: &Place<'_>,
    ) -> Result<ConstValue, ApiError> {
        if let Some(unknown) = given.keys().find(|name| !fields.contains_key(name.as_str())) {
            return Err(Place { above: Some(at), step: Step::Name(unknown) }.unknown());
        }
        if one_of && (given.len() != 1 || given.values().any(|v| *v == ConstValue::Null)) {
            return Err(at.wrong(ty));
        }
        let mut out = IndexMap::with_capacity(given.len());
        for (name, field) in fields {
            let place = Place { above: Some(at), step: Step::Name(name) };
            match given.swap_remove(name.as_str()) {
                Some(value) => {
                    out.insert(Name::new(name), self.value(&field.ty, value, &place)?);
                }
                None => match &field.default {
                    Some(default) => {
                        out.insert(Name::new(name), default.clone());
                    }
                    None if field.ty.nullable => {}
                    None => return Err(place.missing(&field.ty)),
                },
            }
        }
        Ok(ConstValue::Object(out))
    }
}

impl Input {
    /// The type as a registry has it; none if it is no type of variables.
    fn of(ty: &MetaType) -> Option<Self> {
        Some(match ty {
            MetaType::Scalar { name, .. } => match name.as_str() {
                "Int" => Self::BuiltIn(BuiltIn::Int),
                "Float" => Self::BuiltIn(BuiltIn::Float),
                "String" => Self::BuiltIn(BuiltIn::String),
                "Boolean" => Self::BuiltIn(BuiltIn::Boolean),
                "ID" => Self::BuiltIn(BuiltIn::Id),
                _ => Self::Custom,
            },
            MetaType::Enum { enum_values, .. } => Self::Enum(enum_values.keys().cloned().collect()),
            MetaType::InputObject { input_fields, oneof, .. } => {
                let field = |f: &MetaInputValue| {
                    Some(Field { ty: Type::new(&f.ty)?, default: f.default_value.as_deref().map(literal) })
                };
                let fields = input_fields.iter().map(|(name, f)| Some((name.clone(), field(f)?)));
                Self::Object { fields: fields.collect::<Option<_>>()?, one_of: *oneof }
            }
            _ => return None,
        })
    }
}

/// A default as the registry has it, in the words of a document.
fn literal(text: &str) -> ConstValue {
    let document = parse_query(format!("{{ a(b: {text}) }}")).ok();
    let set = document.as_ref().and_then(|document| document.operations.iter().next());
    let item = set.and_then(|(_, operation)| operation.node.selection_set.node.items.first());
    match item.map(|item| &item.node) {
        Some(Selection::Field(field)) => {
            let value = field.node.arguments.first().map(|(_, value)| value.node.clone());
            value.and_then(|value| value.into_const()).unwrap_or_default()
        }
        _ => ConstValue::Null,
    }
}

impl BuiltIn {
    fn take(self, value: ConstValue) -> Option<ConstValue> {
        let fits = match (self, &value) {
            (Self::Int, ConstValue::Number(n)) => n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            (Self::Float, ConstValue::Number(_))
            | (Self::String | Self::Id, ConstValue::String(_))
            | (Self::Boolean, ConstValue::Boolean(_)) => true,
            (Self::Id, ConstValue::Number(n)) => return Some(ConstValue::String(n.as_i64()?.to_string())),
            _ => false,
        };
        fits.then_some(value)
    }
}

/// The place of a value, for the words of an error.
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

/// A place that a client makes very long is cut in the words of the error.
const LONGEST: usize = 200;

impl Place<'_> {
    fn path(&self) -> String {
        let mut path = self.above.map_or_else(String::new, |above| above.path() + ".");
        match self.step {
            Step::Name(name) => path.push_str(name),
            Step::Index(i) => path.push_str(&i.to_string()),
        }
        path.chars().take(LONGEST).collect()
    }

    fn refuse(&self, zh: &str, en: &str) -> ApiError {
        let path = self.path();
        ApiError::of(Code::GraphqlValidationFailed)
            .saying(format!("变量 ${path}{zh}"), format!("The variable ${path} {en}."))
            .at(path)
    }

    fn missing(&self, ty: &Type) -> ApiError {
        self.refuse(&format!(" 缺失，应为 {ty}"), &format!("is required: {ty}"))
    }

    fn wrong(&self, ty: &Type) -> ApiError {
        self.refuse(&format!(" 应为 {ty}"), &format!("takes {ty}"))
    }

    fn long(&self) -> ApiError {
        let error = self.refuse(&format!(" 不得超过 {MOST} 项"), &format!("takes at most {MOST} values"));
        ApiError { code: Code::BadUserInput, ..error }
    }

    fn unknown(&self) -> ApiError {
        self.refuse(" 不存在", "is no field of the input")
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_schema,
        types::{DocumentOperations, InputValueDefinition, TypeKind, TypeSystemDefinition},
    };
    use serde_json::{Value as Json, json};

    use super::*;

    const SDL: &str = "
        scalar Date
        enum State { SERVING RETIRED }
        input Where { state: [State!] name: String first: Int! = 20 below: Where on: Date }
        input Choice @oneOf { id: ID code: String }
        type Query { a: Int }";

    /// The types of a text, as a registry would have them.
    fn types() -> InputTypes {
        let scalar = |(name, scalar): (&str, BuiltIn)| (name.to_string(), Input::BuiltIn(scalar));
        let scalars = [
            ("Int", BuiltIn::Int),
            ("Float", BuiltIn::Float),
            ("String", BuiltIn::String),
            ("Boolean", BuiltIn::Boolean),
            ("ID", BuiltIn::Id),
        ];
        let mut own: HashMap<String, Input> = scalars.into_iter().map(scalar).collect();
        for definition in parse_schema(SDL).expect("a schema").definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let one_of = definition.directives.iter().any(|d| d.node.name.node == "oneOf");
            let field = |f: InputValueDefinition| {
                (f.name.node.to_string(), Field { ty: f.ty.node, default: f.default_value.map(|v| v.node) })
            };
            let input = match definition.kind {
                TypeKind::Scalar => Input::Custom,
                TypeKind::Enum(set) => {
                    Input::Enum(set.values.into_iter().map(|v| v.node.value.node.to_string()).collect())
                }
                TypeKind::InputObject(object) => {
                    Input::Object { fields: object.fields.into_iter().map(|f| field(f.node)).collect(), one_of }
                }
                _ => continue,
            };
            own.insert(definition.name.node.to_string(), input);
        }
        InputTypes { own, shared: None }
    }

    fn coerced(declared: &str, value: Json) -> Result<Json, String> {
        let types = types();
        let document = parse_query(format!("query({declared}) {{ a }}")).expect("a query");
        let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
        let values = types.coerce(&operation.node, Variables::from_json(value));
        values
            .map(|values| serde_json::to_value(values).expect("JSON"))
            .map_err(|error| error.message(crate::kernel::session::Locale::En).into_owned())
    }

    #[test]
    fn defaults_are_read_as_a_document_has_them() {
        assert_eq!(literal("LAST"), ConstValue::Enum(Name::new("LAST")));
        assert_eq!((literal("[]"), literal("20")), (ConstValue::List(vec![]), ConstValue::from(20)));
    }

    #[test]
    fn values_are_coerced_and_defaults_filled_in() {
        assert_eq!(coerced("$n: Int", json!({ "n": 3, "other": 1 })), Ok(json!({ "n": 3 })));
        assert_eq!(coerced("$n: Int = 7", json!({})), Ok(json!({ "n": 7 })));
        assert_eq!(coerced("$n: Int = 7", json!({ "n": null })), Ok(json!({ "n": null })));
        assert_eq!(coerced("$n: Int", json!({})), Ok(json!({})));
        assert_eq!(coerced("$i: ID!", json!({ "i": 7 })), Ok(json!({ "i": "7" })));
        assert_eq!(coerced("$f: Float", json!({ "f": 1 })), Ok(json!({ "f": 1 })));
        assert_eq!(coerced("$l: [[Int]]", json!({ "l": 1 })), Ok(json!({ "l": [[1]] })));
        assert_eq!(
            coerced("$w: Where", json!({ "w": { "state": "RETIRED", "below": { "first": 1 } } })),
            Ok(json!({ "w": { "state": ["RETIRED"], "first": 20, "below": { "first": 1 } } }))
        );
        assert_eq!(coerced("$c: Choice", json!({ "c": { "id": "x" } })), Ok(json!({ "c": { "id": "x" } })));
        assert_eq!(coerced("$d: Date", json!({ "d": 5 })), Ok(json!({ "d": 5 })), "whoever uses it complains");
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_with_its_place() {
        let cases = [
            ("$n: Int", json!({ "n": 3_000_000_000_u64 }), "$n takes Int"),
            ("$n: Int", json!({ "n": 1.5 }), "$n takes Int"),
            ("$n: Int!", json!({}), "$n is required: Int!"),
            ("$n: Int! = 1", json!({ "n": null }), "$n is required: Int!"),
            ("$s: String", json!({ "s": 1 }), "$s takes String"),
            ("$b: Boolean", json!({ "b": "true" }), "$b takes Boolean"),
            ("$l: [Int!]", json!({ "l": [1, null] }), "$l.1 is required: Int!"),
            ("$w: Where", json!({ "w": { "state": ["SERVING", "GONE"] } }), "$w.state.1 takes State!"),
            ("$w: Where", json!({ "w": { "first": null } }), "$w.first is required: Int!"),
            ("$w: Where", json!({ "w": { "below": { "nme": "x" } } }), "$w.below.nme is no field"),
            ("$w: Where", json!({ "w": 1 }), "$w takes Where"),
            ("$c: Choice", json!({ "c": { "id": "x", "code": "y" } }), "$c takes Choice"),
            ("$c: Choice", json!({ "c": {} }), "$c takes Choice"),
            ("$x: Unknown", json!({ "x": 1 }), "$x takes Unknown"),
        ];
        for (declared, value, expected) in cases {
            let error = coerced(declared, value.clone()).expect_err("a refusal");
            assert!(error.contains(expected), "{declared} {value}: {error}");
        }
    }

    #[test]
    fn a_list_has_a_thousand_values() {
        let list = |n: usize| json!({ "w": { "state": vec!["SERVING"; n] } });
        assert!(coerced("$w: Where", list(1_000)).is_ok());
        for n in [1_001, 20_000] {
            let error = coerced("$w: Where", list(n)).expect_err("a refusal");
            assert!(error.contains("$w.state takes at most 1000 values"), "{error}");
        }
        let nested = json!({ "l": [vec![1; 1_001]] });
        assert!(coerced("$l: [[Int]]", nested).is_err());
    }
}
