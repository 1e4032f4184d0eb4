//! What every transport does with a request before it is carried out: the document behind an id, the guard,
//! the cost.

use crate::{
    http::{
        app::App,
        cost::Charged,
        execute::{Ready, Sent},
    },
    kernel::{
        error::ApiError,
        session::{RequestInfo, Session},
    },
};

/// A request that may be carried out, and what it cost.
pub(super) async fn admit(
    app: &App,
    mut sent: Sent,
    session: Option<&Session>,
    info: &RequestInfo,
) -> Result<(Ready, Charged), ApiError> {
    app.documents.resolve(&mut sent, session).await?;
    let contract = app.contracts.of(session).await?;
    let ready = sent.ready(app, contract, session)?;
    let charged = app.costs.charge(ready.doc()?, ready.contract.engine.catalogue(), session, info).await?;
    Ok((ready, charged))
}
