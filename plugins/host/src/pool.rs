//! Instances kept for the next call: only of the same tenant, plug-in and component, only for points, and never one
//! that has failed. Everything else begins with clean memory each time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;
use wasmtime::{Store, component::Instance};

use crate::state::State;

/// Calls after which an instance goes.
const CALLS: u32 = 256;

/// Instances kept of one plug-in of one tenant.
const KEPT: usize = 2;

/// Instances kept of one tenant.
const OF_A_TENANT: usize = 8;

/// Instances kept in all.
pub const ALL: usize = 64;

/// Whose instance it is: tenant, plug-in, digest of the component.
pub type Owner = (Uuid, Arc<str>, String);

/// An instance and what belongs to it.
pub struct Warm {
    pub store: Store<State>,
    pub instance: Instance,
    /// Which compilation of the component it is of.
    pub program: u64,
    pub calls: u32,
}

#[derive(Default)]
pub struct Pool(Mutex<HashMap<Owner, Vec<Warm>>>);

impl Pool {
    /// One to be used again. Those of another compilation of the same bytes go: what is exported has another place there.
    pub fn take(&self, owner: &Owner, program: u64) -> Option<Warm> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.get_mut(owner)?;
        own.retain(|warm| warm.program == program);
        own.pop()
    }

    /// Gives one back that has answered; whether it is kept.
    pub fn give(&self, owner: Owner, warm: Warm) -> bool {
        let state = warm.store.data();
        if warm.calls >= CALLS || state.peak > state.limits.memory / 2 {
            return false;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_tenant = all.iter().filter(|((tenant, ..), _)| *tenant == owner.0).map(|(_, kept)| kept.len());
        if of_tenant.sum::<usize>() >= OF_A_TENANT || all.values().map(Vec::len).sum::<usize>() >= ALL {
            return false;
        }
        let own = all.entry(owner).or_default();
        let kept = own.len() < KEPT;
        if kept {
            own.push(warm);
        }
        kept
    }

    /// Lets all of a tenant's plug-in go: it was changed or disabled.
    pub fn clear(&self, tenant: Uuid, plugin: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(of, key, _), _| *of != tenant || &**key != plugin);
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().map(Vec::len).sum()
    }
}
