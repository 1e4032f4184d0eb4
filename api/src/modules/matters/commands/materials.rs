//! The materials that come with a submission (材料), H-03.

use std::collections::{BTreeSet, HashMap};

use async_graphql::InputObject;
use entities::{
    attachment, matter_material,
    values::{AttachmentState, MaterialPhase},
};
use sea_orm::ColumnTrait;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::matters::{catalogue::Attachment, opening::texts},
};

/// A material that is given (材料).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct MaterialInput {
    /// Key of the matter's material (材料编码).
    pub key: String,
    /// The file (附件), uploaded by yourself.
    pub attachment: Id<Attachment>,
}

/// The materials that a version of a matter asks for now.
pub async fn asked_for(tx: &Tx, matter: Uuid) -> Result<Vec<matter_material::Model>, Fault> {
    let asked = tx
        .parts::<matter_material::Entity>()
        .filter(matter_material::Column::MatterId.eq(matter))
        .filter(matter_material::Column::Phase.eq(MaterialPhase::Current));
    Ok(asked.order_by(matter_material::Column::Position, sea_orm::Order::Asc).all().await?)
}

/// Checks what is given against what is asked for, and lists every fault: what is missing, what is not asked
/// for, what is not the caller's, not uploaded, or not of an accepted type or size.
pub async fn settle(
    tx: &Tx,
    given: &[MaterialInput],
    asked: &[matter_material::Model],
    wanted: impl Fn(&matter_material::Model) -> bool,
    faults: &mut Faults,
) -> Result<Vec<(String, Uuid)>, Fault> {
    let mut seen = BTreeSet::new();
    let owner = tx.session().user_id();
    let files: HashMap<Uuid, attachment::Model> = tx
        .parts::<attachment::Entity>()
        .filter(attachment::Column::OwnerId.eq(owner))
        .filter(attachment::Column::Id.is_in(given.iter().map(|m| m.attachment.uuid())))
        .all()
        .await?
        .into_iter()
        .map(|file| (file.id, file))
        .collect();
    for (i, material) in given.iter().enumerate() {
        let field = |name: &str| format!("input.materials.{i}.{name}");
        if !seen.insert(material.key.as_str()) {
            faults.add(UserError::new(Code::InvalidValue, field("key"), "材料重复", "The material is given twice."));
        }
        let Some(definition) = asked.iter().find(|a| a.key == material.key) else {
            let (zh, en) = ("此事项不需要该材料", "The matter asks for no such material.");
            faults.add(UserError::new(Code::InvalidValue, field("key"), zh, en));
            continue;
        };
        match files.get(&material.attachment.uuid()) {
            None => faults.add(UserError::of(Code::Unknown, field("attachment"))),
            Some(file) => faults.extend(unacceptable(definition, file, field("attachment"))),
        }
    }
    for missing in asked.iter().filter(|a| wanted(a) && !seen.contains(a.key.as_str())) {
        faults.add(UserError::new(
            Code::MissingMaterial,
            format!("input.materials.{}", missing.key),
            format!("缺少材料：{}（{}）", missing.title, missing.key),
            format!("The material {} ({}) is missing.", missing.key, missing.title),
        ));
    }
    Ok(given.iter().map(|m| (m.key.clone(), m.attachment.uuid())).collect())
}

fn unacceptable(asked: &matter_material::Model, file: &attachment::Model, field: String) -> Option<UserError> {
    let types = texts(&asked.media_types);
    if file.state != AttachmentState::Stored {
        let (zh, en) = ("文件尚未上传", "The file has not been uploaded yet.");
        return Some(UserError::new(Code::MaterialNotAccepted, field, zh, en));
    }
    if types.contains(&file.media_type) && file.size <= asked.max_bytes {
        return None;
    }
    let (types, limit) = (types.join(", "), asked.max_bytes);
    let (actual, size) = (&file.media_type, file.size);
    Some(UserError::new(
        Code::MaterialNotAccepted,
        field,
        format!("可接受类型 {types}，不超过 {limit} 字节；实际 {actual}，{size} 字节"),
        format!("It takes {types} of at most {limit} bytes; this is {actual} of {size} bytes."),
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(media_type: &str, size: i64, state: AttachmentState) -> attachment::Model {
        attachment::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            name: "a".into(),
            media_type: media_type.into(),
            size,
            sha256: None,
            owner_id: Uuid::nil(),
            state,
            created_at: Default::default(),
        }
    }

    #[test]
    fn h_03_a_file_must_be_stored_and_of_the_accepted_type_and_size() {
        let asked = matter_material::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            matter_id: Uuid::nil(),
            key: "id-card".into(),
            title: "居民身份证".into(),
            phase: MaterialPhase::Current,
            is_mandatory: true,
            media_types: json!(["application/pdf"]),
            max_bytes: 100,
            position: 1,
        };
        let fault = |file: &attachment::Model| unacceptable(&asked, file, "input.materials.0.attachment".into());
        let stored = AttachmentState::Stored;
        assert_eq!(fault(&file("application/pdf", 100, stored)), None);
        for wrong in [
            file("application/pdf", 101, stored),
            file("image/png", 1, stored),
            file("application/pdf", 1, AttachmentState::Pending),
        ] {
            assert_eq!(fault(&wrong).unwrap().code, Code::MaterialNotAccepted);
        }
    }
}
