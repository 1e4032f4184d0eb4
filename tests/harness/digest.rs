//! Everything that the database holds of a tenant, table by table, read behind the server's back.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Database, DatabaseTransaction, Statement, TransactionTrait};
use uuid::Uuid;

use crate::{Server, database::backend};

/// The rows of each table as one text.
pub type Digest = BTreeMap<String, String>;

/// What a tenant has now.
pub async fn digest(server: &Server, tenant: Uuid) -> Digest {
    digest_at(server.database_url(), tenant).await
}

/// The same of a database that programs serve.
pub async fn digest_at(url: &str, tenant: Uuid) -> Digest {
    let db = Database::connect(url).await.unwrap();
    let txn = db.begin().await.unwrap();
    if backend() == "postgres" {
        // Row-level security binds the owner too, who has no policy; whoever serves has one.
        txn.execute_unprepared("set local role zugong_app").await.unwrap();
        txn.execute_unprepared(&format!("set local app.tenant = '{tenant}'")).await.unwrap();
    }
    let mut out = Digest::new();
    for table in migration::table_names() {
        let columns = columns(&txn, table).await;
        if !columns.iter().any(|c| c == "tenant_id") {
            continue;
        }
        out.insert(table.to_string(), rows(&txn, table, &columns, tenant).await);
    }
    txn.rollback().await.unwrap();
    db.close().await.unwrap();
    assert!(!out["unit"].is_empty(), "the digest saw nothing");
    out
}

/// What differs between two digests: tables and the rows that one of them has alone.
pub fn difference(before: &Digest, after: &Digest) -> Vec<String> {
    let rows = |text: &str| text.split('\n').map(String::from).collect::<Vec<_>>();
    let mut out = vec![];
    for (table, now) in after {
        let (old, new) = (rows(&before[table]), rows(now));
        out.extend(new.iter().filter(|r| !old.contains(r)).map(|r| format!("+ {table}: {r}")));
        out.extend(old.iter().filter(|r| !new.contains(r)).map(|r| format!("- {table}: {r}")));
    }
    out
}

async fn columns(txn: &DatabaseTransaction, table: &str) -> Vec<String> {
    let sql = match backend().as_str() {
        "postgres" => format!(
            "select attname::text from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped order by attnum"
        ),
        _ => format!("select name from pragma_table_info('{table}') order by cid"),
    };
    texts(txn, &sql).await
}

async fn rows(txn: &DatabaseTransaction, table: &str, columns: &[String], tenant: Uuid) -> String {
    let sql = match backend().as_str() {
        "postgres" => format!("select t::text from {table} t where tenant_id = '{tenant}' order by 1"),
        _ => {
            let all: Vec<String> = columns.iter().map(|c| format!("'{c}=' || quote(\"{c}\")")).collect();
            let all = all.join(" || ' ' || ");
            format!("select {all} from {table} where tenant_id = x'{}' order by 1", tenant.simple())
        }
    };
    texts(txn, &sql).await.join("\n")
}

async fn texts(txn: &DatabaseTransaction, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(txn.get_database_backend(), sql);
    let rows = txn.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
}
