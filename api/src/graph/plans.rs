//! Plans that were made before: the statement, and what is done to its answer.
//!
//! A plan belongs to one user's rights on one day. It is made with open variables (see `open`), whose values
//! are bound when it is carried out.

use std::sync::Arc;

use async_graphql::{Name, Value as ConstValue, Variables};
use chrono::NaiveDate;
use moka::sync::Cache;
use sea_orm::Value;
use uuid::Uuid;

use crate::{
    graph::{catalogue::Scalar, filter::checked, open::Openness, plan::Planner, post::Post, selection::Doc},
    kernel::{authority::Authority, error::ApiError, session::Session},
};

/// What plans in memory may take, by the estimate of [`weight`].
const BYTES: u64 = 12 * 1024 * 1024;

/// A statement for one root field.
pub(super) struct Plan {
    pub(super) sql: String,
    pub(super) post: Post,
    values: Vec<Value>,
    open: Vec<Open>,
    pub(super) sensitive: Vec<String>,
    pub(super) sealing: bool,
}

/// A parameter that takes a variable's value.
pub(super) struct Open {
    pub(super) place: usize,
    pub(super) variable: Name,
    pub(super) scalar: Scalar,
    pub(super) at: String,
}

/// An operation that is asked for again and again.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The digest of its document.
    pub digest: [u8; 32],
    /// Its name, if the document has several.
    pub operation: Option<&'a str>,
    /// Its variables.
    pub openness: &'a Openness,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    digest: [u8; 32],
    operation: Option<String>,
    root: String,
    tenant: Uuid,
    user: Uuid,
    fixed: String,
}

/// A plan and what it holds for. The rights are compared by address, so that they are kept with it.
struct Kept {
    plan: Arc<Plan>,
    authority: Arc<Authority>,
    today: NaiveDate,
}

/// The plans over one catalogue.
pub(super) struct Plans(Cache<Key, Arc<Kept>>);

impl Plan {
    pub(super) fn new(planner: Planner<'_>, sql: String, post: Post) -> Self {
        let Planner { values, open, sensitive, sealing, .. } = planner;
        Self { sql, post, values, open, sensitive, sealing }
    }

    /// The statement's parameters with the variables' values.
    pub(super) fn values(&self, variables: &Variables) -> Result<Vec<Value>, ApiError> {
        let mut values = self.values.clone();
        for open in &self.open {
            let given = variables.get(&open.variable).unwrap_or(&ConstValue::Null);
            if let Some(place) = values.get_mut(open.place) {
                *place = checked(&open.scalar, given, &open.at)?;
            }
        }
        Ok(values)
    }
}

impl Plans {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(BYTES).weigher(|key, kept: &Arc<Kept>| weight(key, kept)).build())
    }

    /// The plan of a root field, made if there is none; `make` gets the document with its open variables.
    pub(super) fn of<'a>(
        &self,
        session: &Session,
        doc: Doc<'a>,
        root: &str,
        known: Known<'a>,
        make: impl FnOnce(Doc<'a>) -> Result<Plan, ApiError>,
    ) -> Result<Arc<Plan>, ApiError> {
        let open = &known.openness.open;
        // A value that is none, or has parts, is not one that a parameter takes.
        let plain = |name: &Name| {
            matches!(
                doc.variables.get(name),
                Some(ConstValue::String(_) | ConstValue::Number(_) | ConstValue::Boolean(_) | ConstValue::Enum(_))
            )
        };
        if !open.iter().all(plain) {
            return make(doc).map(Arc::new);
        }
        let fixed: Vec<_> = known.openness.fixed.iter().map(|name| doc.variables.get(name)).collect();
        let key = Key {
            digest: known.digest,
            operation: known.operation.map(str::to_owned),
            root: root.to_owned(),
            tenant: session.tenant().id,
            user: session.user_id(),
            // A variable that is not given is something else than null.
            fixed: if fixed.is_empty() { String::new() } else { format!("{fixed:?}") },
        };
        let authority = session.authority_shared();
        if let Some(kept) = self.0.get(&key)
            && Arc::ptr_eq(&kept.authority, authority)
            && kept.today == session.today()
        {
            return Ok(kept.plan.clone());
        }
        let plan = Arc::new(make(Doc { open, ..doc })?);
        let (authority, today) = (authority.clone(), session.today());
        self.0.insert(key, Arc::new(Kept { plan: plan.clone(), authority, today }));
        Ok(plan)
    }
}

/// Roughly what a plan takes: its text, and as much again for what is done afterwards.
fn weight(key: &Key, kept: &Kept) -> u32 {
    u32::try_from(1024 + key.fixed.len() + kept.plan.sql.len() * 2 + kept.plan.values.len() * 64).unwrap_or(u32::MAX)
}
