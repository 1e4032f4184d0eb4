//! Makes a user with a log-in.

use async_graphql::InputObject;
use entities::{
    app_user, person, unit,
    values::{UserKind, UserState},
};
use policies::{Action, Resource};
use sea_orm::Set;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{ApiError, Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        identity::{Identity, passwords::check_strength},
        organisation::catalogue::Unit,
        personnel::{catalogue::Person, commands::checks},
    },
};

/// A new user (用户).
#[derive(InputObject, Serialize, Clone)]
pub struct UserCreateInput {
    /// Log-in name (登录名), 2 to 64 characters without blanks; unique on the whole platform, and kept in lower case.
    pub login: String,
    /// First password (初始口令); without one the user can log in only through WeChat or 浙政钉.
    // Neither the digest in the audit record nor the idempotency key may help to guess it.
    #[serde(skip)]
    pub initial_password: Option<String>,
    /// Display name (姓名), 1 to 100 characters.
    pub name: String,
    /// The person it is (人员), whose own data the user then sees.
    pub person: Option<Id<Person>>,
    /// The unit that manages it (管理单位).
    pub unit: Id<Unit>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// The command: the input, and what became of its password.
#[derive(Serialize)]
pub struct UserCreate {
    input: UserCreateInput,
    #[serde(skip)]
    password: Option<Result<String, UserError>>,
}

impl UserCreate {
    /// Hashes the password, if there is one, before a transaction begins: it takes long.
    pub async fn prepare(input: UserCreateInput, identity: Option<&Identity>) -> Result<Self, ApiError> {
        let password = match (&input.initial_password, identity) {
            (None, _) => None,
            (Some(_), None) => return Err(ApiError::of(Code::Unavailable).at("input.initialPassword")),
            (Some(password), Some(identity)) => Some(match check_strength(&input.login, password) {
                Ok(()) => Ok(identity.passwords().hash(password).await?.into_text()),
                Err(weak) => Err(weak),
            }),
        };
        Ok(Self { input, password })
    }
}

#[async_trait::async_trait]
impl Command for UserCreate {
    const NAME: &'static str = "userCreate";
    const RIGHT: (Resource, Action) = (Resource::User, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.input.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let input = &self.input;
        let mut faults = Faults::default();
        let name = faults.take(checks::text(&input.name, "input.name", 100));
        let login = faults.take(login(&input.login));
        let password = match &self.password {
            Some(Err(weak)) => {
                faults.add(UserError { field: Some("input.initialPassword".into()), ..weak.clone() });
                None
            }
            Some(Ok(hash)) => Some(hash.clone()),
            None => None,
        };
        let unit = tx.gate_as::<unit::Entity>(Resource::User, Action::Create)?.id(input.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        if let Some(id) = &input.person
            && tx.gate::<person::Entity>(Action::Read)?.id(id.uuid()).one().await?.is_none()
        {
            faults.add(UserError::of(Code::Unknown, "input.person"));
        }
        if let Some(login) = &login
            && tx.logins().is_taken(login).await?
        {
            faults.add(UserError::of(Code::AlreadyExists, "input.login"));
        }
        faults.check()?;
        let (Some(name), Some(login), Some(unit)) = (name, login, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let account = tx.logins().create(&login, password).await?;
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(app_user::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            account_id: Set(Some(account)),
            person_id: Set(input.person.as_ref().map(Id::uuid)),
            name: Set(name),
            kind: Set(UserKind::Human),
            unit_id: Set(unit.id),
            state: Set(UserState::Active),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.logins().link(account, id).await?;
        tx.touched("User", id, json!({ "created": true, "login": login }));
        tx.emit("user.created", "User", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// A log-in name as it is kept.
fn login(text: &str) -> Result<String, UserError> {
    let login = text.trim().to_lowercase();
    let fits = (2..=64).contains(&login.chars().count()) && !login.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits {
        return Ok(login);
    }
    Err(UserError::new(
        Code::InvalidFormat,
        "input.login",
        "应为 2 至 64 个字符，不含空白",
        "Takes 2 to 64 characters without blanks.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_kept_in_one_spelling() {
        assert_eq!(login(" ZhangSan ").ok().as_deref(), Some("zhangsan"));
        for wrong in ["", "a", "zhang san", "a\u{0}b"] {
            assert!(login(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_password_is_in_no_digest() {
        let input = UserCreateInput {
            login: "zhangsan".into(),
            initial_password: Some("Mei-hua 1949 kai".into()),
            name: "章三".into(),
            person: None,
            unit: Uuid::nil().into(),
            idempotency_key: None,
        };
        let command = UserCreate { input, password: Some(Ok("$argon2id$".into())) };
        let body = serde_json::to_string(&command).unwrap_or_default();
        assert!(body.contains("zhangsan") && !body.contains("1949") && !body.contains("argon2id"), "{body}");
    }
}
