//! Asks casbin which rules each role has, with everything inherited.

use std::collections::HashMap;
use std::fmt::Write;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use casbin::{CoreApi, DefaultModel, Enforcer, RbacApi, StringAdapter};

use crate::text::Contract;
use crate::{PolicyError, Role};

/// The positions in `contract.rules` of every rule each role has, in the order of `Role::ALL`.
/// Within a role the order is arbitrary: the engine keeps inherited roles in a hash set.
pub(crate) fn effective(contract: &Contract, model: &str) -> Result<Vec<Vec<usize>>, PolicyError> {
    let enforcer = at_once(open(render(contract), model))??;
    let known: HashMap<Vec<&str>, usize> =
        contract.rules.iter().enumerate().map(|(position, rule)| (rule.fields().to_vec(), position)).collect();
    Role::ALL
        .iter()
        .map(|role| {
            let reported = enforcer.get_implicit_permissions_for_user(role.as_str(), None);
            reported
                .iter()
                .map(|fields| {
                    let key: Vec<&str> = fields.iter().map(String::as_str).collect();
                    known.get(&key).copied().ok_or_else(|| PolicyError::Drift(fields.join(", ")))
                })
                .collect()
        })
        .collect()
}

async fn open(text: String, model: &str) -> Result<Enforcer, PolicyError> {
    let model = DefaultModel::from_str(model).await?;
    Ok(Enforcer::new(model, StringAdapter::new(text)).await?)
}

fn render(contract: &Contract) -> String {
    let mut text = String::new();
    for rule in &contract.rules {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "p, {}", rule.fields().join(", "));
    }
    for link in &contract.links {
        let _ = writeln!(text, "g, {}, {}", link.child.as_str(), link.parent.as_str());
    }
    text
}

/// Runs a future that only reads memory. The engine's interface is asynchronous for adapters that wait; polling once
/// needs no executor and so works inside any runtime and outside of all.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> Result<T, PolicyError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(PolicyError::Suspended),
    }
}
