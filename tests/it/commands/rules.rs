//! Rules of the domain as a client meets them.

use serde_json::{Value as Json, json};
use zugong::modules::personnel::rules::id_number::check_char;
use zugong_tests::{
    Probe, World,
    client::{codes, fields},
};

use super::{rows, unit, with};

#[tokio::test]
async fn every_fault_of_an_input_is_told_at_once() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = rows(&probe).await;
    let input = json!({ "parent": world.b.id("root"), "code": "11330602002567895A", "name": "  ", "divisionCode": "999999",
        "validFrom": "2025-02-30", "sequence": "GOVERNMENT", "kind": "ORGAN" });
    let payload = world.a.superior.mutate("unitCreate", input, "unit { id }").await;
    let mut told: Vec<(&str, &str)> = codes(&payload).into_iter().zip(fields(&payload)).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("INVALID_CREDIT_CODE", "input.code"),
            ("INVALID_DIVISION", "input.divisionCode"),
            ("INVALID_FORMAT", "input.validFrom"),
            ("INVALID_VALUE", "input.name"),
            ("UNKNOWN_REFERENCE", "input.parent"),
        ],
        "{payload}"
    );
    assert!(payload["unit"].is_null());
    assert_eq!(rows(&probe).await, before);
    let person = json!({ "name": "", "idNumber": "331123198506150018", "sex": "男女", "ethnicity": "火星", "birth": "去年",
        "politicalStatus": "14", "education": "00", "phone": "123", "unit": "uni_x", "partyOrganisation": "pty_x",
        "joinedParty": "2099-01" });
    let payload = world.a.superior.mutate("personCreate", person, "person { id }").await;
    let mut told = fields(&payload);
    told.sort_unstable();
    let expected = [
        "birth",
        "education",
        "ethnicity",
        "idNumber",
        "joinedParty",
        "name",
        "partyOrganisation",
        "phone",
        "politicalStatus",
        "sex",
        "unit",
    ];
    assert_eq!(told, expected.map(|f| format!("input.{f}")), "{payload}");
}

#[tokio::test]
async fn j_01_a_division_is_in_force_on_the_first_day() {
    let world = World::start().await;
    // 江干 ended and 钱塘 began in 2021.
    for (number, division, day, accepted) in [
        (1, "330104", "2025-06-01", false),
        (2, "330104", "2020-06-01", true),
        (3, "330114", "2020-06-01", false),
        (4, "330114", "2025-06-01", true),
        (5, "330203", "2025-06-01", true),
        (6, "330299", "2025-06-01", false),
        (7, "", "2025-06-01", false),
        (8, "3302", "2025-06-01", false),
        (9, "330203 ", "2025-06-01", false),
    ] {
        let input = with(unit(&world, number), json!({ "divisionCode": division, "validFrom": day }));
        let payload = world.a.superior.mutate("unitCreate", input, "unit { divisionCode validFrom }").await;
        if accepted {
            assert_eq!(payload["unit"], json!({ "divisionCode": division, "validFrom": day }), "{payload}");
        } else {
            assert_eq!(
                (codes(&payload), fields(&payload)),
                (vec!["INVALID_DIVISION"], vec!["input.divisionCode"]),
                "{division} {payload}"
            );
        }
    }
}

#[tokio::test]
async fn j_03_a_credit_code_is_checked_and_unique() {
    let world = World::start().await;
    let with_code = |code: &str| with(unit(&world, 1), json!({ "code": code }));
    for (given, kept) in [
        ("91350100M000100Y43", "91350100M000100Y43"),
        ("11330602002567895Q", "11330602002567895Q"),
        (" 12331123mb0000123b ", "12331123MB0000123B"),
    ] {
        let payload = world.a.superior.done("unitCreate", with_code(given), "unit { code }").await;
        assert_eq!(payload["unit"]["code"], kept);
        let again = world.a.superior.mutate("unitCreate", with_code(kept), "unit { id }").await;
        assert_eq!((codes(&again), fields(&again)), (vec!["ALREADY_EXISTS"], vec!["input.code"]));
    }
    for wrong in [
        "11330602002567895R",
        "91350100M000100Y44",
        "11330602002567859Q",
        "1133060200256789Q",
        "11330602002567895QQ",
        "1133060200256789OQ",
        "Q13306020025678950",
        "",
        "１１３３０６０２００２５６７８９５Q",
    ] {
        let payload = world.a.superior.mutate("unitCreate", with_code(wrong), "unit { id }").await;
        assert_eq!((codes(&payload), fields(&payload)), (vec!["INVALID_CREDIT_CODE"], vec!["input.code"]), "{wrong}");
    }
    // The same code in another tenant is another unit.
    let mut theirs = with_code("11330602002567895Q");
    theirs["parent"] = json!(world.b.id("root"));
    world.b.superior.done("unitCreate", theirs, "unit { id }").await;
}

fn person(world: &World, more: Json) -> Json {
    let plain = json!({ "name": "章小明", "idNumber": "331123198506150019", "ethnicity": "01", "politicalStatus": "01",
        "unit": world.a.id("town") });
    with(plain, more)
}

#[tokio::test]
async fn j_02_an_identity_number_is_checked_and_tells_sex_and_birth() {
    let world = World::start().await;
    let actor = &world.a.superior;
    for (given, kept, sex, birth) in [
        ("331123198506150019", "331123198506150019", "1", "1985-06-15"),
        ("11010519491231002x", "11010519491231002X", "2", "1949-12-31"),
        ("330602199003070024", "330602199003070024", "2", "1990-03-07"),
        ("330203198802290031", "330203198802290031", "1", "1988-02-29"),
    ] {
        let input = person(&world, json!({ "idNumber": given }));
        let made = actor.done("personCreate", input, "person { idNumber sex birth }").await;
        assert_eq!(made["person"], json!({ "idNumber": kept, "sex": sex, "birth": birth }));
        let again = actor.mutate("personCreate", person(&world, json!({ "idNumber": kept })), "person { id }").await;
        assert_eq!((codes(&again), fields(&again)), (vec!["ALREADY_EXISTS"], vec!["input.idNumber"]), "{again}");
    }
    for wrong in [
        "331123198506150018",
        "330203198702290031",
        "33112319850615001",
        "331123850615001",
        "",
        "331123198506150019X",
        "991123198506150016",
    ] {
        let payload = actor.mutate("personCreate", person(&world, json!({ "idNumber": wrong })), "person { id }").await;
        assert_eq!((codes(&payload), fields(&payload)), (vec!["INVALID_ID_NUMBER"], vec!["input.idNumber"]), "{wrong}");
    }
    let other = "330602199003070016";
    for (sex, code) in [("2", "INVALID_VALUE"), ("女", "INVALID_VALUE"), ("3", "UNKNOWN_CODE")] {
        let input = person(&world, json!({ "idNumber": other, "sex": sex }));
        let payload = actor.mutate("personCreate", input, "person { id }").await;
        assert!(codes(&payload).contains(&code) && fields(&payload).contains(&"input.sex"), "{payload}");
    }
}

#[tokio::test]
async fn j_04_codes_and_their_names_are_accepted_and_others_name_the_set() {
    let world = World::start().await;
    let (actor, selection) = (&world.a.superior, "person { ethnicity politicalStatus education }");
    let named = json!({ "ethnicity": "畲族", "politicalStatus": "群众", "education": "21" });
    let made = actor.done("personCreate", person(&world, named), selection).await;
    assert_eq!(made["person"], json!({ "ethnicity": "22", "politicalStatus": "13", "education": "21" }));
    for (field, value, set) in [
        ("ethnicity", "57", "GB/T 3304"),
        ("ethnicity", "1", "GB/T 3304"),
        ("politicalStatus", "14", "GB/T 4762"),
        ("education", "99", "GB/T 4658"),
        ("sex", "3", "GB/T 2261.1"),
    ] {
        let input = person(&world, json!({ field: value, "idNumber": "330602199003070024" }));
        let payload = actor.mutate("personCreate", input, selection).await;
        let refusals = payload["userErrors"].as_array().unwrap();
        let refusal =
            refusals.iter().find(|r| r["field"] == format!("input.{field}")).unwrap_or_else(|| panic!("{payload}"));
        assert_eq!(refusal["code"], "UNKNOWN_CODE");
        assert!(refusal["message"].as_str().unwrap().contains(set), "{refusal}");
    }
}

#[tokio::test]
async fn j_07_a_month_never_becomes_a_day() {
    let world = World::start().await;
    let id_number = |number: usize| {
        let digits = format!("33112319850615{number:03}");
        format!("{digits}{}", check_char(&digits).unwrap())
    };
    for (number, (form, kept)) in [
        ("1985-06-15", "1985-06-15"),
        ("19850615", "1985-06-15"),
        ("1985-06", "1985-06"),
        ("198506", "1985-06"),
        ("1985.06", "1985-06"),
        ("一九八五年六月", "1985-06"),
    ]
    .into_iter()
    .enumerate()
    {
        let input = person(&world, json!({ "birth": form, "idNumber": id_number(number), "joinedParty": form }));
        let made = world.a.superior.done("personCreate", input, "person { birth joinedParty }").await;
        assert_eq!(made["person"], json!({ "birth": kept, "joinedParty": kept }), "{form}");
    }
    for wrong in ["1985-13", "1985-02-30", "85-06", "1985-6-1x", "", "2025-10", "2025-09-23", "去年"] {
        let input = person(&world, json!({ "birth": wrong, "idNumber": id_number(99) }));
        let payload = world.a.superior.mutate("personCreate", input, "person { id }").await;
        assert_eq!(fields(&payload), ["input.birth"], "{wrong}: {payload}");
        assert!(["INVALID_FORMAT", "INVALID_VALUE"].contains(&codes(&payload)[0]), "{wrong}");
    }
}
