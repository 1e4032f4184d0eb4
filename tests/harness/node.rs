//! Programs of others, run by Node against the server: `tests/clients/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use sha2::{Digest, Sha256};

/// Runs a program of `tests/clients/` with these variables, or says why it is skipped: only where there is no Node.
pub async fn run(script: &'static str, variables: &[(&str, &str)]) -> Option<Output> {
    if !is_there() {
        return None;
    }
    let variables: Vec<(String, String)> = variables.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let outcome = tokio::task::spawn_blocking(move || {
        let folder = installed("");
        // Node looks for libraries beside the program.
        put(&sources().join(script), &folder);
        Command::new("node").arg(folder.join(script)).envs(variables).output().unwrap()
    });
    Some(outcome.await.unwrap())
}

/// Whether there is Node.js to run anything; says so if not.
pub fn is_there() -> bool {
    let there = ["node", "npm"].iter().all(|program| Command::new(program).arg("--version").output().is_ok());
    if !there {
        println!("not tried: Node.js is not installed");
    }
    there
}

/// `tests/clients`.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// Copies a file into a folder, as a whole: other tests read it at this moment.
pub fn put(file: &Path, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let name = file.file_name().unwrap();
    let fresh = folder.join(format!(".{}-{}", std::process::id(), name.to_string_lossy()));
    fs::copy(file, &fresh).unwrap();
    fs::rename(fresh, folder.join(name)).unwrap();
}

/// The folder with the libraries of the lock file of a client (a folder of `tests/clients`); outside the checkout, made
/// once for each lock file.
pub fn installed(client: &str) -> PathBuf {
    installed_for(&sources().join(client), "ci")
}

/// The same for the lock file of any folder. `install` instead of `ci` where a library names others for machines for which
/// they were never published: no lock file can have them.
pub fn installed_for(sources: &Path, how: &str) -> PathBuf {
    let lock = fs::read(sources.join("package-lock.json")).unwrap();
    let digest = hex::encode(&Sha256::digest(lock)[..8]);
    let build = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
    let folder = build.join(format!("clients-{digest}"));
    if folder.join("node_modules").exists() {
        return folder;
    }
    let making = tempfile::Builder::new().prefix("clients-").tempdir_in(&build).unwrap();
    for file in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(file), making.path().join(file)).unwrap();
    }
    let npm = Command::new("npm")
        .args([how, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(making.path())
        .output()
        .unwrap();
    assert!(npm.status.success(), "npm {how}: {}", String::from_utf8_lossy(&npm.stderr));
    // Another test may have been faster; then its folder stays and ours goes.
    if fs::rename(making.path(), &folder).is_ok() {
        let _ = making.keep();
    }
    folder
}
