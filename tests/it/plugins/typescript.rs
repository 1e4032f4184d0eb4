//! What goes wrong in a plug-in that is written in TypeScript ends in a code, as it does in any other component.
//!
//! Whatever database serves, it is the same: it runs with `ZUGONG_TEST_BACKEND=sqlite` only.

use std::{fs, process::Command, sync::Arc};

use host::{Answer, Ask, Code, Context, Declared, Failure, Hook, Host, Lowered, Mute, Plug, Program, Settings};
use serde_json::json;
use uuid::Uuid;
use zugong_tests::{database::backend, node};

use super::kit::{copied, examples, says};

/// Does what its input says.
const SOURCE: &str = r#"
import { onScore } from "./zugong";

const deep = (n: number): number => 1 + deep(n + 1);
const line = (reason: string) => [{ item: "一项", points: 1, max: 1, reason }];

export const score = onScore<{ act: string }>((_scheme, it) => {
  if (it.act === "throws") throw new Error("不行");
  if (it.act === "misses") return (undefined as unknown as { lines: [] }).lines;
  if (it.act === "recurses") return line(String(deep(0)));
  if (it.act === "fills") return line(String(new Uint8Array(64 << 20).length));
  if (it.act === "loops") for (;;);
  if (it.act === "talks") return line("长".repeat(100000));
  return [];
});
"#;

/// The component of the example for points, built of another source.
fn built() -> Vec<u8> {
    let (_dir, folder) = copied("niandu-kaohe");
    let code = folder.join("code");
    let libraries = node::installed_for(&examples().join("niandu-kaohe/code"), "install");
    std::os::unix::fs::symlink(libraries.join("node_modules"), code.join("node_modules")).unwrap();
    fs::write(code.join("src/plugin.ts"), SOURCE).unwrap();
    says(Command::new("npm").args(["run", "build"]).current_dir(&code));
    fs::read(folder.join("plugin.wasm")).unwrap()
}

async fn ask(host: &Host, program: &Arc<Program>, act: &str) -> Result<Answer, Failure> {
    let plug = Plug {
        tenant: Uuid::from_u128(1),
        key: act.into(),
        version: "1.0.0".into(),
        revision: 0,
        grants: Arc::default(),
    };
    let question = Ask::Score { scheme: "annual".into(), input: json!({ "act": act }).to_string() };
    host.call(program, &plug, Context::default(), question, Arc::new(Mute)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_in_typescript_ends_in_a_code_and_the_next_call_is_answered() {
    if backend() != "sqlite" || !node::is_there() {
        return;
    }
    // By instructions: the same on every machine.
    let host = Host::new(Settings { measured: true, ..Settings::default() }).unwrap();
    let at = host.clone();
    let compiled = tokio::task::spawn_blocking(move || {
        // As the example's manifest asks for.
        let lowered = Lowered { memory_mib: Some(32), cpu_ms: None };
        let declared = Declared { hooks: [Hook::Score].into(), lowered, ..Declared::default() };
        at.compile(&built(), &declared).unwrap()
    });
    let program = compiled.await.unwrap();
    let ends: [(&str, &[Code]); 6] = [
        ("throws", &[Code::Trap]),
        ("misses", &[Code::Trap]),
        ("recurses", &[Code::Trap]),
        // The language's own allocator may see first that there is no more.
        ("fills", &[Code::Memory, Code::Trap]),
        ("loops", &[Code::Timeout]),
        ("talks", &[Code::Output]),
    ];
    for (act, codes) in ends {
        let answer = ask(&host, &program, act).await;
        assert!(matches!(&answer, Err(Failure::Ended(code)) if codes.contains(code)), "{act}: {answer:?}");
        assert_eq!(ask(&host, &program, "nothing").await, Ok(Answer::Lines(vec![])), "after {act}");
    }
}
