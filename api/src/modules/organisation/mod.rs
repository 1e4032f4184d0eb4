//! Units (机构) and party organisations (党组织): the two trees that everything else hangs on.

pub mod catalogue;
pub mod commands;
pub mod rules;
