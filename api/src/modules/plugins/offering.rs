//! A plug-in's matters in the tenant's catalogue (插件事项上架): offered, taken away, offered again.

use std::{collections::HashMap, sync::Arc};

use declarative::Plugin;
use entities::{
    matter, matter_branch, plugin, plugin_matter, unit,
    values::{MatterGroup, MatterState, TenantLevel},
};
use sea_orm::{ColumnTrait, Order, Set, sea_query::Expr};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault, Faults, UserError},
        tx::Inner,
    },
    modules::{
        matters::install,
        plugins::{change::Place, schema::matter_key, store},
    },
};

/// So many versions of a matter are compared with what is declared.
const LOOKED_BACK: u64 = 20;

/// Puts a matter into the catalogue. One that some version of the plug-in has offered before, word for word, is offered
/// again as it was: a new version of the matter would tell people of a change that there is not.
pub async fn offer(
    tx: &Inner,
    plugin: &Plugin,
    package_id: Uuid,
    declared: &declarative::Matter,
    place: Place,
) -> Result<(), Fault> {
    let key = matter_key(plugin, declared);
    let last = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq(&key));
    let last = last.order_by(matter::Column::Number, Order::Desc).one().await?;
    let group = match place.level {
        TenantLevel::City => MatterGroup::City,
        TenantLevel::County => MatterGroup::County,
        TenantLevel::Province => MatterGroup::ProvincialLinked,
    };
    let mut definition = declared.definition.clone();
    if let Json::Object(object) = &mut definition {
        object.insert("key".into(), json!(key));
        object.insert("group".into(), json!(group));
        object.insert("unsure".into(), json!([]));
        object.insert("form".into(), declared.form.clone());
    }
    let units = handling_units(tx, &definition).await?;
    if let Some(same) = offered_before(tx, plugin, declared, &units).await? {
        tx.change::<matter::Entity>()
            .id(same)
            .set(matter::Column::State, Expr::value(MatterState::Active))
            .run()
            .await?;
        return Ok(());
    }
    let number = last.map_or(1, |last| last.number + 1);
    let matter_id = install::publish(tx, &definition, number, &units, place.today).await?;
    tx.insert(plugin_matter::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        matter_id: Set(matter_id),
        package_id: Set(package_id),
    })
    .await?;
    Ok(())
}

/// The latest version of a matter that is word for word what is declared, with the same units.
async fn offered_before(
    tx: &Inner,
    declaring: &Plugin,
    declared: &declarative::Matter,
    units: &HashMap<String, Uuid>,
) -> Result<Option<Uuid>, Fault> {
    let rows = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq(matter_key(declaring, declared)));
    let rows = rows.filter(matter::Column::State.eq(MatterState::Superseded));
    for row in rows.order_by(matter::Column::Number, Order::Desc).limit(LOOKED_BACK).all().await? {
        let Some((_, plugin)) = came_with(tx, row.id).await? else { continue };
        // Another component may judge forms otherwise, and a case keeps the one that it began with.
        // So may other words to an agency's system bring other answers.
        let same_calls = declared.calls.is_empty() || plugin.connectors == declaring.connectors;
        if plugin.code != declaring.code || !same_calls || !plugin.matters.iter().any(|known| known == declared) {
            continue;
        }
        let branches = tx.parts::<matter_branch::Entity>().filter(matter_branch::Column::MatterId.eq(row.id));
        let same = |branch: &matter_branch::Model| units.get(&branch.key) == Some(&branch.handling_unit_id);
        if branches.all().await?.iter().all(same) {
            return Ok(Some(row.id));
        }
    }
    Ok(None)
}

/// The package with which a version of a plug-in's matter came, and the plug-in as it was then; nothing where that
/// package is refused today.
pub async fn came_with(tx: &Inner, matter_id: Uuid) -> Result<Option<(Uuid, Arc<Plugin>)>, ApiError> {
    let link = tx.parts::<plugin_matter::Entity>().filter(plugin_matter::Column::MatterId.eq(matter_id)).one().await?;
    let Some(link) = link else { return Ok(None) };
    Ok(store::found(tx, link.package_id).await?.ok().map(|plugin| (link.package_id, plugin)))
}

/// The unit of each branch: the one that handles the agency's part of the standard matters, or the one named.
async fn handling_units(tx: &Inner, definition: &Json) -> Result<HashMap<String, Uuid>, Fault> {
    let standard = tx.parts::<matter::Entity>().filter(matter::Column::Key.not_like("%.%")).all().await?;
    let standard: Vec<Uuid> = standard.into_iter().map(|m| m.id).collect();
    let mut out = HashMap::new();
    let mut faults = Faults::default();
    for branch in definition["branches"].as_array().into_iter().flatten() {
        let word = |name: &str| branch[name].as_str().unwrap_or_default();
        let found = match word("agency").strip_prefix("unit:") {
            Some(code) => {
                let rows = tx.parts::<unit::Entity>().filter(unit::Column::Code.eq(code));
                rows.filter(unit::Column::ValidUntil.is_null()).one().await?.map(|unit| unit.id)
            }
            None => {
                let rows = tx.parts::<matter_branch::Entity>().filter(matter_branch::Column::Key.eq(word("agency")));
                let rows = rows.filter(matter_branch::Column::MatterId.is_in(standard.clone()));
                rows.order_by(matter_branch::Column::Id, Order::Desc).one().await?.map(|b| b.handling_unit_id)
            }
        };
        match found {
            Some(unit) => drop(out.insert(word("key").to_string(), unit)),
            None => {
                let zh = format!("本租户没有承办单位 {}（环节 {}）", word("agency"), word("key"));
                let en = format!("The tenant has no unit {} for the branch {}.", word("agency"), word("key"));
                faults.add(UserError::new(Code::Unknown, "input", zh, en));
            }
        }
    }
    faults.check()?;
    Ok(out)
}

/// Its matters are not offered any more; cases under way go on.
pub async fn withdraw(tx: &Inner, row: &plugin::Model) -> Result<(), Fault> {
    tx.change::<matter::Entity>()
        .filter(matter::Column::Key.starts_with(format!("{}.", row.prefix)))
        .filter(matter::Column::State.eq(MatterState::Active))
        .set(matter::Column::State, Expr::value(MatterState::Superseded))
        .run()
        .await?;
    Ok(())
}
