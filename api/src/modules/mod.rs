//! The domains. Each folder holds what can be read (`catalogue.rs`), pure rules, commands and jobs.

pub mod administration;
pub mod cooperation;
pub mod exchange;
pub mod identity;
pub mod matters;
pub mod organisation;
pub mod personnel;
pub mod plugins;
pub mod policy_library;
pub mod sharing;
pub mod tasks;
pub mod tenancy;

use async_graphql::{MergedObject, MergedSubscription, Object};

use crate::graph::catalogue::{Catalogue, TypeDef};

/// The platform.
#[derive(Default)]
pub struct About;

/// What the platform says of itself.
#[Object]
impl About {
    /// Version of the server.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// What modules answer by themselves.
#[derive(MergedObject, Default)]
pub struct Queries(
    About,
    personnel::queries::PersonnelQueries,
    administration::queries::AdministrationQueries,
    plugins::queries::PluginQueries,
    plugins::running::PluginRunning,
    matters::statistics::MattersQueries,
    exchange::queries::ExchangeQueries,
    tasks::queries::TaskQueries,
    tasks::queries::performance::PerformanceQueries,
    policy_library::queries::PolicyQueries,
);

/// All commands.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutations(
    organisation::commands::OrganisationMutations,
    personnel::commands::PersonnelMutations,
    administration::commands::AdministrationMutations,
    matters::commands::MattersMutations,
    plugins::commands::PluginMutations,
    plugins::connectors::commands::ConnectorMutations,
    plugins::transitions::commands::TransitionMutations,
    cooperation::commands::CooperationMutations,
    exchange::commands::ExchangeMutations,
    sharing::commands::SharingMutations,
    tasks::commands::items::WorkMutations,
    tasks::commands::TaskMutations,
    tasks::commands::supervision::SupervisionMutations,
    tasks::commands::education_point::PointMutations,
    tasks::commands::performance_export::ExportMutations,
    policy_library::commands::PolicyMutations,
);

/// All subscriptions.
#[derive(MergedSubscription, Default)]
#[graphql(name = "Subscription")]
pub struct Subscriptions(matters::subscriptions::MattersSubscriptions, tasks::subscriptions::TaskSubscriptions);

/// Everything that can be read, in every tenant.
pub fn catalogue() -> Result<Catalogue, String> {
    Catalogue::new(types())
}

/// The types of all modules.
pub fn types() -> Vec<TypeDef> {
    let types: Vec<Vec<TypeDef>> = vec![
        organisation::catalogue::types(),
        personnel::catalogue::types(),
        administration::catalogue::types(),
        matters::catalogue::types(),
        plugins::catalogue::types(),
        plugins::connectors::catalogue::types(),
        plugins::transitions::catalogue::types(),
        plugins::epochs::catalogue::types(),
        cooperation::catalogue::types(),
        exchange::catalogue::types(),
        sharing::catalogue::types(),
        tasks::catalogue::types(),
        policy_library::catalogue::types(),
    ];
    let mut types: Vec<TypeDef> = types.into_iter().flatten().collect();
    plugins::schema::readable(&mut types);
    types
}
