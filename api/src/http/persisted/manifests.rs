//! Lists of documents in a folder: one JSON file for each client program, as its build tool writes it, and one for all.
//!
//! `common.json` holds for everybody, `mini-program.json` for clients that call themselves so and for nobody else.
//!
//! Two forms are read: an object from digest to text, as Relay's compiler writes it, and Apollo's manifest,
//! `{"format": "apollo-persisted-query-manifest", "operations": [{"id", "body"}]}`. Ids are digests of the
//! text; one that is not is a list that was made from other texts, and refused.

use std::{collections::HashMap, fs, path::Path, sync::Arc, time::SystemTime};

use serde_json::Value as Json;

use super::{Hash, digest, parse};
use crate::{
    http::guard::{self, Limits},
    kernel::session::Locale,
};

/// The name of the list for everybody.
const COMMON: &str = "common";

/// The documents of a list.
type Texts = HashMap<Hash, Arc<str>>;

/// The documents of all lists, by the name of the list.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<String, Texts>);

impl Known {
    /// The text of a document that a client may ask for.
    pub(super) fn get(&self, client: Option<&str>, hash: &Hash) -> Option<Arc<str>> {
        let lists = client.into_iter().chain([COMMON]);
        lists.filter_map(|list| self.0.get(list)).find_map(|texts| texts.get(hash)).cloned()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.values().map(Texts::len).sum()
    }
}

/// Name, size and time of every list; different if anything may have changed.
pub(super) fn fingerprint(folder: &Path) -> Vec<(String, u64, Option<SystemTime>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let facts = entry.metadata().ok()?;
            Some((entry.file_name().to_string_lossy().into_owned(), facts.len(), facts.modified().ok()))
        })
        .collect();
    files.sort();
    files
}

/// Reads every `*.json` of the folder.
pub(super) fn read(folder: &Path, limits: &Limits) -> Result<Known, String> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).map_err(|error| format!("documents.folder {shown} cannot be read: {error}"))?;
    let mut known = Known::default();
    for entry in entries {
        let path = entry.map_err(|error| format!("documents.folder {shown} cannot be read: {error}"))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let (client, texts) = one(&path, limits).map_err(|error| format!("{}: {error}", path.display()))?;
            known.0.insert(client, texts);
        }
    }
    Ok(known)
}

/// A list, and for whom it is.
fn one(path: &Path, limits: &Limits) -> Result<(String, Texts), String> {
    let client = path.file_stem().and_then(|stem| stem.to_str());
    let client = client
        .filter(|client| !client.contains(char::is_whitespace))
        .ok_or("a list is called common.json, or by what its client calls itself, which is one word")?;
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let list: Json = serde_json::from_str(&text).map_err(|error| format!("not JSON: {error}"))?;
    let pairs: Vec<(&str, &str)> = match (list.get("operations").and_then(Json::as_array), list.as_object()) {
        (Some(operations), _) => operations
            .iter()
            .map(|operation| Some((operation.get("id")?.as_str()?, operation.get("body")?.as_str()?)))
            .collect::<Option<_>>(),
        (None, Some(object)) => object.iter().map(|(id, body)| Some((id.as_str(), body.as_str()?))).collect(),
        (None, None) => None,
    }
    .ok_or("neither an object from digest to text nor a manifest with `operations` of `id` and `body`")?;
    let mut texts = Texts::new();
    for (id, body) in pairs {
        let hash = parse(id).map_err(|_| format!("{id} is no SHA-256 digest"))?;
        if digest(body) != hash {
            return Err(format!("{id} is not the digest of its text"));
        }
        guard::check(body, limits).map_err(|error| format!("{id}: {}", error.message(Locale::En)))?;
        texts.insert(hash, body.into());
    }
    Ok((client.to_owned(), texts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "{ version }";

    fn reading(list: &Json) -> Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mini-program.json"), list.to_string()).unwrap();
        fs::write(folder.path().join("README"), "not a list").unwrap();
        read(folder.path(), &Limits::default()).map(|known| known.count())
    }

    #[test]
    fn a_client_has_the_documents_of_its_own_list_and_of_the_common_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), json!({ hex::encode(digest(text)): text }).to_string()).unwrap();
        };
        write("common.json", "{ version }");
        write("desk.json", "{ desk }");
        write("mini-program.json", "{ mini }");
        let known = read(folder.path(), &Limits::default()).unwrap();
        assert_eq!(known.count(), 3);
        for (client, own) in [
            (Some("desk"), vec!["{ version }", "{ desk }"]),
            (Some("mini-program"), vec!["{ version }", "{ mini }"]),
            (Some("Desk"), vec!["{ version }"]),
            (Some("common"), vec!["{ version }"]),
            (Some(""), vec!["{ version }"]),
            (None, vec!["{ version }"]),
        ] {
            for text in ["{ version }", "{ desk }", "{ mini }"] {
                let got = known.get(client, &digest(text));
                assert_eq!(got.as_deref(), own.contains(&text).then_some(text), "{client:?} {text}");
            }
        }
        write("a client.json", "{ version }");
        assert!(read(folder.path(), &Limits::default()).unwrap_err().contains("one word"));
    }

    #[test]
    fn both_forms_are_read_and_wrong_lists_are_named() {
        let id = hex::encode(digest(TEXT));
        let prefixed = format!("sha256:{id}");
        assert_eq!(reading(&json!({ id.clone(): TEXT, prefixed.clone(): TEXT })), Ok(1));
        let apollo = json!({ "format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{ "id": id, "name": "V", "type": "query", "body": TEXT }] });
        assert_eq!(reading(&apollo), Ok(1));
        assert_eq!(reading(&json!({})), Ok(0));
        for (list, word) in [
            (json!({ id.clone(): "{ other }" }), "not the digest"),
            (json!({ "v": TEXT }), "no SHA-256"),
            (json!({ hex::encode(digest("{")): "{" }), "Syntax error"),
            (json!([TEXT]), "neither"),
            (json!({ "operations": [{ "id": id }] }), "neither"),
        ] {
            let error = reading(&list).unwrap_err();
            assert!(error.contains(word) && error.contains("mini-program.json"), "{error}");
        }
        assert!(read(Path::new("/nowhere"), &Limits::default()).unwrap_err().contains("documents.folder"));
    }
}
