//! `zugong tenant`

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use clap::ValueEnum;
use entities::{
    tenant, unit,
    values::{RoleName, TenantLevel, UnitKind, UnitSequence, UserKind},
};
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use crate::{
    cli::{ConfigFile, Failure, connect, print},
    kernel::{
        error::ApiError,
        platform::Platform,
        session::{Reason, System},
        tx::SystemTx,
    },
    modules::{
        identity::{
            Identity,
            provision::{NewUser, assign, create_account, create_user, first_password},
        },
        matters::install,
        organisation::{commands::segment, rules::credit_code::CreditCode},
        tenancy::{
            provision::{NewTenant, begin_tenant},
            rules::division::Divisions,
        },
    },
};

/// What `tenant` is given.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Open a tenant with its first unit and its first two administrators, whose passwords are printed once.
    Create(Create),
    /// List the tenants.
    List(List),
}

/// What `tenant create` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  zugong tenant create --code haishu --name 宁波市海曙区 --level county --division 330203 \\\n    \
                  --unit 中共宁波市海曙区委员会 --unit-code 11330203MB00000007 \\\n    --super chen --security-admin lin\n\n\
                  The super administrator (超级管理员) runs the tenant's business, the security administrator\n\
                  (安全管理员) decides who may do what; they must be two people. Both change their password\n\
                  with POST /auth/password."
)]
struct Create {
    /// Short code: small letters, digits and hyphens.
    #[arg(long)]
    code: String,
    /// Name of the city or district.
    #[arg(long)]
    name: String,
    /// Level.
    #[arg(long, value_enum)]
    level: Level,
    /// GB/T 2260 code in force today.
    #[arg(long)]
    division: String,
    /// Code of the tenant above it.
    #[arg(long)]
    parent: Option<String>,
    /// Name of the first unit, the root of the organisation tree.
    #[arg(long)]
    unit: String,
    /// Its unified social credit code.
    #[arg(long)]
    unit_code: String,
    /// Log-in name of the first super administrator.
    #[arg(long = "super", value_name = "LOGIN")]
    administrator: String,
    /// Log-in name of the first security administrator.
    #[arg(long, value_name = "LOGIN")]
    security_admin: String,
    #[command(flatten)]
    config: ConfigFile,
}

/// What `tenant list` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  zugong tenant list")]
struct List {
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    /// 省
    Province,
    /// 市
    City,
    /// 县（市、区）
    County,
}

impl From<Level> for TenantLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Province => Self::Province,
            Level::City => Self::City,
            Level::County => Self::County,
        }
    }
}

/// Opens or lists tenants.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let config = match &arguments.action {
        Action::Create(Create { config, .. }) | Action::List(List { config }) => config.load()?,
    };
    let platform = connect::operated(&config).await?;
    let outcome = match &arguments.action {
        Action::List(_) => list(&platform).await,
        Action::Create(create) => {
            let identity = Identity::start(platform.clone(), config.identity.clone()).await?;
            open(&platform, &identity, create).await
        }
    };
    platform.close().await;
    print(&outcome?)
}

async fn list(platform: &Arc<Platform>) -> Result<String, Failure> {
    let tx = platform.system(Reason::Provision).read_global().await?;
    let mut all = tx.global::<tenant::Entity>().all().await?;
    tx.rollback().await?;
    all.sort_by(|a, b| (&a.division_code, &a.code).cmp(&(&b.division_code, &b.code)));
    Ok(all.iter().map(|t| format!("{} {} {} {:?}\n", t.division_code, t.code, t.name, t.state)).collect())
}

async fn open(platform: &Arc<Platform>, identity: &Identity, new: &Create) -> Result<String, Failure> {
    let today = platform.clock().today();
    Divisions::national()
        .valid_on(&new.division, today)
        .map_err(|error| Failure::new(format!("--division {}: {error}", new.division)))?;
    let code = CreditCode::parse(&new.unit_code)
        .map_err(|error| Failure::new(format!("--unit-code {}: {error}", new.unit_code)))?;
    if new.administrator.trim().eq_ignore_ascii_case(new.security_admin.trim()) {
        return Err(Failure::new("--super and --security-admin are one log-in: name two people"));
    }
    let mut people = vec![];
    for (login, role) in [(&new.administrator, RoleName::Super), (&new.security_admin, RoleName::SecurityAdmin)] {
        let password = first_password(login)?;
        let hash = identity.passwords().hash(&password).await?;
        people.push((login, role, password, hash));
    }
    let system = platform.system(Reason::Provision);
    let parent = match &new.parent {
        Some(code) => Some(tenant_of(&system, code).await?),
        None => None,
    };
    let facts = NewTenant {
        code: &new.code,
        name: new.name.trim(),
        level: new.level.into(),
        division_code: &new.division,
        parent,
    };
    let tx = begin_tenant(&system, facts).await?;
    let root = root_unit(&tx, new, code.as_str(), today).await?;
    let mut out = format!("{} ({}) is open.\n", new.name.trim(), new.code.trim().to_lowercase());
    for (login, role, password, hash) in people {
        let account = create_account(&tx, login, Some(hash)).await?;
        let user = NewUser { account: Some(account), person: None, unit: root, name: login, kind: UserKind::Human };
        let user = create_user(&tx, user).await?;
        assign(&tx, user, role, root, today).await?;
        out += &format!("{role:?}: log-in {login}, first password {password}\n");
    }
    // Every part of a matter goes to the first unit until the tenant's own agencies are named.
    let agencies: HashMap<String, Uuid> = install::branch_keys()?.into_iter().map(|key| (key, root)).collect();
    install::install_standard(&tx, new.level.into(), &agencies, today).await?;
    tx.commit().await?;
    Ok(out)
}

async fn tenant_of(system: &System, code: &str) -> Result<Uuid, Failure> {
    let tx = system.read_global().await?;
    let found = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(code.trim().to_lowercase())).one().await?;
    tx.rollback().await?;
    found
        .map(|t| t.id)
        .ok_or_else(|| Failure::new(format!("--parent {code}: there is no such tenant, see `zugong tenant list`")))
}

async fn root_unit(tx: &SystemTx, new: &Create, code: &str, today: NaiveDate) -> Result<Uuid, ApiError> {
    let id = tx.new_id();
    tx.insert(unit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(id),
        code: Set(code.to_owned()),
        name: Set(new.unit.trim().to_owned()),
        short_name: Set(None),
        sequence: Set(UnitSequence::Party),
        kind: Set(UnitKind::Organ),
        division_code: Set(new.division.clone()),
        parent_id: Set(None),
        path: Set(segment(id)),
        position: Set(1),
        valid_from: Set(today),
        valid_until: Set(None),
        version: Set(1),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
    })
    .await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::{db::DbOptions, session::RequestInfo},
        modules::identity::{
            IdentityConfig, Login,
            config::{Argon2Config, ServerSecret},
        },
    };

    fn new(login: &str, code: &str) -> Create {
        Create {
            code: code.into(),
            name: "宁波市海曙区".into(),
            level: Level::County,
            division: "330203".into(),
            parent: None,
            unit: "中共宁波市海曙区委员会".into(),
            unit_code: "11330203MB00000007".into(),
            administrator: login.into(),
            security_admin: format!("{login}-security"),
            config: ConfigFile { file: None },
        }
    }

    #[tokio::test]
    async fn a_tenant_opens_with_two_administrators_who_can_log_in() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("t.db").display());
        let (owner, file) = connect::owner(&url).await.unwrap();
        migration::up(&owner, file.as_deref()).await.unwrap();
        owner.close().await.unwrap();
        let options = DbOptions::of(url, 1);
        let platform = connect::platform(&options, None).await.unwrap();
        let config = IdentityConfig {
            secret: Some(ServerSecret::parse(&ServerSecret::generate().unwrap()).unwrap()),
            argon2: Argon2Config { memory_kib: 64, iterations: 1, lanes: 1 },
            ..IdentityConfig::default()
        };
        let identity = Identity::start(platform.clone(), config).await.unwrap();
        let text = open(&platform, &identity, &new("chen", "Haishu")).await.unwrap();
        let passwords: Vec<&str> = text.lines().filter_map(|line| line.rsplit_once("password ")).map(|p| p.1).collect();
        for (login, password) in ["chen", "chen-security"].into_iter().zip(passwords) {
            let form = Login { login: login.into(), password: password.into(), ..Login::default() };
            let issued = identity.login(&form, &RequestInfo::default()).await.unwrap();
            assert_eq!(issued.tenant.code, "haishu");
        }
        assert_eq!(list(&platform).await.unwrap(), "330203 haishu 宁波市海曙区 Active\n");

        // Whatever is wrong, nothing of the tenant stays.
        let twice = [
            (new("wang", "haishu"), "code is taken"),
            (new("chen", "other"), "log-in name is taken"),
            (Create { division: "999999".into(), ..new("wang", "other") }, "--division 999999"),
            (Create { unit_code: "1133020300000000XX".into(), ..new("wang", "other") }, "--unit-code"),
            (Create { parent: Some("nowhere".into()), ..new("wang", "other") }, "no such tenant"),
            (Create { security_admin: "WANG".into(), ..new("wang", "other") }, "two people"),
        ];
        for (create, expected) in twice {
            let error = open(&platform, &identity, &create).await.err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(list(&platform).await.unwrap().lines().count(), 1);
    }
}
