//! The types of aggregates, written into the registry beside those they are about.

use async_graphql::registry::{MetaField, Registry};

use crate::graph::{
    aggregate::{DEFAULT_GROUPS, Function, MAX_GROUPS, Part, dimensions, orders},
    catalogue::{Scalar, Source, TypeDef},
    order::screaming,
    schema::{
        inject::{operators, order_input, row_arguments, scalar_name},
        meta::{Argument, enumeration, field, input, object},
    },
};

/// The root field of a type's aggregate.
pub(super) fn root(ty: &TypeDef, one: &str, many: &str) -> (String, MetaField) {
    let name = format!("{one}Aggregate");
    let mut arguments = row_arguments(ty);
    arguments.extend([
        Argument::new(
            "groupBy",
            &format!("[{}AggregateBy!]", ty.name),
            "By what rows are grouped, one to five; left out, all rows are one group.",
        ),
        Argument::new(
            "having",
            &format!("{}AggregateHaving", ty.name),
            "Conditions on the figures of a group; left out, every group.",
        ),
        Argument::new(
            "orderBy",
            &format!("[{}AggregateOrder!]", ty.name),
            "The order of the groups; ties, and everything if left out, by their keys.",
        ),
        Argument::new(
            "first",
            "Int",
            &format!("How many groups, 1 to {MAX_GROUPS}; {DEFAULT_GROUPS} unless said otherwise."),
        ),
    ]);
    let doc = format!(
        "Figures over exactly the `{}` objects that `{many}` gives with the same conditions, by groups. \
         What one may not see of them counts as absent. Permission: `{}:read`.",
        ty.name, ty.resource
    );
    (name.clone(), field(&name, &format!("{}Aggregate", ty.name), &doc, arguments))
}

/// Everything that a type's aggregate is made of.
pub(super) fn declare(registry: &mut Registry, ty: &TypeDef) {
    let name = &ty.name;
    keys(registry, ty);
    let mut group = vec![
        field("key", &format!("{name}AggregateKey!"), "What the rows have in common.", vec![]),
        field("count", "Int!", "How many rows (数量).", vec![]),
    ];
    let mut having = vec![Argument::new("count", &operators(registry, &Scalar::Int), "On the number of rows.")];
    for function in Function::ALL {
        let Some((figures, conditions)) = figures(registry, ty, function) else { continue };
        let doc = match function {
            Function::CountDistinct => "How many different values (去重计数); absent ones do not count.",
            Function::Sum => "Sums (合计); null when no row has a value.",
            Function::Avg => "Averages (平均), to four decimal places; null when no row has a value.",
            Function::Min => "Smallest or earliest values (最小); null when no row has a value.",
            Function::Max => "Largest or latest values (最大); null when no row has a value.",
        };
        group.push(field(function.name(), &format!("{figures}!"), doc, vec![]));
        having.push(Argument::new(function.name(), &conditions, doc));
    }
    add(registry, &format!("{name}AggregateGroup"), &format!("Rows of `{name}` with the same key, in figures."), group);
    let groups = vec![
        field("groups", &format!("[{name}AggregateGroup!]!"), "The groups.", vec![]),
        field("hasMore", "Boolean!", "Whether there are more groups than `first` let through.", vec![]),
    ];
    add(registry, &format!("{name}Aggregate"), &format!("Figures over `{name}` objects (统计)."), groups);
    let doc = "Conditions on groups; at least one, and all given must hold.";
    registry.types.insert(format!("{name}AggregateHaving"), input(&format!("{name}AggregateHaving"), doc, having));

    let values: Vec<(String, String)> = orders(ty)
        .into_iter()
        .map(|(value, figure)| match figure {
            Some((function, of)) => (value, format!("By `{}.{of}`.", function.name())),
            None if value == "COUNT" => (value, "By the number of rows.".into()),
            None => (value, "By the groups' keys, in the order of `groupBy`.".into()),
        })
        .collect();
    words(
        registry,
        &format!("{name}AggregateOrderField"),
        &format!("What groups of `{name}` can be ordered by."),
        &values,
    );
    let doc = format!("One part of an order of groups of `{name}`.");
    order_input(registry, &format!("{name}AggregateOrder"), &format!("{name}AggregateOrderField"), &doc);
}

fn keys(registry: &mut Registry, ty: &TypeDef) {
    let mut values = vec![];
    let mut fields = vec![];
    for dimension in dimensions(ty) {
        let of = dimension.field;
        let (gql, doc) = match (dimension.part, &of.source) {
            (Part::Related, Source::One { target, .. }) => (target.to_string(), of.doc.to_string()),
            (Part::Year, _) => ("Int".into(), format!("The year of: {}", of.doc)),
            (Part::Month, _) => ("YearMonth".into(), format!("The month of: {}", of.doc)),
            (_, Source::Column(_, scalar) | Source::Expression(_, scalar) | Source::Member(_, _, scalar)) => {
                (scalar_name(scalar).to_string(), of.doc.to_string())
            }
            _ => continue,
        };
        values.push((screaming(&dimension.name), doc.clone()));
        fields.push(field(&dimension.name, &gql, &doc, vec![]));
    }
    let name = &ty.name;
    words(registry, &format!("{name}AggregateBy"), &format!("What `{name}` objects can be grouped by."), &values);
    let doc = format!(
        "What the rows of a group of `{name}` have in common. Only what `groupBy` names can be selected; null where \
         the rows have no such value, or the caller may not see it."
    );
    add(registry, &format!("{name}AggregateKey"), &doc, fields);
}

/// The types of one kind of figures and of conditions on them; none if no field of the type has such figures.
fn figures(registry: &mut Registry, ty: &TypeDef, function: Function) -> Option<(String, String)> {
    let all = function.of(ty);
    if all.is_empty() {
        return None;
    }
    let (name, conditions) = (
        format!("{}Aggregate{}", ty.name, function.suffix()),
        format!("{}AggregateHaving{}", ty.name, function.suffix()),
    );
    let fields = all.iter().map(|(f, scalar)| field(&f.name, scalar_name(scalar), &f.doc, vec![])).collect();
    add(registry, &name, &format!("Figures over fields of `{}`.", ty.name), fields);
    let mut inputs = vec![];
    for (f, scalar) in &all {
        let filter = operators(registry, scalar);
        inputs.push(Argument::new(&f.name, &filter, &f.doc));
    }
    registry.types.insert(
        conditions.clone(),
        input(&conditions, &format!("Conditions on figures over fields of `{}`.", ty.name), inputs),
    );
    Some((name, conditions))
}

fn add(registry: &mut Registry, name: &str, doc: &str, fields: Vec<MetaField>) {
    let fields = fields.into_iter().map(|f| (f.name.clone(), f)).collect();
    registry.types.insert(name.into(), object(name, doc, fields, None));
}

fn words(registry: &mut Registry, name: &str, doc: &str, values: &[(String, String)]) {
    let values: Vec<(&str, &str)> = values.iter().map(|(n, d)| (n.as_str(), d.as_str())).collect();
    registry.types.insert(name.into(), enumeration(name, doc, &values));
}
