//! A plug-in's folder while somebody works in it: with what was built last, and watched.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use declarative::{
    Package, Plugin,
    package::{MANIFEST, SOURCES},
    scaffold,
};
use sha2::{Digest, Sha256};

use crate::{
    cli::{Failure, plugin_text::listed},
    modules::plugins::store,
};

/// Where the sources of a plug-in in Rust have their module built.
pub const MODULE: &str = "code/target/wasm32-unknown-unknown/release/plugin.wasm";

/// The component of a module that was built in the plug-in's sources, if one was.
pub fn built(folder: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let module = folder.join(MODULE);
    if !module.exists() {
        return Ok(None);
    }
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", module.display()));
    let made = host::componentize(&fs::read(&module).map_err(failed)?);
    made.map(Some).map_err(|error| Failure::new(format!("{} 不能做成组件：{error}", module.display())))
}

/// A plug-in as its folder stands: with the component that was built last, whether or not that is pinned, so that who
/// writes one need not pin after every build. Nothing is written.
pub fn assembled(folder: &Path) -> Result<(Package, Plugin), Failure> {
    let told = |faults: Vec<declarative::Fault>| listed(folder, &faults);
    let mut package = Package::read(folder).map_err(told)?;
    let component = built(folder)?.or_else(|| package.component().map(<[u8]>::to_vec));
    if let Some(bytes) = component {
        let text =
            scaffold::pinned(&package, &hex::encode(Sha256::digest(&bytes))).map_err(|fault| told(vec![fault]))?;
        let texts = package
            .files()
            .map(|(path, was)| (path.to_string(), if path == MANIFEST { &text } else { was }.to_string()));
        package = Package::new(texts.collect::<Vec<_>>()).map_err(told)?.with(bytes);
    }
    let plugin = declarative::check(&package, &store::environment()).map_err(told)?;
    match &plugin.code {
        Some(code) if package.component().is_none() => {
            Err(Failure::new(format!("没有组件文件 {}：先编译它", code.component)))
        }
        _ => Ok((package, plugin)),
    }
}

/// Files with their sizes and when they were written.
pub type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// What a folder looks like from outside: it differs whenever something was written that belongs to the plug-in.
pub fn look(folder: &Path) -> Look {
    let mut out = vec![];
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let hidden = name.to_string_lossy().starts_with('.');
            match entry.metadata() {
                Ok(meta) if meta.is_file() => out.push((path, meta.len(), meta.modified().ok())),
                Ok(meta) if meta.is_dir() && !hidden && path != folder.join(SOURCES) => folders.push(path),
                _ => {}
            }
        }
    }
    if let Ok(meta) = fs::metadata(folder.join(MODULE)) {
        out.push((folder.join(MODULE), meta.len(), meta.modified().ok()));
    }
    out.sort();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_is_taken_as_it_is_and_every_change_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        for (path, text) in scaffold::files_in(scaffold::Language::TypeScript, "", "330203.peixun", "peixun", "培训")
        {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert!(assembled(folder).unwrap_err().to_string().contains("先编译它"));
        let mut seen = look(folder);
        let mut changed = |write: &dyn Fn()| {
            write();
            let now = look(folder);
            std::mem::replace(&mut seen, now.clone()) != now
        };
        assert!(!changed(&|| {}));
        assert!(changed(&|| fs::write(folder.join("plugin.wasm"), b"\0asm\x0d\0\x01\0").unwrap()));
        let (package, plugin) = assembled(folder).unwrap();
        assert_eq!(plugin.code.unwrap().sha256, hex::encode(Sha256::digest(package.component().unwrap())));
        assert!(changed(&|| fs::write(folder.join("forms/apply.json"), "{").unwrap()));
        assert!(assembled(folder).unwrap_err().to_string().contains("forms/apply.json"));
        assert!(changed(&|| fs::remove_file(folder.join("forms/apply.json")).unwrap()));
        // Sources are no part of it.
        assert!(!changed(&|| fs::write(folder.join("code/src/plugin.ts"), "").unwrap()));
    }
}
