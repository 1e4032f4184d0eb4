use std::collections::HashSet;

use entities::{
    appointment, approval, cadre, case_item, matter, matter_case, personnel_effect, tenant,
    values::{CadreState, CaseItemState, CaseState, RoleName},
};
use sea_orm::{ColumnTrait, Order};

use super::*;
use crate::{
    data::progress::Silent,
    kernel::{
        bus::Bus,
        calendar::WorkCalendar,
        clock::Clock,
        db::{Db, DbOptions},
    },
    modules::{
        matters::install,
        tasks::rules::lamp::{Lamp, Outlook, Standing, lamp},
    },
};

async fn platform(dir: &std::path::Path, today: &str) -> Arc<Platform> {
    let url = format!("sqlite://{}", dir.join("demo.db").display());
    let (owner, lock) = Db::open_owner(&url).await.unwrap();
    migration::up(&owner, lock.as_deref()).await.unwrap();
    owner.close().await.unwrap();
    let options = DbOptions::of(url, 2);
    let clock = Clock::held_at(format!("{today}T02:00:00Z").parse().unwrap());
    Platform::new(Db::open(&options).await.unwrap(), clock, Bus::local(), WorkCalendar::national().clone()).unwrap()
}

fn standing(task: &entities::task::Model) -> Standing {
    Standing {
        outlook: Outlook { red_from: task.red_from, blue_until: task.blue_until },
        is_started: task.started_on.is_some(),
        has_error: task.has_error,
        done: None,
    }
}

#[tokio::test]
async fn the_demo_loads_and_keeps_the_rules() {
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(dir.path(), "2026-11-22").await;
    let summary = load_demo(&platform, &Silent).await.unwrap();
    assert_eq!(
        summary.tenants.iter().map(|t| t.code.as_str()).collect::<Vec<_>>(),
        ["ningbo", "haishu", "yinzhou", "yuecheng"]
    );
    let calendar = platform.calendar();
    let today = platform.clock().today();
    for shown in &summary.tenants {
        assert_eq!(shown.users.len(), 9, "{}", shown.code);
        let tx = platform.system(Reason::Provision).begin(Some(shown.id)).await.unwrap();
        let cases = tx.parts::<matter_case::Entity>().all().await.unwrap();
        let items = tx.parts::<case_item::Entity>().all().await.unwrap();
        let cadres = tx.parts::<cadre::Entity>().all().await.unwrap();
        let posts = tx.parts::<appointment::Entity>().all().await.unwrap();
        let effects = tx.parts::<personnel_effect::Entity>().all().await.unwrap();
        let matters = tx.parts::<matter::Entity>().all().await.unwrap();
        let of = |key: &str| {
            let is = |case: &&matter_case::Model| matters.iter().any(|m| m.id == case.matter_id && m.key == key);
            cases.iter().filter(is).map(|case| case.id).collect::<HashSet<_>>()
        };
        let retirements = of("retirement");
        assert_eq!(items.iter().filter(|i| retirements.contains(&i.case_id)).count(), retirements.len() * 7);
        assert!(cadres.len() >= 700 && retirements.len() >= 60);
        // A newcomer sees what else there is.
        let others: Vec<usize> =
            ["rank-change", "transfer", "resignation", "death"].iter().map(|key| of(key).len()).collect();
        // The death of a cadre is a matter of the city's.
        assert_eq!(others, [2, 2, 1, usize::from(shown.code == "ningbo")], "{}", shown.code);
        let added = [of("bwly.recruit").len(), of("xljk.support").len()];
        assert_eq!(
            added,
            match shown.code.as_str() {
                "haishu" => [2, 0],
                "yinzhou" => [0, 2],
                _ => [0, 0],
            }
        );
        let states: HashSet<&str> = items.iter().map(|i| entities::CodeEnum::as_str(i.state)).collect();
        assert!(states.len() >= 6, "{states:?}");
        for case in &cases {
            assert!(!retirements.contains(&case.id) || calendar.is_workday(case.submitted_on) == Ok(true));
            assert!(case.submitted_at <= platform.clock().now());
            let own: Vec<_> = items.iter().filter(|i| i.case_id == case.id).collect();
            assert_eq!(case.state == CaseState::Done, own.iter().all(|i| i.state == CaseItemState::Done));
            assert_eq!(
                case.finished_on,
                own.iter().map(|i| i.finished_on).max().flatten().filter(|_| case.state == CaseState::Done)
            );
            let cadre = cadres.iter().find(|c| c.id == case.cadre_id).unwrap();
            let post = posts.iter().find(|p| p.cadre_id == cadre.id).unwrap();
            let gone = matches!(cadre.state, CadreState::Retired | CadreState::Retiring);
            assert_eq!(case.state == CaseState::Done, gone, "{}", case.number);
            assert_eq!(cadre.state == CadreState::Retired, post.ended_on.is_some());
            assert!(!cadre.under_investigation);
        }
        for item in items.iter().filter(|i| i.state == CaseItemState::Done) {
            let day = item.finished_on.unwrap();
            assert!(
                calendar.is_workday(day) == Ok(true) && day < today && (0..=2).contains(&item.worked_days.unwrap())
            );
        }
        assert!(effects.iter().all(|e| e.applied_at.is_some() == (e.effective_on <= today)));
        // The applicant is approved, has submitted nothing and is not under investigation.
        let applicant = shown.users.iter().find(|u| u.role == RoleName::Applicant).unwrap();
        let user = tx.parts::<entities::app_user::Entity>().id(applicant.id).required().await.unwrap();
        let own = cadres.iter().find(|c| Some(c.person_id) == user.person_id).unwrap();
        assert!(cases.iter().all(|case| case.cadre_id != own.id) && own.state == CadreState::Serving);
        let approvals =
            tx.parts::<approval::Entity>().filter(approval::Column::CadreId.eq(own.id)).all().await.unwrap();
        assert_eq!(approvals.len(), 1);
        // Work with every lamp; a month with the red plate of who fell short and the yellow one of who leads.
        let tasks = tx.parts::<entities::task::Entity>().all().await.unwrap();
        let lamps: HashSet<Lamp> = tasks.iter().map(|t| lamp(&standing(t), today)).collect();
        assert_eq!((tasks.len(), lamps.len()), (5, 5), "{lamps:?}");
        let plates = tx.parts::<entities::plate::Entity>().all().await.unwrap();
        let colours: HashSet<&str> = plates.iter().map(|p| entities::CodeEnum::as_str(p.colour)).collect();
        assert_eq!(colours, HashSet::from(["RED", "YELLOW"]), "{plates:?}");
        assert_eq!(tx.parts::<entities::policy_push::Entity>().count().await.unwrap(), 1);
        tx.rollback().await.unwrap();
    }
    let found = find_demo(&platform).await.unwrap();
    for (found, made) in found.tenants.iter().zip(&summary.tenants) {
        let users = |t: &DemoTenant| t.users.iter().map(|u| (u.id, u.key)).collect::<Vec<_>>();
        assert_eq!(users(found), users(made));
    }
}

#[tokio::test]
async fn the_catalogue_is_the_one_that_the_platform_installs() {
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(dir.path(), "2026-11-22").await;
    let summary = load_demo(&platform, &Silent).await.unwrap();
    let system = platform.system(Reason::Provision);
    let ours = &summary.tenants[0];
    let matters = |rows: Vec<matter::Model>| {
        rows.into_iter()
            .map(|m| {
                (m.key, m.title, m.group, m.form_schema, m.limit_days, m.baseline_days, m.baseline_steps, m.visits)
            })
            .collect::<Vec<_>>()
    };
    let tx = system.begin(Some(ours.id)).await.unwrap();
    let made = tx.parts::<matter::Entity>().order_by(matter::Column::Key, Order::Asc).all().await.unwrap();
    let root = tx
        .parts::<entities::unit::Entity>()
        .filter(entities::unit::Column::ParentId.is_null())
        .required()
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    let id = uuid::Uuid::from_u128(77);
    let tx = system.begin(Some(id)).await.unwrap();
    let same = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq("ningbo")).required().await.unwrap();
    let other = tenant::Model { id, code: "other".into(), ..same };
    tx.insert_global(sea_orm::IntoActiveModel::into_active_model(other)).await.unwrap();
    let unit = entities::unit::Model { tenant_id: id, ..root };
    let unit_id = unit.id;
    tx.load(vec![unit]).await.unwrap();
    let units = install::branch_keys().unwrap().into_iter().map(|key| (key, unit_id)).collect();
    install::install_standard(&tx, TenantLevel::City, &units, platform.clock().today()).await.unwrap();
    let installed = tx.parts::<matter::Entity>().order_by(matter::Column::Key, Order::Asc).all().await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(matters(made), matters(installed));
}
