//! The files of a plug-in: texts by their paths. What comes packed is read into memory, so nothing is unpacked anywhere.

use std::{collections::BTreeMap, fs, path::Path};

use sha2::{Digest, Sha256};

use crate::fault::{Fault, Faults};

/// The manifest's name.
pub const MANIFEST: &str = "plugin.toml";
/// The folder of sources, which are no part of a plug-in: what is built of them is.
pub const SOURCES: &str = "code";
/// The most files.
pub const MAX_FILES: usize = 60;
/// The largest file, in bytes.
pub const MAX_FILE: usize = 64 * 1024;
/// The largest plug-in, in bytes: it travels in one request.
pub const MAX_BYTES: usize = 192 * 1024;
/// The largest component, in bytes. It is kept apart from the texts and travels by itself where it is large.
pub const MAX_COMPONENT: usize = 8 * 1024 * 1024;

/// The files of a plug-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    files: BTreeMap<String, String>,
    component: Option<Vec<u8>>,
}

impl Package {
    /// Takes texts by their paths, if paths and sizes are as they must be.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        let mut all = BTreeMap::new();
        let mut bytes = 0;
        for (path, text) in files {
            let shown: String = path.chars().take(80).collect();
            if !is_inside(&path) {
                faults.add(
                    &shown,
                    1,
                    "PATH",
                    "文件路径必须在插件文件夹之内，由小写字母、数字、. _ - 组成",
                    "改用 forms/apply.json 这样的相对路径",
                );
            }
            if text.len() > MAX_FILE {
                let message = format!("文件有 {} 字节，上限 {MAX_FILE}", text.len());
                faults.add(&shown, 1, "FILE_TOO_LARGE", message, "拆分或精简文件");
            }
            bytes += text.len();
            if all.insert(path, text).is_some() {
                faults.add(&shown, 1, "PATH", "同一路径出现两次", "删去其中一个");
            }
        }
        if all.len() > MAX_FILES || bytes > MAX_BYTES {
            let message = format!("插件有 {} 个文件 {bytes} 字节，上限 {MAX_FILES} 个 {MAX_BYTES} 字节", all.len());
            faults.add(MANIFEST, 1, "PACKAGE_TOO_LARGE", message, "只保留清单引用的文件");
        }
        if !all.contains_key(MANIFEST) {
            faults.add(MANIFEST, 1, "NO_MANIFEST", "插件文件夹中没有 plugin.toml", "用 zugong plugin new 生成一个");
        }
        if faults.is_empty() { Ok(Self { files: all, component: None }) } else { Err(faults.into_list()) }
    }

    /// Reads a folder. Links are not followed, files that a plug-in does not have are left out.
    pub fn read(folder: &Path) -> Result<Self, Vec<Fault>> {
        let mut files = vec![];
        let mut faults = Faults::default();
        gather(folder, "", 0, &mut files, &mut faults);
        if !faults.is_empty() {
            return Err(faults.into_list());
        }
        let package = Self::new(files)?;
        let component = package.component_path().map(|path| folder.join(path));
        Ok(match component.and_then(|path| read_component(&path)) {
            Some(bytes) => package.with(bytes),
            None => package,
        })
    }

    /// The package with its component (组件).
    pub fn with(mut self, component: Vec<u8>) -> Self {
        self.component = Some(component);
        self
    }

    /// The component, where it is at hand: a package that was read back from its texts is without.
    pub fn component(&self) -> Option<&[u8]> {
        self.component.as_deref()
    }

    /// What the manifest names as its component, before the manifest was checked.
    pub(crate) fn component_path(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Named {
            code: Component,
        }
        #[derive(serde::Deserialize)]
        struct Component {
            component: String,
        }
        let text = self.text(MANIFEST).filter(|text| crate::place::depth(text) <= 16)?;
        let named: Named = toml::from_str(text).ok()?;
        Some(named.code.component).filter(|path| is_inside(path))
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Paths and texts, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// What tells this plug-in from every other: the same files have the same digest on every machine.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, text) in &self.files {
            hash.update((path.len() as u64).to_be_bytes());
            hash.update(path);
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hex::encode(hash.finalize())
    }
}

/// The bytes of a component: a file and not a link, no larger than one may be.
fn read_component(path: &Path) -> Option<Vec<u8>> {
    let meta = fs::symlink_metadata(path).ok()?;
    (meta.is_file() && meta.len() <= MAX_COMPONENT as u64).then(|| fs::read(path).ok())?
}

/// Whether a path stays within the folder whatever stands around it.
pub fn is_inside(path: &str) -> bool {
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && !part.contains("..")
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
    };
    path.len() <= 100 && path.split('/').count() <= 4 && path.split('/').all(plain)
}

fn gather(folder: &Path, above: &str, depth: usize, files: &mut Vec<(String, String)>, faults: &mut Faults) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            faults.add(above, 1, "UNREADABLE", format!("无法读取文件夹：{error}"), "检查路径和权限");
            return;
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_symlink() {
            faults.add(&path, 1, "PATH", "插件中不能有链接", "放入文件本身");
        } else if kind.is_dir() && depth < 3 && !name.starts_with('.') && path != SOURCES {
            gather(&entry.path(), &path, depth + 1, files, faults);
        } else if kind.is_file() && (name.ends_with(".toml") || name.ends_with(".json")) {
            if files.len() > MAX_FILES {
                return;
            }
            let large = entry.metadata().is_ok_and(|m| m.len() > MAX_FILE as u64);
            match fs::read_to_string(entry.path()) {
                Ok(_) if large => {
                    faults.add(&path, 1, "FILE_TOO_LARGE", format!("文件超过 {MAX_FILE} 字节"), "拆分或精简文件");
                }
                Ok(text) => files.push((path, text)),
                Err(error) => faults.add(&path, 1, "UNREADABLE", format!("无法读取：{error}"), "存为 UTF-8 文本"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_out() {
        for path in ["plugin.toml", "forms/apply.json", "tests/1.in.json"] {
            assert!(is_inside(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "forms/../../x",
            "c:\\x",
            "forms\\x",
            "表单.json",
            ".git/x",
            "a//b",
            "a/b/c/d/e",
        ] {
            assert!(!is_inside(path), "{path}");
        }
    }

    #[test]
    fn the_digest_is_that_of_paths_and_texts() {
        let package = |texts: &[(&str, &str)]| {
            Package::new(texts.iter().map(|(p, t)| (p.to_string(), t.to_string()))).unwrap().digest()
        };
        let one = package(&[("plugin.toml", "a"), ("b.json", "c")]);
        assert_eq!(one, package(&[("b.json", "c"), ("plugin.toml", "a")]));
        assert_ne!(one, package(&[("plugin.toml", "ab"), ("b.json", "")]));
    }
}
