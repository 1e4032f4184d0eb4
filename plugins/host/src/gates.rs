//! How many calls are under way at once: of a plug-in, of a tenant, on the node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use uuid::Uuid;

use crate::limits::Room;

/// A place of a call; free again when it is dropped.
pub type Place = [OwnedSemaphorePermit; 3];

/// Places by whom they belong to, made when first asked for.
type Rooms<K> = Mutex<HashMap<K, Arc<Semaphore>>>;

/// The places of one kind of hooks.
#[derive(Debug)]
pub struct Gates {
    room: Room,
    node: Arc<Semaphore>,
    tenants: Rooms<Uuid>,
    plugins: Rooms<(Uuid, Arc<str>)>,
}

impl Gates {
    pub fn new(room: Room) -> Self {
        let node = Arc::new(Semaphore::new(room.node));
        Self { room, node, tenants: Mutex::default(), plugins: Mutex::default() }
    }

    /// A place, if there is one in time. The narrowest is asked for first: who waits there takes nobody else's.
    pub async fn enter(&self, tenant: Uuid, plugin: &Arc<str>) -> Option<Place> {
        let of_plugin = of(&self.plugins, (tenant, plugin.clone()), self.room.plugin);
        let of_tenant = of(&self.tenants, tenant, self.room.tenant);
        let all = async {
            let plugin = of_plugin.acquire_owned().await.ok()?;
            let tenant = of_tenant.acquire_owned().await.ok()?;
            Some([plugin, tenant, self.node.clone().acquire_owned().await.ok()?])
        };
        timeout(self.room.wait, all).await.ok().flatten()
    }
}

fn of<K: std::hash::Hash + Eq>(all: &Rooms<K>, key: K, places: usize) -> Arc<Semaphore> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(key).or_insert_with(|| Arc::new(Semaphore::new(places))).clone()
}
