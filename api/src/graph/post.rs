//! What is done to the database's answer before it goes out. Mostly nothing.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{
    graph::{
        catalogue::{Compute, Moment},
        resolve::{Open, Question},
    },
    kernel::error::{ApiError, Code},
};

/// What must be done to a value.
#[derive(Clone, Debug)]
pub(super) enum Post {
    /// It goes out as it came.
    Keep,
    /// Some keys of the object, or nothing if it is null.
    Object(Vec<(String, Post)>),
    /// Each item of the list.
    List(Box<Post>),
    /// Items of a list, each with its own.
    Each(Vec<Post>),
    /// The object holds what a function needs; its result takes the object's place.
    Computed(Compute),
    /// The object holds what somebody is given who knows the value; who that is is asked later, once for all places.
    Resolved(Arc<Question>),
    /// The caller may not see it: null and an error.
    Denied,
    /// There must be a value. If there is none, that is an error, and what it belongs to is null.
    Required,
    /// What may be null, and is if something within it had to have a value and has none.
    Optional(Box<Post>),
    /// Null where the caller may not see it, else an object around the value.
    Guarded(Box<Post>),
}

/// A step of the path to a value in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A response key.
    Key(String),
    /// A place in a list.
    Index(usize),
}

/// An error with the path to the value that is null because of it.
#[derive(Clone, Debug)]
pub struct FieldError {
    /// Where.
    pub path: Vec<Step>,
    /// What.
    pub error: ApiError,
}

/// Errors beyond these are left out; a page of denied fields would repeat one error hundreds of times.
pub const MAX_ERRORS: usize = 10;

pub(super) struct Finish<'m> {
    pub(super) moment: Moment<'m>,
    pub(super) errors: Vec<FieldError>,
    /// Places whose values somebody else knows.
    pub(super) open: Vec<Open>,
}

impl Post {
    /// For each item of a list.
    pub(super) fn each(self) -> Self {
        if matches!(self, Self::Keep) { Self::Keep } else { Self::List(Box::new(self)) }
    }

    /// For a place that may be null.
    pub(super) fn optional(self) -> Self {
        if matches!(self, Self::Keep) { Self::Keep } else { Self::Optional(Box::new(self)) }
    }
}

impl Finish<'_> {
    /// Whether the value is as it must be; if it is not, what holds it becomes null in its turn, up to the nearest
    /// place that may be null.
    pub(super) fn apply(&mut self, post: &Post, value: &mut Json, path: &mut Vec<Step>) -> bool {
        match post {
            Post::Keep => true,
            Post::Object(keys) => {
                let Json::Object(object) = value else { return true };
                let mut whole = true;
                for (key, post) in keys {
                    if let Some(value) = object.get_mut(key) {
                        whole &= self.below(Step::Key(key.clone()), post, value, path);
                    }
                }
                whole
            }
            Post::List(post) => {
                let Json::Array(items) = value else { return true };
                let mut whole = true;
                for (i, item) in items.iter_mut().enumerate() {
                    whole &= self.below(Step::Index(i), post, item, path);
                }
                whole
            }
            Post::Each(posts) => {
                let Json::Array(items) = value else { return true };
                let mut whole = true;
                for (i, (item, post)) in items.iter_mut().zip(posts).enumerate() {
                    whole &= self.below(Step::Index(i), post, item, path);
                }
                whole
            }
            Post::Computed(compute) => {
                if let Json::Object(row) = value {
                    *value = compute(row, &self.moment);
                }
                true
            }
            Post::Resolved(question) => {
                if value.is_object() {
                    self.open.push(Open { path: path.clone(), question: question.clone(), parent: value.to_string() });
                    *value = Json::Null;
                }
                true
            }
            Post::Denied => {
                *value = Json::Null;
                self.error(path, Code::Forbidden);
                true
            }
            Post::Required => {
                if value.is_null() {
                    self.error(path, Code::InternalServerError);
                }
                !value.is_null()
            }
            Post::Optional(post) => {
                if !self.apply(post, value, path) {
                    *value = Json::Null;
                }
                true
            }
            Post::Guarded(post) => {
                let shown = match value {
                    Json::Object(object) => object.remove("v").unwrap_or(Json::Null),
                    _ => {
                        self.error(path, Code::Forbidden);
                        return true;
                    }
                };
                *value = shown;
                self.apply(post, value, path)
            }
        }
    }

    fn below(&mut self, step: Step, post: &Post, value: &mut Json, path: &mut Vec<Step>) -> bool {
        path.push(step);
        let whole = self.apply(post, value, path);
        path.pop();
        whole
    }

    fn error(&mut self, path: &[Step], code: Code) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(FieldError { path: path.to_vec(), error: ApiError::of(code) });
        }
    }
}
