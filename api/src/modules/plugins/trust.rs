//! Where a plug-in comes from (来源), and whether the installation takes it from there: plain files, or a packed file with
//! those who have signed it.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use declarative::{
    Fault as Defect, Package, Plugin,
    archive::{self, SIGNATURES},
    signature::Role,
};
use serde_json::{Value as Json, json};

use crate::{
    kernel::{
        error::{Code, Fault, UserError},
        trust::PluginTrust,
    },
    modules::plugins::{
        signing::{self, Signer},
        store,
    },
};

/// A plug-in that was sent, either as an object of texts by their paths or packed and in base64, with its signers.
pub fn received(files: Option<&Json>, packed: Option<&str>) -> Result<(Package, Vec<Signer>), Vec<Defect>> {
    let defect = |file: &str, code, message: &str, mend: &str| {
        vec![Defect { file: file.into(), line: 1, code, message: message.into(), mend: mend.into() }]
    };
    match (files, packed) {
        (Some(files), None) => Ok((store::package(files)?, vec![])),
        (None, Some(text)) => {
            let bytes = BASE64.decode(text);
            let bytes = bytes
                .map_err(|_| defect("archive", "ARCHIVE", "插件包不是 base64", "将打包所得的文件按 base64 编码"))?;
            let archive = archive::unpack(&bytes)?;
            let signers = signing::signers(&archive);
            let signers = signers
                .map_err(|key| defect(SIGNATURES, "SIGNATURE", &format!("公钥 {key} 的签名不对"), "由其重新签名"))?;
            Ok((archive.package, signers))
        }
        _ => Err(defect("archive", "ARCHIVE", "应给出 files 和 archive 中的一个", "只给其中一个")),
    }
}

/// Whether the installation takes a plug-in that these have signed.
pub fn admit(trust: &PluginTrust, plugin: &Plugin, signers: &[Signer]) -> Result<(), Fault> {
    if !trust.require_signature || plugin.code.is_none() {
        return Ok(());
    }
    let signed = |role, keys: &[String]| signers.iter().any(|signer| signer.role == role && keys.contains(&signer.key));
    let refused =
        |zh: &'static str, en: &'static str| Err(UserError::new(Code::PluginRefused, "input.archive", zh, en).into());
    if !signed(Role::Publisher, &trust.trusted_publishers) {
        return refused(
            "本平台只接受有可信发布者签名的带代码插件；请以签过名的插件包安装",
            "A plug-in with code is taken in a packed file only that a trusted publisher has signed.",
        );
    }
    if !trust.reviewers.is_empty() && !signed(Role::Reviewer, &trust.reviewers) {
        return refused(
            "本平台只接受审核者签过名的带代码插件；请先交审核",
            "A plug-in with code is taken only if a reviewer of the platform has signed it besides.",
        );
    }
    Ok(())
}

/// Who has signed a plug-in, for the audit record.
pub fn recorded(signers: &[Signer]) -> Json {
    signers.iter().map(|signer| json!({ "as": signer.role.as_str(), "key": signer.key })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_must_have_signed_depends_on_role_and_settings() {
        let with_code = |code: &str| {
            let mut files = declarative::scaffold::files("330203.bwly", "bwly", "编外录用");
            files[0].1 += code;
            let package = Package::new(files.into_iter().map(|(path, text)| (path.to_string(), text))).unwrap();
            declarative::check(&package, &store::environment()).unwrap()
        };
        let plain = with_code("");
        let digest = "0".repeat(64);
        let code = with_code(&format!(
            "\n[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{digest}\"\nhooks = [\"validate\"]\n"
        ));
        let by = |role, key: &str| Signer { role, key: key.into() };
        let (one, other) = (by(Role::Publisher, "p"), by(Role::Reviewer, "r"));
        let trust = |reviewers: &[&str], require_signature| PluginTrust {
            trusted_publishers: vec!["p".into(), "q".into()],
            reviewers: reviewers.iter().map(|key| key.to_string()).collect(),
            require_signature,
        };
        assert!(admit(&trust(&["r"], false), &code, &[]).is_ok());
        assert!(admit(&trust(&["r"], true), &plain, &[]).is_ok());
        assert!(admit(&trust(&[], true), &code, &[]).is_err());
        assert!(admit(&trust(&[], true), &code, std::slice::from_ref(&one)).is_ok());
        assert!(admit(&trust(&["r"], true), &code, std::slice::from_ref(&one)).is_err());
        assert!(admit(&trust(&["r"], true), &code, &[one, other.clone()]).is_ok());
        // Known keys in the other role, and strangers.
        assert!(admit(&trust(&[], true), &code, &[by(Role::Reviewer, "p")]).is_err());
        assert!(admit(&trust(&["r"], true), &code, &[by(Role::Publisher, "p"), by(Role::Publisher, "r")]).is_err());
        assert!(admit(&trust(&["r"], true), &code, &[by(Role::Publisher, "s"), other]).is_err());
    }
}
