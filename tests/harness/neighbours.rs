//! What a tenant has in common with a neighbour that is not there any more: enough for whoever looks at everything.

use entities::{
    acceptance_item, acceptance_review, consultation, consultation_position,
    values::{ConsultationState, ReviewState, Stance},
};
use sea_orm::Set;
use uuid::Uuid;
use zugong::kernel::tx::SystemTx;

pub async fn furnish(tx: &SystemTx) {
    let (tenant, now, peer) = (tx.tenant_id(), tx.now(), Uuid::new_v4());
    let code = format!("p{}", peer.simple());
    let held = tx
        .insert(consultation::ActiveModel {
            tenant_id: Set(tenant),
            id: Set(tx.new_id()),
            title: Set("旧会商".into()),
            matter_key: Set("retirement".into()),
            matter_id: Set(None),
            question: Set("材料是否可以再减".into()),
            state: Set(ConsultationState::Open),
            peer_id: Set(peer),
            peer_code: Set(code.clone()),
            peer_name: Set("已撤并的县".into()),
            opened_here: Set(true),
            opened_by: Set(None),
            opened_by_name: Set("前任".into()),
            opened_at: Set(now),
            conclusion: Set(None),
            concluded_matter_id: Set(None),
            concluded_by_name: Set(None),
            concluded_at: Set(None),
            version: Set(1),
        })
        .await
        .unwrap();
    tx.insert(consultation_position::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        consultation_id: Set(held.id),
        is_ours: Set(true),
        tenant_name: Set("测试区".into()),
        stance: Set(Stance::Support),
        text: Set("同意".into()),
        author_id: Set(None),
        author_name: Set("前任".into()),
        at: Set(now),
    })
    .await
    .unwrap();
    let review = tx
        .insert(acceptance_review::ActiveModel {
            tenant_id: Set(tenant),
            id: Set(tx.new_id()),
            title: Set("旧验收".into()),
            state: Set(ReviewState::Open),
            is_reviewer: Set(true),
            peer_id: Set(peer),
            peer_code: Set(code),
            peer_name: Set("已撤并的县".into()),
            pass_score: Set(60),
            passed: Set(None),
            comments: Set(None),
            opened_by: Set(None),
            opened_by_name: Set("前任".into()),
            opened_at: Set(now),
            concluded_by_name: Set(None),
            concluded_at: Set(None),
            version: Set(1),
        })
        .await
        .unwrap();
    tx.insert(acceptance_item::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        review_id: Set(review.id),
        criterion: Set("一件事全部上线".into()),
        full_score: Set(100),
        is_mandatory: Set(true),
        score: Set(None),
        comment: Set(None),
        position: Set(0),
    })
    .await
    .unwrap();
}
