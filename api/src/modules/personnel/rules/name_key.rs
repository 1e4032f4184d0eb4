//! The form of a name that searches compare with (姓名检索键): the name, its pinyin and its initials.

use pinyin::ToPinyin;

/// Surnames whose reading as a surname is not the character's usual one (多音姓氏).
const SURNAMES: &[(&str, &str)] = &[
    ("尉迟", "yuchi"),
    ("长孙", "zhangsun"),
    ("单于", "chanyu"),
    ("万俟", "moqi"),
    ("单", "shan"),
    ("仇", "qiu"),
    ("曾", "zeng"),
    ("解", "xie"),
    ("区", "ou"),
    ("查", "zha"),
    ("朴", "piao"),
    ("任", "ren"),
    ("华", "hua"),
    ("盖", "ge"),
    ("召", "shao"),
    ("缪", "miao"),
    ("翟", "zhai"),
    ("乐", "yue"),
    ("盛", "sheng"),
    ("覃", "qin"),
    ("冼", "xian"),
    ("繁", "po"),
    ("秘", "bi"),
    ("折", "she"),
];

/// The search key of a name: lower case without blanks, then the full pinyin and the initials, as in
/// `章小明 zhangxiaoming zxm`. A name without Chinese characters has only its first part.
pub fn name_key(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let (mut full, mut initials) = (String::new(), String::new());
    let mut rest = plain.as_str();
    if let Some((surname, reading)) = SURNAMES.iter().find(|(surname, _)| plain.starts_with(surname)) {
        rest = &plain[surname.len()..];
        full.push_str(reading);
        initials.extend(reading.chars().next());
        // A surname of two characters: the second has its usual first letter.
        let second = surname.chars().nth(1).and_then(|c| c.to_pinyin());
        initials.push_str(second.map(|reading| reading.first_letter()).unwrap_or_default());
    }
    for c in rest.chars() {
        match c.to_pinyin() {
            Some(reading) => {
                // Keyboards write ü as v.
                full.push_str(&reading.plain().replace('ü', "v"));
                initials.push_str(reading.first_letter());
            }
            // The dot of 阿不都·热依木 and the like is not typed by whoever searches.
            None if c.is_alphanumeric() => {
                full.push(c);
                initials.push(c);
            }
            None => {}
        }
    }
    if full == plain || full.is_empty() { plain } else { format!("{plain} {full} {initials}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_characters_pinyin_and_initials() {
        assert_eq!(name_key("章 小明"), "章小明 zhangxiaoming zxm");
        assert_eq!(name_key("吕丽"), "吕丽 lvli ll");
    }

    #[test]
    fn surnames_read_as_surnames() {
        assert_eq!(name_key("单雄信"), "单雄信 shanxiongxin sxx");
        assert_eq!(name_key("尉迟恭"), "尉迟恭 yuchigong ycg");
        assert_eq!(name_key("曾国"), "曾国 zengguo zg");
    }

    #[test]
    fn other_scripts_stay_as_they_are() {
        assert_eq!(name_key("John Smith"), "johnsmith");
        assert_eq!(name_key("买买提·A"), "买买提·a maimaitia mmta");
        assert_eq!(name_key(""), "");
    }
}
