//! One file per table: columns and value types. No queries, no rules, no GraphQL.
//!
//! Every table that belongs to a tenant has the key `(tenant_id, id)` and is marked with
//! `tenant_entity!`; the few global tables are listed in `migration`.

#[macro_use]
mod code_enum;
pub mod decisions;
pub mod values;

pub use code_enum::CodeEnum;

/// What the kernel must know of a tenant's table to reach its rows through a session.
pub trait TenantEntity: sea_orm::EntityTrait<Model: Sync> {
    /// The column that names the tenant.
    fn tenant_column() -> Self::Column;
    /// The column that names the row inside the tenant.
    fn id_column() -> Self::Column;
    /// The table's name, as the read catalogue writes it.
    const TABLE: &'static str;
}

/// A table that belongs to no tenant; only system work reaches it.
pub trait GlobalEntity: sea_orm::EntityTrait<Model: Sync> {}

macro_rules! tenant_entity {
    ($table:literal) => {
        /// This table refers to others by composite keys only; relations live in the read catalogue.
        #[derive(Copy, Clone, Debug, sea_orm::EnumIter, sea_orm::DeriveRelation)]
        pub enum Relation {}
        impl sea_orm::ActiveModelBehavior for ActiveModel {}
        impl crate::TenantEntity for Entity {
            const TABLE: &'static str = $table;
            fn tenant_column() -> Column {
                Column::TenantId
            }
            fn id_column() -> Column {
                Column::Id
            }
        }
    };
}

macro_rules! global_entity {
    () => {
        /// Global tables have no relations of their own.
        #[derive(Copy, Clone, Debug, sea_orm::EnumIter, sea_orm::DeriveRelation)]
        pub enum Relation {}
        impl sea_orm::ActiveModelBehavior for ActiveModel {}
        impl crate::GlobalEntity for Entity {}
    };
}

pub mod acceptance_item;
pub mod acceptance_review;
pub mod account;
pub mod account_tenant;
pub mod agency_callback;
pub mod agency_route;
pub mod app_user;
pub mod appointment;
pub mod approval;
pub mod attachment;
pub mod audit;
pub mod audit_seal;
pub mod auth_session;
pub mod authz_version;
pub mod blob;
pub mod cadre;
pub mod case_item;
pub mod case_item_material;
pub mod case_material;
pub mod case_reminder;
pub mod case_step;
pub mod citizen_matter;
pub mod connector_call;
pub mod connector_job;
pub mod consultation;
pub mod consultation_position;
pub mod custom_field;
pub mod education_point;
pub mod exchange_message;
pub mod exchange_peer;
pub mod field_dispute;
pub mod file_ticket;
pub mod glossary_term;
pub mod idempotency;
pub mod item_reminder;
pub mod login_attempt;
pub mod matter;
pub mod matter_branch;
pub mod matter_case;
pub mod matter_flow;
pub mod matter_material;
pub mod month_close;
pub mod outbox;
pub mod party_organisation;
pub mod performance_export;
pub mod person;
pub mod personnel_effect;
pub mod plate;
pub mod plugin;
pub mod plugin_ack;
pub mod plugin_connector;
pub mod plugin_epoch;
pub mod plugin_matter;
pub mod plugin_package;
pub mod plugin_preparation;
pub mod plugin_quarantine;
pub mod plugin_slot;
pub mod plugin_transition;
pub mod policy_document;
pub mod policy_effect;
pub mod policy_gap;
pub mod policy_gap_problem;
pub mod policy_gram;
pub mod policy_push;
pub mod policy_score;
pub mod problem;
pub mod problem_body;
pub mod problem_interview;
pub mod problem_step;
pub mod received_case;
pub mod received_message;
pub mod refresh_token;
pub mod replica;
pub mod role_assignment;
pub mod rule_set;
pub mod service_key;
pub mod shared_field;
pub mod signing_key;
pub mod source_system;
pub mod step_rule;
pub mod task;
pub mod task_duty;
pub mod task_file;
pub mod task_follow;
pub mod task_force;
pub mod task_force_member;
pub mod task_link;
pub mod task_notice;
pub mod task_plan;
pub mod task_request;
pub mod task_step;
pub mod tenant;
pub mod unit;
pub mod wechat_binding;
pub mod wechat_code;
pub mod work_item;
pub mod work_resource;
pub mod work_service;
pub mod work_source;
pub mod work_standard;
pub mod work_template;
