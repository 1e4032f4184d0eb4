//! What goes wrong in a plug-in that is written in TypeScript ends in a code, as it does in any other component.
//!
//! Whatever database serves, it is the same: it runs with `ZUGONG_TEST_BACKEND=sqlite` only.

mod flooding;
mod reaching;

use std::{fs, process::Command, sync::Arc};

use declarative::scaffold::{self, Language};
use host::{Answer, Ask, Code, Context, Declared, Failure, Hook, Host, Lowered, Mute, Plug, Program, Settings};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zugong_tests::{database::backend, node};

use super::kit::{examples, says};

/// All that it does wrong, each where it is asked for.
const SOURCE: &str = include_str!("typescript/hostile.ts");
const WORLD: &str = "
world plugin {
  import log;
  import data;
  import connector;
  export score;
  export resolve;
  export on-transition;
}
";
const HOOKS: [Hook; 3] = [Hook::Score, Hook::Resolve, Hook::OnTransition];

/// Whether there is what it takes to build it, and the run is the one that does.
fn is_tried() -> bool {
    backend() == "sqlite" && node::is_there()
}

/// The hostile component, built with what a new plug-in in TypeScript has. It is kept beside the tests for the others of
/// them, of which each may be a process of its own.
fn component() -> Vec<u8> {
    let of = examples().join("niandu-kaohe/code");
    let mut files = scaffold::files_in(Language::TypeScript, "", "330203.hostile", "hostile", "样本");
    for (path, text) in &mut files {
        match *path {
            "code/src/plugin.ts" => *text = SOURCE.into(),
            "code/wit/plugin.wit" => *text = format!("{}{WORLD}", host::WIT),
            _ => {}
        }
    }
    let mut digest = Sha256::new();
    for (path, text) in &files {
        digest.update(path);
        digest.update(text);
    }
    digest.update(fs::read(of.join("package-lock.json")).unwrap());
    let name = format!("hostile-{}.wasm", hex::encode(&digest.finalize()[..8]));
    let kept = std::env::current_exe().unwrap().with_file_name(name);
    if let Ok(bytes) = fs::read(&kept) {
        return bytes;
    }
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let code = folder.path().join("code");
    let libraries = node::installed_for(&of, "install");
    std::os::unix::fs::symlink(libraries.join("node_modules"), code.join("node_modules")).unwrap();
    says(Command::new("npm").args(["run", "build"]).current_dir(&code));
    // As a whole: others read it at this moment.
    let fresh = kept.with_extension(std::process::id().to_string());
    fs::copy(folder.path().join("plugin.wasm"), &fresh).unwrap();
    fs::rename(&fresh, &kept).unwrap();
    fs::read(kept).unwrap()
}

/// A host that counts instructions, so that its limits are the same on every machine, and the component in it.
async fn measured() -> (Host, Arc<Program>) {
    let host = Host::new(Settings { measured: true, ..Settings::default() }).unwrap();
    let at = host.clone();
    let compiled = tokio::task::spawn_blocking(move || {
        // As much memory as the scaffold's manifest asks for.
        let lowered = Lowered { memory_mib: Some(32), cpu_ms: None };
        let declared = Declared { hooks: HOOKS.into(), data: true, connector: true, lowered, ..Declared::default() };
        at.compile(&component(), &declared).unwrap()
    });
    let program = compiled.await.unwrap();
    (host, program)
}

/// A plug-in that was granted nothing.
fn plug(tenant: u128, key: &str) -> Plug {
    Plug {
        tenant: Uuid::from_u128(tenant),
        key: key.into(),
        version: "1.0.0".into(),
        revision: 0,
        grants: Arc::default(),
    }
}

fn act(act: &str) -> Ask {
    Ask::Score { scheme: "annual".into(), input: json!({ "act": act }).to_string() }
}

async fn ask(host: &Host, program: &Arc<Program>, of: &Plug, question: Ask) -> Result<Answer, Failure> {
    host.call(program, of, Context::default(), question, Arc::new(Mute)).await
}

/// The host lives, and answers its caller and another tenant.
async fn goes_on(host: &Host, program: &Arc<Program>, key: &str) {
    for tenant in [1, 2] {
        let answer = ask(host, program, &plug(tenant, key), act("nothing")).await;
        assert_eq!(answer, Ok(Answer::Lines(vec![])), "tenant {tenant} after {key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_in_typescript_ends_in_a_code_and_the_next_call_is_answered() {
    if !is_tried() {
        return;
    }
    let (host, program) = measured().await;
    let ends: [(&str, &[Code]); 6] = [
        ("throws", &[Code::Trap]),
        ("misses", &[Code::Trap]),
        ("recurses", &[Code::Trap]),
        // The language's own allocator may see first that there is no more.
        ("fills", &[Code::Memory, Code::Trap]),
        ("loops", &[Code::Timeout]),
        ("talks", &[Code::Output]),
    ];
    for (wrong, codes) in ends {
        let answer = ask(&host, &program, &plug(1, wrong), act(wrong)).await;
        assert!(matches!(&answer, Err(Failure::Ended(code)) if codes.contains(code)), "{wrong}: {answer:?}");
        goes_on(&host, &program, wrong).await;
    }
}
