//! Many rows at once: an operator's way to fill a tenant.

use std::fmt::Write as _;

use entities::TenantEntity;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, IntoActiveModel,
    Iterable, ModelTrait, Statement, Value,
};

use crate::kernel::{
    error::{ApiError, Code},
    tx::SystemTx,
};

/// Rows of one statement. PostgreSQL plans a statement once and then works row by row; SQLite counts
/// parameters and takes 32,766 of them.
const BATCH: usize = 1_000;

impl SystemTx {
    /// Adds many rows of one table of the tenant, whatever tenant they claim, as fast as the database takes them.
    ///
    /// PostgreSQL gets each batch as one JSON parameter, so that the statement is short, the same for every
    /// batch and planned once. `COPY` would be faster but refuses tables with row-level security.
    pub async fn load<M, A>(&self, rows: Vec<M>) -> Result<(), ApiError>
    where
        M: ModelTrait + IntoActiveModel<A>,
        M::Entity: TenantEntity,
        A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send + 'static,
    {
        if self.raw().await?.get_database_backend() != DbBackend::Postgres {
            return self.insert_many(rows.into_iter().map(|row| row.into_active_model()).collect()).await;
        }
        let tenant = self.tenant_id();
        let statement = statement::<M::Entity>();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut text = String::with_capacity(BATCH * 512);
            for mut row in rows.by_ref().take(BATCH) {
                row.set(<M::Entity as TenantEntity>::tenant_column(), tenant.into());
                text.push(if text.is_empty() { '[' } else { ',' });
                write_row::<M>(&row, &mut text)?;
            }
            text.push(']');
            let values = [Value::from(text)];
            self.raw()
                .await?
                .execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, &statement, values))
                .await?;
        }
        Ok(())
    }
}

fn statement<E: TenantEntity>() -> String {
    let columns: Vec<String> = E::Column::iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let columns = columns.join(", ");
    let table = E::TABLE;
    format!("insert into {table} ({columns}) select {columns} from json_populate_recordset(null::{table}, $1::json)")
}

fn write_row<M: ModelTrait>(row: &M, out: &mut String) -> Result<(), ApiError> {
    for (i, column) in <M::Entity as EntityTrait>::Column::iter().enumerate() {
        out.push(if i == 0 { '{' } else { ',' });
        // Writing to a string cannot fail.
        let _ = write!(out, "\"{}\":", column.as_str());
        write_value(row.get(column), out)?;
    }
    out.push('}');
    Ok(())
}

/// A value as JSON that PostgreSQL reads back as the column's type.
fn write_value(value: Value, out: &mut String) -> Result<(), ApiError> {
    let text = |text: &str, out: &mut String| {
        serde_json::to_string(text).map(|quoted| out.push_str(&quoted)).map_err(|_| ApiError::of(Code::BadUserInput))
    };
    let _ = match value {
        Value::Bool(Some(v)) => write!(out, "{v}"),
        Value::Int(Some(v)) => write!(out, "{v}"),
        Value::BigInt(Some(v)) => write!(out, "{v}"),
        Value::Uuid(Some(v)) => write!(out, "\"{v}\""),
        Value::ChronoDate(Some(v)) => write!(out, "\"{v}\""),
        Value::ChronoDateTimeUtc(Some(v)) => write!(out, "\"{}\"", v.to_rfc3339()),
        Value::Json(Some(v)) => write!(out, "{v}"),
        Value::Bytes(Some(v)) => write!(out, "\"\\\\x{}\"", hex::encode(v)),
        Value::String(Some(v)) => return text(&v, out),
        Value::Bool(None)
        | Value::Int(None)
        | Value::BigInt(None)
        | Value::Uuid(None)
        | Value::ChronoDate(None)
        | Value::ChronoDateTimeUtc(None)
        | Value::Json(None)
        | Value::Bytes(None)
        | Value::String(None) => write!(out, "null"),
        other => {
            tracing::error!(value = ?other.to_string().len(), "a column of a type that no table has");
            return Err(ApiError::of(Code::InternalServerError));
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_postgresql_reads_them() {
        let written = |value: Value| {
            let mut out = String::new();
            write_value(value, &mut out).map(|()| out).map_err(|error| error.code)
        };
        assert_eq!(written(true.into()), Ok("true".into()));
        assert_eq!(written(Value::String(None)), Ok("null".into()));
        assert_eq!(written("a\"b\n".into()), Ok("\"a\\\"b\\n\"".into()));
        assert_eq!(written(vec![0_u8, 255].into()), Ok("\"\\\\x00ff\"".into()));
        assert_eq!(written(serde_json::json!({ "a": [1] }).into()), Ok("{\"a\":[1]}".into()));
        assert_eq!(written(1.5_f64.into()), Err(Code::InternalServerError));
    }
}
