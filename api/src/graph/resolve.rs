//! Values that the database does not know: whoever does is asked once for all places of a document, and whatever comes
//! of it, the rest of the answers stands.

use std::sync::Arc;

use futures::future::join_all;
use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::{
    graph::{
        catalogue::{Resolver, Scalar},
        post::{FieldError, MAX_ERRORS, Step},
        run::Answer,
    },
    kernel::{
        error::{ApiError, Code},
        session::Session,
    },
};

/// What a field asks, wherever it stands.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) scalar: Scalar,
}

/// A place of the answer that waits for its value.
pub(super) struct Open {
    pub(super) path: Vec<Step>,
    pub(super) question: Arc<Question>,
    /// What is given of the object, as JSON.
    pub(super) parent: String,
}

/// The answer of a root field as its statement gave it: places in it may wait for their values.
pub(super) struct Draft {
    /// JSON text, untouched from the database; none where something had to be done to it.
    pub(super) text: Option<String>,
    /// What became of it where something had to be done.
    pub(super) value: Json,
    pub(super) open: Vec<Open>,
    pub(super) errors: Vec<FieldError>,
    pub(super) sql: Option<String>,
}

impl Draft {
    /// As it goes out.
    pub(super) fn answer(self) -> Answer {
        let Self { text, value, errors, sql, .. } = self;
        Answer { json: text.unwrap_or_else(|| value.to_string()), errors, sql }
    }
}

/// What is given of objects, and where their values stand: in which answer, and where in it.
type Places = IndexMap<String, Vec<(usize, Vec<Step>)>>;

/// Puts the values into their places in all answers of a document; null and an error where there is none.
pub(super) async fn fill(session: &Session, mut drafts: Vec<&mut Draft>) {
    let mut asked: Vec<(Arc<Question>, Places)> = vec![];
    for (number, draft) in drafts.iter_mut().enumerate() {
        for Open { path, question, parent } in std::mem::take(&mut draft.open) {
            // Wherever a field stands, under whichever name, it is the same one who knows.
            let same = |(known, _): &(Arc<Question>, Places)| Arc::ptr_eq(&known.resolver, &question.resolver);
            let place = match asked.iter().position(same) {
                Some(place) => place,
                None => {
                    asked.push((question, IndexMap::new()));
                    asked.len() - 1
                }
            };
            // The same object in many places is one question.
            asked[place].1.entry(parent).or_default().push((number, path));
        }
    }
    let answers = join_all(asked.into_iter().map(async |(question, parents)| {
        let (parents, places): (Vec<_>, Vec<_>) = parents.into_iter().unzip();
        let count = parents.len();
        let values = question.resolver.resolve(session, parents).await;
        (
            question,
            places,
            if values.len() == count { values } else { vec![Err(ApiError::of(Code::PluginOutput)); count] },
        )
    }));
    for (question, places, values) in answers.await {
        let fit = |value: Result<Json, ApiError>| value.and_then(|value| fitting(&question.scalar, value));
        let values: Vec<Result<Json, ApiError>> = values.into_iter().map(fit).collect();
        let all = values.iter().zip(places);
        for (value, (number, path)) in all.flat_map(|(value, all)| all.into_iter().map(move |one| (value, one))) {
            let Some(draft) = drafts.get_mut(number) else { continue };
            match value {
                Ok(value) => {
                    if let Some(place) = place(&mut draft.value, &path) {
                        *place = value.clone();
                    }
                }
                Err(error) if draft.errors.len() < MAX_ERRORS => {
                    draft.errors.push(FieldError { path, error: error.clone() });
                }
                Err(_) => {}
            }
        }
    }
}

/// A value in the form that the schema promises; null is always one.
pub(super) fn fitting(scalar: &Scalar, value: Json) -> Result<Json, ApiError> {
    let text = |fits: fn(&str) -> bool| value.as_str().is_some_and(fits);
    let fits = match scalar {
        Scalar::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Scalar::Float => value.is_number(),
        Scalar::Boolean => value.is_boolean(),
        Scalar::Date => text(|day| day.len() == 10 && day.parse::<chrono::NaiveDate>().is_ok()),
        Scalar::Enum(set) => value.as_str().is_some_and(|code| set.values().iter().any(|(known, _)| *known == code)),
        Scalar::String => value.is_string(),
        Scalar::Json => true,
        _ => false,
    };
    if fits || value.is_null() { Ok(value) } else { Err(ApiError::of(Code::PluginOutput)) }
}

/// The place of a path, whose first step is the root field's own.
fn place<'v>(answer: &'v mut Json, path: &[Step]) -> Option<&'v mut Json> {
    path.iter().skip(1).try_fold(answer, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    })
}
