//! Root fields that somebody else answers: what is given, what is answered, and by whom.

use std::sync::Arc;

use policies::{Action, Resource};
use serde_json::{Map, Value as Json};

use super::{Resolver, Scalar};
use crate::kernel::{
    error::{ApiError, Fault},
    session::Session,
};

/// A query or a mutation that the database does not answer.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The root field's name.
    pub field: String,
    /// Documentation.
    pub doc: String,
    /// What the names of its types begin with.
    pub name: String,
    /// What is given.
    pub args: Vec<Part>,
    /// The name of an answer that is an object.
    pub answer_name: String,
    /// What is answered.
    pub answer: Shape,
    /// Whether it is a list of those.
    pub list: bool,
    /// Without which right it is not even asked.
    pub requires: Option<(Resource, Action)>,
    /// Who answers.
    pub by: By,
}

/// An argument, or a field of an answer.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its form.
    pub scalar: Scalar,
    /// Documentation.
    pub doc: String,
    /// Whether it must be given, or is always there.
    pub required: bool,
}

/// What an answer is.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A value.
    Value(Scalar),
    /// An object of values.
    Object(Vec<Part>),
}

/// Who answers.
#[derive(Clone, Debug)]
pub enum By {
    /// A query: each parent is the JSON object of the arguments of one place where it stands.
    Query(Arc<dyn Resolver>),
    /// A mutation.
    Mutation(Arc<dyn Actor>),
}

/// Carries mutations out that are not the platform's own.
#[async_trait::async_trait]
pub trait Actor: Send + Sync + std::fmt::Debug {
    /// What is answered.
    async fn act(&self, session: &Session, args: Map<String, Json>, besides: Besides<'_>) -> Result<Json, Fault>;
}

/// What the client gives every mutation that is not the platform's own, whatever its arguments are.
#[derive(Clone, Debug, Default)]
pub struct Besides<'a> {
    /// The client's key for this change.
    pub key: Option<&'a str>,
    /// Why it is to be done in spite of warnings.
    pub reason: Option<String>,
}

impl Entry {
    /// Refuses who may not ask it.
    pub fn admit(&self, session: &Session) -> Result<(), ApiError> {
        match self.requires {
            Some((resource, action)) => session.require(resource, action).map(drop),
            None => Ok(()),
        }
    }
}
