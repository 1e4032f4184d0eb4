//! What was done to a case step by step, and the files given with it.

use chrono::{DateTime, Utc};
use entities::{
    attachment, blob, case_item, case_item_material, case_material, case_step, matter_case,
    values::{AttachmentState, CaseAction},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::data::synthetic::{
    cases::{CaseMaker, Hurdle, Plan, Subject, note},
    chance::Chance,
    rows::at,
};

impl CaseMaker<'_> {
    /// The steps of a finished case.
    pub(super) fn history(
        &mut self,
        chance: &mut Chance,
        case: &matter_case::Model,
        items: &[case_item::Model],
        plans: &[Plan],
        hurdle: Option<Hurdle>,
    ) {
        let (submitted, applicant) = (case.submitted_at, case.applicant_id);
        self.step(chance, case, None, CaseAction::Submit, Some(applicant), submitted);
        self.step(chance, case, None, CaseAction::Start, None, submitted);
        for (item, plan) in items.iter().zip(plans) {
            let (id, handler) = (Some(item.id), item.handler_id);
            let first = plan.stopped.map_or(plan.end, |(stop, _)| stop);
            self.step(chance, case, id, CaseAction::Accept, handler, at(first, plan.accepted_minute));
            if let (Some((stop, go)), Some(hurdle)) = (plan.stopped, hurdle) {
                let (stops, goes) = match hurdle {
                    Hurdle::Supplement => (CaseAction::RequestSupplement, CaseAction::Supply),
                    Hurdle::Return => (CaseAction::Return, CaseAction::Resubmit),
                };
                self.step(chance, case, id, stops, handler, at(stop, plan.accepted_minute + 4));
                self.step(chance, case, id, goes, Some(applicant), at(go, plan.accepted_minute));
                if hurdle == Hurdle::Return {
                    self.step(chance, case, id, CaseAction::Accept, handler, at(go, plan.accepted_minute + 4));
                }
            }
            self.step(chance, case, id, CaseAction::Finish, handler, at(plan.end, plan.end_minute));
        }
        if let Some(finished) = case.finished_at {
            self.step(chance, case, None, CaseAction::Complete, None, finished);
        }
    }

    pub(super) fn step(
        &mut self,
        chance: &mut Chance,
        case: &matter_case::Model,
        item: Option<Uuid>,
        action: CaseAction,
        actor: Option<Uuid>,
        when: DateTime<Utc>,
    ) {
        let note = note(action);
        self.rows.steps.push(case_step::Model {
            tenant_id: case.tenant_id,
            id: chance.id(when),
            case_id: case.id,
            case_item_id: item,
            action,
            actor_id: actor,
            note: (!note.is_empty()).then(|| note.into()),
            at: when,
        });
    }

    /// The files given with a case: each once, shown to every item that needs it and to no other.
    pub(super) fn files(
        &mut self,
        chance: &mut Chance,
        subject: &Subject<'_>,
        case: &matter_case::Model,
        items: &[case_item::Model],
    ) {
        let given = case.submitted_at;
        let (sha256, size) = self.blank_page(chance, given);
        let matter = self.setting.matter;
        for (key, title) in &matter.materials {
            let attachment = chance.id(given);
            self.rows.attachments.push(attachment::Model {
                tenant_id: case.tenant_id,
                id: attachment,
                name: format!("{title}（{}）.pdf", subject.person.name),
                media_type: "application/pdf".into(),
                size,
                sha256: Some(sha256.clone()),
                owner_id: case.applicant_id,
                state: AttachmentState::Stored,
                created_at: given,
            });
            let material = chance.id(given);
            self.rows.materials.push(case_material::Model {
                tenant_id: case.tenant_id,
                id: material,
                case_id: case.id,
                key: key.clone(),
                attachment_id: attachment,
                created_at: given,
            });
            for (item, branch) in items.iter().zip(&matter.branches) {
                let needs = branch.materials.as_array().is_some_and(|keys| keys.iter().any(|k| k == key.as_str()));
                if needs {
                    self.rows.item_materials.push(case_item_material::Model {
                        tenant_id: case.tenant_id,
                        id: chance.id(given),
                        case_item_id: item.id,
                        case_material_id: material,
                    });
                }
            }
        }
    }

    /// The one page that all files consist of: digest and size.
    fn blank_page(&mut self, chance: &mut Chance, given: DateTime<Utc>) -> (String, i64) {
        if self.rows.blobs.is_empty() {
            let bytes = pdf();
            self.rows.blobs.push(blob::Model {
                tenant_id: self.setting.tenant,
                id: chance.id(given),
                sha256: hex::encode(Sha256::digest(&bytes)),
                bytes,
                created_at: given,
            });
        }
        self.rows.blobs.first().map(|blob| (blob.sha256.clone(), blob.bytes.len() as i64)).unwrap_or_default()
    }
}

/// The smallest PDF that programs open without complaint: one empty page.
pub fn pdf() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let mut text = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(text.len());
        text.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = text.len();
    text.push_str("xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        text.push_str(&format!("{place:010} 00000 n \n"));
    }
    text.push_str(&format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    text.into_bytes()
}
