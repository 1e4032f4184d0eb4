//! Each limit from both sides, and what counts towards it.
#![allow(clippy::unwrap_used)]

use async_graphql_parser::parse_query;

use super::{
    Limits, check,
    tests_hostile::{doubling, verdict},
};
use crate::kernel::{
    error::Code::{
        self, CostLimitExceeded as Cost, GraphqlParseFailed as Parse, GraphqlValidationFailed as Invalid,
        QueryTooLarge as Large,
    },
    session::Locale,
};

/// `many(3, |i| …)`, joined by blanks.
fn many(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(" ")
}

/// A chain of fields, `depth` deep.
fn chain(depth: usize) -> String {
    format!("{}{}", "{a".repeat(depth), "}".repeat(depth))
}

/// Accepted at the limit, refused with the code one above it, with both figures in both languages.
#[track_caller]
fn boundary(code: Code, limit: usize, document: impl Fn(usize) -> String) {
    assert_eq!(verdict(&document(limit)), None, "{:.200}", document(limit));
    let error = check(&document(limit + 1), &Limits::default()).unwrap_err();
    assert_eq!(error.code, code);
    for locale in [Locale::ZhCn, Locale::En] {
        let message = error.message(locale);
        assert!(message.contains(&limit.to_string()) && message.contains(&(limit + 1).to_string()), "{message}");
    }
}

#[test]
fn length_is_bounded() {
    boundary(Large, 65_536, |n| format!("{{a}}{}", " ".repeat(n - 3)));
}

#[test]
fn tokens_are_bounded() {
    boundary(Large, 4_000, |n| format!("{{a(b:[{}])}}", "1 ".repeat(n - 9)));
}

#[test]
fn nesting_is_bounded() {
    boundary(Large, 48, |n| format!("{{a(b:{}{})}}", "[".repeat(n - 2), "]".repeat(n - 2)));
    let text = format!("{{a(b:{}1{})}}", "[".repeat(63), "]".repeat(63));
    let lax = Limits { nesting: 1_000_000, ..Limits::default() };
    assert_eq!(check(&text, &lax).unwrap_err().code, Large, "configuration cannot lift the parser's own bound");
}

#[test]
fn nesting_through_fragments_is_bounded_like_that_of_brackets() {
    let links = |n: usize| {
        let between = many(n - 2, |i| format!("fragment F{i} on T{{...F{}}}", i + 1));
        format!("{{...F0}} {between} fragment F{} on T{{a}}", n - 2)
    };
    boundary(Cost, 48, links);
    boundary(Cost, 48, |n| format!("{{...F}} fragment F on T{}{{a}}{}", "{...".repeat(n - 2), "}".repeat(n - 2)));
    let lax = Limits { nesting: 1_000_000, depth: 1_000_000, ..Limits::default() };
    assert!(check(&links(64), &lax).is_ok());
    assert_eq!(check(&links(65), &lax).unwrap_err().code, Cost, "nor can configuration lift what the engine bears");
}

#[test]
fn depth_is_bounded() {
    boundary(Cost, 15, chain);
    boundary(Cost, 15, |n| format!("{{a{{...F}}}} fragment F on T{}", chain(n - 1)));
    // Neither inline fragments nor spreads are levels of the answer.
    boundary(Cost, 15, |n| "{...{a".repeat(n) + "}}".repeat(n).as_str());
    assert_eq!(verdict("{...A} fragment A on Q{...B} fragment B on Q{a}"), None);
}

#[test]
fn introspection_does_not_count_against_depth() {
    let types = |n: usize| format!("{{type{}}}", "{ofType".repeat(n) + "{name" + "}".repeat(n + 1).as_str());
    assert_eq!(verdict(&format!("{{__schema{{types{}}}}}", types(20))), None);
    assert_eq!(verdict(&format!("{{... {{s:__schema{{types{}}}}}}}", types(20))), None);
    assert_eq!(verdict(&format!("{{...F}} fragment F on Query{{__type(name:\"A\"){}}}", types(20))), None);
    // Elsewhere than at the root it is a field like any other.
    assert_eq!(verdict(&format!("{{a{{__schema{{types{}}}}}}}", types(20))), Some(Cost));
    // Through fragments it is still no deeper than brackets may be.
    let links = many(60, |i| format!("fragment F{i} on __Type{{ofType{{...F{}}}}}", i + 1));
    let text = format!("{{__schema{{types{{...F0}}}}}} {links} fragment F60 on __Type{{name}}");
    assert_eq!(verdict(&text), Some(Cost));
}

#[test]
fn introspection_may_not_multiply_by_itself() {
    let lists = |n: usize| "{fields{type".repeat(n) + "{name" + "}}".repeat(n).as_str() + "}";
    assert_eq!(verdict(&format!("{{__schema{{types{}}}}}", lists(2))), None);
    assert_eq!(verdict(&format!("{{__schema{{types{}}}}}", lists(3))), Some(Cost));
    assert_eq!(verdict(&format!("{{...R}} fragment R on Q{{__type(name:\"A\"){}}}", lists(3))), Some(Cost));
    assert_eq!(verdict(&format!("{{form{}}}", lists(3))), None, "the tenant's own fields may be so called");
}

#[test]
fn the_usual_introspection_query_passes() {
    let types = "kind name ".to_owned() + "ofType{kind name ".repeat(9).as_str() + "}".repeat(9).as_str();
    let text = format!(
        "query IntrospectionQuery{{__schema{{queryType{{name}} mutationType{{name}} subscriptionType{{name}} \
         types{{...FullType}} directives{{name description locations args(includeDeprecated:true){{...InputValue}}}}}}}}
         fragment FullType on __Type{{kind name description specifiedByURL fields(includeDeprecated:true){{name \
         description args(includeDeprecated:true){{...InputValue}} type{{...TypeRef}} isDeprecated deprecationReason}} \
         inputFields(includeDeprecated:true){{...InputValue}} interfaces{{...TypeRef}} \
         enumValues(includeDeprecated:true){{name description isDeprecated deprecationReason}} \
         possibleTypes{{...TypeRef}}}}
         fragment InputValue on __InputValue{{name description type{{...TypeRef}} defaultValue}}
         fragment TypeRef on __Type{{{types}}}"
    );
    assert_eq!(verdict(&text), None);
}

#[test]
fn aliases_are_bounded() {
    boundary(Cost, 30, |n| format!("{{r{{{}}}}}", many(n, |i| format!("a{i}:b"))));
    boundary(Cost, 30, |n| {
        format!(
            "{{r{{...F}} s{{...F {}}}}} fragment F on T{{{}}}",
            many(n - 20, |i| format!("b{i}:c")),
            many(10, |i| format!("a{i}:c"))
        )
    });
    let one = many(30, |i| format!("a{i}:b"));
    assert_eq!(verdict(&format!("query A{{r{{{one}}}}} query B{{r{{{one}}}}}")), None, "each operation for itself");
}

#[test]
fn root_fields_are_bounded() {
    let fields = |n| many(n, |i| format!("f{i}"));
    boundary(Cost, 20, |n| format!("{{{}}}", fields(n)));
    boundary(Cost, 20, |n| format!("subscription{{{}}}", fields(n)));
    boundary(Cost, 5, |n| format!("mutation{{{}}}", fields(n)));
    boundary(Cost, 5, |n| format!("mutation{{{} ...F ...on M{{...F}}}} fragment F on M{{g h}}", fields(n - 4)));
    boundary(Cost, 20, |n| {
        format!("{{a ...F ...{{{}}}}} fragment F on Q{{b ...G}} fragment G on Q{{c}}", fields(n - 3))
    });
}

#[test]
fn expanded_selections_are_bounded() {
    boundary(Cost, 2_000, |n| format!("{{r{{{}}}}}", "a ".repeat(n - 1)));
    // 1 + 39 spreads of 49 fields, and what is missing.
    boundary(Cost, 2_000, |n| {
        format!(
            "{{r{{{} {}}}}} fragment F on T{{{}}}",
            "...F ".repeat(39),
            "b ".repeat(n - 1 - 39 * 50),
            "a ".repeat(49)
        )
    });
    // Three levels of ten are 1,112 selections, four are 11,112.
    let levels = |n: usize| {
        let inner = many(n - 1, |i| format!("fragment F{i} on T{{{}}}", format!("...F{} ", i + 1).repeat(10)));
        format!("{{r{{...F0}}}} {inner} fragment F{} on T{{{}}}", n - 1, "a ".repeat(10))
    };
    assert_eq!(verdict(&levels(3)), None);
    assert_eq!(verdict(&levels(4)), Some(Cost));
}

#[test]
fn operations_directives_and_variables_are_bounded() {
    boundary(Cost, 10, |n| many(n, |i| format!("query Q{i}{{a}}")));
    boundary(Cost, 50, |n| format!("{{a{{{}}}}}", many(n, |i| format!("f{i}@skip(if:false)"))));
    boundary(Cost, 50, |n| {
        format!(
            "query($v:Int@a)@b{{c@d ...F@e ...@g{{h}}}} fragment F on T@i{{j{{{}}}}} fragment U on T{{k@l}}",
            many(n - 7, |i| format!("m{i}@m"))
        )
    });
    // Wherever they may stand, five stand there and not six.
    boundary(Cost, 5, |n| format!("{{a{}}}", "@skip(if:false)".repeat(n)));
    for place in
        ["query*{a}", "query($v:Int*){a}", "{...*{a}}", "{...F*} fragment F on T{a}", "{...F} fragment F on T*{a}"]
    {
        boundary(Cost, 5, |n| place.replace('*', &"@d".repeat(n)));
    }
    boundary(Cost, 100, |n| format!("query({}){{a}}", many(n, |i| format!("$v{i}:Int"))));
}

#[test]
fn cycles_are_refused() {
    for text in [
        "{...A} fragment A on T{...A}",
        "{...A} fragment A on T{...B} fragment B on T{...A}",
        "{...A} fragment A on T{a{b{...on T{...A}}}}",
        "{...A} fragment A on T{...{...B}} fragment B on T{c ...C} fragment C on T{...on T{d{...B}}}",
        "{a} fragment U on T{...V} fragment V on T{...U}",
    ] {
        assert_eq!(verdict(text), Some(Invalid), "{text}");
    }
    let twice = "{...A ...B} fragment A on T{...C} fragment B on T{...C} fragment C on T{c}";
    assert_eq!(verdict(twice), None, "to meet again is no cycle");
}

#[test]
fn unknown_fragments_and_clashes_are_refused_with_a_place() {
    for (text, place) in [
        ("{a ...Secret}", "line 1, column 4"),
        ("{a}\nfragment F on T{...Secret}", "line 2, column 17"),
        ("query Secret{a}\nquery Secret{a}", "line 2, column 1"),
        ("fragment Secret on T{a} {a}\nfragment Secret on T{a}", "line 2, column 1"),
        ("{secret}\nquery B{a}", "line"),
    ] {
        let error = check(text, &Limits::default()).unwrap_err();
        assert_eq!(error.code, Invalid, "{text}");
        let message = error.message(Locale::En);
        assert!(message.contains(place) && !message.to_lowercase().contains("secret"), "{message}");
    }
}

#[test]
fn syntax_errors_tell_the_place_and_what_would_be_right_there() {
    for (text, expected, place) in [
        ("", "an operation or a fragment", "1, column 1"),
        ("{\n  secret(", "a name", "2, column 10"),
        ("{secret}}", "an operation or a fragment", "1, column 9"),
        ("组", "an operation or a fragment", "1, column 1"),
        ("{secret", "a name", "1, column 8"),
        ("{secret ?}", "a name", "1, column 9"),
        ("{secret{}}", "a name", "1, column 9"),
        ("query(){secret}", "`$`", "1, column 7"),
        ("query($secret){a}", "`:`", "1, column 14"),
        ("query($secret:!){a}", "a type", "1, column 15"),
        ("query($secret:[T){a}", "`]`", "1, column 17"),
        ("query($secret:T=$other){a}", "a value", "1, column 17"),
        ("query($secret:T@d(a:$other)){a}", "a value", "1, column 21"),
        ("querySecret{a}", "an operation or a fragment", "1, column 1"),
        ("query Secret a", "`{`", "1, column 14"),
        ("{a(secret)}", "`:`", "1, column 10"),
        ("{a(secret:)}", "a value", "1, column 11"),
        ("{a(secret:\"\\x\")}", "a string whose escapes are known", "1, column 11"),
        ("{a(secret:1e999)}", "a number", "1, column 11"),
        ("{a(secret:00)}", "a value", "1, column 11"),
        ("fragment on on Secret{a}", "a fragment's name", "1, column 10"),
        ("fragment Secret{a}", "`on`", "1, column 16"),
        ("{... on{secret}}", "a name", "1, column 8"),
    ] {
        let error = check(text, &Limits::default()).unwrap_err();
        assert_eq!((error.code, error.field), (Parse, None), "{text}");
        assert_eq!(error.detail.unwrap().1, format!("Syntax error, expected {expected}, at line {place}."), "{text}");
    }
    let none = check("fragment F on T{a}", &Limits::default()).unwrap_err();
    assert_eq!((none.code, none.message(Locale::ZhCn).as_ref()), (Parse, "没有操作"));
}

#[test]
fn what_the_specification_allows_is_accepted() {
    for text in [
        "{a(b:nullable c:trueish d:[nullnull])}",
        "query($v:Int=1@d){a}",
        "query query{query:fragment on ...fragment} fragment fragment on on{on}",
        "{a(b:\"\\uD83D\\uDE00\")}",
        "{...@include(if:true){a}}",
        "{a(b:{}c:[]d:\"\"e:\"\"\"\"\"\")}",
        "query($v:[[T!]!]){a}",
    ] {
        assert_eq!(verdict(text), None, "{text}");
    }
}

#[test]
fn a_field_of_an_object_is_given_once() {
    let error = check("{a(b:{secret:1 c:2 secret:3})}", &Limits::default()).unwrap_err();
    assert_eq!((error.code, error.message(Locale::En).contains("line 1, column 20")), (Invalid, true));
    assert!(!error.message(Locale::En).contains("secret"));
}

#[test]
fn what_is_checked_is_what_was_parsed() {
    let text = "query A($v:Int=1){a(b:[$v,\"\"\"x\"\"\"])@c{...F}} fragment F on T{d}";
    let checked = check(text, &Limits::default()).unwrap();
    assert_eq!(
        serde_json::to_value(&checked.document).unwrap(),
        serde_json::to_value(parse_query(text).unwrap()).unwrap()
    );
}

#[test]
fn doubling_is_measured_exactly() {
    // Every level doubles what lies below it and adds its two spreads: 3 x 2^n with the field around.
    assert_eq!(verdict(&doubling(9, true)), None);
    let error = check(&doubling(10, true), &Limits::default()).unwrap_err();
    assert!(error.message(Locale::En).contains("3072"), "{}", error.message(Locale::En));
}

#[test]
fn limits_are_read_from_configuration() {
    let read = |text| serde_json::from_str::<Limits>(text);
    assert_eq!(read("{}").unwrap(), Limits::default());
    assert_eq!(read(r#"{"depth":20}"#).unwrap(), Limits { depth: 20, ..Limits::default() });
    assert!(read(r#"{"dept":20}"#).is_err() && read(r#"{"depth":-1}"#).is_err());
}
