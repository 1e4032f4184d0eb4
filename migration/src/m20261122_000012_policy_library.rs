//! The library of policies (政策库): documents with their index, pushes, effects, scores, gaps, glossary, rules of steps.

use crate::ddl::*;
use entities::values;

/// The tables of this change, in the order they are made.
pub fn tables() -> Vec<Table> {
    let mut tables = documents();
    tables.extend(around());
    tables
}

fn documents() -> Vec<Table> {
    vec![
        tenant_table("policy_document")
            .text("key")
            .int("number")
            .code::<values::PolicyKind>("kind")
            .code::<values::PolicyLevel>("level")
            .opt_text("aspect")
            .opt_text("field")
            .text("title")
            .text("issuer")
            .opt_text("document_number")
            .text("text")
            .text("folded")
            .date("issued_on")
            .date("valid_from")
            .opt_date("valid_until")
            .opt_text("repeal_reason")
            .uuid("published_by")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["key", "number"])
            .refers("published_by", "app_user"),
        tenant_table("policy_gram")
            .uuid("document_id")
            .text("gram")
            .unique(&["gram", "document_id"])
            .refers("document_id", "policy_document"),
    ]
}

fn around() -> Vec<Table> {
    vec![
        tenant_table("policy_push")
            .uuid("document_id")
            .opt_uuid("item_id")
            .uuid("unit_id")
            .opt_text("note")
            .text("key")
            .uuid("pushed_by")
            .time("created_at")
            .opt_time("read_at")
            .opt_uuid("read_by")
            .unique(&["key"])
            .refers("document_id", "policy_document")
            .refers("item_id", "work_item")
            .refers("unit_id", "unit")
            .refers("pushed_by", "app_user")
            .refers("read_by", "app_user"),
        tenant_table("policy_effect")
            .uuid("document_id")
            .uuid("unit_id")
            .code::<values::PlanPeriod>("period")
            .date("starts_on")
            .text("beneficiaries")
            .int("count")
            .long("amount")
            .text("benefit")
            .uuid("reported_by")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["document_id", "unit_id", "period", "starts_on"])
            .refers("document_id", "policy_document")
            .refers("unit_id", "unit")
            .refers("reported_by", "app_user"),
        tenant_table("policy_score")
            .uuid("document_id")
            .int("scientific")
            .int("reasonable")
            .int("applicable")
            .text("basis")
            .uuid("unit_id")
            .uuid("scored_by")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["document_id", "scored_by"])
            .refers("document_id", "policy_document")
            .refers("unit_id", "unit")
            .refers("scored_by", "app_user"),
        tenant_table("policy_gap")
            .text("title")
            .text("text")
            .opt_text("proposal")
            .opt_text("field")
            .uuid("unit_id")
            .code::<values::PolicyGapState>("state")
            .opt_uuid("document_id")
            .opt_text("answer")
            .uuid("opened_by")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .refers("unit_id", "unit")
            .refers("document_id", "policy_document")
            .refers("opened_by", "app_user"),
        tenant_table("policy_gap_problem")
            .uuid("gap_id")
            .uuid("problem_id")
            .unique(&["gap_id", "problem_id"])
            .refers("gap_id", "policy_gap")
            .refers("problem_id", "problem"),
        tenant_table("glossary_term")
            .text("term")
            .text("definition")
            .opt_uuid("document_id")
            .uuid("written_by")
            .int("version")
            .time("created_at")
            .time("updated_at")
            .unique(&["term"])
            .refers("document_id", "policy_document")
            .refers("written_by", "app_user"),
        tenant_table("step_rule")
            .text("key")
            .code::<values::TaskAction>("action")
            .opt_text("note")
            .uuid("bound_by")
            .time("created_at")
            .unique(&["key", "action"])
            .refers("bound_by", "app_user"),
    ]
}
