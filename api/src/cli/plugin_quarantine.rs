//! Components of plug-ins that nobody on the platform may run.

use crate::{
    cli::{
        ConfigFile, Failure, connect,
        plugin::{Quarantine, Release},
    },
    kernel::quarantine as list,
    modules::plugins::quarantine,
};

/// Whose doing it is, in the list and in tenants' audit records.
const OPERATOR: &str = "operator";
/// The longest reason.
const LONGEST: usize = 200;

fn digest(text: &str) -> Result<&str, Failure> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    match text.len() == 64 && text.chars().all(plain) {
        true => Ok(text),
        false => Err(Failure::new("SHA-256 应为 64 位小写十六进制，如清单 [code] 的 sha256")),
    }
}

/// Puts a component into quarantine.
pub async fn place(asked: &Quarantine) -> Result<String, Failure> {
    let sha256 = digest(&asked.sha256)?;
    let because = asked.because.trim();
    if because.is_empty() || because.chars().count() > LONGEST || because.chars().any(char::is_control) {
        return Err(Failure::new(format!("--because 应为 1 至 {LONGEST} 个字符的一行")));
    }
    let platform = connect::operated(&asked.config.load()?).await?;
    let outcome = quarantine::place(&platform, sha256, because, OPERATOR).await;
    platform.close().await;
    Ok(match outcome? {
        true => format!("{sha256} 已隔离：各租户、各副本都不再调用，也不能再安装、启用、升级或回退到它。\n"),
        false => format!("{sha256} 早已隔离。\n"),
    })
}

/// Lets a component go.
pub async fn release(asked: &Release) -> Result<String, Failure> {
    let sha256 = digest(&asked.sha256)?;
    let platform = connect::operated(&asked.config.load()?).await?;
    let outcome = quarantine::release(&platform, sha256, OPERATOR).await;
    platform.close().await;
    match outcome? {
        true => Ok(format!("{sha256} 已解除隔离。\n")),
        false => Err(Failure::new(format!("{sha256} 没有被隔离，见 zugong plugin quarantined"))),
    }
}

/// Lists the components in quarantine.
pub async fn all(config: &ConfigFile) -> Result<String, Failure> {
    let platform = connect::operated(&config.load()?).await?;
    let rows = list::list(&platform).await;
    platform.close().await;
    let line = |row: &entities::plugin_quarantine::Model| {
        format!("{} {} {} {}\n", row.sha256, row.placed_at.format("%Y-%m-%dT%H:%M:%SZ"), row.placed_by, row.reason)
    };
    Ok(rows?.iter().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_in_one_way() {
        let fine = "0123456789abcdef".repeat(4);
        assert!(digest(&fine).is_ok());
        for wrong in ["", "0", &fine.to_uppercase(), &fine[1..], &format!("{}g", &fine[1..])] {
            assert!(digest(wrong).is_err(), "{wrong}");
        }
    }
}
