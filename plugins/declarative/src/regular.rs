//! Patterns: what is slow in some engine somewhere is refused, since forms are checked in browsers too.

/// The longest pattern.
const LONGEST: usize = 200;

/// Why a pattern is not accepted.
pub fn objection(pattern: &str) -> Option<&'static str> {
    if pattern.len() > LONGEST {
        return Some("正则表达式超过 200 字节");
    }
    // For each open group: whether something within it repeats.
    let mut groups = vec![false];
    let mut bytes = pattern.bytes().peekable();
    let mut class = false;
    let mut closed: Option<bool> = None;
    let mut repeated = false;
    while let Some(byte) = bytes.next() {
        let (was, twice) = (closed.take(), std::mem::take(&mut repeated));
        match byte {
            b'\\' => match bytes.next() {
                Some(b'0'..=b'9' | b'k') => return Some("正则表达式不能引用前面的分组"),
                _ => continue,
            },
            b']' if class => class = false,
            _ if class => {}
            b'[' => class = true,
            b'(' => {
                groups.push(false);
                if bytes.peek() == Some(&b'?') {
                    bytes.next();
                    match bytes.peek() {
                        Some(b':') => {}
                        _ => return Some("正则表达式不能用环视或命名分组"),
                    }
                }
            }
            b')' => {
                let repeats = if groups.len() > 1 { groups.pop().unwrap_or(false) } else { false };
                if repeats && let Some(outer) = groups.last_mut() {
                    *outer = true;
                }
                closed = Some(repeats);
            }
            b'*' | b'+' | b'{' => {
                // `a{1000}{1000}` needs no group to be a million.
                if was == Some(true) || twice {
                    return Some("正则表达式中重复套着重复，匹配时间会失控");
                }
                if byte == b'{' {
                    while bytes.next().is_some_and(|byte| byte != b'}') {}
                }
                repeated = true;
                if let Some(group) = groups.last_mut() {
                    *group = true;
                }
            }
            // As few as possible is still as often.
            b'?' => repeated = twice,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_within_repetition_is_refused() {
        for fine in ["^1[3-9][0-9]{9}$", "^[0-9A-Za-z]{6,32}$", "^(A|B)+$", "^(?:ab)*[+*]$", r"^\(a+\)+$", "a+?b{2}c"] {
            assert_eq!(objection(fine), None, "{fine}");
        }
        for bad in
            ["^(a+)+$", "((a*)b)*", "(a{1,9}){1,9}", r"(a)\1", "(?=a)b", "(?P<x>a)", "(?:(x+x+)+y)", "a{9}{9}", "a+?*"]
        {
            assert!(objection(bad).is_some(), "{bad}");
        }
        assert!(objection(&"a".repeat(201)).is_some());
    }
}
