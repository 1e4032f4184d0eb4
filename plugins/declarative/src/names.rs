//! Which names a plug-in may give: ASCII for programs, Chinese for people, nothing of the platform's own.

/// Prefixes that no plug-in gets.
pub const RESERVED: [&str; 8] = ["zugong", "core", "query", "mutation", "node", "std", "sys", "admin"];

/// Whether it is a prefix: 2 to 12 small letters and digits, a letter first.
pub fn is_prefix(text: &str) -> bool {
    (2..=12).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && !RESERVED.contains(&text)
}

/// Whether it is a name after the prefix: a small letter, then letters and digits, at most 40.
pub fn is_key(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether it is the name of a branch, a material or a rule: small letters, digits and single hyphens.
pub fn is_slug(text: &str) -> bool {
    text.len() <= 40
        && text.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether it is a code: a capital, then capitals, digits and single underscores.
pub fn is_code(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.split('_').all(|part| !part.is_empty())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && !matches!(text, "TRUE" | "FALSE" | "NULL")
}

/// Whether it is a plug-in's key: a division's six digits, a dot and a slug.
pub fn is_plugin_key(text: &str) -> bool {
    text.split_once('.').is_some_and(|(division, slug)| {
        division.len() == 6 && division.bytes().all(|b| b.is_ascii_digit()) && is_slug(slug)
    })
}

/// Whether it is three numbers with dots between them.
pub fn version(text: &str) -> Option<(u32, u32, u32)> {
    let number = |part: &str| {
        let plain = !part.is_empty() && part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit());
        (plain && (part == "0" || !part.starts_with('0'))).then(|| part.parse().ok())?
    };
    let mut parts = text.split('.');
    let found = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    parts.next().is_none().then_some(found)
}

/// Whether people in a Chinese office can read it: 1 to 60 characters, one of them Chinese, none that controls.
pub fn is_title(text: &str) -> bool {
    (1..=60).contains(&text.chars().count())
        && text.trim() == text
        && !text.chars().any(char::is_control)
        && text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The GraphQL type of a key: `bwly` and `apply` are `Bwly_Apply`.
pub fn type_name(prefix: &str, key: &str) -> String {
    format!("{}_{}", capital(prefix), capital(key))
}

/// The GraphQL field of a key: `bwly_apply`.
pub fn field_name(prefix: &str, key: &str) -> String {
    format!("{prefix}_{key}")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert!(is_prefix("bwly") && is_key("contractType") && is_code("LABOUR_DISPATCH") && is_slug("id-card"));
        assert!(is_plugin_key("330203.bianwai-luyong") && is_title("编外录用"));
        assert_eq!(version("1.20.0"), Some((1, 20, 0)));
        for wrong in ["", "B", "b", "Bwly", "编外", "b_w", "zugong", "averyverylongprefix", "1a"] {
            assert!(!is_prefix(wrong), "{wrong}");
        }
        for wrong in ["", "__x", "_x", "Contract", "合同", "a b", "a-b"] {
            assert!(!is_key(wrong), "{wrong}");
        }
        for wrong in ["", "dispatch", "A__B", "_A", "TRUE", "派遣"] {
            assert!(!is_code(wrong), "{wrong}");
        }
        for wrong in ["1", "1.2", "1.2.3.4", "01.2.3", "v1.2.3", "1.2.x"] {
            assert_eq!(version(wrong), None, "{wrong}");
        }
        for wrong in ["", "apply", " 编外", "编外\n录用"] {
            assert!(!is_title(wrong), "{wrong}");
        }
        assert_eq!(type_name("bwly", "contractType"), "Bwly_ContractType");
    }
}
