//! When a consultation can be concluded (会商结论), H-01.

use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// Which sides have recorded a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The side that concludes.
    pub ours: bool,
    /// The other side.
    pub theirs: bool,
}

/// Refuses a conclusion (结论) that is not the upper tenant's, or that comes before both sides were heard.
pub fn check_conclusion(is_upper: bool, heard: Heard) -> Result<(), Refusal> {
    ensure(is_upper, || {
        Refusal::new("UPPER_SIDE_CONCLUDES", "会商结论由上级一方作出", "The tenant above concludes a consultation.")
    })?;
    ensure(heard.ours && heard.theirs, || {
        let side = if heard.ours { ("对方", "the other side") } else { ("本方", "your side") };
        Refusal::new(
            "POSITION_MISSING",
            format!("{}尚未提出会商意见", side.0),
            format!("A conclusion wants a position of both sides; {} has none.", side.1),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    #[test]
    fn h_01_both_sides_are_heard_and_the_upper_concludes() {
        let heard = |ours, theirs| Heard { ours, theirs };
        assert_eq!(code(check_conclusion(true, heard(true, true))), "OK");
        assert_eq!(code(check_conclusion(true, heard(true, false))), "POSITION_MISSING");
        assert_eq!(code(check_conclusion(true, heard(false, true))), "POSITION_MISSING");
        assert_eq!(code(check_conclusion(false, heard(true, true))), "UPPER_SIDE_CONCLUDES");
    }
}
