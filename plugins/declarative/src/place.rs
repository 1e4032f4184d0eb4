//! Lines: of a byte in a text, and of a value in a JSON document.

/// The line of a byte, from 1.
pub fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
}

/// How deep brackets nest outside of strings; counted before anything is parsed.
pub fn depth(text: &str) -> usize {
    let (mut now, mut most, mut quoted, mut escaped) = (0usize, 0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// The line on which the last of some keys stands, each looked for after the one before. Good enough to lead a
/// reader there; the document has been parsed, and its nesting is bounded.
pub fn of_pointer(text: &str, pointer: &str) -> usize {
    let mut at = 0;
    for step in pointer.split('/').filter(|step| !step.is_empty()) {
        let key = format!("\"{}\"", step.replace("~1", "/").replace("~0", "~"));
        let found = text.get(at..).and_then(|rest| {
            rest.match_indices(&key)
                .find(|(i, _)| rest.get(i + key.len()..).is_some_and(|after| after.trim_start().starts_with(':')))
        });
        if let Some((i, _)) = found {
            at += i;
        }
    }
    line(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found() {
        let text = "{\n \"a\": \"b\",\n \"b\": {\n  \"c\": 1\n }\n}";
        assert_eq!(of_pointer(text, "/b/c"), 4);
        assert_eq!(of_pointer(text, "/b"), 3);
        assert_eq!(depth(text), 2);
        assert_eq!(depth("\"[[[\""), 0);
    }
}
