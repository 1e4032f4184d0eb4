//! Programs of others, run by Node against the server: `tests/clients/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use sha2::{Digest, Sha256};

/// Runs a program of `tests/clients/` with these variables, or says why it is skipped: only where there is no Node.
pub async fn run(script: &'static str, variables: &[(&str, &str)]) -> Option<Output> {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: there is no node on this machine");
        return None;
    }
    let variables: Vec<(String, String)> = variables.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let outcome = tokio::task::spawn_blocking(move || {
        let folder = installed();
        let source = sources().join(script);
        // Node looks for libraries beside the program.
        let program = folder.join(script);
        let written = folder.join(format!("{}-{script}", std::process::id()));
        fs::copy(&source, &written).unwrap();
        fs::rename(&written, &program).unwrap();
        Command::new("node").arg(program).envs(variables).output().unwrap()
    });
    Some(outcome.await.unwrap())
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// The folder in which the libraries of the lock file are installed; outside the checkout, made once.
fn installed() -> PathBuf {
    let lock = fs::read(sources().join("package-lock.json")).unwrap();
    let digest = hex::encode(&Sha256::digest(lock)[..8]);
    let build = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
    let folder = build.join(format!("clients-{digest}"));
    if folder.join("node_modules").exists() {
        return folder;
    }
    let making = tempfile::Builder::new().prefix("clients-").tempdir_in(&build).unwrap();
    for file in ["package.json", "package-lock.json"] {
        fs::copy(sources().join(file), making.path().join(file)).unwrap();
    }
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(making.path())
        .output()
        .unwrap();
    assert!(npm.status.success(), "npm ci: {}", String::from_utf8_lossy(&npm.stderr));
    // Another test may have been faster; then its folder stays and ours goes.
    if fs::rename(making.path(), &folder).is_ok() {
        let _ = making.keep();
    }
    folder
}
