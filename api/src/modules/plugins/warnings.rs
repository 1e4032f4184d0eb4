//! What a plug-in warns of (提示): a form, or a mutation of the plug-in's own, with warnings is taken with a reason, and
//! both are kept together.

use serde::Serialize;

use crate::kernel::{
    error::{Code, Fault, Faults, UserError},
    words::words,
};

/// The longest reason, in characters.
const LONGEST: usize = 500;

/// The reason for going on in spite of warnings, if one is given.
pub fn reason(given: Option<&str>, faults: &mut Faults) -> Option<String> {
    given.and_then(|text| faults.take(words(text, LONGEST, "input.warningReason")))
}

/// A warning, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The rule's name, with the plug-in's prefix.
    pub code: String,
    /// The field of the form or argument that is meant; empty where it is all of them.
    pub path: String,
    /// What is said.
    pub message: String,
    /// Where the client's input has it.
    #[serde(skip)]
    pub at: String,
}

impl Warning {
    fn told(&self) -> UserError {
        let Self { code, message, at, .. } = self;
        let zh = format!("{message}（{code}）。核对后确需提交的，用 warningReason 写明理由");
        let en = format!("The plug-in warns as {code}: {message}. It can be submitted with a warningReason.");
        UserError::new(Code::PluginWarning, at.as_str(), zh, en)
    }
}

/// Warnings in spite of which a form is submitted or a mutation done, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Why (理由).
    pub reason: String,
    /// What was warned of.
    pub warnings: Vec<Warning>,
}

impl Acknowledged {
    /// Warnings with the reason that was given; none where there are no warnings, whatever reason there is. Without a reason
    /// each of them refuses what was asked for.
    pub fn of(warnings: Vec<Warning>, reason: Option<String>) -> Result<Option<Self>, Fault> {
        match reason {
            _ if warnings.is_empty() => Ok(None),
            Some(reason) => Ok(Some(Self { reason, warnings })),
            None => Err(Fault::Refused(warnings.iter().map(Warning::told).collect())),
        }
    }

    /// The rules' names.
    pub fn codes(&self) -> Vec<&str> {
        self.warnings.iter().map(|warning| warning.code.as_str()).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_1_to_500_characters() {
        let mut faults = Faults::default();
        assert_eq!(reason(None, &mut faults), None);
        assert_eq!(reason(Some(" 情况属实 "), &mut faults).as_deref(), Some("情况属实"));
        assert_eq!(reason(Some(&"长".repeat(500)), &mut faults).unwrap().chars().count(), 500);
        assert!(faults.is_empty());
        assert_eq!(reason(Some(" \n"), &mut faults), None);
        assert_eq!(reason(Some(&"长".repeat(501)), &mut faults), None);
        assert!(faults.names("input.warningReason"));
    }

    fn warnings() -> Vec<Warning> {
        let of = |path: &str, at: &str| Warning {
            code: "bwly.age".into(),
            path: path.into(),
            message: "年龄偏大".into(),
            at: at.into(),
        };
        vec![of("birthDate", "input.form.birthDate"), of("", "input.form")]
    }

    #[test]
    fn warnings_want_a_reason_and_a_reason_wants_warnings() {
        assert_eq!(Acknowledged::of(vec![], None).unwrap(), None);
        assert_eq!(Acknowledged::of(vec![], Some("理由".into())).unwrap(), None);
        let kept = Acknowledged::of(warnings(), Some("理由".into())).unwrap().unwrap();
        assert_eq!((kept.reason.as_str(), kept.codes()), ("理由", vec!["bwly.age", "bwly.age"]));
        let Err(Fault::Refused(errors)) = Acknowledged::of(warnings(), None) else { panic!("it was taken") };
        let fields: Vec<_> = errors.iter().filter_map(|error| error.field.as_deref()).collect();
        assert_eq!(fields, ["input.form.birthDate", "input.form"]);
        assert!(errors.iter().all(|error| error.code == Code::PluginWarning && error.zh.starts_with("年龄偏大（")));
    }
}
