//! Literals and variables in their places, example by example (GraphQL, 5.6 and 5.8.5).

use async_graphql::parser::types::{DocumentOperations, Selection};
use async_graphql_parser::parse_query;

use super::tests_pets::{one, passes, told, unknown};

fn find(arguments: &str) -> String {
    format!("{{ find({arguments}) {{ name }} }}")
}

fn find_with(variables: &str, arguments: &str) -> String {
    format!("query({variables}) {}", find(arguments))
}

#[test]
fn a_literal_is_what_it_is_whatever_variable_stands_beside_it() {
    let wrong = find_with("$c: String!", "where: { code: $c, age: \"x\" }");
    assert_eq!(one(&wrong), "where.age takes Int.");
    let wrong = find_with("$c: Command", "where: { code: \"x\", command: $c, all: [{ code: 1 }] }");
    assert_eq!(one(&wrong), "where.all.0.code takes String.");
    let wrong = find_with("$w: Where!", "where: { code: \"x\", all: [$w, { command: SIT }] }");
    assert_eq!(one(&wrong), "where.all.1.code is required: String!.");
    let wrong = find_with("$n: Int", "where: { code: \"x\", age: $n, nothing: 1 }");
    assert_eq!(one(&wrong), "where.nothing is no field of the input.");
    assert_eq!(one(&find("where: [{ code: \"x\" }]")), "where takes Where.");
    passes(&find_with("$c: String!, $n: Int", "where: { code: $c, age: $n, all: { code: \"x\" } }"));
    // The place is that of the argument.
    assert_eq!(told("{\n  find(n: 1, f: SIT) { name }\n}"), [(vec![(2, 17)], "f takes Float.".to_string())]);
}

#[test]
fn a_value_of_an_enumeration_is_written_as_a_name() {
    for wrong in ["\"SIT\"", "STAND", "true", "1", "{ a: SIT }", "[SIT]"] {
        assert_eq!(one(&find(&format!("command: {wrong}"))), "command takes Command.", "{wrong}");
    }
    passes(&find("command: SIT"));
    passes(&find("command: null"));
}

#[test]
fn a_scalar_takes_the_literals_that_are_its_own() {
    for (wrong, words) in [
        ("n: 1.5", "n takes Int."),
        ("n: \"1\"", "n takes Int."),
        ("n: 3000000000", "n takes Int."),
        ("n: null", "n takes Int!."),
        ("f: \"1\"", "f takes Float."),
        ("s: 1", "s takes String."),
        ("s: SIT", "s takes String."),
        ("b: 1", "b takes Boolean."),
        ("b: \"true\"", "b takes Boolean."),
        ("id: 1.5", "id takes ID."),
        ("id: true", "id takes ID."),
        ("ids: [null]", "ids.0 takes ID!."),
        ("ids: [1, true]", "ids.1 takes ID."),
        ("matrix: [[\"a\"]]", "matrix.0.0 takes Int."),
    ] {
        assert_eq!(one(&find(wrong)), words, "{wrong}");
    }
    for right in [
        "n: -2147483648",
        "f: 1",
        "f: 1.5e3",
        "s: \"x\"",
        "s: \"\"\"x\"\"\"",
        "b: false",
        "id: 7",
        "id: \"7\"",
        "ids: 7",
        "ids: \"a\"",
        "ids: []",
        "ids: null",
        "matrix: 1",
        "matrix: [[1], null]",
        "on: \"2025-01-01\"",
        // Whoever uses a scalar of ours says what is wrong with it.
        "on: 5",
    ] {
        passes(&find(right));
    }
}

#[test]
fn a_variable_that_may_be_null_may_stand_where_a_default_does_instead() {
    passes(&find_with("$n: Int", "n: $n"));
    passes(&find_with("$n: Int = 2", "n: $n"));
    passes(&find_with("$n: Int!", "n: $n"));
    passes(&find_with("$n: Int", "where: { code: \"x\", age: $n }"));
    passes("query($b: Boolean = true) { dog @skip(if: $b) { name } }");
    for (declared, shown) in [("$b: Boolean", "Boolean"), ("$b: Boolean = null", "Boolean")] {
        let told = one(&format!("query({declared}) {{ dog @skip(if: $b) {{ name }} }}"));
        assert_eq!(told, format!("if takes Boolean!, and the variable $b is {shown}."));
    }
    let told = one(&find_with("$c: String", "where: { code: $c }"));
    assert_eq!(told, "where.code takes String!, and the variable $c is String.");
}

#[test]
fn a_variable_has_the_type_of_its_place() {
    passes(&find_with("$i: [ID!]!", "ids: $i"));
    passes(&find_with("$i: ID!", "ids: [$i, 1]"));
    for (declared, argument, place, shown) in [
        ("$v: [ID]", "ids: $v", "ids takes [ID!]", "[ID]"),
        ("$v: ID!", "ids: $v", "ids takes [ID!]", "ID!"),
        ("$v: ID", "ids: [$v]", "ids.0 takes ID!", "ID"),
        ("$v: String", "id: $v", "id takes ID", "String"),
        ("$v: Int!", "f: $v", "f takes Float", "Int!"),
        ("$v: [Int]", "matrix: [[1], $v, [$v]]", "matrix.2.0 takes Int", "[Int]"),
    ] {
        let told = one(&find_with(declared, argument));
        assert_eq!(told, format!("{place}, and the variable $v is {shown}."), "{declared}");
    }
    // In a fragment it is held against each operation that spreads it.
    let fragment = "fragment F on Query { find(id: $s) { name } }";
    passes(&format!("query A($s: ID) {{ ...F }} query B($s: ID!) {{ ...F }} {fragment}"));
    let told = one(&format!("query A($s: ID) {{ ...F }} query B($s: String) {{ ...F }} {fragment}"));
    assert_eq!(told, "id takes ID, and the variable $s is String.");
}

#[test]
fn the_default_of_a_variable_is_a_literal_of_its_type() {
    assert_eq!(one(&find_with("$n: Int = \"x\"", "n: $n")), "$n takes Int.");
    assert_eq!(one(&find_with("$n: Int! = null", "n: $n")), "$n takes Int!.");
    assert_eq!(one(&find_with("$c: Command = \"SIT\"", "command: $c")), "$c takes Command.");
    assert_eq!(one(&find_with("$w: Where = { age: 1 }", "where: $w")), "$w.code is required: String!.");
    passes(&find_with("$w: Where = { code: \"x\", command: HEEL }", "where: $w"));
    // The library breaks down over such a one: it is told before the library is asked.
    assert_eq!(unknown("query($a: [Nope] = [1], $b: Int) { dog { name } }"), ["There is no type Nope."]);
    assert_eq!(unknown("query($b: [[Where!]!]) { dog { name } }"), [""; 0]);
}

#[test]
fn what_the_library_passes_over_is_looked_at() {
    assert_eq!(one("{ dog { __typename(a: 1) } }"), "__typename takes no arguments.");
    assert_eq!(one("{ dog { __typename { name } } }"), "Nothing can be selected below __typename.");
    assert_eq!(one("{ dog { __typename @skip(if: 1) } }"), "if takes Boolean.");
    for directive in ["@nothing", "@skip(if: true)"] {
        let name = directive.split('(').next().unwrap_or_default();
        let told = one(&find_with(&format!("$n: Int {directive}"), "n: $n"));
        assert_eq!(told, format!("{name} does not stand at variables."));
    }
    passes("query($yes: Boolean!) { dog { __typename @include(if: $yes) } }");
}

#[test]
fn directives_of_typename_are_shown_to_the_library_where_it_looks() {
    let mut document =
        parse_query("{ dog { a: __typename @skip(if: true) name @skip(if: true) } }").expect("a document");
    super::show(&mut document);
    let DocumentOperations::Single(operation) = &document.operations else { panic!("one operation") };
    let Selection::Field(dog) = &operation.node.selection_set.node.items[0].node else { panic!("a field") };
    let [around, name] = &dog.node.selection_set.node.items[..] else { panic!("two selections") };
    let (Selection::InlineFragment(around), Selection::Field(name)) = (&around.node, &name.node) else {
        panic!("a fragment and a field")
    };
    assert!(around.node.type_condition.is_none() && around.node.directives.len() == 1);
    let Selection::Field(inner) = &around.node.selection_set.node.items[0].node else { panic!("a field") };
    assert_eq!((inner.node.response_key().node.as_str(), inner.node.directives.len()), ("a", 0));
    assert_eq!(name.node.directives.len(), 1, "others are looked at where they stand");
}
