//! What commands return: references that the read engine reads through, and refusals.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerResult, SimpleObject, Value, parser::types::Field,
    registry::Registry,
};
use uuid::Uuid;

use crate::{
    graph::{
        run::Engine,
        schema::{answer_value, caller, inject, required, whole},
    },
    kernel::{
        command::{Command, execute},
        error::{ApiError, Code, Fault, UserError},
        id::ObjectType,
        session::{Locale, Session},
    },
};

/// A type and an id. Whatever a client selects below it is read by the engine, with the caller's rights.
pub struct Ref<T: ObjectType> {
    id: Uuid,
    marker: PhantomData<fn() -> T>,
}

impl<T: ObjectType> Ref<T> {
    /// A reference to a row.
    pub fn new(id: Uuid) -> Self {
        Self { id, marker: PhantomData }
    }
}

impl<T: ObjectType> OutputType for Ref<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        inject::all(registry);
        format!("{}!", T::NAME)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let failed = |error: ApiError| async_graphql::Error::from(error).into_server_error(field.pos);
        let session = caller(ctx).ok_or_else(|| failed(ApiError::of(Code::Unauthenticated)))?;
        let engine = ctx.data_unchecked::<Engine>();
        let (set, key) = (&field.node.selection_set.node, field.node.response_key().node.as_str());
        let answer =
            engine.object(session, whole(ctx.query_env), T::NAME, self.id, &[set], key).await.map_err(failed)?;
        Ok(answer_value(answer, ctx, field.pos, ctx.path_node.as_ref().map(|p| p.to_string_vec()).unwrap_or_default()))
    }
}

/// Why a rule refused a mutation.
#[derive(SimpleObject)]
#[graphql(name = "UserError")]
pub struct UserErrorObject {
    /// The rule's stable code; the list is in `docs/errors.md`.
    code: &'static str,
    /// Path of the input field that is meant, as in `input.form.idNumber`.
    field: Option<String>,
    /// What is wrong and what would be accepted, in the language of `Accept-Language`.
    message: String,
}

impl UserErrorObject {
    /// A refusal in a language.
    pub fn of(error: UserError, locale: Locale) -> Self {
        let message = error.message(locale).to_string();
        Self { code: error.code.as_str(), field: error.field, message }
    }

    /// The value of a field.
    pub fn value(&self, field: &str) -> Value {
        match field {
            "code" => Value::String(self.code.to_string()),
            "field" => self.field.clone().map_or(Value::Null, Value::String),
            "message" => Value::String(self.message.clone()),
            _ => Value::Null,
        }
    }

    /// Refusals in the session's language.
    pub fn list(errors: Vec<UserError>, session: &Session) -> Vec<Self> {
        errors.into_iter().map(|e| Self::of(e, session.request().locale)).collect()
    }
}

/// The client's idempotency key from the request's header.
pub struct HeaderKey(pub String);

/// Runs a command for the caller of an execution.
pub async fn carry_out<C: Command>(
    ctx: &Context<'_>,
    command: &C,
) -> Result<Result<C::Output, Vec<UserErrorObject>>, ApiError> {
    let session = required(ctx)?;
    let key = ctx.data_opt::<HeaderKey>().map(|k| k.0.as_str());
    match execute(session, command, key).await {
        Ok(output) => Ok(Ok(output)),
        Err(Fault::Refused(errors)) => Ok(Err(UserErrorObject::list(errors, session))),
        Err(Fault::Failed(error)) => Err(error),
    }
}

/// Declares the payload of commands that change one object: the object, and the refusals.
#[macro_export]
macro_rules! payload {
    ($(#[doc = $doc:literal])+ $name:ident { $field:ident: $ty:ty }) => {
        $(#[doc = $doc])+
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            /// The object as it is now; null when the change was refused.
            $field: Option<$crate::graph::payload::Ref<$ty>>,
            /// Why the change was refused; empty when it was made.
            user_errors: Vec<$crate::graph::payload::UserErrorObject>,
        }

        impl $name {
            /// Runs a command and tells what became of it.
            pub async fn of<C>(ctx: &async_graphql::Context<'_>, command: C) -> async_graphql::Result<Option<Self>>
            where
                C: $crate::kernel::command::Command<Output = uuid::Uuid>,
            {
                Ok(Some(match $crate::graph::payload::carry_out(ctx, &command).await? {
                    Ok(id) => Self { $field: Some($crate::graph::payload::Ref::new(id)), user_errors: vec![] },
                    Err(user_errors) => Self { $field: None, user_errors },
                }))
            }
        }
    };
}

/// Declares a type of the catalogue for commands: its name and the prefix of its ids.
#[macro_export]
macro_rules! object_type {
    ($(#[doc = $doc:literal])+ $name:ident, $graphql:literal, $prefix:literal) => {
        $(#[doc = $doc])+
        pub struct $name;
        impl $crate::kernel::id::ObjectType for $name {
            const NAME: &'static str = $graphql;
            const PREFIX: &'static str = $prefix;
        }
    };
}

/// Says what protects a table's rows and how they are tied to the tree.
#[macro_export]
macro_rules! gated {
    ($entity:ty, $resource:ident, subtree: $subtree:expr, own: $own:expr, agency: $agency:expr) => {
        impl $crate::kernel::tx::Gated for $entity {
            const RESOURCE: policies::Resource = policies::Resource::$resource;
            const SCOPE: $crate::kernel::reach::ScopeRules =
                $crate::kernel::reach::ScopeRules { subtree: $subtree, own: $own, agency: $agency };
        }
    };
}
