//! What flows into fields of work (领域资源投入), K.

use entities::work_resource;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::graph::catalogue::{
    Moment, Row,
    Scalar::{DateTime, Decimal as Money, Int, Long, String as Text},
    TypeDef, column, computed, one,
};

pub(super) fn types() -> Vec<TypeDef> {
    vec![resource()]
}

fn yuan(row: &Row, _: &Moment<'_>) -> Json {
    let fen = row.get("amount").and_then(|n| n.as_i64().or_else(|| n.as_str()?.parse().ok()));
    fen.map_or(Json::Null, |fen| Decimal::new(fen, 2).to_string().into())
}

fn resource() -> TypeDef {
    TypeDef::over::<work_resource::Entity>(
        "WorkResource",
        "wrs",
        "What flows into a field of work in a year (领域资源投入); `workGrowth` holds it against the field's tasks. \
         Permission: `work_item:read`. K.",
    )
    .roots("workResource", "workResources")
    .ordered_by("year")
    .field(column("field", "field", Text, "Field of work (领域).").sorted())
    .field(column("year", "year", Int, "Year (年度).").sorted())
    .field(computed("amount", Money, &[("amount", "{t}.amount", Long)], yuan, "Amount in yuan (金额)."))
    .field(column("basis", "basis", Text, "Where the figure stands (依据)."))
    .field(column("createdAt", "created_at", DateTime, "When it was first registered (登记时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes.").sorted())
    .field(one("registeredBy", "User", "{c}.id = {t}.registered_by", "Who registered it (登记人)."))
}
