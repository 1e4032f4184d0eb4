//! Fields of core types whose values a plug-in's component works out (计算字段).

use std::sync::Arc;

use declarative::Plugin;
use host::{Answer, Ask};
use serde_json::Value as Json;

use crate::{
    graph::catalogue::Resolver,
    kernel::{
        error::{ApiError, Code},
        session::Session,
    },
    modules::plugins::code,
};

/// Objects in one call.
const ROWS: usize = 1_000;
/// Bytes of them; a call takes a little more.
const BYTES: usize = 240 * 1024;

/// A field of a plug-in at work.
#[derive(Debug)]
pub struct Computing {
    /// The plug-in, in the version that the schema was made for.
    pub plugin: Arc<Plugin>,
    /// The field, without the prefix.
    pub field: String,
}

#[async_trait::async_trait]
impl Resolver for Computing {
    async fn resolve(&self, session: &Session, parents: Vec<String>) -> Vec<Result<Json, ApiError>> {
        let mut values = Vec::with_capacity(parents.len());
        for lot in lots(parents) {
            let count = lot.len();
            // What fails in one call is no matter of the objects of another.
            match self.asked(session, lot).await {
                Ok(some) => values.extend(some.into_iter().map(Ok)),
                Err(error) => values.extend(std::iter::repeat_n(Err(error), count)),
            }
        }
        values
    }
}

impl Computing {
    async fn asked(&self, session: &Session, parents: Vec<String>) -> Result<Vec<Json>, ApiError> {
        let count = parents.len();
        let ask = Ask::Resolve { field: self.field.clone(), parents, args: "{}".into() };
        let answer = code::ask(session, &self.plugin, ask).await;
        let answer = answer.map_err(|failure| ApiError::of(code::published(failure.as_ref())))?;
        match answer {
            Answer::Values(texts) if texts.len() == count => texts
                .iter()
                .map(|text| serde_json::from_str(text).map_err(|_| ApiError::of(Code::PluginOutput)))
                .collect(),
            _ => Err(ApiError::of(Code::PluginOutput)),
        }
    }
}

/// Parents by calls: as few as the bounds of a call allow.
fn lots(parents: Vec<String>) -> Vec<Vec<String>> {
    let mut lots: Vec<Vec<String>> = vec![];
    let mut bytes = 0;
    for parent in parents {
        let full = lots.last().is_none_or(|lot| lot.len() == ROWS || bytes + parent.len() > BYTES);
        if full {
            bytes = 0;
            lots.push(vec![]);
        }
        bytes += parent.len();
        if let Some(lot) = lots.last_mut() {
            lot.push(parent);
        }
    }
    lots
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_call_and_what_is_too_much_for_one_is_several() {
        let sizes = |parents: Vec<String>| lots(parents).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(vec!["{}".into(); 100]), [100]);
        assert_eq!(sizes(vec!["{}".into(); 2_001]), [1_000, 1_000, 1]);
        assert_eq!(sizes(vec!["x".repeat(100 * 1024); 5]), [2, 2, 1]);
        assert_eq!(sizes(vec!["x".repeat(300 * 1024)]), [1], "which is refused as too much");
        assert!(sizes(vec![]).is_empty());
    }
}
