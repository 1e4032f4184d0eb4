//! Whether an operation is what the schema allows, asked once for each document, and whether its variables leave it so,
//! before anything is carried out.

use std::sync::Arc;

use serde_json::{Map, json};

use crate::{
    graph::{conditions, open::Openness, schema::ValidOnly},
    http::{app::App, errors, execute::Ready, reply::Reply},
    kernel::{
        error::Code,
        session::{RequestInfo, Session},
    },
};

/// What of a valid operation's variables is left open; the answer to one that is not valid. Whichever transport brings an
/// operation, it comes by here.
pub(super) async fn validated(
    app: &App,
    ready: &Ready,
    session: Option<&Session>,
    info: &RequestInfo,
) -> Result<Arc<Openness>, Reply> {
    let openness = match ready.openness() {
        Some(openness) => openness,
        None => {
            let valid = Arc::new(ValidOnly::default());
            let request = ready.to_validate(session, app).data(valid.clone());
            let response = ready.contract.schema().execute(request).await;
            match valid.passed() {
                true => ready.passed(app),
                false => return Err(invalid(&response.errors, app.shows_schema(session), info)),
            }
        }
    };
    // This hangs on values, so that it is asked each time.
    let asked = ready.doc().and_then(conditions::check);
    asked.map(|()| openness).map_err(|error| Reply::failed(&error, info))
}

/// The answer to an operation that is not valid.
pub(super) fn invalid(errors: &[async_graphql::ServerError], open: bool, info: &RequestInfo) -> Reply {
    let list = errors::library(errors, false, open, info);
    let body = json!({ "errors": list }).to_string();
    Reply { body, extensions: Map::new(), refused: Some(Code::GraphqlValidationFailed) }
}
