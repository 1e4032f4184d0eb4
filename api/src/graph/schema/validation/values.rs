//! Values of correct type (GraphQL, 5.6) and variables where they may stand (5.8.5), for arguments of fields and
//! directives and for the defaults of variables; and what stands at `__typename` and at variables, which the library does
//! not look at.
//!
//! A literal is what it is whether or not a variable stands beside it, and whatever the variable's value.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        BaseType, Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection,
        SelectionSet, Type,
    },
    registry::{__DirectiveLocation, MetaInputValue, MetaType, MetaTypeName, Registry},
};
use async_graphql_value::{ConstValue, Value};
use indexmap::IndexMap;

use super::{Found, clip, invalid, operations, root};

/// Searches the operations of a document, each with the fragments that it spreads.
pub(super) fn check(registry: &Registry, document: &ExecutableDocument, found: &mut Found) {
    for operation in operations(document) {
        let operation = &operation.node;
        let mut rule =
            Rule { registry, operation, found: &mut *found, at: Pos::default(), seen: HashSet::new(), left: vec![] };
        rule.directives(&operation.directives);
        rule.defaults();
        rule.selections(root(registry, operation.ty), &operation.selection_set.node, document);
        // Not one within the other: a chain of fragments may be as long as the document.
        while let Some(fragment) = rule.left.pop() {
            rule.directives(&fragment.directives);
            let of = registry.types.get(fragment.type_condition.node.on.node.as_str());
            rule.selections(of, &fragment.selection_set.node, document);
        }
    }
}

struct Rule<'a, 'f> {
    registry: &'a Registry,
    operation: &'a OperationDefinition,
    found: &'f mut Found,
    /// Where the value stands that is looked at.
    at: Pos,
    /// Fragments that were met.
    seen: HashSet<&'a str>,
    /// Those of them that are still to be searched.
    left: Vec<&'a FragmentDefinition>,
}

/// What a value is for.
struct Place<'p> {
    above: Option<&'p Place<'p>>,
    name: &'p str,
}

impl Place<'_> {
    fn path(&self) -> String {
        let above = self.above.map_or_else(String::new, |above| above.path() + ".");
        clip(&(above + self.name))
    }
}

impl<'a> Rule<'a, '_> {
    fn selections(&mut self, of: Option<&'a MetaType>, set: &'a SelectionSet, document: &'a ExecutableDocument) {
        let registry = self.registry;
        for item in &set.items {
            self.directives(item.node.directives());
            match &item.node {
                Selection::Field(field) => {
                    if field.node.name.node == "__typename" {
                        self.type_name(field);
                    }
                    let field = &field.node;
                    let known = of.and_then(|of| of.field_by_name(&field.name.node));
                    if let Some(known) = known {
                        self.arguments(&known.args, &field.arguments);
                    }
                    let below = known.and_then(|known| registry.types.get(MetaTypeName::concrete_typename(&known.ty)));
                    self.selections(below, &field.selection_set.node, document);
                }
                Selection::InlineFragment(inline) => {
                    let of = match &inline.node.type_condition {
                        Some(condition) => registry.types.get(condition.node.on.node.as_str()),
                        None => of,
                    };
                    self.selections(of, &inline.node.selection_set.node, document);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = document.fragments.get(name)
                        && self.seen.insert(name)
                    {
                        self.left.push(&fragment.node);
                    }
                }
            }
        }
    }

    /// `__typename` is a text without arguments (5.3.3, 5.4.1).
    fn type_name(&mut self, field: &Positioned<Field>) {
        if let Some((argument, _)) = field.node.arguments.first() {
            let error = invalid("__typename 没有参数".to_string(), "__typename takes no arguments.".to_string());
            self.found.add(vec![argument.pos], error);
        }
        if !field.node.selection_set.node.items.is_empty() {
            let zh = "__typename 没有下级字段".to_string();
            self.found.add(vec![field.pos], invalid(zh, "Nothing can be selected below __typename.".to_string()));
        }
    }

    /// Directives stand at variables only if they are made for them (5.7.2).
    fn at_variable(&mut self, directives: &[Positioned<Directive>]) {
        for directive in directives {
            let name = directive.node.name.node.as_str();
            let known = self.registry.directives.get(name);
            if !known.is_some_and(|known| known.locations.contains(&__DirectiveLocation::VARIABLE_DEFINITION)) {
                let name = clip(name);
                let error = invalid(format!("变量处不能用 @{name}"), format!("@{name} does not stand at variables."));
                self.found.add(vec![directive.pos], error);
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        let registry = self.registry;
        for directive in directives {
            if let Some(known) = registry.directives.get(directive.node.name.node.as_str()) {
                self.arguments(&known.args, &directive.node.arguments);
            }
        }
    }

    fn arguments(&mut self, known: &IndexMap<String, MetaInputValue>, given: &[(Positioned<Name>, Positioned<Value>)]) {
        for (name, value) in given {
            if let Some(argument) = known.get(name.node.as_str()) {
                self.at = value.pos;
                let place = Place { above: None, name: &name.node };
                self.value(&argument.ty, argument.default_value.is_some(), &value.node, &place);
            }
        }
    }

    fn defaults(&mut self) {
        for definition in &self.operation.variable_definitions {
            let definition = &definition.node;
            if let Some(default) = &definition.default_value {
                self.at = default.pos;
                let name = format!("${}", definition.name.node);
                let value = default.node.clone().into_value();
                self.value(&definition.var_type.node.to_string(), false, &value, &Place { above: None, name: &name });
            }
            self.at_variable(&definition.directives);
            self.directives(&definition.directives);
        }
    }

    /// `has_default`: what takes the value does without one.
    fn value(&mut self, ty: &str, has_default: bool, value: &Value, place: &Place<'_>) {
        match (MetaTypeName::create(ty), value) {
            (_, Value::Variable(name)) => self.variable(ty, has_default, name, place),
            (MetaTypeName::NonNull(_), Value::Null) => self.wrong(ty, place),
            (MetaTypeName::NonNull(ty), value) => self.value(ty, false, value, place),
            (_, Value::Null) => {}
            (MetaTypeName::List(item), Value::List(values)) => {
                for (i, value) in values.iter().enumerate() {
                    self.value(item, false, value, &Place { above: Some(place), name: &i.to_string() });
                }
            }
            // One value stands for a list of it.
            (MetaTypeName::List(item), value) => self.value(item, false, value, place),
            (MetaTypeName::Named(name), value) => self.named(name, value, place),
        }
    }

    fn named(&mut self, name: &str, value: &Value, place: &Place<'_>) {
        let registry = self.registry;
        let fits = match (registry.types.get(name), value) {
            (Some(MetaType::InputObject { input_fields, oneof, .. }), Value::Object(given)) => {
                return self.object(name, input_fields, *oneof, given, place);
            }
            (Some(MetaType::InputObject { .. }), _) => false,
            (Some(MetaType::Enum { enum_values, .. }), Value::Enum(value)) => enum_values.contains_key(value.as_str()),
            (Some(MetaType::Enum { .. }), _) => false,
            (Some(MetaType::Scalar { is_valid, .. }), value) => match (built_in(name, value), is_valid) {
                (Some(fits), _) => fits,
                // What a scalar of ours makes of a variable within its value shows when there is one.
                (None, Some(is_valid)) => value.clone().into_const().is_none_or(|value: ConstValue| is_valid(&value)),
                (None, None) => true,
            },
            // That a type is no input is said elsewhere.
            _ => true,
        };
        if !fits {
            self.wrong(name, place);
        }
    }

    fn object(
        &mut self,
        ty: &str,
        fields: &IndexMap<String, MetaInputValue>,
        one_of: bool,
        given: &IndexMap<Name, Value>,
        place: &Place<'_>,
    ) {
        if one_of && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
            return self.wrong(ty, place);
        }
        for name in given.keys().filter(|name| !fields.contains_key(name.as_str())) {
            let place = Place { above: Some(place), name };
            self.refuse(&place, " 不存在", "is no field of the input");
        }
        for (name, field) in fields {
            let place = Place { above: Some(place), name };
            match given.get(name.as_str()) {
                // A variable could be null, which the one field must not be.
                Some(Value::Variable(variable)) if one_of => {
                    self.variable(&format!("{}!", field.ty.trim_end_matches('!')), false, variable, &place);
                }
                Some(value) => self.value(&field.ty, field.default_value.is_some(), value, &place),
                None if field.default_value.is_none() && MetaTypeName::create(&field.ty).is_non_null() => {
                    let ty = clip(&field.ty);
                    self.refuse(&place, &format!(" 缺失，应为 {ty}"), &format!("is required: {ty}"));
                }
                None => {}
            }
        }
    }

    fn variable(&mut self, ty: &str, has_default: bool, name: &Name, place: &Place<'_>) {
        let declared = self.operation.variable_definitions.iter().find(|definition| definition.node.name.node == *name);
        let Some(declared) = declared.map(|definition| &definition.node) else { return };
        let default = declared.default_value.as_ref().is_some_and(|default| default.node != ConstValue::Null);
        let var_type = &declared.var_type.node;
        let fits = match MetaTypeName::create(ty) {
            // Null instead of the default is an error where it is used.
            MetaTypeName::NonNull(inner) if var_type.nullable && (default || has_default) => is_within(var_type, inner),
            _ => is_within(var_type, ty),
        };
        if !fits {
            let (name, var_type, ty) = (clip(name), clip(&var_type.to_string()), clip(ty));
            let zh = format!(" 应为 {ty}，变量 ${name} 为 {var_type}");
            self.refuse(place, &zh, &format!("takes {ty}, and the variable ${name} is {var_type}"));
        }
    }

    fn wrong(&mut self, ty: &str, place: &Place<'_>) {
        let ty = clip(ty);
        self.refuse(place, &format!(" 应为 {ty}"), &format!("takes {ty}"));
    }

    fn refuse(&mut self, place: &Place<'_>, zh: &str, en: &str) {
        let path = place.path();
        let error = invalid(format!("{path}{zh}"), format!("{path} {en}.")).at(path);
        self.found.add(vec![self.at], error);
    }
}

/// Whether a literal is one of a scalar that the specification names; none if it does not name this one.
fn built_in(name: &str, value: &Value) -> Option<bool> {
    Some(match (name, value) {
        ("Int", Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("Float", Value::Number(_)) | ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
        ("Int" | "Float" | "String" | "Boolean" | "ID", _) => false,
        _ => return None,
    })
}

/// Whether every value of a variable's type is one of the type of the place.
fn is_within(variable: &Type, place: &str) -> bool {
    let place = match MetaTypeName::create(place) {
        MetaTypeName::NonNull(_) if variable.nullable => return false,
        MetaTypeName::NonNull(inner) => MetaTypeName::create(inner),
        nullable => nullable,
    };
    match (&variable.base, place) {
        (BaseType::List(item), MetaTypeName::List(place)) => is_within(item, place),
        (BaseType::Named(name), MetaTypeName::Named(place)) => name.as_str() == place,
        _ => false,
    }
}
