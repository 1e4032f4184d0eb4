//! What a tenant has in common with a neighbour that is not there any more: enough for whoever looks at everything.

use entities::{
    acceptance_item, acceptance_review, consultation, consultation_position, exchange_message, exchange_peer,
    field_dispute, received_case, received_message, shared_field, source_system,
    values::{
        CaseState, ConsultationState, DisputeState, MessageKind, MessageState, PeerState, ReviewState, Stance,
        TenantLevel,
    },
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

/// A peer that a user registered, a message to it and what has come from it.
pub async fn exchange(tx: &SystemTx, user: Uuid) {
    let (tenant, now, peer) = (tx.tenant_id(), tx.now(), tx.new_id());
    let code = format!("q{}", peer.simple());
    tx.insert(exchange_peer::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(peer),
        code: Set(code.clone()),
        name: Set("上级平台".into()),
        level: Set(TenantLevel::City),
        endpoint: Set("http://127.0.0.1:9".into()),
        public_key: Set("A".repeat(43)),
        sends_cases: Set(false),
        state: Set(PeerState::Active),
        position: Set(None),
        registered_by: Set(user),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .await
    .unwrap();
    tx.insert(exchange_message::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        peer_id: Set(peer),
        kind: Set(MessageKind::Notice),
        key: Set(format!("notice:{code}")),
        body: Set(serde_json::json!({ "title": code })),
        state: Set(MessageState::Pending),
        attempts: Set(0),
        next_attempt_at: Set(now),
        last_error: Set(None),
        receipt: Set(None),
        delivered_at: Set(None),
        created_at: Set(now),
    })
    .await
    .unwrap();
    let case_ref = format!("cas_{}", Uuid::new_v4().simple());
    tx.insert(received_message::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        peer_id: Set(peer),
        message_id: Set(Uuid::new_v4()),
        kind: Set(MessageKind::Case),
        digest: Set(Uuid::new_v4().simple().to_string().repeat(2)),
        body: Set(serde_json::json!({ "case": case_ref })),
        received_at: Set(now),
    })
    .await
    .unwrap();
    tx.insert(received_case::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        peer_id: Set(peer),
        number: Set(case_ref.clone()),
        case_ref: Set(case_ref),
        matter_key: Set("retirement".into()),
        level: Set(TenantLevel::County),
        division_code: Set("330206".into()),
        state: Set(CaseState::Running),
        submitted_on: Set(now.date_naive()),
        finished_on: Set(None),
        worked_days: Set(None),
        items_done: Set(1),
        items_total: Set(7),
        case_version: Set(3),
        received_at: Set(now),
    })
    .await
    .unwrap();
}

/// What an agency's system gave of a cadre, for a field that no form has, and a dispute about it.
pub async fn shared(tx: &SystemTx, user: Uuid, unit: Uuid, cadre: Uuid) {
    let (tenant, now) = (tx.tenant_id(), tx.now());
    let source = tx
        .insert(source_system::ActiveModel {
            tenant_id: Set(tenant),
            id: Set(tx.new_id()),
            key: Set("old".into()),
            title: Set("旧系统".into()),
            unit_id: Set(unit),
            endpoint: Set(None),
            fields: Set(serde_json::json!(["seniority"])),
            state: Set(PeerState::Active),
            registered_by: Set(user),
            version: Set(1),
            created_at: Set(now),
        })
        .await
        .unwrap();
    let field = tx
        .insert(shared_field::ActiveModel {
            tenant_id: Set(tenant),
            id: Set(tx.new_id()),
            cadre_id: Set(cadre),
            field: Set("seniority".into()),
            source_id: Set(source.id),
            value: Set(serde_json::json!("37")),
            fetched_at: Set(now),
            version: Set(1),
        })
        .await
        .unwrap();
    tx.insert(field_dispute::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(tx.new_id()),
        shared_field_id: Set(field.id),
        claimed: Set(serde_json::json!("38")),
        reason: Set("应为 38 年".into()),
        state: Set(DisputeState::Open),
        answer: Set(None),
        opened_by: Set(user),
        opened_at: Set(now),
        answered_by: Set(None),
        answered_at: Set(None),
    })
    .await
    .unwrap();
}
