//! A small schema, after the one by which the specification explains its rules.

use async_graphql::{
    Pos, ServerError,
    indexmap::{IndexMap, IndexSet},
    registry::{MetaDirective, MetaField, Registry},
};
use async_graphql_parser::parse_query;

use crate::{
    graph::schema::meta::{Argument, enumeration, field, input, interface, object, scalar},
    kernel::{
        error::{ApiError, Code},
        session::Locale,
    },
};

/// Fields by name and type.
fn fields(all: &[(&str, &str)]) -> IndexMap<String, MetaField> {
    all.iter().map(|(name, ty)| (name.to_string(), field(name, ty, "", vec![]))).collect()
}

/// Fields that some of these fields are added to.
fn with(mut fields: IndexMap<String, MetaField>, more: Vec<MetaField>) -> IndexMap<String, MetaField> {
    fields.extend(more.into_iter().map(|field| (field.name.clone(), field)));
    fields
}

fn pets() -> Registry {
    let subscription_type = Some("Subscription".into());
    let mut registry = Registry { query_type: "Query".into(), subscription_type, ..Registry::default() };
    for name in ["Int", "Float", "String", "Boolean", "ID", "Date"] {
        registry.types.insert(name.into(), scalar(name, "", None));
    }
    let argument = |name, ty| Argument::new(name, ty, "");
    let knows = || field("knows", "Boolean!", "", vec![argument("command", "Command"), argument("loud", "Boolean")]);
    let toys = || field("toys", "[String!]", "", vec![argument("first", "Int!").default("5")]);
    let pet = fields(&[("name", "String!"), ("friend", "Pet")]);
    let dog = fields(&[
        ("nickname", "String"),
        ("volume", "Int"),
        ("volumes", "[Int!]"),
        ("born", "String!"),
        ("owner", "Person!"),
        ("leash", "String"),
    ]);
    let cat = fields(&[
        ("nickname", "String!"),
        ("volume", "Float"),
        ("volumes", "Int"),
        ("born", "String!"),
        ("owner", "Person"),
        ("bell", "Bell"),
    ]);
    let add = |fields: IndexMap<String, MetaField>| {
        with(with(fields, vec![knows(), toys()]), pet.clone().into_values().collect())
    };
    let find = vec![
        argument("where", "Where"),
        argument("ids", "[ID!]"),
        argument("n", "Int!").default("1"),
        argument("f", "Float"),
        argument("s", "String"),
        argument("b", "Boolean"),
        argument("id", "ID"),
        argument("command", "Command"),
        argument("on", "Date"),
        argument("matrix", "[[Int]]"),
    ];
    let query =
        with(fields(&[("pet", "Pet"), ("dog", "Dog"), ("person", "Person")]), vec![field("find", "Pet", "", find)]);
    let conditions = vec![
        argument("code", "String!"),
        argument("name", "String"),
        argument("age", "Int!").default("3"),
        argument("command", "Command"),
        argument("all", "[Where!]"),
    ];
    let person = fields(&[("name", "String!"), ("pet", "Pet"), ("pets", "[Pet!]!"), ("friend", "Person")]);
    for ty in [
        interface("Pet", "", with(pet.clone(), vec![toys()]), IndexSet::from(["Dog".to_string(), "Cat".to_string()])),
        object("Dog", "", add(dog), None),
        object("Cat", "", add(cat), None),
        object("Bell", "", fields(&[("name", "String!")]), None),
        object("Person", "", person, None),
        object("Query", "", query, None),
        object("Subscription", "", fields(&[("dog", "Dog"), ("cat", "Cat")]), None),
        enumeration("Command", "", &[("SIT", ""), ("HEEL", "")]),
        input("Where", "", conditions),
    ] {
        registry.types.insert(ty.name().to_string(), ty);
    }
    for name in ["skip", "include"] {
        let directive = MetaDirective {
            name: name.into(),
            description: None,
            locations: vec![],
            args: field(name, "Int", "", vec![argument("if", "Boolean!")]).args,
            is_repeatable: false,
            visible: None,
            composable: None,
        };
        registry.directives.insert(name.into(), directive);
    }
    registry
}

/// The words of an error.
fn words(error: &ServerError) -> String {
    let source = error.source.as_ref().and_then(|source| source.downcast_ref::<ApiError>());
    let error = source.expect("an error of ours");
    assert_eq!(error.code, Code::GraphqlValidationFailed);
    error.message(Locale::En).into_owned()
}

/// What is wrong with a document: the places, as line and column, and the words.
pub(super) fn told(text: &str) -> Vec<(Vec<(usize, usize)>, String)> {
    let document = parse_query(text).expect("a document");
    let place = |pos: &Pos| (pos.line, pos.column);
    let errors = super::errors(&pets(), &document);
    errors.iter().map(|error| (error.locations.iter().map(place).collect(), words(error))).collect()
}

/// The words for the one thing that is wrong with a document.
pub(super) fn one(text: &str) -> String {
    let mut told = told(text);
    assert_eq!(told.len(), 1, "{text}: {told:?}");
    told.remove(0).1
}

/// Says that nothing is wrong with a document.
pub(super) fn passes(text: &str) {
    let told = told(text);
    assert!(told.is_empty(), "{text}: {told:?}");
}

/// What is said of types that the schema does not have.
pub(super) fn unknown(text: &str) -> Vec<String> {
    let document = parse_query(text).expect("a document");
    super::unknown_types(&pets(), &document).iter().map(words).collect()
}
