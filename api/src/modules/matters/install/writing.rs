//! Writes a version of a matter: its row, its branches with their units, its materials.

use std::collections::HashMap;

use entities::{matter, matter_branch, matter_flow, matter_material, values::JoinMode};
use sea_orm::Set;
use serde_json::json;
use uuid::Uuid;

use super::{Definition, Edition, no_unit};
use crate::kernel::{error::ApiError, tx::Inner};

/// Writes a version of a matter that was checked, with its branches and materials.
pub async fn write(
    tx: &Inner,
    definition: &Definition,
    units: &HashMap<String, Uuid>,
    edition: Edition,
) -> Result<Uuid, ApiError> {
    let matter_id = tx.new_id();
    tx.insert(matter::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(matter_id),
        key: Set(definition.key.clone()),
        number: Set(edition.number),
        title: Set(definition.title.clone()),
        group: Set(definition.group),
        state: Set(edition.state),
        form_schema: Set(definition.form.clone()),
        limit_days: Set(definition.limit_days),
        baseline_days: Set(definition.baseline_days),
        baseline_steps: Set(definition.baseline_steps),
        visits: Set(definition.visits),
        effective_from: Set(edition.effective_from),
        version: Set(1),
        created_at: Set(tx.now()),
    })
    .await?;
    if definition.join.mode != JoinMode::All {
        tx.insert(matter_flow::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            matter_id: Set(matter_id),
            mode: Set(definition.join.mode),
            needed: Set(i32::try_from(definition.join.needed).unwrap_or(i32::MAX)),
        })
        .await?;
    }
    for (branch, position) in definition.branches.iter().zip(1..) {
        let unit = units.get(&branch.key).ok_or_else(|| no_unit(&branch.key))?;
        tx.insert(matter_branch::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            matter_id: Set(matter_id),
            key: Set(branch.key.clone()),
            title: Set(branch.title.clone()),
            handling_unit_id: Set(*unit),
            duty_item: Set(branch.duty_item.clone()),
            step: Set(branch.step.clone()),
            is_mandatory: Set(branch.mandatory),
            limit_days: Set(i32::try_from(branch.limit_days).unwrap_or(i32::MAX)),
            depends_on: Set(json!(branch.depends_on)),
            fields: Set(json!(branch.fields)),
            materials: Set(json!(branch.materials)),
            position: Set(position),
        })
        .await?;
    }
    for (phase, materials) in &definition.materials {
        for (material, position) in materials.iter().zip(1..) {
            tx.insert(matter_material::ActiveModel {
                tenant_id: Set(tx.tenant_id()),
                id: Set(tx.new_id()),
                matter_id: Set(matter_id),
                key: Set(material.key.clone()),
                title: Set(material.title.clone()),
                phase: Set(*phase),
                is_mandatory: Set(material.mandatory),
                media_types: Set(json!(material.media_types)),
                max_bytes: Set(material.max_bytes),
                position: Set(position),
            })
            .await?;
        }
    }
    Ok(matter_id)
}
