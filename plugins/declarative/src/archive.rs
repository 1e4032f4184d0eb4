//! A plug-in in one file (插件包): a plain tar of what belongs to it, with the digests of all of it in front, and
//! signatures of those digests. The same plug-in is the same bytes everywhere, and only such bytes are taken: what is
//! read is packed again and compared, so there is no second way to write anything.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{
    fault::Fault,
    package::{MANIFEST, MAX_BYTES, MAX_COMPONENT, MAX_FILES, Package, is_inside},
    signature::{self, Signature},
};

/// The entry with the digests.
pub const SUMS: &str = "SHA256SUMS";
/// The entry with the signatures.
pub const SIGNATURES: &str = "SIGNATURES";
const BLOCK: usize = 512;
/// The largest archive: what a plug-in may have, and a block or two for each entry.
const LARGEST: usize = MAX_BYTES + MAX_COMPONENT + (MAX_FILES + 8) * 3 * BLOCK;

/// A plug-in as it came in one file.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Its files.
    pub package: Package,
    /// What is signed: the digests of all files.
    pub sums: String,
    /// Signatures; whether they are good is asked by whoever knows the algorithm.
    pub signatures: Vec<Signature>,
}

/// The digests of a plug-in's files, by path: what signatures stand for.
pub fn sums(package: &Package) -> String {
    let line = |(path, bytes): (String, Vec<u8>)| format!("{}  {path}\n", hex::encode(Sha256::digest(bytes)));
    entries(package).into_iter().map(line).collect()
}

fn entries(package: &Package) -> BTreeMap<String, Vec<u8>> {
    let mut all: BTreeMap<String, Vec<u8>> =
        package.files().map(|(path, text)| (path.to_string(), text.as_bytes().to_vec())).collect();
    if let (Some(path), Some(bytes)) = (package.component_path(), package.component()) {
        all.insert(path, bytes.to_vec());
    }
    all
}

/// A plug-in in one file.
pub fn pack(package: &Package, signatures: &[Signature]) -> Vec<u8> {
    let mut out = vec![];
    add(&mut out, SUMS, sums(package).as_bytes());
    if !signatures.is_empty() {
        add(&mut out, SIGNATURES, signature::write(signatures).as_bytes());
    }
    for (path, bytes) in entries(package) {
        add(&mut out, &path, &bytes);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

fn add(out: &mut Vec<u8>, path: &str, bytes: &[u8]) {
    let mut head = [0_u8; BLOCK];
    let mut put = |at: usize, text: &str| {
        for (place, byte) in head.iter_mut().skip(at).zip(text.bytes()) {
            *place = byte;
        }
    };
    put(0, path);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{:011o}\0", bytes.len()));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    let text = format!("{sum:06o}\0 ");
    for (place, byte) in head.iter_mut().skip(148).zip(text.bytes()) {
        *place = byte;
    }
    out.extend_from_slice(&head);
    out.extend_from_slice(bytes);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
}

/// Reads a plug-in from one file; nothing is written anywhere, whatever its paths say.
pub fn unpack(bytes: &[u8]) -> Result<Archive, Vec<Fault>> {
    open(bytes).map_err(|(file, code, message, mend)| {
        let file: String = file.chars().filter(|c| !c.is_control()).take(80).collect();
        vec![Fault { file, line: 1, code, message: message.into(), mend: mend.into() }]
    })?
}

type Refusal = (String, &'static str, &'static str, &'static str);

const AGAIN: &str = "用 zugong plugin pack 重新打包";

fn refused<T>(file: &str, code: &'static str, message: &'static str) -> Result<T, Refusal> {
    Err((file.to_string(), code, message, AGAIN))
}

fn open(bytes: &[u8]) -> Result<Result<Archive, Vec<Fault>>, Refusal> {
    if bytes.len() > LARGEST {
        return refused(SUMS, "ARCHIVE_TOO_LARGE", "插件包过大");
    }
    let mut entries = read(bytes)?.into_iter().peekable();
    let Some((_, sums)) = entries.next_if(|(path, _)| path == SUMS) else {
        return refused(SUMS, "ARCHIVE", "插件包的第一项应为 SHA256SUMS");
    };
    let listed = entries.next_if(|(path, _)| path == SIGNATURES).map(|(_, text)| text).unwrap_or_default();
    let signatures = match std::str::from_utf8(listed).map_err(|_| "SIGNATURES 不是文本").and_then(signature::read)
    {
        Ok(signatures) => signatures,
        Err(wrong) => return refused(SIGNATURES, "ARCHIVE_SIGNATURE", wrong),
    };
    let (mut texts, mut components) = (vec![], vec![]);
    for (path, content) in entries {
        if !is_inside(&path) {
            return refused(&path, "ARCHIVE_PATH", "插件包中的路径指向插件之外");
        }
        match std::str::from_utf8(content) {
            Ok(text) if path.ends_with(".toml") || path.ends_with(".json") => texts.push((path, text.to_string())),
            _ => components.push((path, content)),
        }
    }
    if !texts.iter().any(|(path, _)| path == MANIFEST) || components.len() > 1 {
        return refused(MANIFEST, "ARCHIVE", "插件包应有 plugin.toml，至多一个组件");
    }
    let mut package = match Package::new(texts) {
        Ok(package) => package,
        Err(faults) => return Ok(Err(faults)),
    };
    if let Some((path, content)) = components.pop() {
        if package.component_path().as_ref() != Some(&path) || content.len() > MAX_COMPONENT {
            return refused(&path, "ARCHIVE", "插件包中有清单没有声明的文件");
        }
        package = package.with(content.to_vec());
    }
    if self::sums(&package).as_bytes() != sums {
        return refused(SUMS, "ARCHIVE_DIGEST", "文件与 SHA256SUMS 不符，插件包已被改动");
    }
    if pack(&package, &signatures) != bytes {
        return refused(SUMS, "ARCHIVE", "插件包的写法不规范");
    }
    Ok(Ok(Archive { sums: self::sums(&package), package, signatures }))
}

/// The entries in their order: plain files, each once.
fn read(bytes: &[u8]) -> Result<Vec<(String, &[u8])>, Refusal> {
    let (mut rest, mut out) = (bytes, Vec::<(String, &[u8])>::new());
    while let Some((head, after)) = rest.split_first_chunk::<BLOCK>() {
        if head.iter().all(|byte| *byte == 0) {
            return Ok(out);
        }
        let field = |from: usize, to: usize| head.get(from..to).unwrap_or_default();
        let name = field(0, 100).split(|byte| *byte == 0).next().unwrap_or_default();
        let Ok(name) = std::str::from_utf8(name) else { return refused("?", "ARCHIVE_PATH", "路径不是文本") };
        if field(156, 157) != b"0" {
            return refused(name, "ARCHIVE_LINK", "插件包中只能有文件，不能有链接和文件夹");
        }
        let size = std::str::from_utf8(field(124, 135)).ok().and_then(|text| usize::from_str_radix(text, 8).ok());
        let Some((content, next)) = size.and_then(|size| {
            let whole = size.checked_next_multiple_of(BLOCK)?;
            Some((after.get(..size)?, after.get(whole..)?))
        }) else {
            return refused(name, "ARCHIVE", "插件包不完整");
        };
        if out.len() > MAX_FILES + 3 || out.iter().any(|(known, _)| known == name) {
            return refused(name, "ARCHIVE_PATH", "同一路径出现两次，或文件过多");
        }
        out.push((name.to_string(), content));
        rest = next;
    }
    refused(SUMS, "ARCHIVE", "插件包不完整")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        scaffold,
        signature::{Algorithm, Role},
    };

    fn package() -> Package {
        let files = scaffold::files("330203.bianwai-luyong", "bwly", "编外录用");
        Package::new(files.into_iter().map(|(path, text)| (path.to_string(), text))).unwrap()
    }

    fn code(bytes: &[u8]) -> &'static str {
        unpack(bytes).err().map_or("", |faults| faults[0].code)
    }

    #[test]
    fn the_same_plug_in_is_the_same_bytes_and_comes_back() {
        let bytes = pack(&package(), &[]);
        assert_eq!(bytes, pack(&package(), &[]));
        let archive = unpack(&bytes).unwrap();
        assert_eq!((archive.package.digest(), archive.signatures), (package().digest(), vec![]));
        let (role, algorithm) = (Role::Publisher, Algorithm::Ed25519);
        let signed = Signature { role, algorithm, key: "k".into(), signature: "s".into() };
        let archive = unpack(&pack(&package(), std::slice::from_ref(&signed))).unwrap();
        assert_eq!((archive.sums, archive.signatures), (sums(&package()), vec![signed]));
    }

    #[test]
    fn no_other_bytes_are_taken() {
        let bytes = pack(&package(), &[]);
        for at in (0..bytes.len()).step_by(7) {
            let mut bent = bytes.clone();
            bent[at] ^= 1;
            assert!(unpack(&bent).is_err(), "byte {at}");
        }
        assert!(unpack(&bytes[..bytes.len() - BLOCK]).is_err() && unpack(&[]).is_err());
        assert_eq!(code(&[bytes.as_slice(), &[0; BLOCK]].concat()), "ARCHIVE");
        assert_eq!(code(&vec![0; LARGEST + 1]), "ARCHIVE_TOO_LARGE");
    }

    #[test]
    fn paths_that_lead_out_links_and_lies_about_size_are_refused() {
        let with = |change: fn(&mut Vec<u8>)| {
            let mut all = vec![];
            add(&mut all, SUMS, sums(&package()).as_bytes());
            change(&mut all);
            for (path, bytes) in entries(&package()) {
                add(&mut all, &path, &bytes);
            }
            all.resize(all.len() + 2 * BLOCK, 0);
            all
        };
        assert_eq!(code(&with(|_| {})), "");
        for path in ["../../etc/cron.d/x.json", "/etc/x.json", "a/../../x.json", "c:\\x.json"] {
            let mut all = vec![];
            add(&mut all, SUMS, sums(&package()).as_bytes());
            add(&mut all, path, b"{}");
            all.resize(all.len() + 2 * BLOCK, 0);
            assert_eq!(code(&all), "ARCHIVE_PATH", "{path}");
        }
        let link = with(|all| {
            let at = all.len();
            add(all, "forms/link.json", b"");
            all[at + 156] = b'2';
        });
        assert_eq!(code(&link), "ARCHIVE_LINK");
        let bomb = with(|all| {
            let at = all.len();
            add(all, "forms/bomb.json", b"");
            all[at + 124..at + 135].copy_from_slice(b"77777777777");
        });
        assert_eq!(code(&bomb), "ARCHIVE");
        assert_eq!(code(&with(|all| add(all, "forms/more.json", b"{}"))), "ARCHIVE_DIGEST");
        assert_eq!(code(&with(|all| add(all, "run.sh", b"rm"))), "ARCHIVE");
        let twice = with(|all| add(all, MANIFEST, b"api"));
        assert_eq!(code(&twice), "ARCHIVE_PATH");
        for (line, refused) in [("publisher ed25519 k s\n", ""), ("publisher rsa k s\n", "ARCHIVE_SIGNATURE")] {
            let mut all = vec![];
            add(&mut all, SUMS, sums(&package()).as_bytes());
            add(&mut all, SIGNATURES, line.as_bytes());
            entries(&package()).iter().for_each(|(path, bytes)| add(&mut all, path, bytes));
            all.resize(all.len() + 2 * BLOCK, 0);
            assert_eq!(code(&all), refused, "{line}");
        }
    }
}
