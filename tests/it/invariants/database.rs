//! What holds for every table, read from the database's own catalogue.

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use zugong_tests::{Server, database::backend};

async fn rows(url: &str, sql: &str) -> Vec<Vec<String>> {
    let db = Database::connect(url).await.unwrap();
    let kind = db.get_database_backend();
    let rows = db.query_all_raw(Statement::from_string(kind, sql)).await.unwrap();
    let out = rows
        .iter()
        .map(|row| {
            (0..row.column_names().len()).map(|i| row.try_get_by_index::<String>(i).unwrap_or_default()).collect()
        })
        .collect();
    db.close().await.unwrap();
    out
}

fn is_global(table: &str) -> bool {
    migration::GLOBAL_TABLES.iter().any(|(name, _)| *name == table)
}

/// Invariant 6: a table is a tenant's, with row-level security that binds even its owner, or on the list.
#[tokio::test]
async fn inv_6_every_table_is_a_tenants_or_on_the_global_list() {
    let server = Server::start().await;
    let sql = match backend().as_str() {
        "postgres" => {
            "select c.relname::text, (c.relrowsecurity and c.relforcerowsecurity)::text, \
            coalesce((select string_agg(coalesce(p.qual, '-') || ' ' || coalesce(p.with_check, '-'), ';') from pg_policies p where p.tablename = c.relname), '') \
            from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')"
        }
        _ => "select name, 'true', 'tenant_id' from sqlite_master where type = 'table' and name not like 'sqlite_%'",
    };
    let tables = rows(server.database_url(), sql).await;
    assert!(tables.len() > 20);
    for table in tables {
        if is_global(&table[0]) {
            continue;
        }
        assert_eq!(table[1], "true", "{} has no forced row-level security", table[0]);
        assert!(table[2].contains("tenant_id"), "{} has no tenant policy: {}", table[0], table[2]);
        assert!(!table[2].contains('-') || backend() == "sqlite", "{}: using and with check: {}", table[0], table[2]);
        if backend() == "postgres" {
            let own = "uuid_eq(tenant_id, ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS \"nullif\"))";
            assert_eq!(table[2], format!("{own} {own}"), "{}: the setting is read once for a statement", table[0]);
        }
    }
}

/// Invariant 6 and the conditions of a sharded cluster: keys and references of tenant tables begin with the tenant.
#[tokio::test]
async fn inv_6_keys_and_references_begin_with_the_tenant() {
    let server = Server::start().await;
    if backend() == "postgres" {
        let sql = "select c.relname::text, i.relname::text, (select a.attname from pg_attribute a where a.attrelid = x.indrelid and a.attnum = x.indkey[0])::text \
            from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid \
            join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'";
        for index in rows(server.database_url(), sql).await.iter().filter(|r| !is_global(&r[0])) {
            assert_eq!(index[2], "tenant_id", "{} of {}", index[1], index[0]);
        }
        let sql = "select c.relname::text, k.conname::text, pg_get_constraintdef(k.oid) from pg_constraint k \
            join pg_class c on c.oid = k.conrelid where k.contype = 'f'";
        for key in rows(server.database_url(), sql).await.iter().filter(|r| !is_global(&r[0])) {
            assert!(key[2].starts_with("FOREIGN KEY (tenant_id"), "{} of {}: {}", key[1], key[0], key[2]);
        }
        return;
    }
    for table in migration::table_names().into_iter().filter(|t| !is_global(t)) {
        for index in rows(server.database_url(), &format!("select name from pragma_index_list('{table}')")).await {
            let first = rows(
                server.database_url(),
                &format!("select name from pragma_index_info('{}') where seqno = 0", index[0]),
            )
            .await;
            assert_eq!(first[0][0], "tenant_id", "{} of {table}", index[0]);
        }
    }
}

/// Invariant 6: whoever serves requests owns nothing and cannot step around row-level security.
#[tokio::test]
async fn inv_6_the_serving_role_owns_nothing() {
    if backend() != "postgres" {
        return;
    }
    let server = Server::start().await;
    let role = rows(
        server.database_url(),
        "select rolsuper::text, rolbypassrls::text, (select count(*) from pg_class where relowner = r.oid)::text from pg_roles r where rolname = 'zugong_app'",
    )
    .await;
    assert_eq!(role, [["false", "false", "0"]]);
}

/// Without the tenant's setting the serving role sees no row, and with one tenant's setting only that tenant's.
#[tokio::test]
async fn inv_6_row_level_security_fails_closed() {
    if backend() != "postgres" {
        return;
    }
    let world = zugong_tests::World::start().await;
    let db = Database::connect(world.server.database_url()).await.unwrap();
    for (tenant, expected) in [(None, 0_i64), (Some(world.a.id), 11), (Some(uuid::Uuid::nil()), 0)] {
        let txn = sea_orm::TransactionTrait::begin(&db).await.unwrap();
        txn.execute_unprepared("set local role zugong_app").await.unwrap();
        if let Some(tenant) = tenant {
            txn.execute_unprepared(&format!("set local app.tenant = '{tenant}'")).await.unwrap();
        }
        let count = Statement::from_string(DbBackend::Postgres, "select count(*) from unit");
        let count: i64 = txn.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(count, expected, "{tenant:?}");
        txn.rollback().await.unwrap();
    }
    db.close().await.unwrap();
}
