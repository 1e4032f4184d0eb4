//! The authors' kit: examples in TypeScript and Rust are built from their sources and pass their own tests.
//!
//! Whatever database serves, they are the same: they run with `ZUGONG_TEST_BACKEND=sqlite` only.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use declarative::scaffold;
use zugong_tests::{database::backend, node, plant::program};

mod whole;

pub fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/examples")
}

/// A copy of an example that a test may build in.
pub fn copied(example: &str) -> (tempfile::TempDir, PathBuf) {
    fn copy(from: &Path, to: &Path) -> io::Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let to = to.join(entry.file_name());
            let built = ["target", "node_modules", "build"].iter().any(|name| entry.file_name() == *name);
            match entry.file_type()?.is_dir() {
                true if !built => copy(&entry.path(), &to)?,
                true => {}
                false => fs::copy(entry.path(), to).map(drop)?,
            }
        }
        Ok(())
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(example);
    copy(&examples().join(example), &folder).unwrap();
    (dir, folder)
}

/// What a command says; it must succeed.
pub fn says(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(done.status.success(), "{command:?}: {}{}", text(&done.stdout), text(&done.stderr));
    text(&done.stdout)
}

/// Pins and tries what was built: what `plugin test` says.
fn tried(folder: &Path) -> String {
    let zugong = |verb: &str| says(Command::new(program()).args(["plugin", verb]).arg(folder));
    zugong("pin");
    let told = zugong("test");
    assert!(!told.contains("不符"), "{told}");
    told
}

#[test]
fn an_example_in_rust_is_built_and_gives_its_golden_values() {
    if backend() != "sqlite" {
        return;
    }
    let (dir, folder) = copied("nianling-jiegou");
    built(&folder);
    let told = tried(&folder);
    assert_eq!(told.matches("通过").count(), 2, "{told}");

    // What `plugin new` writes is right as it stands; it has the same dependencies, which are built already.
    let new = dir.path().join("rustp");
    let named = ["--key", "330203.rustp", "--prefix", "rustp", "--title", "干部年龄"];
    says(Command::new(program()).args(["plugin", "new", "--lang", "rust"]).args(named).arg(&new));
    fs::rename(folder.join("code/target"), new.join("code/target")).unwrap();
    fs::copy(folder.join("code/Cargo.lock"), new.join("code/Cargo.lock")).unwrap();
    built(&new);
    let told = tried(&new);
    assert_eq!(told.matches("通过").count(), 4, "{told}");

    // So is what an author makes of it who uses all that there is.
    let tests = whole::made(&new);
    built(&new);
    let told = tried(&new);
    assert_eq!(told.matches("通过").count(), tests, "{told}");
}

/// Builds the module of a folder, by whichever compiler for it is here; where there is none, it says how to get one.
fn built(folder: &Path) {
    // Variables of the tests' build are not for this one.
    let mut build = Command::new(program());
    build.args(["plugin", "build"]).arg(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_") && name != "CARGO_HOME") {
        build.env_remove(name);
    }
    println!("{}", says(&mut build));
}

#[test]
fn an_example_in_typescript_is_built_and_gives_its_golden_points() {
    if backend() != "sqlite" || !node::is_there() {
        return;
    }
    let (_dir, folder) = copied("niandu-kaohe");
    let code = folder.join("code");
    let libraries = node::installed_for(&examples().join("niandu-kaohe/code"), "install");
    std::os::unix::fs::symlink(libraries.join("node_modules"), code.join("node_modules")).unwrap();
    says(Command::new("npm").args(["run", "build"]).current_dir(&code));
    let told = tried(&folder);
    assert_eq!(told.matches("通过").count(), 3, "{told}");
}

/// The interface of a released version never changes, so a copy of it is as good as the platform's own.
#[test]
fn examples_and_new_plug_ins_speak_the_released_interface() {
    for example in ["nianling-jiegou", "niandu-kaohe"] {
        let text = fs::read_to_string(examples().join(example).join("code/wit/plugin.wit")).unwrap();
        assert!(text.starts_with(host::WIT), "{example}");
    }
    let new = scaffold::files_in(scaffold::Language::Rust, host::WIT, "330203.rustp", "rustp", "干部年龄");
    let mut compared = 0;
    for (path, text) in new.iter().filter(|(path, _)| path.starts_with("code/src/zugong")) {
        assert_eq!(*text, fs::read_to_string(examples().join("nianling-jiegou").join(path)).unwrap(), "{path}");
        compared += 1;
    }
    assert_eq!(compared, 5);
}
