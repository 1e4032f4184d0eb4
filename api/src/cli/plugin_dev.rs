//! `zugong plugin dev`: the demo on temporary data, with a plug-in that is put in its own place at every change.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    cli::{
        Failure,
        demo::{self, Demo},
        demo_plugins::Bench,
        log,
        plugin::Dev,
        plugin_folder, print, start,
    },
    config::LogFormat,
    kernel::task,
};

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_millis(300);

/// Puts the plug-in in its own place whenever its folder has changed and nobody writes in it any more.
async fn watch(bench: Bench, mut seen: plugin_folder::Look) {
    let mut tick = tokio::time::interval(EVERY);
    let mut changing = false;
    loop {
        tick.tick().await;
        let folder = bench.folder.clone();
        let Ok(now) = tokio::task::spawn_blocking(move || plugin_folder::look(&folder)).await else { continue };
        let before = std::mem::replace(&mut seen, now);
        if seen != before {
            changing = true;
        } else if changing {
            changing = false;
            let begun = Instant::now();
            let outcome = bench.put().await;
            let took = begun.elapsed().as_millis();
            let line = match outcome {
                Ok(Some(name)) => format!("已换上 {name}（{took} 毫秒）\n"),
                Ok(None) => format!("没有变化（{took} 毫秒）\n"),
                Err(failure) => {
                    format!("没有换上，仍用前一版（{took} 毫秒）：{}\n", failure.to_string().trim_end())
                }
            };
            // Nobody reads any more; whoever asks is served all the same.
            let _ = print(&line);
        }
    }
}

/// Serves the demo with the plug-in of a folder until told to stop.
pub async fn run(asked: &Dev) -> Result<(), Failure> {
    log(LogFormat::Human, "warn");
    let listener = start::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, asked.port)))?;
    let url = demo::address(&listener)?;
    // Told before a minute was spent on data.
    let seen = plugin_folder::look(&asked.folder);
    let (_, plugin) = plugin_folder::assembled(&asked.folder)?;
    let data = tempfile::tempdir().map_err(|error| Failure::new(format!("没有地方放临时数据：{error}")))?;
    let demo = Demo::open(data.path(), false).await?;
    let (bench, tenant, tokens) = Bench::of(&demo, &asked.folder, &plugin.key)?;
    bench.put().await?;
    print(&screen(&url, &asked.folder, &plugin.title, &demo::people(tenant, tokens), tokens))?;
    let watching = task::spawn("plugin dev", watch(bench, seen));
    let served = start::serve(demo.app, listener).await;
    watching.abort();
    served
}

fn screen(url: &str, folder: &Path, title: &str, people: &str, tokens: &[String]) -> String {
    let mut out = format!("\n  {title} 已装入演示租户并启用；数据都是虚构的，结束时删除。\n\n");
    if let Some(token) = tokens.first() {
        out += &format!("  以第一个管理员打开 GraphiQL：\n  {url}/graphiql#token={token}\n\n");
    }
    out += &format!("  GraphQL：{url}/graphql   接口定义：{url}/schema.graphql（带令牌）\n");
    out += &format!("  令牌，用于 `Authorization: Bearer …` 或 {url}/graphiql#token=\n{people}\n");
    out += &format!("  正在看着 {}：保存后自动检查、换上；Ctrl-C 结束。\n\n", folder.display());
    out
}
