//! Writes the catalogue's types into async-graphql's registry while a schema is built.
//!
//! The registry is not a public contract of the library: this folder and `variables.rs` are all that touch
//! it, the version is pinned, and `tests/it/schema_contract.rs` fails first if it changes.

use std::{cell::RefCell, sync::Arc};

use async_graphql::{InputType, registry::Registry};

use crate::graph::{
    catalogue::{Catalogue, EnumDef, FieldDef, Scalar, Source, TypeDef},
    order::sortable,
    page::{DEFAULT_FIRST, MAX_FIRST},
    scalars::{Given, JsonText, LongText},
    schema::{
        aggregates, entries,
        meta::{Argument, enumeration, field, input, interface, object},
        submissions, tidy,
    },
    variables::InputTypes,
};

thread_local! {
    static CURRENT: RefCell<Option<Arc<Catalogue>>> = const { RefCell::new(None) };
    static BESIDE: RefCell<Option<Arc<InputTypes>>> = const { RefCell::new(None) };
    static MADE: RefCell<Option<Made>> = const { RefCell::new(None) };
}

/// What can be told of a registry while it is built only.
pub(super) struct Made {
    /// The types of variables, those of another schema not repeated.
    pub(super) inputs: InputTypes,
    /// The bytes that it takes.
    pub(super) bytes: usize,
}

/// Builds a schema over a catalogue: within `build`, types find the catalogue here.
pub(super) fn over<T>(
    catalogue: Arc<Catalogue>,
    beside: Option<Arc<InputTypes>>,
    build: impl FnOnce() -> T,
) -> (T, Option<Made>) {
    CURRENT.set(Some(catalogue));
    BESIDE.set(beside);
    let built = build();
    CURRENT.set(None);
    BESIDE.set(None);
    (built, MADE.take())
}

/// Everything is registered but subscriptions, which have no types of variables of their own.
pub(super) fn complete(registry: &mut Registry, mutation: &str) {
    let Some(catalogue) = CURRENT.with_borrow(Clone::clone) else { return };
    submissions::register(registry, &catalogue, mutation);
    entries::register(registry, &catalogue, mutation);
    tidy::shrink(registry);
    let inputs = match BESIDE.take() {
        Some(beside) => InputTypes::beside(beside, registry),
        None => InputTypes::of(registry),
    };
    MADE.set(Some(Made { inputs, bytes: tidy::weight(registry) }));
}

/// Registers everything the catalogue declares, once.
pub(crate) fn all(registry: &mut Registry) {
    let Some(catalogue) = CURRENT.with_borrow(Clone::clone) else { return };
    if registry.types.contains_key("Node") {
        return;
    }
    <async_graphql::ID as InputType>::create_type_info(registry);
    <String as InputType>::create_type_info(registry);
    <i32 as InputType>::create_type_info(registry);
    <bool as InputType>::create_type_info(registry);
    <f64 as InputType>::create_type_info(registry);
    Given::<chrono::NaiveDate>::create_type_info(registry);
    Given::<chrono::DateTime<chrono::Utc>>::create_type_info(registry);
    Given::<crate::kernel::partial_date::PartialDate>::create_type_info(registry);
    Given::<crate::kernel::year_month::YearMonth>::create_type_info(registry);
    Given::<rust_decimal::Decimal>::create_type_info(registry);
    JsonText::create_type_info(registry);
    LongText::create_type_info(registry);
    shared(registry, &catalogue);
    for ty in catalogue.types() {
        declare(registry, ty);
        order(registry, &catalogue, ty);
        if ty.roots.is_some() {
            aggregates::declare(registry, ty);
        }
    }
}

fn shared(registry: &mut Registry, catalogue: &Catalogue) {
    let id = [("id".to_string(), field("id", "ID!", "Opaque id; nothing may be read out of it.", vec![]))];
    let names = catalogue.types().iter().filter(|t| !t.view).map(|t| t.name.to_string());
    registry.types.insert(
        "Node".into(),
        interface("Node", "An object that `node(id:)` finds again.", id.into_iter().collect(), names.collect()),
    );
    let page = [
        ("hasNextPage", "Boolean!", "Whether rows follow this page."),
        ("hasPreviousPage", "Boolean!", "Whether rows come before this page."),
        ("startCursor", "String", "Cursor of the first row; pass it as `before` for the page before, with `last`."),
        ("endCursor", "String", "Cursor of the last row; pass it as `after` for the next page."),
    ];
    let fields = page.iter().map(|(n, t, d)| (n.to_string(), field(n, t, d, vec![]))).collect();
    registry.types.insert("PageInfo".into(), object("PageInfo", "Where a page lies in its list.", fields, None));
    let words = [("ASC", "Smallest first."), ("DESC", "Largest first.")];
    registry.types.insert("OrderDirection".into(), enumeration("OrderDirection", "Direction of an order.", &words));
    let words = [("FIRST", "Rows without a value come first."), ("LAST", "Rows without a value come last (default).")];
    registry.types.insert("NullsOrder".into(), enumeration("NullsOrder", "Where rows without a value go.", &words));
}

fn declare(registry: &mut Registry, ty: &TypeDef) {
    let mut fields = async_graphql::indexmap::IndexMap::new();
    for def in &ty.fields {
        if let Some(set) = enum_of(def) {
            enum_type(registry, set);
        }
        let (name, gql) = (def.name.to_string(), output_type(def));
        let arguments = if let Source::Many { target, .. } = &def.source { list_arguments(target) } else { vec![] };
        fields.insert(name, field(&def.name, &gql, &def.doc, arguments));
    }
    registry.types.insert(ty.name.to_string(), object(&ty.name, &ty.doc, fields, None));
    if !ty.view {
        registry.add_implements(&ty.name, "Node");
    }
    filters(registry, ty);
    // What is only ever reached through another object has no list of its own.
    if ty.view && ty.roots.is_none() {
        return;
    }

    let edge = [
        ("node".to_string(), field("node", &format!("{}!", ty.name), "The row.", vec![])),
        ("cursor".to_string(), field("cursor", "String!", "Its place in this list and order.", vec![])),
    ];
    let edge_name = format!("{}Edge", ty.name);
    registry.types.insert(
        edge_name.clone(),
        object(&edge_name, "A row with its place in a list.", edge.into_iter().collect(), None),
    );
    let parts = [
        ("edges", format!("[{edge_name}!]!"), "Rows with their cursors."),
        ("nodes", format!("[{}!]!", ty.name), "The rows."),
        ("pageInfo", "PageInfo!".into(), "Where the page lies."),
        ("totalCount", "Int!".into(), "How many rows there are on all pages; counted only when asked for."),
    ];
    let fields = parts.iter().map(|(n, t, d)| (n.to_string(), field(n, t, d, vec![]))).collect();
    let name = format!("{}Connection", ty.name);
    registry.types.insert(name.clone(), object(&name, &format!("A page of `{}`.", ty.name), fields, None));
}

fn filters(registry: &mut Registry, ty: &TypeDef) {
    let name = format!("{}Where", ty.name);
    let mut fields = vec![
        Argument::new("and", &format!("[{name}!]"), "All of these hold."),
        Argument::new("or", &format!("[{name}!]"), "At least one of these holds."),
        Argument::new("not", &name, "This does not hold."),
    ];
    for def in ty.fields.iter().filter(|f| f.filter) {
        match &def.source {
            Source::One { target, .. } => {
                fields.push(Argument::new(
                    &def.name,
                    &format!("{target}Where"),
                    "The related object exists and satisfies this.",
                ));
            }
            Source::Many { target, .. } => {
                fields.push(Argument::new(
                    &def.name,
                    &format!("{target}ListWhere"),
                    "Conditions on the related objects.",
                ));
            }
            Source::Column(_, scalar) | Source::Expression(_, scalar) | Source::Member(_, _, scalar) => {
                let filter = operators(registry, scalar);
                fields.push(Argument::new(&def.name, &filter, &def.doc));
            }
            Source::Computed { .. } | Source::Resolved { .. } => {}
        }
    }
    registry.types.insert(
        name.clone(),
        input(&name, &format!("Conditions on `{}`; at least one, and all given must hold.", ty.name), fields),
    );
    let list = format!("{}ListWhere", ty.name);
    let fields = vec![
        Argument::new("some", &name, "At least one related object satisfies this."),
        Argument::new("none", &name, "No related object satisfies this."),
        Argument::new("every", &name, "No related object fails this."),
    ];
    registry.types.insert(list.clone(), input(&list, &format!("Conditions on related `{}` objects.", ty.name), fields));
}

/// The filter input of a scalar; registered on first use.
pub(super) fn operators(registry: &mut Registry, scalar: &Scalar) -> String {
    let base = scalar_name(scalar);
    let name = format!("{base}Filter");
    if registry.types.contains_key(&name) {
        return name;
    }
    let one = [("eq", "Equals."), ("ne", "Differs; absent values do not count as different.")];
    let list = [("in", "Is one of these."), ("notIn", "Is none of these.")];
    let ordered = [("lt", "Less than."), ("lte", "At most."), ("gt", "Greater than."), ("gte", "At least.")];
    let text = [("contains", "Contains, letter for letter."), ("startsWith", "Begins with, letter for letter.")];
    let mut fields = vec![];
    let mut add = |words: &[(&str, &str)], ty: &str| {
        fields.extend(words.iter().map(|(n, d)| Argument::new(n, ty, d)));
    };
    add(&one, base);
    if !matches!(scalar, Scalar::Boolean) {
        add(&list, &format!("[{base}!]"));
    }
    if !matches!(scalar, Scalar::Boolean | Scalar::Id(_) | Scalar::Enum(_)) {
        add(&ordered, base);
    }
    if matches!(scalar, Scalar::String) {
        add(&text, base);
    }
    add(&[("isNull", "Has no value (true) or has one (false).")], "Boolean");
    registry.types.insert(
        name.clone(),
        input(&name, &format!("Conditions on a value of `{base}`; all given must hold."), fields),
    );
    name
}

fn order(registry: &mut Registry, catalogue: &Catalogue, ty: &TypeDef) {
    let values: Vec<(String, String)> = sortable(ty, &|name| catalogue.by_name(name))
        .into_iter()
        .map(|s| match s.relation {
            None => (s.name, s.field.doc.to_string()),
            Some(relation) => (s.name, format!("Of {}: {}", relation.name, s.field.doc)),
        })
        .collect();
    if values.is_empty() {
        return;
    }
    let values: Vec<(&str, &str)> = values.iter().map(|(n, d)| (n.as_str(), d.as_str())).collect();
    let field_name = format!("{}OrderField", ty.name);
    registry.types.insert(
        field_name.clone(),
        enumeration(&field_name, &format!("What `{}` can be ordered by.", ty.name), &values),
    );
    order_input(
        registry,
        &format!("{}Order", ty.name),
        &field_name,
        &format!("One part of an order of `{}`.", ty.name),
    );
}

/// The input of one part of an order.
pub(super) fn order_input(registry: &mut Registry, name: &str, field: &str, doc: &str) {
    let fields = vec![
        Argument::new("field", &format!("{field}!"), "By what."),
        Argument::new("direction", "OrderDirection", "Smallest first unless said otherwise.").default("ASC"),
        Argument::new("nulls", "NullsOrder", "What has no value comes last unless said otherwise.").default("LAST"),
    ];
    registry.types.insert(name.into(), input(name, doc, fields));
}

/// Registers a closed set of codes, once.
pub(crate) fn enum_type(registry: &mut Registry, set: &EnumDef) {
    if !registry.types.contains_key(&*set.name) {
        registry.types.insert(set.name.to_string(), enumeration(&set.name, &set.doc, &set.values()));
    }
}

fn enum_of(def: &FieldDef) -> Option<&EnumDef> {
    match &def.source {
        Source::Column(_, Scalar::Enum(set))
        | Source::Expression(_, Scalar::Enum(set))
        | Source::Member(_, _, Scalar::Enum(set))
        | Source::Computed { scalar: Scalar::Enum(set), .. }
        | Source::Resolved { scalar: Scalar::Enum(set), .. } => Some(set),
        _ => None,
    }
}

fn output_type(def: &FieldDef) -> String {
    let base = match &def.source {
        Source::Many { target, .. } => return format!("{target}Connection!"),
        Source::One { target, .. } => target.to_string(),
        Source::Column(_, scalar)
        | Source::Expression(_, scalar)
        | Source::Member(_, _, scalar)
        | Source::Computed { scalar, .. }
        | Source::Resolved { scalar, .. } => scalar_name(scalar).to_string(),
    };
    if def.nullable { base } else { format!("{base}!") }
}

/// The GraphQL name of a scalar.
pub(super) fn scalar_name(scalar: &Scalar) -> &str {
    match scalar {
        Scalar::Id(_) => "ID",
        Scalar::String => "String",
        Scalar::Int => "Int",
        Scalar::Long => "Long",
        Scalar::Float => "Float",
        Scalar::Boolean => "Boolean",
        Scalar::Date => "Date",
        Scalar::PartialDate => "PartialDate",
        Scalar::YearMonth => "YearMonth",
        Scalar::Decimal => "Decimal",
        Scalar::DateTime => "DateTime",
        Scalar::Json => "JSON",
        Scalar::Enum(set) => &set.name,
    }
}

/// The arguments of a list of a type.
fn list_arguments(target: &str) -> Vec<Argument> {
    let size = |word: &str, rest: &str| Argument::new(word, "Int", &format!("{rest}, 1 to {MAX_FIRST}"));
    let mut list = vec![
        size("first", &format!("So many rows from the beginning; {DEFAULT_FIRST} unless said otherwise")),
        Argument::new("after", "String", "A cursor of this list: the page has rows after it only."),
        size("last", "So many rows from the end, in the list's order, instead of `first`"),
        Argument::new("before", "String", "A cursor of this list: the page has rows before it only."),
    ];
    CURRENT.with_borrow(|c| {
        let Some(ty) = c.as_ref().and_then(|c| c.by_name(target)) else { return };
        list.extend(row_arguments(ty));
        if ty.fields.iter().any(|f| f.sort) {
            list.push(Argument::new("orderBy", &format!("[{target}Order!]"), "The order; ties break on the id."));
        }
    });
    list
}

/// The arguments that say which rows of a type are meant.
pub(super) fn row_arguments(ty: &TypeDef) -> Vec<Argument> {
    let conditions =
        Argument::new("where", &format!("{}Where", ty.name), "Conditions; left out, every row within reach.");
    let mut list = vec![conditions];
    if ty.history.is_some() {
        let doc = "Only rows that held on this day, ended or future ones too; their fields are as they are now. \
            Left out, rows of all times.";
        list.push(Argument::new("asOf", "Date", doc));
    }
    list
}

/// The root fields of the catalogue.
pub(super) fn roots() -> async_graphql::indexmap::IndexMap<String, async_graphql::registry::MetaField> {
    let mut out = async_graphql::indexmap::IndexMap::new();
    let Some(catalogue) = CURRENT.with_borrow(Clone::clone) else { return out };
    let id = || Argument::new("id", "ID!", "The object's id.");
    let same = "null when there is no such object within the caller's tenant and scope";
    out.insert("node".into(), field("node", "Node", &format!("Any object by id; {same}."), vec![id()]));
    let ids = Argument::new("ids", "[ID!]!", "At most 100 ids.");
    let doc = "Objects by ids, in the same order; null in the place of each that is not within reach.";
    out.insert("nodes".into(), field("nodes", "[Node]", doc, vec![ids]));
    for ty in catalogue.types() {
        let Some((one, many)) = &ty.roots else { continue };
        let right = format!("Permission: `{}:read`.", ty.resource);
        out.insert(
            one.to_string(),
            field(one, &ty.name, &format!("One `{}` by id; {same}. {right}", ty.name), vec![id()]),
        );
        let doc = format!("`{}` objects within the caller's reach. {right}", ty.name);
        out.insert(many.to_string(), field(many, &format!("{}Connection", ty.name), &doc, list_arguments(&ty.name)));
        let (name, root) = aggregates::root(ty, one, many);
        out.insert(name, root);
    }
    out.extend(entries::queries(&catalogue));
    out
}
