//! Carries a plan out: one statement for each root field.

use std::sync::Arc;

use async_graphql::{Value as ConstValue, parser::types::SelectionSet};
use entities::audit;
use futures::future::join_all;
use sea_orm::Set;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    graph::{
        catalogue::{Catalogue, Moment, Root, Scalar},
        cursor::CursorKey,
        plan::{Piece, Planner, argument},
        plans::{Known, Plan, Plans},
        post::{FieldError, Finish, Post, Step},
        resolve::{Draft, fill},
        selection::{Doc, Picked},
    },
    kernel::{
        error::{ApiError, Code},
        id,
        reach::Binder,
        session::Session,
    },
};

/// The value of one root field.
pub struct Answer {
    /// JSON text; untouched from the database when nothing had to be done to it.
    pub json: String,
    /// Errors of fields within it.
    pub errors: Vec<FieldError>,
    /// The statement, for those who may see it.
    pub sql: Option<String>,
}

/// Root fields of one request that are read at the same time.
const AT_ONCE: usize = 4;
/// Ids in one `nodes`.
const MAX_IDS: usize = 100;
/// What stands for an argument that was not given.
const ABSENT: ConstValue = ConstValue::Null;

/// Reads for sessions over a catalogue.
#[derive(Clone)]
pub struct Engine {
    catalogue: Arc<Catalogue>,
    key: Arc<CursorKey>,
    plans: Arc<Plans>,
}

impl Engine {
    /// An engine over a catalogue, whose cursors are sealed under a key.
    pub fn new(catalogue: Arc<Catalogue>, key: CursorKey) -> Self {
        Self { catalogue, key: Arc::new(key), plans: Arc::new(Plans::new()) }
    }

    /// An engine over another catalogue, whose cursors are sealed under the same key.
    pub fn over(&self, catalogue: Arc<Catalogue>) -> Self {
        // A plan's key holds the document's, which holds the schema's digest.
        Self { catalogue, key: self.key.clone(), plans: self.plans.clone() }
    }

    /// What can be read.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Reads root fields of one document, by their response keys; what their answers wait for is asked once for all of
    /// them. The plans of a `known` operation are kept.
    pub async fn roots<'a>(
        &'a self,
        session: Option<&'a Session>,
        doc: Doc<'a>,
        roots: &[(&'a str, &'a Picked<'a>)],
        known: Option<Known<'a>>,
    ) -> Vec<Result<Answer, ApiError>> {
        let mut drafts = Vec::with_capacity(roots.len());
        for some in roots.chunks(AT_ONCE) {
            let mut reads = Vec::with_capacity(some.len());
            for (key, field) in some {
                reads.push(self.draft(session, doc, key, field, known));
            }
            drafts.extend(join_all(reads).await);
        }
        if let Some(session) = session {
            fill(session, drafts.iter_mut().flatten().collect()).await;
        }
        drafts.into_iter().map(|draft| draft.map(Draft::answer)).collect()
    }

    /// Reads a root field. `key` is its response key, for the paths of errors.
    pub async fn root<'a>(
        &'a self,
        session: Option<&'a Session>,
        doc: Doc<'a>,
        key: &str,
        field: &Picked<'a>,
    ) -> Result<Answer, ApiError> {
        let mut draft = self.draft(session, doc, key, field, None).await?;
        if let Some(session) = session {
            fill(session, vec![&mut draft]).await;
        }
        Ok(draft.answer())
    }

    async fn draft<'a>(
        &'a self,
        session: Option<&'a Session>,
        doc: Doc<'a>,
        key: &str,
        field: &Picked<'a>,
        known: Option<Known<'a>>,
    ) -> Result<Draft, ApiError> {
        let session = session.ok_or(ApiError::of(Code::Unauthenticated))?;
        let plan = match known {
            Some(known) => self.plans.of(session, doc, key, known, |doc| self.again(session, doc, key))?,
            None => Arc::new(self.plan(session, doc, field)?),
        };
        self.carry_out(session, &plan, doc, key).await
    }

    /// Plans a root field by its response key, of a document whose variables may be open.
    fn again<'a>(&'a self, session: &'a Session, doc: Doc<'a>, key: &str) -> Result<Plan, ApiError> {
        let roots = doc.pick(&[&doc.operation.selection_set.node], &|on| on == "Query")?;
        let field = roots.get(key).ok_or(ApiError::of(Code::InternalServerError))?;
        self.plan(session, doc, field)
    }

    fn plan<'a>(&'a self, session: &'a Session, doc: Doc<'a>, field: &Picked<'a>) -> Result<Plan, ApiError> {
        let root = self.catalogue.root(field.name).ok_or(ApiError::of(Code::GraphqlValidationFailed))?;
        let mut planner = Planner::new(&self.catalogue, &self.key, session, doc);
        let piece = match root {
            Root::Node => match given_id(argument(field, "id")) {
                Some((prefix, uuid)) => self.node(&mut planner, prefix, uuid, &field.below)?,
                None => None,
            },
            Root::Nodes => Some(self.nodes(&mut planner, field)?),
            Root::One(i) => {
                let ty = self.catalogue.at(i).ok_or(ApiError::of(Code::InternalServerError))?;
                // An id of another form is planned like any other, so that the answer is the same.
                let id = planner.plain(&Scalar::Id(ty.prefix), argument(field, "id").unwrap_or(&ABSENT), "id")?;
                Some(planner.by_id(ty, &id, &field.below)?)
            }
            Root::Many(i) => {
                let ty = self.catalogue.at(i).ok_or(ApiError::of(Code::InternalServerError))?;
                let alias = planner.alias();
                Some(planner.connection(ty, &alias, None, field)?)
            }
            Root::Aggregate(i) => {
                let ty = self.catalogue.at(i).ok_or(ApiError::of(Code::InternalServerError))?;
                Some(planner.aggregate(ty, field)?)
            }
        };
        let piece = piece.unwrap_or_else(|| Piece { sql: planner.dialect.literal("null"), post: Post::Keep });
        Ok(Plan::new(planner, piece.sql, piece.post))
    }

    /// Reads one object that a command has changed.
    pub async fn object<'a>(
        &'a self,
        session: &'a Session,
        doc: Doc<'a>,
        type_name: &str,
        id: Uuid,
        below: &[&'a SelectionSet],
        key: &str,
    ) -> Result<Answer, ApiError> {
        let mut planner = Planner::new(&self.catalogue, &self.key, session, doc);
        let ty = planner.target(type_name)?;
        let id = planner.bind(id.into());
        let piece = planner.by_id(ty, &id, below)?;
        let plan = Plan::new(planner, piece.sql, piece.post);
        let mut draft = self.carry_out(session, &plan, doc, key).await?;
        fill(session, vec![&mut draft]).await;
        Ok(draft.answer())
    }

    async fn carry_out(&self, session: &Session, plan: &Plan, doc: Doc<'_>, key: &str) -> Result<Draft, ApiError> {
        let sql = session.is_privileged().then(|| plan.sql.clone());
        let mut text = session.json(&plan.sql, plan.values(doc.variables)?).await?.unwrap_or_else(|| "null".into());
        if plan.sealing {
            text = self.key.seal_all(&text)?;
        }
        if !plan.sensitive.is_empty() && text != "null" {
            record_sensitive(session, &plan.sensitive).await?;
        }
        if matches!(plan.post, Post::Keep) {
            return Ok(Draft { text: Some(text), value: Json::Null, open: vec![], errors: vec![], sql });
        }
        let mut value: Json = serde_json::from_str(&text).map_err(|_| ApiError::of(Code::InternalServerError))?;
        let moment = Moment { today: session.today(), now: session.now(), calendar: session.calendar() };
        let mut finish = Finish { moment, errors: vec![], open: vec![] };
        // Root fields and the objects of payloads may be null.
        let post = plan.post.clone().optional();
        finish.apply(&post, &mut value, &mut vec![Step::Key(key.to_string())]);
        Ok(Draft { text: None, value, open: finish.open, errors: finish.errors, sql })
    }

    fn node<'a>(
        &'a self,
        planner: &mut Planner<'a>,
        prefix: &str,
        id: Uuid,
        below: &[&'a SelectionSet],
    ) -> Result<Option<Piece>, ApiError> {
        let Some(ty) = self.catalogue.by_prefix(prefix) else { return Ok(None) };
        // A type out of reach and an object out of reach look the same from here.
        if planner.reach(ty.resource).is_empty() {
            return Ok(None);
        }
        let id = planner.bind(id.into());
        planner.by_id(ty, &id, below).map(Some)
    }

    fn nodes<'a>(&'a self, planner: &mut Planner<'a>, field: &Picked<'a>) -> Result<Piece, ApiError> {
        let one;
        let ids: &[ConstValue] = match argument(field, "ids") {
            Some(ConstValue::List(ids)) => ids,
            Some(other) => {
                one = [other.clone()];
                &one
            }
            None => &[],
        };
        if ids.len() > MAX_IDS {
            return Err(ApiError::of(Code::BadUserInput)
                .at("ids")
                .saying(format!("ids 至多 {MAX_IDS} 个"), format!("ids takes at most {MAX_IDS}.")));
        }
        let mut items = vec![];
        let mut posts = vec![];
        for id in ids {
            let piece = match given_id(Some(id)) {
                Some((prefix, uuid)) => self.node(planner, prefix, uuid, &field.below)?,
                None => None,
            };
            let piece = piece.unwrap_or_else(|| Piece { sql: planner.dialect.literal("null"), post: Post::Keep });
            items.push(piece.sql);
            posts.push(piece.post.optional());
        }
        let post = if posts.iter().all(|p| matches!(p, Post::Keep)) { Post::Keep } else { Post::Each(posts) };
        Ok(Piece { sql: planner.dialect.array(&items), post })
    }
}

fn given_id(value: Option<&ConstValue>) -> Option<(&str, Uuid)> {
    match value {
        Some(ConstValue::String(text)) => id::parse(text),
        _ => None,
    }
}

/// Rule J-10: who read which sensitive fields, and when. Without the record there is no answer.
async fn record_sensitive(session: &Session, fields: &[String]) -> Result<(), ApiError> {
    let tx = session.begin().await?;
    tx.insert(audit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(Some(session.user_id())),
        actor_name: Set(session.authority().name.clone()),
        session_id: Set(session.session_id()),
        action: Set("readSensitive".into()),
        object_type: Set(String::new()),
        object_id: Set(None),
        request_id: Set(session.request().id.clone()),
        remote: Set(session.request().remote.clone()),
        digest: Set(String::new()),
        detail: Set(json!({ "fields": fields })),
        at: Set(session.now()),
    })
    .await?;
    tx.commit().await
}
