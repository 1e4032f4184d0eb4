//! `zugong plugin`

use std::path::PathBuf;

use declarative::signature::{Algorithm, Role};

use crate::cli::{
    ConfigFile, Failure, plugin_build, plugin_change, plugin_dev, plugin_fuzz, plugin_pack, plugin_quarantine,
    plugin_text, plugin_torture, print,
};

/// What `plugin` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  zugong plugin new --key 330203.bianwai-luyong --prefix bwly --title 编外录用\n  \
                  zugong plugin check bwly\n  zugong plugin test bwly\n  \
                  zugong plugin install bwly --tenant haishu --yes")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Begin a plug-in: a folder with a manifest, a form, a rule and tests, right as it stands.
    New(New),
    /// Check a plug-in and say what is wrong, where, and how it is mended. Needs no database.
    Check(Folder),
    /// Ask the plug-in's forms and rules about its golden tests (tests/*.json). Needs no database.
    Test(Folder),
    /// Serve the demo with the plug-in in it, and put it in its own place at every change. Temporary data.
    Dev(Dev),
    /// Ask the plug-in's component about changed inputs of its golden tests, and keep those that it fails on. Needs no database.
    Fuzz(Fuzz),
    /// Ask the plug-in's component again about a call that it failed on. Needs no database.
    Replay(Replay),
    /// Build the module of a plug-in in Rust, by a toolchain with the target or by Debian's packages. Needs no database.
    Build(Folder),
    /// Write the SHA-256 of the component that was just built into the manifest. Needs no database.
    Pin(Folder),
    /// Put a plug-in into one file, the same bytes everywhere. Needs no database.
    Pack(Pack),
    /// Add a publisher's or reviewer's signature to a packed plug-in. Needs no database.
    Sign(Sign),
    /// Say whether a packed plug-in is whole and by whom it is signed. Needs no database.
    Verify(Verify),
    /// Let components that misbehave loose on this build and see that each comes to its end. Needs no database.
    Torture(Torture),
    /// Show what a plug-in changes in a tenant's schema, install it and set it to work.
    Install(Package),
    /// Show what a later version changes, and put it in the place of the present one.
    Upgrade(Package),
    /// Set a plug-in to work.
    Enable(Named),
    /// Say what a plug-in's component may ask and do, of what its manifest requests.
    Grant(Grant),
    /// Take a plug-in's matters and types away; its data stays.
    Disable(Named),
    /// Go back to the version before.
    Rollback(Named),
    /// Take a plug-in out; its data stays readable.
    Remove(Named),
    /// List a tenant's plug-ins.
    List(Tenant),
    /// Let no tenant run a component any more, nor install it.
    Quarantine(Quarantine),
    /// Let tenants run a component again.
    Release(Release),
    /// List the components that no tenant may run.
    Quarantined(ConfigFile),
}

/// In what the logic of a plug-in is written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Lang {
    /// Rules alone.
    Decl,
    /// TypeScript besides.
    Ts,
    /// Rust besides.
    Rust,
}

/// What `plugin new` is given.
#[derive(Debug, clap::Args)]
pub struct New {
    /// The publisher's division code, a dot and a short name, as in 330203.bianwai-luyong.
    #[arg(long)]
    pub key: String,
    /// What all its names in the schema begin with: 2 to 12 small letters and digits.
    #[arg(long)]
    pub prefix: String,
    /// What people call it, in Chinese.
    #[arg(long)]
    pub title: String,
    /// In what its logic is written: `decl` in rules alone, `ts` in TypeScript or `rust` in Rust besides.
    #[arg(long, value_enum, default_value_t = Lang::Decl)]
    pub lang: Lang,
    /// Where to; a folder named after the prefix unless given.
    pub folder: Option<PathBuf>,
}

/// What `plugin torture` is given.
#[derive(Debug, clap::Args)]
pub struct Torture {
    /// One JSON line for each attack: name, expected, got, ok, ms, memory_mib.
    #[arg(long)]
    pub json: bool,
}

/// A plug-in's folder.
#[derive(Debug, clap::Args)]
pub struct Folder {
    /// The folder with plugin.toml.
    pub folder: PathBuf,
}

/// What `plugin dev` is given.
#[derive(Debug, clap::Args)]
pub struct Dev {
    /// The folder with plugin.toml.
    pub folder: PathBuf,
    /// Where to listen on this machine; 0 takes a free port.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub port: u16,
}

/// What `plugin fuzz` is given.
#[derive(Debug, clap::Args)]
pub struct Fuzz {
    /// The folder with plugin.toml.
    pub folder: PathBuf,
    /// How many calls.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub runs: u32,
    /// Where chance begins, to repeat a run.
    #[arg(long)]
    pub seed: Option<u64>,
}

/// What `plugin replay` is given.
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// The folder with plugin.toml.
    pub folder: PathBuf,
    /// A file of its folder `failures`.
    pub file: PathBuf,
}

/// A tenant of the installation.
#[derive(Debug, clap::Args)]
pub struct Tenant {
    /// The tenant's code, see `zugong tenant list`.
    #[arg(long, value_name = "CODE")]
    pub tenant: String,
    #[command(flatten)]
    pub config: ConfigFile,
}

/// What `plugin pack` is given.
#[derive(Debug, clap::Args)]
pub struct Pack {
    /// The folder with plugin.toml.
    pub folder: PathBuf,
    /// Where to; KEY-VERSION.zgp unless given.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What `plugin sign` is given.
#[derive(Debug, clap::Args)]
pub struct Sign {
    /// The packed plug-in.
    pub file: PathBuf,
    /// A file with the private key: 32 random bytes in base64, as `openssl rand -base64 32` prints them.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// How: `ed25519`, or `sm2-sm3` (国密).
    #[arg(long, default_value = "ed25519", value_parser = algorithm)]
    pub algorithm: Algorithm,
    /// As what: `publisher` or `reviewer`.
    #[arg(long = "as", value_name = "ROLE", default_value = "publisher", value_parser = role)]
    pub role: Role,
}

fn algorithm(word: &str) -> Result<Algorithm, String> {
    Algorithm::parse(word).ok_or_else(|| "it is ed25519 or sm2-sm3".into())
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| "it is publisher or reviewer".into())
}

/// What `plugin verify` is given.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The packed plug-in.
    pub file: PathBuf,
    #[command(flatten)]
    pub trust: Trust,
}

/// Whose signatures a packed plug-in needs.
#[derive(Debug, Default, clap::Args)]
pub struct Trust {
    /// A public key that must have signed it as publisher, as `plugin sign` prints it; may be given more than once.
    #[arg(long, value_name = "KEY")]
    pub trusted: Vec<String>,
    /// A public key that must have signed it as reviewer; may be given more than once. A plug-in with code then needs a
    /// publisher's signature besides, also with --unsigned.
    #[arg(long, value_name = "KEY")]
    pub reviewed_by: Vec<String>,
    /// Take a packed plug-in that nobody has signed.
    #[arg(long)]
    pub unsigned: bool,
}

/// What `plugin quarantine` is given.
#[derive(Debug, clap::Args)]
pub struct Quarantine {
    /// SHA-256 of the component, as in `[code]` of its manifest.
    pub sha256: String,
    /// Why: whoever is refused is told.
    #[arg(long, value_name = "TEXT")]
    pub because: String,
    #[command(flatten)]
    pub config: ConfigFile,
}

/// What `plugin release` is given.
#[derive(Debug, clap::Args)]
pub struct Release {
    /// SHA-256 of the component.
    pub sha256: String,
    #[command(flatten)]
    pub config: ConfigFile,
}

/// A plug-in for a tenant.
#[derive(Debug, clap::Args)]
pub struct Package {
    /// The folder with plugin.toml, or a packed plug-in.
    pub folder: PathBuf,
    #[command(flatten)]
    pub trust: Trust,
    /// Do it; without this, only what would change is shown.
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub tenant: Tenant,
}

/// A plug-in of a tenant.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// The plug-in's key, see `zugong plugin list`.
    pub key: String,
    #[command(flatten)]
    pub tenant: Tenant,
}

/// What `plugin grant` is given.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub struct Grant {
    #[command(flatten)]
    pub named: Named,
    /// All that the manifest requests.
    #[arg(long, group = "what")]
    pub all: bool,
    /// Nothing.
    #[arg(long, group = "what")]
    pub none: bool,
    /// What a JSON file says: `{"core": {"Cadre": ["rank"]}, "data": [], "connectors": [], "effects": ["set-field"]}`.
    #[arg(long, group = "what", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Carries out what is asked.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    use plugin_change::{Change, change, install, list};
    let text = match arguments.action {
        Action::Build(folder) => plugin_build::build(&folder.folder)?,
        Action::Pin(folder) => plugin_text::pin(&folder.folder)?,
        Action::Pack(asked) => plugin_pack::pack(&asked)?,
        Action::Sign(asked) => plugin_pack::sign(&asked)?,
        Action::Verify(asked) => plugin_pack::verify(&asked)?,
        Action::Torture(asked) => plugin_torture::run(&asked).await?,
        Action::New(new) => plugin_text::begin(&new)?,
        Action::Check(folder) => plugin_text::check(&folder.folder).await?,
        Action::Test(folder) => plugin_text::test(&folder.folder).await?,
        Action::Dev(asked) => return plugin_dev::run(&asked).await,
        Action::Fuzz(asked) => plugin_fuzz::fuzz(&asked).await?,
        Action::Replay(asked) => plugin_fuzz::replay(&asked.folder, &asked.file).await?,
        Action::Install(package) => install(&package, false).await?,
        Action::Upgrade(package) => install(&package, true).await?,
        Action::Enable(named) => change(&named, Change::Enable).await?,
        Action::Grant(asked) => plugin_change::grant(&asked).await?,
        Action::Disable(named) => change(&named, Change::Disable).await?,
        Action::Rollback(named) => change(&named, Change::Rollback).await?,
        Action::Remove(named) => change(&named, Change::Remove).await?,
        Action::List(tenant) => list(&tenant).await?,
        Action::Quarantine(asked) => plugin_quarantine::place(&asked).await?,
        Action::Release(asked) => plugin_quarantine::release(&asked).await?,
        Action::Quarantined(config) => plugin_quarantine::all(&config).await?,
    };
    print(&text)
}
