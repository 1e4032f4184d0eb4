//! Plug-ins in one file: packed, signed, verified, and read back for an install.

use std::{fs, io::Write, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use declarative::{
    Package, Plugin,
    archive::{self, Archive},
    signature::Role,
};

use crate::{
    cli::{
        Failure,
        plugin::{Pack, Sign, Trust, Verify},
        plugin_text,
    },
    modules::plugins::{
        signing::{self, Signer},
        store,
    },
};

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
    let secret = STANDARD.decode(text.trim()).ok().filter(|secret| secret.len() == 32).ok_or_else(wrong)?;
    let key = signing::sign(&mut archive, asked.role, asked.algorithm, &secret).ok_or_else(wrong)?;
    write(&asked.file, &archive::pack(&archive.package, &archive.signatures))?;
    Ok(format!("{} 已由{}签名（{}）。公钥：{key}\n", asked.file.display(), named(asked.role), asked.algorithm))
}

const fn named(role: Role) -> &'static str {
    match role {
        Role::Publisher => "发布者",
        Role::Reviewer => "审核者",
    }
}

/// Says whether a file is whole and by whom it is signed.
pub fn verify(asked: &Verify) -> Result<String, Failure> {
    let archive = load(&asked.file)?;
    let plugin = checked(&asked.file, &archive.package)?;
    let signers = trusted(&asked.file, &archive, &plugin, &asked.trust)?;
    let digest = archive.package.digest();
    let by: String = match signers.is_empty() {
        true => "没有签名\n".into(),
        false => signers.iter().map(|signer| format!("{}签名：{}\n", named(signer.role), signer.key)).collect(),
    };
    Ok(format!("{} {} {}\n摘要：{digest}\n{by}", plugin.key, plugin.version, plugin.title))
}

/// Who has signed a file. A signature that is wrong spoils it, as does the want of one.
fn trusted(file: &Path, archive: &Archive, plugin: &Plugin, trust: &Trust) -> Result<Vec<Signer>, Failure> {
    let signers = signing::signers(archive).map_err(|key| failed(file, format!("公钥 {key} 的签名不对")))?;
    for (role, keys) in [(Role::Publisher, &trust.trusted), (Role::Reviewer, &trust.reviewed_by)] {
        let signed = |key: &String| signers.iter().any(|signer| signer.role == role && signer.key == *key);
        if let Some(missing) = keys.iter().find(|key| !signed(key)) {
            return Err(failed(file, format!("没有公钥 {missing} 的{}签名", named(role))));
        }
    }
    let published = signers.iter().any(|signer| signer.role == Role::Publisher);
    if !published && plugin.code.is_some() && !trust.reviewed_by.is_empty() {
        return Err(failed(file, "带代码的插件除审核者签名外还要有发布者签名"));
    }
    if !published && !trust.unsigned {
        return Err(failed(file, "没有发布者签名；确要使用未签名的插件包，加上 --unsigned"));
    }
    Ok(signers)
}

fn checked(file: &Path, package: &Package) -> Result<Plugin, Failure> {
    declarative::check(package, &store::environment()).map_err(|all| faults(file, &all))
}

/// A plug-in of a folder, or of a file that is whole and signed, with those who signed it.
pub fn read(path: &Path, trust: &Trust) -> Result<(Package, Plugin, Vec<Signer>), Failure> {
    if !path.is_file() {
        return plugin_text::read(path).map(|(package, plugin)| (package, plugin, vec![]));
    }
    let archive = load(path)?;
    let plugin = checked(path, &archive.package)?;
    let signers = trusted(path, &archive, &plugin, trust)?;
    Ok((archive.package, plugin, signers))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    use declarative::signature::{self, Algorithm};

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const OTHER: &str = "MTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    fn trust(trusted: &[&str], unsigned: bool) -> Trust {
        Trust { trusted: trusted.iter().map(|key| key.to_string()).collect(), unsigned, ..Trust::default() }
    }

    fn reviewed(trusted: &[&str], reviewed_by: &[&str]) -> Trust {
        Trust { reviewed_by: reviewed_by.iter().map(|key| key.to_string()).collect(), ..trust(trusted, true) }
    }

    fn said<T>(outcome: Result<T, Failure>) -> String {
        outcome.err().unwrap().to_string()
    }

    /// Signs by a private key; the public key.
    fn signed(file: &Path, secret: &str, algorithm: Algorithm, role: Role) -> String {
        let key = file.with_extension("key");
        fs::write(&key, secret).unwrap();
        let told = sign(&Sign { file: file.into(), key, algorithm, role }).unwrap();
        told.trim().rsplit('：').next().unwrap().to_string()
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
        assert!(said(read(&file, &trust(&[], false))).contains("没有发布者签名"), "a stripped signature is noticed");
        assert!(read(&file, &trust(&[], true)).is_ok());
        let (algorithm, role) = (Algorithm::Ed25519, Role::Publisher);
        let key = signed(&file, KEY, algorithm, role);
        let (package, ..) = read(&file, &trust(&[&key], false)).unwrap();
        assert_eq!(package.digest(), plugin_text::read(&folder).unwrap().0.digest());
        let seen = verify(&Verify { file: file.clone(), trust: trust(&[], false) }).unwrap();
        assert!(seen.contains(&key) && seen.contains(&package.digest()));
        // Signing twice is signing once.
        let bytes = fs::read(&file).unwrap();
        signed(&file, KEY, algorithm, role);
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
        for algorithm in [Algorithm::Ed25519, Algorithm::Sm2Sm3] {
            assert!(sign(&Sign { file: file.clone(), key: keys.clone(), algorithm, role }).is_err());
        }
    }

    #[test]
    fn a_role_is_signed_with_and_none_stands_for_another() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/examples/bianwai-luyong");
        let (file, second) = (dir.path().join("one.zgp"), dir.path().join("second.zgp"));
        for out in [&file, &second] {
            pack(&Pack { folder: folder.clone(), out: Some(out.clone()) }).unwrap();
        }
        let publisher = signed(&file, KEY, Algorithm::Sm2Sm3, Role::Publisher);
        assert!(said(read(&file, &reviewed(&[&publisher], &[&publisher]))).contains("审核者签名"));
        let reviewer = signed(&file, OTHER, Algorithm::Ed25519, Role::Reviewer);
        assert!(read(&file, &reviewed(&[&publisher], &[&reviewer])).is_ok());
        assert!(read(&file, &trust(&[&publisher], false)).is_ok());
        assert!(said(read(&file, &reviewed(&[&reviewer], &[&publisher]))).contains("发布者签名"));
        let told = verify(&Verify { file: file.clone(), trust: trust(&[], false) }).unwrap();
        assert!(told.contains(&format!("发布者签名：{publisher}\n审核者签名：{reviewer}\n")), "{told}");
        // Whoever signs first, the bytes are the same.
        signed(&second, OTHER, Algorithm::Ed25519, Role::Reviewer);
        assert!(said(read(&second, &trust(&[], false))).contains("没有发布者签名"), "a reviewer publishes nothing");
        signed(&second, KEY, Algorithm::Sm2Sm3, Role::Publisher);
        assert_eq!(fs::read(&file).unwrap(), fs::read(&second).unwrap());
        // A signature in another role, or said to be by another algorithm, is wrong.
        let whole = load(&file).unwrap();
        for change in [
            |signature: &mut signature::Signature| signature.role = Role::Publisher,
            |signature: &mut signature::Signature| signature.algorithm = Algorithm::Sm2Sm3,
        ] {
            let mut bent = whole.clone();
            bent.signatures.iter_mut().filter(|known| known.key == reviewer).for_each(change);
            bent.signatures.sort();
            fs::write(&file, archive::pack(&bent.package, &bent.signatures)).unwrap();
            assert!(said(read(&file, &trust(&[&publisher], true))).contains("签名不对"));
        }
        // One of two taken away is noticed by whoever asks for it.
        let mut bent = whole;
        bent.signatures.retain(|known| known.role == Role::Publisher);
        fs::write(&file, archive::pack(&bent.package, &bent.signatures)).unwrap();
        assert!(read(&file, &trust(&[&publisher], false)).is_ok());
        assert!(said(read(&file, &reviewed(&[&publisher], &[&reviewer]))).contains("审核者签名"));
    }

    #[test]
    fn a_plug_in_with_code_needs_both() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().join("code"), dir.path().join("code.zgp"));
        let mut files = declarative::scaffold::files("330203.bwly", "bwly", "编外录用");
        let component = b"\0asm\x0d\0\x01\0";
        let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(component));
        files[0].1 +=
            &format!("\n[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{sha256}\"\nhooks = [\"validate\"]\n");
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::write(folder.join("plugin.wasm"), component).unwrap();
        pack(&Pack { folder, out: Some(file.clone()) }).unwrap();
        let reviewer = signed(&file, KEY, Algorithm::Ed25519, Role::Reviewer);
        assert!(said(read(&file, &reviewed(&[], &[&reviewer]))).contains("还要有发布者签名"));
        let publisher = signed(&file, OTHER, Algorithm::Sm2Sm3, Role::Publisher);
        assert!(read(&file, &reviewed(&[&publisher], &[&reviewer])).is_ok());
    }
}
