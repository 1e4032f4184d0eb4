//! Fields in a set can merge, example by example (GraphQL, 5.3.2).

use super::{
    MOST,
    tests_pets::{one, passes, told},
};

/// The words for fields that a key has with different arguments.
fn arguments(key: &str) -> String {
    format!("{key} has different arguments. Use another alias.")
}

#[test]
fn a_key_for_different_fields_is_refused_with_the_places_of_both() {
    let told = told("{ dog { name: nickname name } }");
    let words = "name stands for nickname and for name. Use another alias.".to_string();
    assert_eq!(told, [(vec![(1, 9), (1, 24)], words)]);
    assert_eq!(one("{ dog { a: __typename a: name } }"), "a stands for __typename and for name. Use another alias.");
    passes("{ dog { name name n: name n: name } one: dog { name } }");
}

#[test]
fn a_field_has_the_same_arguments_wherever_it_stands_in_whatever_order() {
    for refused in [
        "{ dog { knows(command: SIT) knows(command: HEEL) } }",
        "{ dog { knows(command: SIT) knows } }",
        "{ dog { knows(command: SIT) knows(command: SIT, loud: true) } }",
        "{ dog { knows(command: SIT) knows(loud: true) } }",
        "query($c: Command) { dog { knows(command: $c) knows(command: SIT) } }",
        "query($c: Command = SIT, $d: Command = SIT) { dog { knows(command: $c) knows(command: $d) } }",
    ] {
        assert_eq!(one(refused), arguments("knows"), "{refused}");
    }
    passes("{ dog { knows(command: SIT, loud: true) knows(loud: true, command: SIT) } }");
    passes("query($c: Command) { dog { knows(command: $c) knows(command: $c) } }");
    passes("{ find(where: { code: \"x\", age: 1 }) { name } find(where: { age: 1, code: \"x\" }) { name } }");
    assert_eq!(one("{ find(ids: [1, 2]) { name } find(ids: [2, 1]) { name } }"), arguments("find"));
}

#[test]
fn what_no_object_has_both_of_may_differ_but_not_in_the_shape_of_its_value() {
    passes("{ pet { ... on Dog { a: born } ... on Cat { a: name } } }");
    passes("{ pet { ... on Dog { knows(command: SIT) } ... on Cat { knows(command: HEEL) } } }");
    passes("{ pet { ... on Dog { x: friend { a: name } } ... on Cat { x: owner { a: name } } } }");
    for (dog, cat, differ) in [
        ("volume", "volume", "volume is Int in one place and Float in another"),
        ("volumes", "volumes", "volumes is [Int!] in one place and Int in another"),
        ("nickname", "nickname", "nickname is String in one place and String! in another"),
        ("a: born", "a: volume", "a is String! in one place and Float in another"),
        ("a: toys", "a: bell { name }", "a is [String!] in one place and Bell in another"),
        ("a: leash", "a: bell { name }", "a is String in one place and Bell in another"),
        ("owner { name }", "owner { name }", "owner is Person! in one place and Person in another"),
        ("x: friend { a: name }", "x: owner { a: pet { name } }", "a is String! in one place and Pet in another"),
    ] {
        let text = format!("{{ pet {{ ... on Dog {{ {dog} }} ... on Cat {{ {cat} }} }} }}");
        assert_eq!(one(&text), format!("{differ}. Use another alias."), "{text}");
    }
    let lists =
        "{ person { pets { ... on Dog { x: owner { pet { name } } } ... on Cat { x: owner { pet { name } } } } } }";
    assert!(one(lists).starts_with("x is Person! in one place"), "however deep it lies");
}

#[test]
fn what_an_interface_has_every_object_of_it_may_have() {
    for (refused, words) in [
        ("{ pet { a: name ... on Dog { a: born } } }", "a stands for born and for name. Use another alias."),
        ("{ pet { toys(first: 1) ... on Cat { toys(first: 2) } } }", &*arguments("toys")),
        (
            "{ pet { friend { a: name } ... on Dog { friend { ... on Cat { a: born } } } } }",
            "a stands for born and for name. Use another alias.",
        ),
    ] {
        assert_eq!(one(refused), words, "{refused}");
    }
    passes("{ pet { ... on Pet { a: name } ... on Dog { a: name } ... on Cat { a: name } } }");
    passes("{ pet { ... { name } ... on Dog { ... { x: born } } ... on Cat { ... { x: name } } } }");
}

#[test]
fn fragments_and_fields_that_stand_there_twice_are_taken_together() {
    let text = "{ dog { ...A ...B } } fragment A on Dog { friend { x: name } }
        fragment B on Dog { friend { ... on Dog { x: nickname } } }";
    assert_eq!(one(text), "x stands for nickname and for name. Use another alias.");
    let text = "{ person { pet { name } } person { ...P } } fragment P on Person { pet { name: friend { name } } }";
    assert_eq!(one(text), "name stands for name and for friend. Use another alias.");
    passes("{ dog { ...A ...A friend { ...F } } } fragment A on Dog { friend { ...F } } fragment F on Pet { name }");
    // One mistake is told once, though two operations come by it.
    one("query A { ...F } query B { ...F } fragment F on Query { dog { a: name a: born } }");
}

#[test]
fn names_that_do_not_exist_are_left_to_other_rules() {
    passes("{ dog { nothing nothing: name ...None ... on Nobody { name } } nobody { a: b a: c } }");
    passes("mutation { a: one a: two }");
}

#[test]
fn a_document_made_to_be_hard_costs_little() {
    let many = format!("{{ dog {{ {} }} }}", "name ".repeat(2_000));
    passes(&many);
    let wrong: String = (0..100).map(|i| format!("a{i}: name a{i}: born ")).collect();
    assert_eq!(told(&format!("{{ dog {{ {wrong} }} }}")).len(), MOST);
    // Each level doubles what may stand together.
    let mut levels = "{ pet { ...F0 } } fragment F40 on Pet { name }".to_string();
    for i in 0..40 {
        let below = format!("friend {{ ...F{} }}", i + 1);
        levels += &format!(" fragment F{i} on Pet {{ {below} ... on Dog {{ {below} }} ... on Cat {{ {below} }} }}");
    }
    assert!(one(&levels).contains("overlap in too many ways"));
}
