//! What a plug-in's component may ask and do (授予能力): never more than its manifest requests.

use declarative::Capabilities;
use entities::plugin;
use sea_orm::sea_query::Expr;
use serde_json::{Value as Json, json};

use crate::{
    kernel::{
        error::{ApiError, Code, Fault, Faults, UserError},
        tx::{Inner, plus_one},
    },
    modules::plugins::store,
};

/// What a plug-in's manifest requests. A package that is refused today requests nothing: what it was granted can be taken
/// back.
pub async fn requested(tx: &Inner, row: &plugin::Model) -> Result<Capabilities, ApiError> {
    Ok(store::found(tx, row.package_id).await?.map(|plugin| plugin.capabilities.clone()).unwrap_or_default())
}

/// Grants a plug-in this and nothing else, and sets its configuration unless it is to stay.
pub async fn grant(tx: &Inner, row: &plugin::Model, granted: &Capabilities, config: Option<Json>) -> Result<(), Fault> {
    let requested = requested(tx, row).await?;
    let mut faults = Faults::default();
    for (field, name, known) in beyond(&requested, granted) {
        let zh = format!("插件没有申请 {name}；已申请：{known}");
        let en = format!("The plug-in does not request {name}; it requests: {known}.");
        faults.add(UserError::new(Code::Unknown, format!("input.{field}"), zh, en));
    }
    faults.check()?;
    let config = config.unwrap_or_else(|| row.config.clone());
    let grants = serde_json::to_value(granted).map_err(|_| Code::InternalServerError)?;
    let changed = tx
        .change::<plugin::Entity>()
        .id(row.id)
        .set(plugin::Column::Grants, Expr::value(grants.clone()))
        .set(plugin::Column::Config, Expr::value(config.clone()))
        .set(plugin::Column::UpdatedAt, Expr::value(tx.now()))
        .set(plugin::Column::Version, plus_one(plugin::Column::Version));
    changed.run().await?;
    tx.rights_changed().await?;
    // Names of what was set and no values: they may be what not everybody should read.
    let set: Vec<&str> = config.as_object().into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
    tx.touched("Plugin", row.id, json!({ "granted": grants, "before": row.grants, "configured": set }));
    Ok(())
}

/// What is granted and was not requested: the input's field, the name, and what was requested there.
fn beyond(requested: &Capabilities, granted: &Capabilities) -> Vec<(&'static str, String, String)> {
    let mut out = vec![];
    for (view, fields) in &granted.core {
        let known = requested.core.get(view);
        for field in fields.iter().filter(|field| known.is_none_or(|known| !known.contains(*field))) {
            let all =
                requested.core.iter().flat_map(|(view, fields)| fields.iter().map(move |f| format!("{view}.{f}")));
            out.push(("core", format!("{view}.{field}"), all.collect::<Vec<_>>().join("、")));
        }
    }
    let sets = [
        ("data", &requested.data, &granted.data),
        ("connectors", &requested.connectors, &granted.connectors),
        ("effects", &requested.effects, &granted.effects),
    ];
    for (field, requested, granted) in sets {
        let known = requested.iter().cloned().collect::<Vec<_>>().join("、");
        out.extend(granted.difference(requested).map(|name| (field, name.clone(), known.clone())));
    }
    out
}
