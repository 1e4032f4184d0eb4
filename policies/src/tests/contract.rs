//! What the platform's contract promises.

use std::path::Path;

use crate::{
    Action, Compiled, Effect, Group, PERMISSIONS, Permission, ROLES_CSV, Resource, Role, Scope, ScopeSet, compile,
    compile_from,
};

fn scopes(compiled: &Compiled, roles: &[Role], resource: Resource, action: Action) -> Vec<Scope> {
    compiled.decide(roles, resource, action).scopes.iter().collect()
}

#[test]
fn matrix_is_the_golden_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("matrix.golden");
    let matrix = compile().unwrap().matrix();
    if std::env::var_os("ZUGONG_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &matrix).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(golden == matrix, "matrix.golden differs; review, then ZUGONG_BLESS=1 cargo test. Now:\n{matrix}");
    for permission in PERMISSIONS {
        let row = format!("{permission} ");
        assert_eq!(golden.lines().filter(|line| line.starts_with(&row)).count(), 1, "{permission}");
    }
}

fn unheld(compiled: &Compiled) -> Vec<Permission> {
    let held = |permission: &&Permission| {
        Role::ALL.iter().any(|role| compiled.decide(&[*role], permission.resource, permission.action).allowed)
    };
    PERMISSIONS.iter().filter(|permission| !held(permission)).copied().collect()
}

#[test]
fn every_permission_is_held_by_someone() {
    assert_eq!(unheld(&compile().unwrap()), []);
    let text = ROLES_CSV.replace("p, audit_admin, audit, read, tenant, allow", "");
    let audit = Permission { resource: Resource::Audit, action: Action::Read };
    assert_eq!(unheld(&compile_from(&text).unwrap()), [audit], "the check itself finds a gap");
}

#[test]
fn every_resource_and_action_is_used_once_per_pair() {
    for resource in Resource::ALL {
        assert!(PERMISSIONS.iter().any(|permission| permission.resource == *resource), "{resource}");
    }
    for action in Action::ALL {
        assert!(PERMISSIONS.iter().any(|permission| permission.action == *action), "{action}");
    }
    for (position, permission) in PERMISSIONS.iter().enumerate() {
        assert!(!PERMISSIONS[..position].contains(permission), "{permission} twice");
    }
}

#[test]
fn names_are_consistent() {
    macro_rules! check {
        ($($list:ty),+) => {$(
            for (position, value) in <$list>::ALL.iter().enumerate() {
                assert_eq!(value.as_str().to_ascii_uppercase(), value.screaming());
                assert_eq!(value.as_str().parse::<$list>().unwrap(), *value);
                assert_eq!(value.index(), position);
                assert!(value.title().chars().any(|letter| !letter.is_ascii()));
                assert!(<$list>::ALL[..position].iter().all(|other| other.title() != value.title()), "{value}");
            }
            assert!("nobody".parse::<$list>().is_err());
        )+};
    }
    check!(Role, Group, Resource, Action, Scope, Effect);
    assert_eq!(Role::ALL.iter().filter_map(|role| role.tier()).collect::<Vec<_>>(), [3, 2, 1]);
    for group in Group::ALL {
        assert!(group.as_str().parse::<Role>().is_err(), "{group} cannot be assigned");
    }
}

#[test]
fn everyone_reads_reference_data_and_nobody_without_a_role_does() {
    let compiled = compile().unwrap();
    for resource in [Resource::Tenant, Resource::Matter, Resource::CodeSet, Resource::RuleSet] {
        for role in Role::ALL {
            assert!(scopes(&compiled, &[*role], resource, Action::Read).contains(&Scope::Tenant), "{role} {resource}");
        }
    }
    for Permission { resource, action } in PERMISSIONS {
        assert!(!compiled.decide(&[], *resource, *action).allowed);
    }
}

#[test]
fn higher_tiers_have_all_the_rights_of_lower_ones() {
    let compiled = compile().unwrap();
    for (higher, lower) in [(Role::Super, Role::Senior), (Role::Senior, Role::Junior)] {
        for Permission { resource, action } in PERMISSIONS {
            let below = compiled.decide(&[lower], *resource, *action).scopes;
            assert!(
                compiled.decide(&[higher], *resource, *action).scopes.covers(below),
                "{higher} {resource}:{action}"
            );
        }
    }
}

#[test]
fn separated_administrators_share_no_power_and_see_no_business() {
    let compiled = compile().unwrap();
    let three: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.is_separated()).collect();
    for Permission { resource, action } in PERMISSIONS {
        let holders = three.iter().filter(|role| compiled.decide(&[**role], *resource, *action).allowed).count();
        let shared = *action == Action::Read || *action == Action::Explain;
        assert!(holders <= 1 || shared, "{resource}:{action} is held by {holders}");
    }
    for role in three {
        // A business role of the same person does not open what separation closes.
        assert!(!compiled.decide(&[Role::Super, Role::Applicant, role], Resource::Case, Action::Read).allowed);
        let hits = compiled.explain(&[Role::Junior, role], Resource::Person, Action::Update);
        assert_eq!((hits[0].role, hits[0].effect), (role, Effect::Deny));
        assert_eq!((hits[1].role, hits[1].effect), (Role::Junior, Effect::Allow));
    }
    for role in [Role::Super, Role::Senior, Role::Junior, Role::Leader] {
        assert!(!compiled.decide(&[role], Resource::Audit, Action::Read).allowed);
        assert!(!compiled.decide(&[role], Resource::Diagnostics, Action::Sql).allowed);
    }
}

#[test]
fn leader_reads_instructs_and_does_his_own_work() {
    use Action::{Accept, Create, Finish, Instruct, Publish, Read, Submit, Transfer, Urge};
    let compiled = compile().unwrap();
    for Permission { resource, action } in PERMISSIONS {
        let work = match resource {
            Resource::Task => matches!(action, Accept | Submit | Finish | Transfer | Urge | Instruct),
            Resource::Problem => *action == Create,
            // Anonymised figures go out when he approves.
            Resource::Statistic => *action == Publish,
            _ => false,
        };
        let allowed = compiled.decide(&[Role::Leader], *resource, *action).allowed;
        assert!(!allowed || work || *action == Read, "{resource}:{action}");
    }
    // What others answer for he urges and instructs, and carries nothing of it out.
    for action in [Accept, Submit, Finish, Transfer] {
        assert_eq!(scopes(&compiled, &[Role::Leader], Resource::Task, action), [Scope::Own]);
    }
}

#[test]
fn roles_add_up_and_explain_names_the_lines() {
    let compiled = compile().unwrap();
    let roles = [Role::Junior, Role::Applicant];
    assert_eq!(scopes(&compiled, &roles, Resource::Case, Action::Read), [Scope::Subtree, Scope::Own]);
    let hits = compiled.explain(&roles, Resource::Case, Action::Read);
    let lines: Vec<&str> = hits.iter().map(|hit| hit.line.as_str()).collect();
    assert_eq!(lines, ["p, junior, case, read, subtree, allow", "p, applicant, case, read, own, allow"]);
    for hit in &hits {
        assert_eq!(ROLES_CSV.lines().nth(hit.number - 1), Some(hit.line.as_str()));
    }
    let inherited = compiled.explain(&[Role::Super], Resource::Case, Action::Read);
    assert_eq!((inherited[0].role, inherited[0].line.as_str()), (Role::Super, lines[0]));
    assert_eq!(compiled.explain(&[Role::Leader], Resource::Audit, Action::Read), []);
}

#[test]
fn scope_sets_cover_only_what_they_certainly_reach() {
    let every: ScopeSet = Scope::ALL.iter().copied().collect();
    assert!(ScopeSet::of(Scope::Tenant).covers(every));
    assert!(!ScopeSet::of(Scope::Subtree).covers(ScopeSet::of(Scope::Agency)));
    assert!(!ScopeSet::of(Scope::Subtree).covers(ScopeSet::of(Scope::Tenant)));
    assert!(ScopeSet::of(Scope::Own).covers(ScopeSet::EMPTY));
    assert!(!ScopeSet::EMPTY.covers(ScopeSet::of(Scope::Own)));
    assert_eq!(ScopeSet::from_bits(u8::MAX), every);
    assert_eq!(ScopeSet::from_bits(every.bits()), every);
}
