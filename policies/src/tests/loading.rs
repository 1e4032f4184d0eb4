//! A text that is wrong does not load, and says where.

use crate::engine::{at_once, effective};
use crate::text::Contract;
use crate::{Action, PolicyError, ROLES_CSV, Resource, Role, Scope, compile_from};

fn refusal(line: &str) -> String {
    compile_from(&format!("# 注释\n\n  {line}\r\n")).unwrap_err().to_string()
}

#[test]
fn unknown_names_are_refused_with_their_line() {
    assert_eq!(refusal("p, boss, case, read, own, allow"), "line 3: unknown role `boss`");
    assert_eq!(refusal("p, junior, cases, read, own, allow"), "line 3: unknown resource `cases`");
    assert_eq!(refusal("p, junior, case, look, own, allow"), "line 3: unknown action `look`");
    assert_eq!(refusal("p, junior, case, read, world, allow"), "line 3: unknown scope `world`");
    assert_eq!(refusal("p, junior, case, read, own, allow # why"), "line 3: unknown effect `allow # why`");
    assert_eq!(refusal("g, junior, boss"), "line 3: unknown role `boss`");
    assert_eq!(refusal("p, Junior, case, read, own, allow"), "line 3: unknown role `Junior`");
}

#[test]
fn malformed_lines_are_refused_with_their_line() {
    assert_eq!(refusal("p, junior, case, read, own"), "line 3: 5 fields instead of 6");
    assert_eq!(refusal("p, junior, case, read, own, allow, "), "line 3: 7 fields instead of 6");
    assert_eq!(refusal("g, junior"), "line 3: 2 fields instead of 3");
    assert_eq!(refusal("p2, junior, case, read, own, allow"), "line 3: `p2` is neither `p` nor `g`");
    assert_eq!(refusal("junior"), "line 3: `junior` is neither `p` nor `g`");
}

#[test]
fn lines_that_mean_something_else_than_they_say_are_refused() {
    assert_eq!(refusal("p, junior, tenant, submit, own, allow"), "line 3: `tenant:submit` is not a permission");
    assert_eq!(refusal("p, super, *, read, tenant, allow"), "line 3: only a deny line may use `*`");
    assert_eq!(refusal("p, super, case, *, tenant, allow"), "line 3: only a deny line may use `*`");
    assert_eq!(refusal("p, leader, case, *, subtree, deny"), "line 3: a deny line has the scope `tenant`");
    let twice = "p, junior, case, read, own, allow\np, junior,case,read,own,allow";
    assert_eq!(refusal(twice), "line 4: repeats line 3");
    assert_eq!(refusal("g, super, junior\ng, super, junior"), "line 4: repeats line 3");
    assert_eq!(
        refusal("g, super, senior\ng, senior, junior\ng, junior, super"),
        "line 5: `junior` would inherit from itself"
    );
    assert_eq!(refusal("g, junior, junior"), "line 3: `junior` would inherit from itself");
}

#[test]
fn additions_follow_the_platform_text() {
    let more = format!("{ROLES_CSV}p, leader, approval, read, subtree, allow\np, leader, cadre, *, tenant, deny\n");
    let compiled = compile_from(&more).unwrap();
    let decision = compiled.decide(&[Role::Leader], Resource::Approval, Action::Read);
    assert!(decision.scopes.contains(Scope::Subtree));
    assert!(!compiled.decide(&[Role::Leader], Resource::Cadre, Action::Read).allowed);
    // The denial holds for the person, not only for the role.
    assert!(!compiled.decide(&[Role::Leader, Role::Junior], Resource::Cadre, Action::Read).allowed);
    assert!(compiled.decide(&[Role::Junior], Resource::Cadre, Action::Read).allowed);
}

#[test]
fn an_empty_text_allows_nothing() {
    let compiled = compile_from("").unwrap();
    assert!(!compiled.decide(Role::ALL, Resource::Tenant, Action::Read).allowed);
}

#[test]
fn a_broken_model_is_an_error_not_a_crash() {
    let contract = Contract::read(ROLES_CSV).unwrap();
    let broken = crate::MODEL_CONF.replace("m = (", "m = ((");
    assert!(matches!(effective(&contract, &broken), Err(PolicyError::Engine(_))));
}

#[test]
fn waiting_is_reported() {
    assert!(matches!(at_once(std::future::pending::<()>()), Err(PolicyError::Suspended)));
}
