//! The registry's structures, filled with what we use of them.

use async_graphql::{
    indexmap::{IndexMap, IndexSet},
    registry::{MetaEnumValue, MetaField, MetaInputValue, MetaType},
};

/// An argument or input field.
pub(crate) struct Argument {
    name: String,
    ty: String,
    doc: String,
    default: Option<String>,
}

impl Argument {
    pub(crate) fn new(name: &str, ty: &str, doc: &str) -> Self {
        Self { name: name.into(), ty: ty.into(), doc: doc.into(), default: None }
    }

    pub(crate) fn default(mut self, value: &str) -> Self {
        self.default = Some(value.into());
        self
    }
}

fn argument(a: &Argument) -> MetaInputValue {
    MetaInputValue {
        name: a.name.clone(),
        description: Some(a.doc.clone()),
        ty: a.ty.clone(),
        deprecation: Default::default(),
        default_value: a.default.clone(),
        visible: None,
        inaccessible: false,
        tags: vec![],
        is_secret: false,
        directive_invocations: vec![],
    }
}

pub(crate) fn field(name: &str, ty: &str, doc: &str, arguments: Vec<Argument>) -> MetaField {
    MetaField {
        name: name.into(),
        description: Some(doc.into()),
        args: arguments.iter().map(|a| (a.name.clone(), argument(a))).collect(),
        ty: ty.into(),
        deprecation: Default::default(),
        cache_control: Default::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: vec![],
        override_from: None,
        compute_complexity: None,
        directive_invocations: vec![],
        requires_scopes: vec![],
    }
}

pub(crate) fn object(
    name: &str,
    doc: &str,
    fields: IndexMap<String, MetaField>,
    rust_typename: Option<&'static str>,
) -> MetaType {
    MetaType::Object {
        name: name.into(),
        description: Some(doc.into()),
        fields,
        cache_control: Default::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: vec![],
        is_subscription: false,
        rust_typename,
        directive_invocations: vec![],
        requires_scopes: vec![],
    }
}

pub(crate) fn interface(
    name: &str,
    doc: &str,
    fields: IndexMap<String, MetaField>,
    possible: IndexSet<String>,
) -> MetaType {
    MetaType::Interface {
        name: name.into(),
        description: Some(doc.into()),
        fields,
        possible_types: possible,
        extends: false,
        inaccessible: false,
        tags: vec![],
        keys: None,
        visible: None,
        rust_typename: None,
        directive_invocations: vec![],
        requires_scopes: vec![],
    }
}

pub(crate) fn input(name: &str, doc: &str, fields: Vec<Argument>) -> MetaType {
    MetaType::InputObject {
        name: name.into(),
        description: Some(doc.into()),
        input_fields: fields.iter().map(|a| (a.name.clone(), argument(a))).collect(),
        visible: None,
        inaccessible: false,
        tags: vec![],
        rust_typename: None,
        oneof: false,
        directive_invocations: vec![],
    }
}

pub(crate) fn enumeration(name: &str, doc: &str, values: &[(&str, &str)]) -> MetaType {
    let value = |(name, doc): &(&str, &str)| {
        (
            name.to_string(),
            MetaEnumValue {
                name: name.to_string(),
                description: Some(doc.trim().to_string()),
                deprecation: Default::default(),
                visible: None,
                inaccessible: false,
                tags: vec![],
                directive_invocations: vec![],
            },
        )
    };
    MetaType::Enum {
        name: name.into(),
        description: Some(doc.trim().to_string()),
        enum_values: values.iter().map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: vec![],
        rust_typename: None,
        directive_invocations: vec![],
        requires_scopes: vec![],
    }
}

pub(crate) fn scalar(name: &str, doc: &str, url: Option<&str>) -> MetaType {
    MetaType::Scalar {
        name: name.into(),
        description: Some(doc.into()),
        is_valid: None,
        visible: None,
        inaccessible: false,
        tags: vec![],
        specified_by_url: url.map(Into::into),
        directive_invocations: vec![],
        requires_scopes: vec![],
    }
}
