//! tmp
use std::sync::Arc;
use crate::kernel::{error::ApiError, platform::Platform};
/// f
pub struct File { /// n
 pub name: String, /// m
 pub media_type: String, /// b
 pub bytes: Vec<u8> }
/// p
pub async fn put(_: &Arc<Platform>, _: &str, _: &str, _: &[u8]) -> Result<serde_json::Value, ApiError> { Err(ApiError::of(crate::kernel::error::Code::NotFound)) }
/// g
pub async fn get(_: &Arc<Platform>, _: &str) -> Result<File, ApiError> { Err(ApiError::of(crate::kernel::error::Code::NotFound)) }
