//! Plug-ins: installed, at work in their tenant's schema and nowhere else, taken out again.

mod asking;
mod claims;
pub mod code;
mod compiling;
mod computed;
mod connectors;
mod demo;
mod dev;
mod echoes;
mod epochs;
mod fields;
mod given_up;
mod hostile;
mod kit;
mod life;
mod matters;
mod operated;
mod outgrown;
mod own;
mod packed;
mod probes;
mod quarantine;
mod races;
mod recodes;
mod reload;
mod replicas;
mod retiring;
mod rings;
mod rules;
mod scoring;
mod secrets;
mod served;
mod transitions;
mod typed;
mod typescript;
mod upgrades;
mod walls;
mod warnings;

use std::{fs, path::Path};

use declarative::{Package, scaffold};
use serde_json::{Map, Value as Json, json};
use zugong_tests::Tenant;

/// The files of a plug-in, to be changed before they are sent.
#[derive(Clone)]
pub struct Files(pub Map<String, Json>);

impl Files {
    /// The plug-in that `zugong plugin new` writes.
    pub fn new(prefix: &str) -> Self {
        let files = scaffold::files(&format!("330203.{prefix}"), prefix, "编外录用");
        Self(files.into_iter().map(|(path, text)| (path.to_string(), json!(text))).collect())
    }

    pub fn with(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.0[path].as_str().unwrap().to_string();
        assert!(text.contains(from), "{path} has no {from}");
        self.0.insert(path.into(), json!(text.replace(from, to)));
        self
    }

    pub fn manifest(self, from: &str, to: &str) -> Self {
        self.with("plugin.toml", from, to)
    }

    pub fn digest(&self) -> String {
        let texts = self.0.iter().map(|(path, text)| (path.clone(), text.as_str().unwrap().to_string()));
        Package::new(texts).unwrap().digest()
    }

    /// Writes them into a folder, as their author has them.
    pub fn write(&self, folder: &Path) {
        for (path, text) in &self.0 {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text.as_str().unwrap()).unwrap();
        }
    }

    pub fn input(&self) -> Json {
        json!({ "files": self.0, "digest": self.digest() })
    }
}

/// Installs and enables; the plug-in with its version.
pub async fn install(tenant: &Tenant, files: &Files) -> Json {
    let installed = tenant.superior.done("pluginInstall", files.input(), "plugin { id version }").await;
    let installed = &installed["plugin"];
    let input = json!({ "id": installed["id"], "expectedVersion": installed["version"] });
    tenant.superior.done("pluginEnable", input, "plugin { id version state release }").await["plugin"].clone()
}

/// Changes an installed plug-in.
pub async fn change(tenant: &Tenant, field: &str, plugin: &Json) -> Json {
    let input = json!({ "id": plugin["id"], "expectedVersion": plugin["version"] });
    tenant.superior.done(field, input, "plugin { id version state release }").await["plugin"].clone()
}

/// An approval of a plug-in's matter for one of the world's cadres, and its submission's payload.
pub async fn submit(tenant: &Tenant, matter: &str, who: &str, document: &str, form: Json) -> Json {
    let approval = approve(tenant, matter, who, document).await;
    file(tenant, &approval, form).await
}

/// An approval of the matter for one of the world's cadres.
pub async fn approve(tenant: &Tenant, matter: &str, who: &str, document: &str) -> Json {
    let input = json!({
        "matterKey": matter, "cadre": tenant.id(&format!("cadre:{who}")),
        "documentNumber": document, "effectiveMonth": "2025-10"
    });
    tenant.superior.done("approvalCreate", input, "approval { id }").await["approval"]["id"].clone()
}

/// Submits an approved matter; what is refused can be submitted again.
pub async fn file(tenant: &Tenant, approval: &Json, form: Json) -> Json {
    let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
    let input = json!({ "approval": approval, "form": form, "materials": materials });
    tenant.superior.mutate("matterSubmit", input, "case { id matter { number } items { nodes { key } } }").await
}
