//! `zugong audit`

use entities::tenant;
use sea_orm::ColumnTrait;

use crate::{
    cli::{ConfigFile, Failure, connect, print},
    kernel::session::Reason,
    modules::{
        administration::sealing::{
            self,
            verifying::{Broken, Verified, Wrong, verify},
        },
        identity::Identity,
    },
};

/// Seals that are looked at in one transaction.
const PART: u64 = 100;

/// What `audit` is given.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Hold a tenant's audit record against its seals.
    Verify(Verify),
}

/// What `audit verify` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  zugong audit verify --tenant haishu --number 12 --digest 66c7f0f4…\n\n\
    The number and digest of each seal stand in the server's log: given here, they show whether the chain\n\
    still has it. Exit status 1 if anything is not as it was.")]
struct Verify {
    #[command(flatten)]
    config: ConfigFile,
    /// The tenant's code.
    #[arg(long, value_name = "CODE")]
    tenant: String,
    /// A seal that was logged.
    #[arg(long, requires = "digest", value_name = "N")]
    number: Option<i32>,
    /// Its digest.
    #[arg(long, requires = "number", value_name = "HEX")]
    digest: Option<String>,
}

/// Carries it out.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Action::Verify(asked) = arguments.action;
    let config = asked.config.load()?;
    let platform = connect::operated(&config).await?;
    let identity = Identity::start(platform.clone(), config.identity.clone()).await?;
    let found = whole(&identity, &asked).await;
    platform.close().await;
    let (parts, known) = found?;
    let broken: Vec<&Broken> = parts.iter().flat_map(|part| &part.broken).collect();
    for place in &broken {
        print(&line(place))?;
    }
    if !known {
        return Err(Failure::new("the chain has no seal of that number and digest: its end was cut off or replaced"));
    }
    if !broken.is_empty() {
        return Err(Failure::new(format!("the audit record is not as it was sealed, in {} places", broken.len())));
    }
    let (seals, lines) = parts.iter().fold((0, 0), |(seals, lines), part| (seals + part.seals, lines + part.lines));
    let shown = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let until = parts.iter().rev().find_map(|part| part.until);
    let until = until.map_or("nothing is sealed yet".into(), |at| format!("up to {}", shown(at)));
    // Where seals were taken away or nobody seals, these are many, or old.
    let rest = parts.last().and_then(|part| Some((part.unsealed, part.unsealed_since?)));
    let rest = rest.map_or(String::new(), |(count, since)| format!("; {count} lines since {} wait", shown(since)));
    print(&format!("{lines} lines under {seals} seals are as they were sealed; {until}{rest}\n"))
}

/// All parts of the chain, and whether it has the seal that was asked for.
async fn whole(identity: &Identity, asked: &Verify) -> Result<(Vec<Verified>, bool), Failure> {
    let system = identity.platform().system(Reason::Doctor);
    let tx = system.read_global().await?;
    let tenant = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(&asked.tenant)).one().await?;
    tx.rollback().await?;
    let missing = || Failure::new(format!("there is no tenant {}: see `zugong tenant list`", asked.tenant));
    let tenant = tenant.ok_or_else(missing)?.id;
    let key = sealing::key(identity, tenant)?;
    let (mut parts, mut after) = (vec![], 0);
    loop {
        let tx = system.read(tenant).await?;
        let part = verify(&tx, &key, after, PART).await?;
        tx.rollback().await?;
        let done = part.seals == 0;
        after = part.last;
        parts.push(part);
        if done {
            break;
        }
    }
    let tx = system.read(tenant).await?;
    let known = match (asked.number, &asked.digest) {
        (Some(number), Some(digest)) => sealing::has(&tx, number, digest).await?,
        _ => true,
    };
    tx.rollback().await?;
    Ok((parts, known))
}

fn line(place: &Broken) -> String {
    let what = match place.wrong {
        Wrong::Missing => "the seal is missing",
        Wrong::Chain => "the seal does not follow the one before",
        Wrong::Lines => "lines were changed, added or removed",
        Wrong::Mac => "the seal was not made with this installation's secret",
    };
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| at.map_or("…".into(), |at| at.to_rfc3339());
    format!("WRONG  seal {}: {what} ({} to {})\n", place.number, time(place.since), time(place.until))
}
