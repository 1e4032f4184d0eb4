//! `zugong plugin build`: the module of a plug-in in Rust, by whichever compiler for it is here.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use declarative::package::SOURCES;

use crate::cli::{Failure, plugin_folder, print};

/// For what a module is built.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What Debian's packages rustc-web, cargo-web, rust-web-src and lld-19 bring, below the root.
const DEBIAN: [&str; 4] =
    ["usr/bin/rustc", "usr/bin/cargo", "usr/lib/rustlib/src/rust/library/Cargo.lock", "usr/bin/wasm-ld-19"];

/// What is set for another build, and would be wrong for this one.
const NOT_OURS: [&str; 4] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"];

/// By what a module is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A toolchain with the target's standard library, as rustup fetches it.
    Installed,
    /// Debian's compiler for its browsers, which builds the standard library from its sources: for where only Debian's
    /// packages can be fetched.
    Debian,
}

impl Way {
    /// The way that there is: by a toolchain that lies here, or by Debian's packages below the root.
    fn of(toolchain: Option<&Path>, root: &Path) -> Option<Self> {
        let library = |at: &Path| at.join("lib/rustlib").join(TARGET).join("lib").is_dir();
        if toolchain.is_some_and(library) {
            return Some(Self::Installed);
        }
        DEBIAN.iter().all(|path| root.join(path).exists()).then_some(Self::Debian)
    }

    /// The command that builds in a folder of sources.
    fn command(self, code: &Path) -> Command {
        let mut command = Command::new(match self {
            Self::Installed => "cargo",
            Self::Debian => "/usr/bin/cargo",
        });
        // Where the module is looked for afterwards, whatever the environment says.
        command.args(["build", "--release", "--target", TARGET, "--target-dir", "target"]).current_dir(code);
        if code.join("Cargo.lock").is_file() {
            command.arg("--locked");
        }
        for name in NOT_OURS {
            command.env_remove(name);
        }
        if self == Self::Debian {
            // Building the standard library is for compilers of the night only, unless it is said that one knows.
            command.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc");
            // Debian's compiler comes without a linker for the target.
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "/usr/bin/wasm-ld-19");
        }
        command
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed => write!(f, "cargo（工具链已有 {TARGET}）"),
            Self::Debian => write!(f, "Debian 的 /usr/bin/cargo（标准库由源码编译）"),
        }
    }
}

/// Builds the module, and says by what.
pub fn build(folder: &Path) -> Result<String, Failure> {
    let code = folder.join(SOURCES);
    let shown = code.display();
    if !code.join("Cargo.toml").is_file() {
        let why = format!("{shown} 中没有 Rust 源码（Cargo.toml）；TypeScript 的在其中 npm install && npm run build");
        return Err(Failure::new(why));
    }
    let way = Way::of(toolchain(&code).as_deref(), Path::new("/")).ok_or_else(|| {
        let (first, second) =
            (format!("rustup target add {TARGET}"), "apt-get install rustc-web cargo-web rust-web-src lld-19");
        Failure::new(format!("没有 {TARGET} 的编译器：运行 {first}；rustup 下载不了的，在 Debian 上 {second}"))
    })?;
    print(&format!("{shown}：用 {way} 编译\n"))?;
    let ended = way.command(&code).stdin(Stdio::null()).status();
    let ended = ended.map_err(|error| Failure::new(format!("cargo 无法运行：{error}")))?;
    let module = folder.join(plugin_folder::MODULE);
    match (ended.success(), module.is_file()) {
        (true, true) => Ok(format!("{} 已编译；zugong plugin pin {} 做成组件\n", module.display(), folder.display())),
        (true, false) => Err(Failure::new(format!("没有编译出 {}：[package] 的 name 须是 plugin", module.display()))),
        (false, _) => Err(Failure::new(format!("{shown} 没有编译成功（{ended}）"))),
    }
}

/// Where the toolchain lies that builds in a folder.
fn toolchain(code: &Path) -> Option<PathBuf> {
    let told = Command::new("rustc").args(["--print", "sysroot"]).current_dir(code).output().ok()?;
    let text = String::from_utf8(told.stdout).ok().filter(|_| told.status.success())?;
    Some(text.trim().into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_toolchain_with_the_target_comes_first_and_debians_packages_where_there_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let (toolchain, root) = (dir.path().join("toolchain"), dir.path().join("root"));
        fs::create_dir_all(&toolchain).unwrap();
        assert_eq!(Way::of(None, &root), None);
        for path in DEBIAN {
            assert_eq!(Way::of(Some(&toolchain), &root), None, "without {path}");
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "").unwrap();
        }
        assert_eq!(Way::of(None, &root), Some(Way::Debian));
        assert_eq!(Way::of(Some(&toolchain), &root), Some(Way::Debian));
        fs::create_dir_all(toolchain.join("lib/rustlib").join(TARGET).join("lib")).unwrap();
        assert_eq!(Way::of(Some(&toolchain), &root), Some(Way::Installed));
    }

    #[test]
    fn only_debians_compiler_builds_the_standard_library() {
        let dir = tempfile::tempdir().unwrap();
        let told = |way: Way| format!("{:?}", way.command(dir.path()));
        let (installed, debian) = (told(Way::Installed), told(Way::Debian));
        assert!(!installed.contains("build-std") && !installed.contains("RUSTC_BOOTSTRAP"), "{installed}");
        for part in ["/usr/bin/cargo", "-Zbuild-std=std,panic_abort", "RUSTC_BOOTSTRAP", "wasm-ld-19"] {
            assert!(debian.contains(part), "{part}: {debian}");
        }
        assert!(!debian.contains("--locked"));
        fs::write(dir.path().join("Cargo.lock"), "").unwrap();
        assert!(told(Way::Installed).contains("--locked"));
    }

    #[test]
    fn a_folder_without_sources_in_rust_is_told_what_else_there_is() {
        let dir = tempfile::tempdir().unwrap();
        assert!(build(dir.path()).unwrap_err().to_string().contains("npm run build"));
    }
}
