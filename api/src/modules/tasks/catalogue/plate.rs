//! Plates and the closings of months that hang them (三色牌、月度结算), I-02.

use entities::{month_close, plate, values::PlateColour};

use crate::graph::catalogue::{
    Scalar::{Boolean, DateTime, Int, String as Text},
    TypeDef, code, column, one,
};

pub(super) fn types() -> Vec<TypeDef> {
    vec![plate_type(), close()]
}

fn plate_type() -> TypeDef {
    TypeDef::over::<plate::Entity>(
        "Plate",
        "pla",
        "What a unit's month plan of an item came to (三色牌), fixed when the month was closed; a correction hangs new ones \
         and keeps the old. Permission: `work_item:read`. I-02.",
    )
    .roots("plate", "plates")
    .ordered_by("month")
    .field(column("month", "month", Text, "Month, `YYYY-MM` (月份).").sorted())
    .field(code::<PlateColour>("colour", "colour", "Colour (颜色).").filtered())
    .field(column("isJoint", "is_joint", Boolean, "Whether it is for another unit's failure (连带责任).").filtered())
    .field(column("isCurrent", "is_current", Boolean, "Whether no correction has replaced it (现行).").filtered())
    .field(column("number", "number", Int, "Which closing of the month hung it (结算版本).").sorted())
    .field(column("planned", "planned", Int, "Planned quantity (计划量).").measured())
    .field(column("done", "done", Int, "Quantity done when the month was closed (完成量).").measured())
    .field(column("createdAt", "created_at", DateTime, "When it was hung (亮牌时间).").sorted())
    .field(one("item", "WorkItem", "{c}.id = {t}.item_id", "The item (事项).").sorting(&["title"]))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit (单位).").sorting(&["name", "path"]))
}

fn close() -> TypeDef {
    TypeDef::over::<month_close::Entity>(
        "MonthClose",
        "mcl",
        "A month closed (月度结算). Permission: `work_item:read`. I-02.",
    )
    .roots("monthClose", "monthCloses")
    .ordered_by("closedAt")
    .field(column("month", "month", Text, "Month, `YYYY-MM` (月份).").sorted())
    .field(column("number", "number", Int, "Which closing of it; more than 1 for corrections (结算版本).").sorted())
    .field(column("reason", "reason", Text, "Why it was corrected (更正原因).").optional())
    .field(column("closedAt", "closed_at", DateTime, "When (结算时间).").sorted())
    .field(one("closedBy", "User", "{c}.id = {t}.closed_by", "Who closed it (结算人)."))
}
