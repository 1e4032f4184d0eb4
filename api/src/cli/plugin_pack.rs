//! Plug-ins in one file: packed, signed, verified, and read back for an install.

use std::{fs, io::Write, path::Path};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use declarative::{
    Package, Plugin,
    archive::{self, Archive, Signature},
};

use crate::{
    cli::{
        Failure,
        plugin::{Pack, Sign, Trust, Verify},
        plugin_text,
    },
    modules::plugins::store,
};

/// The one algorithm of signatures.
const ALGORITHM: &str = "ed25519";
/// What is signed begins with this, so that a signature of something else is none of a plug-in.
const CONTEXT: &str = "zugong plugin v1\n";

fn failed(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("{}：{error}", path.display()))
}

fn faults(path: &Path, faults: &[declarative::Fault]) -> Failure {
    let lines: String = faults.iter().map(|fault| format!("  {fault}\n")).collect();
    Failure::new(format!("{} 有 {} 处问题：\n{lines}", path.display(), faults.len()))
}

/// Puts a plug-in into one file.
pub fn pack(asked: &Pack) -> Result<String, Failure> {
    let (package, plugin) = plugin_text::read(&asked.folder)?;
    if plugin.code.is_some() && package.component().is_none() {
        return Err(Failure::new("清单的 [code] 所指的组件不存在：先编译它"));
    }
    let file = asked.out.clone().unwrap_or_else(|| format!("{}-{}.zgp", plugin.key, plugin.version).into());
    write(&file, &archive::pack(&package, &[]))?;
    Ok(format!("{} 已打包。下一步：\n  zugong plugin sign {} --key 私钥文件\n", file.display(), file.display()))
}

/// Whole or not at all.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(file, error))?;
    fresh.write_all(bytes).map_err(|error| failed(file, error))?;
    fresh.persist(file).map(drop).map_err(|error| failed(file, error))
}

fn load(file: &Path) -> Result<Archive, Failure> {
    let bytes = fs::read(file).map_err(|error| failed(file, error))?;
    archive::unpack(&bytes).map_err(|all| faults(file, &all))
}

/// Adds a signature of a publisher or reviewer.
pub fn sign(asked: &Sign) -> Result<String, Failure> {
    let mut archive = load(&asked.file)?;
    let text = fs::read_to_string(&asked.key).map_err(|error| failed(&asked.key, error))?;
    let wrong = || failed(&asked.key, "应为 32 字节随机数的 base64，如 openssl rand -base64 32 所写");
    let seed = STANDARD.decode(text.trim()).map_err(|_| wrong())?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| wrong())?;
    let key = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let signature = URL_SAFE_NO_PAD.encode(pair.sign(format!("{CONTEXT}{}", archive.sums).as_bytes()).as_ref());
    archive.signatures.retain(|known| known.key != key);
    archive.signatures.push(Signature { algorithm: ALGORITHM.into(), key: key.clone(), signature });
    write(&asked.file, &archive::pack(&archive.package, &archive.signatures))?;
    Ok(format!("{} 已签名。公钥：{key}\n", asked.file.display()))
}

/// Says whether a file is whole and by whom it is signed.
pub fn verify(asked: &Verify) -> Result<String, Failure> {
    let archive = load(&asked.file)?;
    let keys = trusted(&asked.file, &archive, &asked.trust)?;
    let plugin = checked(&asked.file, &archive.package)?;
    let digest = archive.package.digest();
    let by = if keys.is_empty() { "没有签名".into() } else { format!("签名：{}", keys.join("、")) };
    Ok(format!("{} {} {}\n摘要：{digest}\n{by}\n", plugin.key, plugin.version, plugin.title))
}

/// The keys by which a file is signed. A signature that is wrong spoils it, as does the want of one.
fn trusted(file: &Path, archive: &Archive, trust: &Trust) -> Result<Vec<String>, Failure> {
    let mut keys = vec![];
    for signature in &archive.signatures {
        let decoded = (URL_SAFE_NO_PAD.decode(&signature.key), URL_SAFE_NO_PAD.decode(&signature.signature));
        let (Ok(key), Ok(bytes)) = decoded else { return Err(failed(file, "签名读不懂")) };
        let signed = format!("{CONTEXT}{}", archive.sums);
        let good = UnparsedPublicKey::new(&ED25519, key).verify(signed.as_bytes(), &bytes).is_ok();
        if signature.algorithm != ALGORITHM || !good {
            return Err(failed(file, format!("公钥 {} 的签名不对", signature.key)));
        }
        keys.push(signature.key.clone());
    }
    if let Some(missing) = trust.trusted.iter().find(|wanted| !keys.contains(wanted)) {
        return Err(failed(file, format!("没有公钥 {missing} 的签名")));
    }
    if keys.is_empty() && !trust.unsigned {
        return Err(failed(file, "没有签名；确要使用未签名的插件包，加上 --unsigned"));
    }
    Ok(keys)
}

fn checked(file: &Path, package: &Package) -> Result<Plugin, Failure> {
    declarative::check(package, &store::environment()).map_err(|all| faults(file, &all))
}

/// A plug-in of a folder, or of a file that is whole and signed.
pub fn read(path: &Path, trust: &Trust) -> Result<(Package, Plugin), Failure> {
    if !path.is_file() {
        return plugin_text::read(path);
    }
    let archive = load(path)?;
    trusted(path, &archive, trust)?;
    let plugin = checked(path, &archive.package)?;
    Ok((archive.package, plugin))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    fn trust(trusted: &[&str], unsigned: bool) -> Trust {
        Trust { trusted: trusted.iter().map(|key| key.to_string()).collect(), unsigned }
    }

    #[test]
    fn what_is_packed_and_signed_is_taken_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/examples/bianwai-luyong");
        let (one, other) = (dir.path().join("one.zgp"), dir.path().join("other.zgp"));
        for out in [&one, &other] {
            pack(&Pack { folder: folder.clone(), out: Some(out.clone()) }).unwrap();
        }
        assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());
        let (file, keys) = (one, dir.path().join("key"));
        let said = |outcome: Result<(Package, Plugin), Failure>| outcome.err().unwrap().to_string();
        assert!(said(read(&file, &trust(&[], false))).contains("没有签名"), "a stripped signature is noticed");
        assert!(read(&file, &trust(&[], true)).is_ok());
        fs::write(&keys, KEY).unwrap();
        let told = sign(&Sign { file: file.clone(), key: keys.clone() }).unwrap();
        let key = told.trim().rsplit('：').next().unwrap().to_string();
        let (package, _) = read(&file, &trust(&[&key], false)).unwrap();
        assert_eq!(package.digest(), plugin_text::read(&folder).unwrap().0.digest());
        let seen = verify(&Verify { file: file.clone(), trust: trust(&[], false) }).unwrap();
        assert!(seen.contains(&key) && seen.contains(&package.digest()));
        // Signing twice is signing once.
        let bytes = fs::read(&file).unwrap();
        sign(&Sign { file: file.clone(), key: keys.clone() }).unwrap();
        assert_eq!(fs::read(&file).unwrap(), bytes);
        assert!(said(read(&file, &trust(&["AAAA"], true))).contains("AAAA"));
        // A signature of other digests is none of these.
        let mut archive = load(&file).unwrap();
        let other = fs::read(folder.join("plugin.toml")).unwrap();
        let other = String::from_utf8(other).unwrap().replace("version = \"1.0.0\"", "version = \"1.0.1\"");
        let texts = archive.package.files().map(|(path, text)| match path {
            "plugin.toml" => (path.to_string(), other.clone()),
            _ => (path.to_string(), text.to_string()),
        });
        archive.package = Package::new(texts.collect::<Vec<_>>()).unwrap();
        fs::write(&file, archive::pack(&archive.package, &archive.signatures)).unwrap();
        assert!(said(read(&file, &trust(&[], true))).contains("签名不对"));
        fs::write(&keys, "c2hvcnQ=").unwrap();
        assert!(sign(&Sign { file, key: keys }).is_err());
    }
}
