//! What a tenant has, by type.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Tenant};

use super::{Kind, Model, named, send, strings};

/// Ids of a tenant by type, and every text that its people can read.
#[derive(Default)]
pub struct Things {
    pub ids: BTreeMap<String, Vec<String>>,
    pub texts: Vec<String>,
    preferred: BTreeMap<String, String>,
}

impl Things {
    /// Lists everything as those who see most.
    pub async fn of(model: &Model, tenant: &Tenant) -> Self {
        let mut things = Self::default();
        for actor in [&tenant.superior, &tenant.security, &tenant.audit] {
            things.list(model, actor).await;
        }
        things.texts.sort();
        things.texts.dedup();
        things
    }

    async fn list(&mut self, model: &Model, actor: &Actor) {
        for root in model.roots() {
            let ty = named(&root.ty);
            if root.kind != Kind::Query || !ty.ends_with("Connection") {
                continue;
            }
            let query = model.document(&root, 1);
            let reply = send(actor, &query, &json!({ "first": 100 })).await;
            assert!(!reply.body["data"].is_null(), "{} of {}: {}", root.name, actor.name, reply.text);
            self.learn(&reply.body["data"]);
        }
    }

    fn learn(&mut self, json: &Json) {
        strings(json, &mut self.texts);
        self.walk(json);
    }

    fn walk(&mut self, json: &Json) {
        match json {
            Json::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Json::Object(map) => {
                if let (Some(Json::String(ty)), Some(Json::String(id))) = (map.get("__typename"), map.get("id")) {
                    let known = self.ids.entry(ty.clone()).or_default();
                    if !known.contains(id) {
                        known.push(id.clone());
                    }
                }
                map.values().for_each(|value| self.walk(value));
            }
            _ => {}
        }
    }

    /// Which object of a type is taken where any will do.
    pub fn prefer(&mut self, ty: &str, id: &str) {
        self.preferred.insert(ty.into(), id.into());
    }

    /// An object of a type.
    pub fn one(&self, ty: &str) -> Option<&str> {
        let first = || self.ids.get(ty).and_then(|ids| ids.first());
        self.preferred.get(ty).or_else(first).map(String::as_str)
    }

    /// Texts that only this tenant has, long enough not to occur by chance.
    pub fn canaries<'t>(&'t self, other: &Things) -> Vec<&'t str> {
        let own = |text: &&String| text.chars().count() >= 4 && other.texts.binary_search(text).is_err();
        self.texts.iter().filter(own).map(String::as_str).collect()
    }
}
