//! Full-text search in Chinese (全文检索): a text is kept as its characters, pairs of characters and Latin words.
//!
//! Chinese writes no blanks, so there are no words to index without a dictionary, and a dictionary misses the new terms
//! that policies are full of. Pairs of neighbours need none, and are short enough for a B-tree in every database.

use std::collections::BTreeSet;

/// What a query is looked up by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Grams that all have to be there: the index finds them.
    pub grams: BTreeSet<String>,
    /// Runs that have to be there as they are: what has the pairs need not have them in this order.
    pub runs: Vec<String>,
}

/// The longest Latin word that is kept whole, in characters.
const WORD: usize = 32;

/// A text as it is compared: small letters, narrow forms, a blank for whatever is no letter or digit. Every character
/// stands where it stood.
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            // Full-width forms lie at a fixed distance from ASCII.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .map(|c| if c.is_alphanumeric() { c.to_lowercase().next().unwrap_or(c) } else { ' ' })
        .collect()
}

/// The runs of a folded text: Latin words and digits, and what lies between them.
fn runs(folded: &str) -> Vec<&str> {
    let mut out = vec![];
    for part in folded.split(' ').filter(|part| !part.is_empty()) {
        let mut start = 0;
        let mut latin = None;
        for (i, c) in part.char_indices() {
            if latin.is_some_and(|was| was != c.is_ascii()) {
                out.extend(part.get(start..i));
                start = i;
            }
            latin = Some(c.is_ascii());
        }
        out.extend(part.get(start..));
    }
    out
}

fn word(run: &str) -> String {
    run.chars().take(WORD).collect()
}

fn pairs(run: &str) -> impl Iterator<Item = String> + '_ {
    run.chars().zip(run.chars().skip(1)).map(|(a, b)| [a, b].iter().collect())
}

/// What a folded text can be found by.
pub fn grams(folded: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for run in runs(folded) {
        if run.is_ascii() {
            out.insert(word(run));
        } else {
            out.extend(run.chars().map(String::from));
            out.extend(pairs(run));
        }
    }
    out
}

/// What a query asks for; nothing if it has no letter or digit.
pub fn wanted(query: &str) -> Option<Wanted> {
    let folded = fold(query);
    let mut out = Wanted::default();
    for run in runs(&folded) {
        if run.is_ascii() {
            out.grams.insert(word(run));
        } else if run.chars().nth(1).is_some() {
            out.grams.extend(pairs(run));
        } else {
            out.grams.insert(run.to_string());
        }
        out.runs.push(run.to_string());
    }
    (!out.runs.is_empty()).then_some(out)
}

/// The words around the first of some runs in a text, at most so many characters before and after it.
pub fn excerpt(text: &str, runs: &[String], around: usize) -> String {
    let folded = fold(text);
    let at = runs.iter().filter_map(|run| folded.find(run.as_str())).min().unwrap_or(0);
    let at = folded.get(..at).map_or(0, |before| before.chars().count());
    text.chars().skip(at.saturating_sub(around)).take(around * 2).collect::<String>().trim().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn found(text: &str, query: &str) -> bool {
        let (folded, wanted) = (fold(text), wanted(query).unwrap());
        let grams = grams(&folded);
        wanted.grams.is_subset(&grams) && wanted.runs.iter().all(|run| folded.contains(run))
    }

    #[test]
    fn i_04_chinese_is_found_by_any_part() {
        let text = "关于推进“乡村振兴”战略的实施意见（2025年第3号），支持5G基站建设";
        for query in ["乡村振兴", "振兴", "兴", "推进 意见", "实施意见", "2025", "５Ｇ", "5g基站", "乡村振兴 2025年"]
        {
            assert!(found(text, query), "{query}");
        }
        // The pairs are there, the order is not.
        for query in ["振兴乡村", "村乡", "20", "战略实施", "意见书", "工业"] {
            assert!(!found(text, query), "{query}");
        }
    }

    #[test]
    fn i_04_a_query_of_signs_asks_for_nothing() {
        assert_eq!((wanted("，。%_ "), wanted("")), (None, None));
        assert_eq!(wanted("%乡%").unwrap().runs, ["乡"]);
        assert_eq!(fold("ＡＢ、c"), "ab c");
    }

    #[test]
    fn i_04_an_excerpt_shows_the_place() {
        let text = "为了全面推进乡村振兴，制定本办法。";
        assert_eq!(excerpt(text, &["乡村振兴".into()], 4), "全面推进乡村振兴");
        assert_eq!(excerpt(text, &["没有".into()], 3), "为了全面推进");
        assert_eq!(excerpt("", &[], 3), "");
    }
}
