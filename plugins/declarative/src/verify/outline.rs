//! What a package declares that is not accepted (不合格插件包的轮廓): names and types as far as they can be made out, so that
//! what follows it can be held against it. Nothing of it is ever run or shown.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Environment, Matter, Plugin, examined};
use crate::{form, package::Package};

/// What can be made out of a package, whatever is wrong with it; nothing where its manifest cannot be read or goes beyond
/// all bounds. Of a matter that is wrong there are the key and the fields of its form. With it goes whether every step of
/// its migrations is among what was made out.
pub fn outline(package: &Package, around: &Environment) -> Option<(Plugin, bool)> {
    let (mut plugin, manifest) = examined(package, around).0?;
    for declared in &manifest.matters {
        let key = declared.key.get_ref();
        if plugin.matters.iter().any(|matter| matter.key == *key) {
            continue;
        }
        plugin.matters.push(Matter {
            key: key.clone(),
            plural: key.clone(),
            title: declared.title.get_ref().clone(),
            form: Json::Null,
            fields: package.text(declared.form.get_ref()).map(form::named).unwrap_or_default(),
            definition: Json::Null,
            rules: vec![],
            calls: BTreeMap::new(),
        });
    }
    let steps: usize = manifest.migrations.iter().map(|m| m.up.rename.len() + m.up.recode.len()).sum();
    let is_whole = plugin.renames.len() + plugin.recodes.len() == steps;
    Some((plugin, is_whole))
}

#[cfg(test)]
mod tests {
    use crate::{
        form::FieldKind,
        scaffold,
        verify::{Agency, check},
    };

    use super::*;

    fn outlined(path: &str, from: &str, to: &str) -> Option<Plugin> {
        let files = scaffold::files("330203.bwly", "bwly", "编外录用").into_iter();
        let files = files.map(|(name, text)| match name == path {
            true if text.contains(from) => (name.to_string(), text.replacen(from, to, 1)),
            true => panic!("{path} has no {from}"),
            false => (name.to_string(), text),
        });
        let package = Package::new(files).unwrap();
        let agency = |(key, name): (&str, &str)| Agency { key: key.into(), name: name.into() };
        let agencies = [("organisation", "组织部"), ("treasury", "财政")].map(agency).to_vec();
        let around = Environment { agencies, ..Environment::default() };
        assert!(check(&package, &around).is_err(), "{from} -> {to}");
        outline(&package, &around).map(|(plugin, _)| plugin)
    }

    fn kinds(plugin: &Plugin) -> Vec<(&str, &FieldKind)> {
        plugin.matters[0].fields.iter().map(|field| (&*field.name, &field.kind)).collect()
    }

    #[test]
    fn names_and_types_are_made_out_whatever_else_is_wrong() {
        let kind = FieldKind::Code("kind".into());
        let (text, day) = (FieldKind::Text, FieldKind::Date);
        let fields = [("name", &text), ("birthDate", &day), ("kind", &kind), ("reason", &text)];
        for (path, from, to) in [
            ("forms/apply.json", "\"minLength\": 1", "\"pattern\": \"a{9}{9}\""),
            ("plugin.toml", "agency = \"财政\"", "agency = \"海事局\""),
            ("plugin.toml", ">= 18", ">="),
        ] {
            let plugin = outlined(path, from, to).unwrap();
            assert_eq!((plugin.fields[0].key.as_str(), &plugin.fields[0].kind), ("kind", &kind), "{to}");
            assert_eq!(kinds(&plugin), fields, "{to}");
            assert_eq!(plugin.codes[0].2.len(), 2, "{to}");
        }
    }

    #[test]
    fn what_goes_in_circles_or_cannot_be_read_comes_to_an_end() {
        let circle = "\"$defs\": {\"a\": {\"$ref\": \"#/$defs/a\"}}, \"properties\": { \"round\": {\"title\": \"圈\", \"$ref\": \"#/$defs/a\"},";
        let plugin = outlined("forms/apply.json", "\"properties\": {", circle).unwrap();
        assert_eq!(kinds(&plugin)[0], ("round", &FieldKind::Json));
        let plugin = outlined("forms/apply.json", "\"properties\": {", "\"properties\": {{").unwrap();
        assert!(kinds(&plugin).is_empty());
        assert!(outlined("plugin.toml", "[plugin]", "[plugin").is_none());
    }
}
