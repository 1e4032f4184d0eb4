//! C-13 三级分权: a tier never grants beyond its own rights or outside its subtree.

use crate::{Compiled, ROLES_CSV, Role, compile, compile_from, conflicts, is_inside};

const DISTRICT: &str = "/0001/";
const TOWN: &str = "/0001/0003/";
const VILLAGE: &str = "/0001/0003/0007/";
const OTHER_TOWN: &str = "/0001/00031/";

fn grant(compiled: &Compiled, grantor: &[(Role, &str)], role: Role, target: &str) -> &'static str {
    compiled.may_grant(grantor, &[], role, target).map_or_else(|refusal| refusal.code(), |()| "ok")
}

#[test]
fn c13_tiers_grant_downwards_in_their_subtree() {
    use Role::{Applicant, Handler, Junior, Leader, Senior, Super};
    let compiled = compile().unwrap();
    let expected = [
        (Super, DISTRICT, vec![Super, Senior, Junior, Applicant, Handler, Leader]),
        (Senior, TOWN, vec![Junior, Applicant, Handler]),
        (Junior, VILLAGE, vec![Applicant]),
        (Applicant, VILLAGE, vec![]),
        (Handler, TOWN, vec![]),
        (Leader, DISTRICT, vec![]),
        (Role::SystemAdmin, DISTRICT, vec![]),
        (Role::AuditAdmin, DISTRICT, vec![]),
    ];
    for (grantor, path, grantable) in expected {
        for role in Role::ALL {
            let answer = if grantable.contains(role) { "ok" } else { "GRANT_EXCEEDS_TIER" };
            assert_eq!(grant(&compiled, &[(grantor, path)], *role, VILLAGE), answer, "{grantor} grants {role}");
        }
    }
}

#[test]
fn c13_junior_granting_senior_is_refused() {
    let compiled = compile().unwrap();
    assert_eq!(grant(&compiled, &[(Role::Junior, VILLAGE)], Role::Senior, VILLAGE), "GRANT_EXCEEDS_TIER");
    assert_eq!(grant(&compiled, &[(Role::Senior, TOWN)], Role::Senior, VILLAGE), "GRANT_EXCEEDS_TIER");
    assert_eq!(grant(&compiled, &[(Role::Senior, TOWN)], Role::Super, VILLAGE), "GRANT_EXCEEDS_TIER");
    assert_eq!(grant(&compiled, &[], Role::Applicant, VILLAGE), "GRANT_EXCEEDS_TIER");
}

#[test]
fn c13_another_subtree_is_out_of_reach() {
    let compiled = compile().unwrap();
    let senior = [(Role::Senior, TOWN)];
    assert_eq!(grant(&compiled, &senior, Role::Junior, TOWN), "ok");
    assert_eq!(grant(&compiled, &senior, Role::Junior, OTHER_TOWN), "GRANT_OUTSIDE_SUBTREE");
    assert_eq!(grant(&compiled, &senior, Role::Junior, DISTRICT), "GRANT_OUTSIDE_SUBTREE");
    assert_eq!(grant(&compiled, &[(Role::Super, TOWN)], Role::Super, DISTRICT), "GRANT_OUTSIDE_SUBTREE");
    for malformed in ["", "/", "//", "/0001/0003", "0001/0003/", "/0001//0003/"] {
        assert_eq!(grant(&compiled, &senior, Role::Junior, malformed), "GRANT_OUTSIDE_SUBTREE", "{malformed}");
        assert_eq!(grant(&compiled, &[(Role::Super, malformed)], Role::Junior, TOWN), "GRANT_OUTSIDE_SUBTREE");
    }
}

#[test]
fn c13_rights_held_elsewhere_do_not_travel() {
    let compiled = compile().unwrap();
    // Senior in one town and junior in the other is not senior in both.
    let grantor = [(Role::Senior, TOWN), (Role::Junior, OTHER_TOWN)];
    assert_eq!(grant(&compiled, &grantor, Role::Junior, OTHER_TOWN), "GRANT_OUTSIDE_SUBTREE");
    assert_eq!(grant(&compiled, &grantor, Role::Applicant, OTHER_TOWN), "ok");
}

#[test]
fn c13_a_tier_brings_no_right_the_grantor_lacks() {
    // A tenant gives juniors a right that seniors are denied: seniors can no longer make juniors.
    let text = ROLES_CSV.replace("g, senior, junior\n", "g, senior, junior\np, senior, person, update, tenant, deny\n");
    let compiled = compile_from(&text).unwrap();
    assert_eq!(grant(&compiled, &[(Role::Senior, TOWN)], Role::Junior, VILLAGE), "GRANT_EXCEEDS_TIER");
    assert_eq!(grant(&compiled, &[(Role::Senior, TOWN)], Role::Applicant, VILLAGE), "ok");

    // A wider scope is a right too.
    for (scope, answer) in [("tenant", "GRANT_EXCEEDS_TIER"), ("subtree", "ok")] {
        let text = format!(
            "p, senior, assignment, grant, subtree, allow\np, senior, person, read, subtree, allow\n\
             p, junior, person, read, {scope}, allow\n"
        );
        let compiled = compile_from(&text).unwrap();
        assert_eq!(grant(&compiled, &[(Role::Senior, TOWN)], Role::Junior, VILLAGE), answer, "{scope}");
    }

    // Taking `assignment:grant` away takes granting away.
    let text = ROLES_CSV.replace("p, junior, assignment, grant, subtree, allow\n", "");
    let compiled = compile_from(&text).unwrap();
    assert_eq!(grant(&compiled, &[(Role::Junior, VILLAGE)], Role::Applicant, VILLAGE), "GRANT_EXCEEDS_TIER");

    // And another role that may grant does not lend it: leaders grant nothing.
    let text = format!("{text}p, leader, assignment, grant, subtree, allow\n");
    let compiled = compile_from(&text).unwrap();
    let grantor = [(Role::Junior, VILLAGE), (Role::Leader, VILLAGE)];
    assert_eq!(grant(&compiled, &grantor, Role::Applicant, VILLAGE), "GRANT_EXCEEDS_TIER");
}

#[test]
fn c13_only_rights_held_over_the_target_count() {
    // Juniors read figures, seniors do not, leaders do: a senior who leads another town cannot make a junior here.
    let text = "p, senior, assignment, grant, subtree, allow\np, junior, statistic, read, subtree, allow\n\
                p, leader, statistic, read, subtree, allow\n";
    let compiled = compile_from(text).unwrap();
    for (led, answer) in [(OTHER_TOWN, "GRANT_EXCEEDS_TIER"), (TOWN, "ok")] {
        assert_eq!(grant(&compiled, &[(Role::Senior, TOWN), (Role::Leader, led)], Role::Junior, VILLAGE), answer);
    }
}

#[test]
fn c13_a_denial_counts_wherever_it_is_held() {
    let compiled = compile().unwrap();
    let grantor = [(Role::Super, DISTRICT), (Role::AuditAdmin, OTHER_TOWN)];
    assert_eq!(grant(&compiled, &grantor, Role::Junior, VILLAGE), "GRANT_EXCEEDS_TIER");

    let compiled = compile_from(&format!("{ROLES_CSV}p, leader, assignment, grant, tenant, deny\n")).unwrap();
    assert_eq!(grant(&compiled, &[(Role::Junior, VILLAGE)], Role::Applicant, VILLAGE), "ok");
    let grantor = [(Role::Junior, VILLAGE), (Role::Leader, OTHER_TOWN)];
    assert_eq!(grant(&compiled, &grantor, Role::Applicant, VILLAGE), "GRANT_EXCEEDS_TIER");
}

#[test]
fn separated_administrators_exclude_each_other() {
    use Role::{AuditAdmin, Junior, SecurityAdmin, SystemAdmin};
    let compiled = compile().unwrap();
    let security = [(SecurityAdmin, TOWN)];
    for role in [SystemAdmin, AuditAdmin] {
        assert!(compiled.may_grant(&security, &[Junior], role, DISTRICT).is_ok());
        assert!(compiled.may_grant(&security, &[role], role, DISTRICT).is_ok());
        for held in [SystemAdmin, SecurityAdmin, AuditAdmin].into_iter().filter(|held| *held != role) {
            let refusal = compiled.may_grant(&security, &[Junior, held], role, DISTRICT).unwrap_err();
            assert_eq!(refusal.code(), "ROLE_CONFLICT");
            assert!(conflicts(&[held], role));
        }
    }
    for role in [SecurityAdmin, Role::Super, Junior, Role::Applicant] {
        assert_eq!(grant(&compiled, &security, role, TOWN), "GRANT_EXCEEDS_TIER");
    }
    assert!(!conflicts(&[Junior, Role::Applicant], SystemAdmin));
    assert!(!conflicts(&[SystemAdmin], Junior));
    // Who may not grant does not learn what the person holds.
    assert_eq!(
        compiled.may_grant(&[(Junior, VILLAGE)], &[SystemAdmin], AuditAdmin, VILLAGE).unwrap_err().code(),
        "GRANT_EXCEEDS_TIER"
    );
}

#[test]
fn paths_are_compared_by_segment() {
    assert!(is_inside(TOWN, TOWN));
    assert!(is_inside(TOWN, VILLAGE));
    assert!(!is_inside(TOWN, OTHER_TOWN));
    assert!(!is_inside(VILLAGE, TOWN));
    assert!(!is_inside("/", TOWN));
    assert!(!is_inside("", TOWN));
}
