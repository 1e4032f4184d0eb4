//! People who join a tenant, or move, in the middle of a test.

use chrono::TimeDelta;
use entities::values::{RoleName, UserKind};
use uuid::Uuid;
use zugong::{
    kernel::{
        id::{parse, publish},
        session::Reason,
    },
    modules::identity::provision::{self, NewUser},
};

use crate::{Actor, Server, Tenant};

impl Tenant {
    /// The row's number behind a published id of this tenant.
    pub fn number(&self, name: &str) -> Uuid {
        parse(self.id(name)).unwrap().1
    }

    /// The same people at another server over the same database.
    pub fn moved_to(&self, url: &str) -> Self {
        let at = |actor: &Actor| actor.at(url);
        Self {
            id: self.id,
            code: self.code.clone(),
            superior: at(&self.superior),
            senior: at(&self.senior),
            junior: at(&self.junior),
            neighbour: at(&self.neighbour),
            applicant: at(&self.applicant),
            handlers: self.handlers.iter().map(|(key, actor)| (*key, at(actor))).collect(),
            leader: at(&self.leader),
            system: at(&self.system),
            security: at(&self.security),
            audit: at(&self.audit),
            service: at(&self.service),
            ids: self.ids.clone(),
        }
    }

    /// A new user with these roles at units of the world; with none, somebody without any right.
    pub async fn newcomer(&self, server: &Server, name: &'static str, roles: &[(RoleName, &str)]) -> Actor {
        let system = server.platform.system(Reason::Provision);
        let tx = system.begin(Some(self.id)).await.unwrap();
        let login = format!("{name}-{}", Uuid::new_v4().simple());
        let account = provision::create_account(&tx, &login, None).await.unwrap();
        let unit = roles.first().map_or("village", |(_, unit)| unit);
        let user =
            NewUser { account: Some(account), person: None, unit: self.number(unit), name, kind: UserKind::Human };
        let user = provision::create_user(&tx, user).await.unwrap();
        for (role, unit) in roles {
            provision::assign(&tx, user, *role, self.number(unit), server.clock.today()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let issued = server.identity.issue_for(&system, self.id, user, TimeDelta::days(400)).await.unwrap();
        Actor {
            name,
            token: Some(issued.access_token),
            user: publish("usr", user),
            url: server.url.clone(),
            http: server.http.clone(),
        }
    }
}
