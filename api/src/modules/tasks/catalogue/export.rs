//! Anonymised figures that are given away (匿名数据集导出), K-anon.

use entities::{performance_export, values::ExportState};

use crate::graph::catalogue::{
    Scalar::{DateTime, Int, Json, String as Text},
    TypeDef, code, column, one,
};

pub(super) fn types() -> Vec<TypeDef> {
    vec![export()]
}

fn export() -> TypeDef {
    TypeDef::over::<performance_export::Entity>(
        "PerformanceExport",
        "pex",
        "A request to give anonymised figures of a year away (匿名数据集导出), and what was given: a second person approves \
         it. Permission: `statistic:read` over the whole tenant. K-anon.",
    )
    .roots("performanceExport", "performanceExports")
    .ordered_by("createdAt")
    .field(column("year", "year", Int, "The year that the figures are of (年度).").sorted())
    .field(column("recipient", "recipient", Text, "Who gets them (接收方)."))
    .field(column("purpose", "purpose", Text, "What for (用途)."))
    .field(code::<ExportState>("state", "state", "State (状态).").filtered())
    .field(column("reason", "reason", Text, "Why it was refused (不同意理由).").optional())
    .field(column("smallest", "smallest", Int, "The smallest group that is shown (最小单元人数).").optional())
    .field(
        column(
            "content",
            "content",
            Json,
            "The figures as they were approved (数据集): people and tasks by sex and age band, by unit and by load; small \
             groups are null, and one more where the total would tell. Every reading is recorded.",
        )
        .optional()
        .recorded(),
    )
    .field(column("decidedAt", "decided_at", DateTime, "When it was decided (审批时间).").optional().sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was asked for (申请时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("requestedBy", "User", "{c}.id = {t}.requested_by", "Who asked (申请人)."))
    .field(one("decidedBy", "User", "{c}.id = {t}.decided_by", "Who decided (审批人)."))
}
