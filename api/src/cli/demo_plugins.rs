//! Plug-ins of folders in the demo: one that somebody writes, or the examples with code, as far as they were built.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use declarative::package::{MANIFEST, SOURCES};
use uuid::Uuid;

use crate::{
    cli::{Failure, demo::Demo, plugin_change::said, plugin_folder},
    data::demo::{DemoTenant, Sketch, TENANTS, plugins},
    kernel::platform::Platform,
    modules::plugins::code,
};

/// Where the examples are when the demo is started from the sources.
const EXAMPLES: &str = "plugins/examples";
/// The tenant of plug-ins whose division is none of the demo's.
const OTHERWISE: &str = "haishu";

/// Where the plug-in is put.
pub struct Bench {
    /// Its folder.
    pub folder: PathBuf,
    platform: Arc<Platform>,
    tenant: Uuid,
    sketch: &'static Sketch,
}

impl Bench {
    /// The tenant of the demo for a plug-in, with its users' tokens: that of its division, if there is one.
    pub fn of<'a>(demo: &'a Demo, folder: &Path, key: &str) -> Result<(Self, &'a DemoTenant, &'a [String]), Failure> {
        let found = sketch_for(key).and_then(|sketch| {
            let mut all = demo.summary.tenants.iter().zip(&demo.tokens);
            all.find(|(tenant, _)| tenant.code == sketch.code).map(|(tenant, tokens)| (sketch, tenant, tokens))
        });
        let (sketch, tenant, tokens) = found.ok_or_else(|| Failure::new("演示数据中没有租户"))?;
        let (folder, platform) = (folder.to_path_buf(), demo.platform.clone());
        Ok((Self { folder, platform, tenant: tenant.id, sketch }, tenant, tokens))
    }

    /// Checks the plug-in as it stands and puts it to work; what it is then called, or nothing if it is as it was.
    pub async fn put(&self) -> Result<Option<String>, Failure> {
        let folder = self.folder.clone();
        let read = tokio::task::spawn_blocking(move || plugin_folder::assembled(&folder)).await;
        let (package, plugin) = read.map_err(|error| Failure::new(error.to_string()))??;
        code::examine(&package, &plugin).await.map_err(|rejected| said(rejected.fault))?;
        let put = plugins::put(&self.platform, self.tenant, self.sketch, &package, &plugin).await;
        Ok(put.map_err(said)?.then(|| format!("{} {}", plugin.title, plugin.version)))
    }
}

/// The demo's tenant for a plug-in: that of its division, if there is one.
fn sketch_for(key: &str) -> Option<&'static Sketch> {
    let division = key.split('.').next().unwrap_or_default();
    let of = |wanted: &dyn Fn(&Sketch) -> bool| TENANTS.iter().find(|sketch| wanted(sketch));
    of(&|sketch| sketch.division_code == division).or_else(|| of(&|sketch| sketch.code == OTHERWISE))
}

/// Puts the plug-ins with code of a folder into the demo; what is told of those that are not in it, a line for each.
pub async fn add(demo: &Demo, folder: Option<&Path>) -> Result<Vec<String>, Failure> {
    let examples = Path::new(EXAMPLES);
    let folder = match folder {
        Some(given) if given.is_dir() => given,
        Some(given) => {
            return Err(Failure::new(format!("{} is no folder: name another with --plugins", given.display())));
        }
        None if examples.is_dir() => examples,
        None => return Ok(vec![]),
    };
    let mut lines = vec![];
    for folder in programmed(folder) {
        let shown = folder.display();
        match missing(&folder) {
            Some(command) => lines.push(format!("{shown} is not built: (cd {shown}/{SOURCES} && {command})")),
            None => {
                if let Err(failure) = installed(demo, &folder).await {
                    lines.push(format!("{shown} is not taken: {}", failure.to_string().trim_end()));
                }
            }
        }
    }
    Ok(lines)
}

/// The plug-ins with sources of a folder, by name.
fn programmed(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut all: Vec<PathBuf> = all.filter(|at| at.join(MANIFEST).is_file() && at.join(SOURCES).is_dir()).collect();
    all.sort();
    all
}

/// By which command a plug-in's component is built, if it was not built yet.
fn missing(folder: &Path) -> Option<&'static str> {
    let is_built = folder.join("plugin.wasm").is_file() || folder.join(plugin_folder::MODULE).is_file();
    let in_rust = folder.join(SOURCES).join("Cargo.toml").is_file();
    match (is_built, in_rust) {
        (true, _) => None,
        (false, true) => Some("zugong plugin build .."),
        (false, false) => Some("npm install && npm run build"),
    }
}

async fn installed(demo: &Demo, folder: &Path) -> Result<(), Failure> {
    let (_, plugin) = plugin_folder::assembled(folder)?;
    Bench::of(demo, folder, &plugin.key)?.0.put().await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plug_in_goes_to_the_tenant_of_its_division() {
        let code = |key: &str| sketch_for(key).unwrap().code;
        assert_eq!((code("330212.xinli"), code("330203.bwly"), code("110101.x")), ("yinzhou", "haishu", "haishu"));
    }

    #[test]
    fn what_is_not_built_is_named_with_the_command_that_builds_it() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/examples");
        let found = programmed(&examples);
        let names: Vec<_> = found.iter().map(|at| at.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["niandu-kaohe", "nianling-jiegou"]);
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(SOURCES)).unwrap();
        assert!(missing(dir.path()).unwrap().contains("npm run build"));
        fs::write(dir.path().join("code/Cargo.toml"), "").unwrap();
        assert!(missing(dir.path()).unwrap().contains("plugin build"));
        fs::write(dir.path().join("plugin.wasm"), "").unwrap();
        assert_eq!(missing(dir.path()), None);
    }
}
