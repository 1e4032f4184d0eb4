//! What is done to the database's answer before it goes out. Mostly nothing.

use serde_json::Value as Json;

use crate::{
    graph::catalogue::{Compute, Moment},
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
    /// The caller may not see it: null and an error.
    Denied,
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
}

impl Finish<'_> {
    pub(super) fn apply(&mut self, post: &Post, value: &mut Json, path: &mut Vec<Step>) {
        match post {
            Post::Keep => {}
            Post::Object(keys) => {
                let Json::Object(object) = value else { return };
                for (key, post) in keys {
                    if let Some(value) = object.get_mut(key) {
                        path.push(Step::Key(key.clone()));
                        self.apply(post, value, path);
                        path.pop();
                    }
                }
            }
            Post::List(post) => {
                let Json::Array(items) = value else { return };
                for (i, item) in items.iter_mut().enumerate() {
                    path.push(Step::Index(i));
                    self.apply(post, item, path);
                    path.pop();
                }
            }
            Post::Each(posts) => {
                let Json::Array(items) = value else { return };
                for (i, (item, post)) in items.iter_mut().zip(posts).enumerate() {
                    path.push(Step::Index(i));
                    self.apply(post, item, path);
                    path.pop();
                }
            }
            Post::Computed(compute) => {
                if let Json::Object(row) = value {
                    *value = compute(row, &self.moment);
                }
            }
            Post::Denied => {
                *value = Json::Null;
                self.error(path);
            }
            Post::Guarded(post) => match value {
                Json::Object(object) => {
                    *value = object.remove("v").unwrap_or(Json::Null);
                    self.apply(post, value, path);
                }
                _ => self.error(path),
            },
        }
    }

    fn error(&mut self, path: &[Step]) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(FieldError { path: path.to_vec(), error: ApiError::of(Code::Forbidden) });
        }
    }
}
