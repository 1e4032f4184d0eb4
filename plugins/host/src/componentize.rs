//! From what a compiler gives to what can be asked.

use wit_component::ComponentEncoder;

/// What a component's bytes begin with, after the four that every module begins with.
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];

/// A component of a module that carries its interface with it, as `wit-bindgen` has it written; one that is a component
/// already stays as it is.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, String> {
    if module.get(4..8) == Some(&COMPONENT) {
        return Ok(module.to_vec());
    }
    let encoder = ComponentEncoder::default().module(module).map_err(|error| format!("{error:#}"))?;
    encoder.validate(true).encode().map_err(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        guests::{Guest, NOTHING},
        limits::Hook,
    };

    #[test]
    fn a_component_stays_as_it_is_and_what_is_no_module_is_told() {
        let component = Guest::of(Hook::Validate, NOTHING).bytes().unwrap();
        assert_eq!(componentize(&component).unwrap(), component);
        assert!(componentize(b"no module").is_err());
        assert!(componentize(b"").is_err());
    }
}
