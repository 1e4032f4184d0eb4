//! The read engine: one statement per root field, pages, filters, orders, selections, rights.

mod across;
mod aggregates;
mod backwards;
mod cursors;
mod documents;
mod filters;
mod history;
mod language;
mod missing;
mod naive;
mod orders;
mod pages;
mod plans;
mod random;
mod reference;
mod rights;
mod selections;
mod walker;

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

/// The names of the units that a condition finds, in the order of the tree.
async fn units(actor: &Actor, condition: Json) -> Vec<String> {
    let query = "query($where: UnitWhere) { units(first: 100, where: $where, orderBy: [{field: PATH}]) { totalCount nodes { name } } }";
    let page = actor.ok(query, json!({ "where": condition })).await["units"].clone();
    let names: Vec<String> =
        page["nodes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap().to_string()).collect();
    assert_eq!(page["totalCount"], names.len(), "{condition}");
    names
}

/// Units and people beside the world's, so that values are missing, repeat and differ.
async fn populate(world: &World) {
    let root = &world.a.superior;
    for (i, parent) in ["root", "town", "village", "other-town", "town", "root", "village", "town"].iter().enumerate() {
        let short = if i % 3 == 0 { Json::Null } else { json!(format!("简{}", i % 2)) };
        let sequence = ["PARTY", "GOVERNMENT", "TOWNSHIP"][i % 3];
        let input = json!({
            "parent": world.a.id(parent), "code": format!("N{i}x{}", 9 - i), "name": format!("第{}科", i % 4), "shortName": short,
            "sequence": sequence, "kind": "INTERNAL_OFFICE",
            "validFrom": format!("20{:02}-0{}-15", 10 + i % 3, 1 + i % 5), "position": i % 3,
        });
        root.done("unitCreate", input, "unit { id }").await;
    }
    for i in 0..8_usize {
        let digits = format!("330602199{}0307{:03}", i % 10, 100 + i * 2);
        let check = zugong::modules::personnel::rules::id_number::check_char(&digits).unwrap();
        let native = if i % 2 == 0 { Json::Null } else { json!(format!("浙江{}", i % 3)) };
        let joined = if i % 3 == 0 { Json::Null } else { json!(["2010-07", "2010-07-01", "1999-12"][i % 3]) };
        let (ethnicity, unit) = (["01", "02"][i % 2], world.a.id(["town", "village", "other-town"][i % 3]));
        let input = json!({
            "name": format!("王{}", i % 5), "idNumber": format!("{digits}{check}"), "ethnicity": ethnicity,
            "politicalStatus": "13", "nativePlace": native, "joinedParty": joined,
            "unit": unit,
        });
        root.done("personCreate", input, "person { id }").await;
    }
}
