//! The table against the reference model and against casbin's own answer.

use std::collections::BTreeSet;
use std::fmt::Write;

use casbin::{CoreApi, DefaultModel, Enforcer, StringAdapter};

use super::reference::{Random, Reference};
use crate::engine::at_once;
use crate::{Action, Group, MODEL_CONF, PERMISSIONS, ROLES_CSV, Resource, Role, Scope, compile_from};

/// Half of the questions are about pairs that exist, half about any pair.
fn question(random: &mut Random) -> (Vec<Role>, Resource, Action) {
    let roles = (0..random.below(4)).map(|_| random.pick(Role::ALL)).collect();
    let pair = random.pick(PERMISSIONS);
    if random.below(2) == 0 {
        (roles, pair.resource, pair.action)
    } else {
        (roles, random.pick(Resource::ALL), random.pick(Action::ALL))
    }
}

fn names(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}

fn compare(text: &str, random: &mut Random, questions: usize) -> usize {
    let compiled = compile_from(text).unwrap();
    let reference = Reference::new(text);
    let mut allowed = 0;
    for _ in 0..questions {
        let (roles, resource, action) = question(random);
        let decision = compiled.decide(&roles, resource, action);
        let scopes: BTreeSet<&str> = decision.scopes.iter().map(Scope::as_str).collect();
        let expected = reference.decide(&names(&roles), resource.as_str(), action.as_str());
        assert_eq!(scopes, expected, "{roles:?} {resource}:{action} in\n{text}");
        assert_eq!(decision.allowed, !expected.is_empty());
        let hits = compiled.explain(&roles, resource, action);
        assert_eq!(decision.allowed, hits.first().is_some_and(|hit| hit.effect.as_str() == "allow"));
        allowed += usize::from(decision.allowed);
    }
    allowed
}

/// Random lines; links only lead to later names, so none closes a circle.
fn random_text(random: &mut Random) -> String {
    let subjects: Vec<&str> =
        Role::ALL.iter().map(|role| role.as_str()).chain(Group::ALL.iter().map(|group| group.as_str())).collect();
    let mut lines = BTreeSet::new();
    for _ in 0..random.below(12) {
        let child = random.below(subjects.len() - 1);
        let parent = child + 1 + random.below(subjects.len() - child - 1);
        lines.insert(format!("g, {}, {}", subjects[child], subjects[parent]));
    }
    for _ in 0..20 + random.below(200) {
        let (subject, pair) = (random.pick(&subjects), random.pick(PERMISSIONS));
        let line = match random.below(12) {
            0 => format!("p, {subject}, {}, *, tenant, deny", pair.resource),
            1 => format!("p, {subject}, {}, {}, tenant, deny", pair.resource, pair.action),
            _ => format!("p, {subject}, {}, {}, {}, allow", pair.resource, pair.action, random.pick(Scope::ALL)),
        };
        lines.insert(line);
    }
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

#[test]
fn platform_contract_agrees_with_the_reference() {
    let allowed = compare(ROLES_CSV, &mut Random(1), 50_000);
    assert!((5_000..45_000).contains(&allowed), "the questions prove nothing: {allowed} allowed");
}

#[test]
fn generated_contracts_agree_with_the_reference() {
    let mut random = Random(2);
    let allowed: usize = (0..100)
        .map(|_| {
            let text = random_text(&mut random);
            compare(&text, &mut random, 500)
        })
        .sum();
    // The more pairs there are, the fewer of them a random text allows.
    assert!((2_000..45_000).contains(&allowed), "the questions prove nothing: {allowed} allowed");
}

/// Casbin reads the raw text here, not what the loader made of it. Each question is a person who has the roles.
#[test]
fn platform_contract_agrees_with_casbin() {
    let mut random = Random(3);
    let questions: Vec<_> = (0..400).map(|_| question(&mut random)).collect();
    let mut text = ROLES_CSV.to_owned();
    for (person, (roles, ..)) in questions.iter().enumerate() {
        for role in roles {
            writeln!(text, "g, person{person}, {role}").unwrap();
        }
    }
    let enforcer = at_once(async {
        let model = DefaultModel::from_str(MODEL_CONF).await.unwrap();
        Enforcer::new(model, StringAdapter::new(text)).await.unwrap()
    })
    .unwrap();
    let compiled = compile_from(ROLES_CSV).unwrap();
    let mut allowed = 0;
    for (person, (roles, resource, action)) in questions.iter().enumerate() {
        let request = (format!("person{person}"), resource.as_str(), action.as_str());
        let expected = enforcer.enforce(request).unwrap();
        assert_eq!(compiled.decide(roles, *resource, *action).allowed, expected, "{roles:?} {resource}:{action}");
        allowed += usize::from(expected);
    }
    assert!((40..360).contains(&allowed), "the questions prove nothing: {allowed} allowed");
}
