//! `zugong demo`

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::TimeDelta;
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpListener;

use crate::{
    cli::{Failure, bars::Bar, connect, demo_plugins, demo_store::Store, log, print, start},
    config::{DEMO_SECRET, LogFormat},
    data::demo::{DemoSummary, DemoTenant, find_demo, load_demo},
    http::app::{App, HttpSettings},
    kernel::{db::DbOptions, platform::Platform, session::Reason},
    modules::identity::{IdentityConfig, config::ServerSecret},
};

/// What `demo` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  zugong demo\n  zugong demo --listen 127.0.0.1:0 --data /tmp/demo --reset --print-json\n\n\
                  Everything is invented. Tokens are minted anew at every start and last twelve hours."
)]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder of the demo's database; it is reused if it is there.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// Make the database anew; only the demo's own files are deleted.
    #[arg(long)]
    reset: bool,
    /// A folder with plug-ins: those with code that were built are in the demo; `plugins/examples` unless given.
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
    /// Print the address and tokens as one line of JSON instead of the screen for people.
    #[arg(long)]
    print_json: bool,
}

/// How long the printed tokens last.
const LIFE: TimeDelta = TimeDelta::hours(12);
/// The users whose tokens `--print-json` names; the screen shows all.
const NAMED: [&str; 5] = ["super", "senior", "junior", "applicant", "handler"];

/// The demo, ready to be served.
pub struct Demo {
    /// The server's parts.
    pub app: App,
    /// What they share.
    pub platform: Arc<Platform>,
    /// The tenants and their users.
    pub summary: DemoSummary,
    /// A token for every user of every tenant, in their order.
    pub tokens: Vec<Vec<String>>,
    /// The folder, held as long as it is served.
    _store: Store,
}

impl Demo {
    /// Opens the demo in a folder, and fills it if that was not done before.
    pub async fn open(data: &Path, reset: bool) -> Result<Self, Failure> {
        let store = Store::open(data, reset).await?;
        let options = DbOptions::of(&store.url, 8);
        let platform = connect::platform(&options, None).await?;
        let summary = if store.filled {
            find_demo(&platform).await?
        } else {
            let summary = load_demo(&platform, &Bar::default()).await?;
            store.done().await?;
            summary
        };
        let identity = IdentityConfig { secret: Some(ServerSecret::parse(DEMO_SECRET)?), ..IdentityConfig::default() };
        let http = HttpSettings { explore: true, ..HttpSettings::default() };
        let app = start::app(&platform, identity, http).await?;
        let tokens = mint(&platform, &app, &summary).await?;
        Ok(Self { app, platform, summary, tokens, _store: store })
    }
}

/// The address of a listener, as a browser on this machine opens it.
pub fn address(listener: &TcpListener) -> Result<String, Failure> {
    let address = listener.local_addr().map_err(|error| Failure::new(error.to_string()))?;
    Ok(format!("http://{}", reachable(address)))
}

/// Serves the demo.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    log(LogFormat::Human, "warn");
    let listener = start::listen(arguments.listen)?;
    let url = address(&listener)?;
    let demo = Demo::open(&arguments.data, arguments.reset).await?;
    let beside = demo_plugins::add(&demo, arguments.plugins.as_deref()).await?;
    if arguments.print_json {
        beside.iter().for_each(|line| eprintln!("zugong: {line}"));
        print(&format!("{}\n", line(&url, &demo.summary, &demo.tokens)))?;
    } else {
        print(&screen(&url, &demo.summary, &demo.tokens, &beside))?;
    }
    start::serve(demo.app, listener).await
}

/// A token for every user of every tenant, in their order.
async fn mint(platform: &Arc<Platform>, app: &App, summary: &DemoSummary) -> Result<Vec<Vec<String>>, Failure> {
    let system = platform.system(Reason::Provision);
    let mut tokens = Vec::new();
    for tenant in &summary.tenants {
        let mut row = Vec::new();
        for user in &tenant.users {
            row.push(app.identity.issue_for(&system, tenant.id, user.id, LIFE).await?.access_token);
        }
        tokens.push(row);
    }
    Ok(tokens)
}

/// An address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v4.port())),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v6.port())),
        other => other,
    }
}

fn line(url: &str, summary: &DemoSummary, tokens: &[Vec<String>]) -> Json {
    let tenant = |tenant: &DemoTenant, tokens: &Vec<String>| {
        let named = tenant.users.iter().zip(tokens).filter(|(user, _)| NAMED.contains(&user.key));
        let tokens: Map<String, Json> = named.map(|(user, token)| (user.key.into(), token.clone().into())).collect();
        json!({ "code": tenant.code, "tokens": tokens })
    };
    let tenants: Vec<Json> = summary.tenants.iter().zip(tokens).map(|(t, row)| tenant(t, row)).collect();
    json!({ "url": url, "tenants": tenants })
}

fn screen(url: &str, summary: &DemoSummary, tokens: &[Vec<String>], beside: &[String]) -> String {
    let mut out = String::from("\n  组工 Zugong demo is ready; everything in it is invented.\n\n");
    if let Some(token) = tokens.first().and_then(|row| row.first()) {
        out += &format!("  Open GraphiQL as the first administrator:\n  {url}/graphiql#token={token}\n\n");
    }
    out += &format!("  GraphQL: {url}/graphql   Schema: {url}/schema.graphql   Ctrl-C stops.\n\n");
    for line in beside {
        out += &format!("  {line}\n");
    }
    if !beside.is_empty() {
        out.push('\n');
    }
    out += &format!("  Tokens, for `Authorization: Bearer …` or behind {url}/graphiql#token=\n");
    for (tenant, row) in summary.tenants.iter().zip(tokens) {
        out += &people(tenant, row);
    }
    out.push('\n');
    out
}

/// A tenant's users with their tokens.
pub fn people(tenant: &DemoTenant, tokens: &[String]) -> String {
    let mut out = format!("\n  {} ({})\n", tenant.name, tenant.code);
    for (user, token) in tenant.users.iter().zip(tokens) {
        out += &format!("    {:<15} {}\n      {token}\n", user.key, user.name);
    }
    out
}
