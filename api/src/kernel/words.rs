//! Texts of an input.

use crate::kernel::error::{Code, UserError};

/// A text without outer blanks; the refusal when it is empty or too long.
pub fn words(text: &str, longest: usize, field: &str) -> Result<String, UserError> {
    let text = text.trim();
    if (1..=longest).contains(&text.chars().count()) {
        return Ok(text.to_string());
    }
    let code = if text.is_empty() { Code::Required } else { Code::InvalidValue };
    let (zh, en) = (format!("应为 1 至 {longest} 个字符"), format!("Takes 1 to {longest} characters."));
    Err(UserError::new(code, field, zh, en))
}
