//! What modules keep for a server that runs, each under its own type: the kernel does not know them.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// One thing of each type.
#[derive(Default)]
pub struct Shelf(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Shelf {
    /// Keeps it, in the place of what was kept of its type.
    pub fn put<T: Any + Send + Sync>(&self, thing: Arc<T>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), thing);
    }

    /// What is kept of this type.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let found = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        found.and_then(|thing| thing.downcast().ok())
    }
}
