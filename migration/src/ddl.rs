//! A table in words, written for both databases.
//!
//! `tenant_table` is the only way a tenant's table comes to be: it brings the composite key, the
//! composite foreign keys and, on PostgreSQL, row-level security that also binds the owner.

use entities::CodeEnum;
use sea_orm::DbBackend;

/// The role that serves requests on PostgreSQL. It owns nothing and cannot pass row-level security.
pub const APP_ROLE: &str = "zugong_app";

#[derive(Clone, Copy)]
enum Type {
    Uuid,
    Text,
    Int,
    Long,
    Bool,
    Date,
    Time,
    Json,
    Bytes,
}

struct Column {
    name: &'static str,
    ty: Type,
    null: bool,
    values: Option<Vec<&'static str>>,
}

/// A table being described.
pub struct Table {
    name: &'static str,
    tenant: bool,
    key: Vec<&'static str>,
    columns: Vec<Column>,
    references: Vec<(&'static str, &'static str)>,
    uniques: Vec<(Vec<&'static str>, Option<&'static str>)>,
    indexes: Vec<(Vec<&'static str>, Option<&'static str>)>,
}

/// A table whose rows belong to a tenant: key `(tenant_id, id)`, composite references, row-level security.
pub fn tenant_table(name: &'static str) -> Table {
    Table::new(name, true, vec!["tenant_id", "id"]).uuid("tenant_id").uuid("id")
}

/// A table shared by all tenants. Few, and each is named in [`crate::GLOBAL_TABLES`] with its reason.
pub fn global_table(name: &'static str) -> Table {
    Table::new(name, false, vec!["id"]).uuid("id")
}

/// A global table with a key of its own.
pub fn global_table_keyed(name: &'static str, key: Vec<&'static str>) -> Table {
    let mut table = Table::new(name, false, key.clone());
    for column in key {
        table = table.uuid(column);
    }
    table
}

/// Statements by which rows of a table can be added and read, never changed or removed, and those that undo it.
pub fn only_added_to(table: &str, backend: DbBackend) -> Vec<(String, String)> {
    if backend == DbBackend::Postgres {
        let rights = format!("update, delete on {table}");
        return vec![(format!("revoke {rights} from {APP_ROLE}"), format!("grant {rights} to {APP_ROLE}"))];
    }
    // SQLite knows no rights.
    let triggers = ["update", "delete"].map(|verb| {
        let name = format!("{table}_no_{verb}");
        let refuse = format!("select raise(abort, 'rows of {table} are only added')");
        (format!("create trigger {name} before {verb} on {table} begin {refuse}; end"), format!("drop trigger {name}"))
    });
    triggers.into()
}

macro_rules! column_kinds {
    ($($name:ident $opt:ident $ty:ident $doc:literal),+ $(,)?) => { $(
        #[doc = concat!("A required column of ", $doc, ".")]
        pub fn $name(self, name: &'static str) -> Self { self.column(name, Type::$ty, false, None) }
        #[doc = concat!("A column of ", $doc, " that may be null.")]
        pub fn $opt(self, name: &'static str) -> Self { self.column(name, Type::$ty, true, None) }
    )+ };
}

impl Table {
    fn new(name: &'static str, tenant: bool, key: Vec<&'static str>) -> Self {
        Self { name, tenant, key, columns: vec![], references: vec![], uniques: vec![], indexes: vec![] }
    }

    fn column(mut self, name: &'static str, ty: Type, null: bool, values: Option<Vec<&'static str>>) -> Self {
        self.columns.push(Column { name, ty, null, values });
        self
    }

    column_kinds! {
        uuid opt_uuid Uuid "ids",
        text opt_text Text "text",
        int opt_int Int "32-bit integers",
        long opt_long Long "64-bit integers",
        bool opt_bool Bool "truth values",
        date opt_date Date "civil dates",
        time opt_time Time "instants in UTC, microseconds",
        json opt_json Json "JSON text",
        bytes opt_bytes Bytes "bytes",
    }

    /// A required column that holds one of an enumeration's codes.
    pub fn code<E: CodeEnum>(self, name: &'static str) -> Self {
        self.column(name, Type::Text, false, Some(E::VALUES.iter().map(|v| v.0).collect()))
    }

    /// A column that holds one of an enumeration's codes or nothing.
    pub fn opt_code<E: CodeEnum>(self, name: &'static str) -> Self {
        self.column(name, Type::Text, true, Some(E::VALUES.iter().map(|v| v.0).collect()))
    }

    /// A reference to another row of the same tenant (or, on a global table, to a global one), with its index.
    pub fn refers(mut self, column: &'static str, table: &'static str) -> Self {
        self.references.push((column, table));
        // A key over some of the rows helps nobody who looks for all that refer to one.
        if !self.uniques.iter().any(|(c, condition)| c == &vec![column] && condition.is_none()) {
            self.indexes.push((vec![column], None));
        }
        self
    }

    /// A unique key; on a tenant's table it holds inside the tenant.
    pub fn unique(mut self, columns: &[&'static str]) -> Self {
        self.uniques.push((columns.to_vec(), None));
        self
    }

    /// A unique key over the rows that satisfy a condition.
    pub fn unique_where(mut self, columns: &[&'static str], condition: &'static str) -> Self {
        self.uniques.push((columns.to_vec(), Some(condition)));
        self
    }

    /// An index; on a tenant's table it starts with the tenant.
    pub fn index(mut self, columns: &[&'static str]) -> Self {
        self.indexes.push((columns.to_vec(), None));
        self
    }

    /// An index over the rows that satisfy a condition.
    pub fn index_where(mut self, columns: &[&'static str], condition: &'static str) -> Self {
        self.indexes.push((columns.to_vec(), Some(condition)));
        self
    }

    /// Its references to other tables: the column and the table.
    pub fn references(&self) -> &[(&'static str, &'static str)] {
        &self.references
    }

    /// The table's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The statements that make the table.
    pub fn create(&self, backend: DbBackend) -> Vec<String> {
        let pg = backend == DbBackend::Postgres;
        let mut lines: Vec<String> = self.columns.iter().map(|c| c.sql(pg)).collect();
        lines.push(format!("primary key ({})", self.key.join(", ")));
        if self.tenant {
            lines.push("foreign key (tenant_id) references tenant (id)".into());
        }
        for (column, table) in &self.references {
            lines.push(if self.tenant {
                format!("foreign key (tenant_id, {column}) references {table} (tenant_id, id)")
            } else {
                format!("foreign key ({column}) references {table} (id)")
            });
        }
        let mut statements = vec![format!("create table {} (\n  {}\n)", self.name, lines.join(",\n  "))];
        for (i, (columns, condition)) in self.uniques.iter().enumerate() {
            let filter = condition.map(|c| format!(" where {c}")).unwrap_or_default();
            statements.push(format!(
                "create unique index {}_u{} on {} ({}){filter}",
                self.name,
                i + 1,
                self.name,
                self.led(columns)
            ));
        }
        for (columns, condition) in &self.indexes {
            let filter = condition.map(|c| format!(" where {c}")).unwrap_or_default();
            statements.push(format!(
                "create index {}_{} on {} ({}){filter}",
                self.name,
                columns.join("_"),
                self.name,
                self.led(columns)
            ));
        }
        if pg {
            statements.extend(self.security());
        }
        statements
    }

    fn led(&self, columns: &[&'static str]) -> String {
        let lead: &[&str] = if self.tenant { &["tenant_id"] } else { &[] };
        lead.iter().chain(columns).copied().collect::<Vec<_>>().join(", ")
    }

    fn security(&self) -> Vec<String> {
        let name = self.name;
        let mut out = vec![format!("grant select, insert, update, delete on {name} to {APP_ROLE}")];
        if !self.tenant {
            return out;
        }
        // The sub-select is evaluated once for a statement and not for every row. It is compared by the function
        // behind `=`, so that the planner does not merge it with the explicit predicate and test it too early.
        let own = "uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))";
        out.push(format!("alter table {name} enable row level security"));
        out.push(format!("alter table {name} force row level security"));
        out.push(format!("create policy tenant_isolation on {name} using ({own}) with check ({own})"));
        out
    }
}

impl Column {
    fn sql(&self, pg: bool) -> String {
        let ty = match (self.ty, pg) {
            (Type::Uuid, true) => "uuid",
            (Type::Uuid | Type::Bytes, false) => "blob",
            // Byte order in both databases, so that a page is the same page everywhere.
            (Type::Text, true) => "text collate \"C\"",
            (Type::Text | Type::Json, false) => "text",
            (Type::Int, _) => "integer",
            (Type::Long, _) => "bigint",
            (Type::Bool, _) => "boolean",
            (Type::Date, _) => "date",
            (Type::Time, true) => "timestamptz",
            (Type::Time, false) => "timestamp",
            // Not jsonb: the text is handed on as it was written.
            (Type::Json, true) => "json",
            (Type::Bytes, true) => "bytea",
        };
        let quoted = quoted(self.name);
        let null = if self.null { "" } else { " not null" };
        let check = self
            .values
            .as_ref()
            .map(|v| {
                let list: Vec<String> = v.iter().map(|x| format!("'{x}'")).collect();
                format!(" check ({quoted} in ({}))", list.join(", "))
            })
            .unwrap_or_default();
        format!("{quoted} {ty}{null}{check}")
    }
}

fn quoted(name: &str) -> String {
    match name {
        "group" | "key" | "number" | "at" | "action" | "position" | "level" | "kind" => format!("\"{name}\""),
        _ => name.to_string(),
    }
}
