//! What can be read of source systems, shared values and disputes.

use entities::{
    field_dispute, shared_field, source_system,
    values::{DisputeState, PeerState},
};

use crate::{
    gated,
    graph::catalogue::{Scalar, TypeDef, code, column, expression, many, one},
    modules::organisation::catalogue::UNIT_OF_ROW,
    object_type,
};

object_type!(
    /// A system that base data are fetched from (数据来源系统).
    SourceSystem, "SourceSystem", "src"
);
object_type!(
    /// A value that an agency gave (共享数据).
    SharedField, "SharedField", "shf"
);
object_type!(
    /// A dispute about such a value (数据异议).
    FieldDispute, "FieldDispute", "dsp"
);

const UNIT_OF_FIELD: &str = "exists (select 1 from cadre d join unit s on s.tenant_id = {tenant} and s.id = d.unit_id \
    where d.tenant_id = {tenant} and d.id = {t}.cadre_id and {path:s.path})";
const OWN_FIELD: &str =
    "exists (select 1 from cadre d where d.tenant_id = {tenant} and d.id = {t}.cadre_id and d.person_id = {person})";
const OWNER_OF_FIELD: &str = "exists (select 1 from source_system y join unit s on s.tenant_id = {tenant} \
    and s.id = y.unit_id where y.tenant_id = {tenant} and y.id = {t}.source_id and {path:s.path})";
const UNIT_OF_DISPUTE: &str = "exists (select 1 from shared_field f join cadre d on d.tenant_id = {tenant} \
    and d.id = f.cadre_id join unit s on s.tenant_id = {tenant} and s.id = d.unit_id \
    where f.tenant_id = {tenant} and f.id = {t}.shared_field_id and {path:s.path})";
const OWN_DISPUTE: &str = "exists (select 1 from shared_field f join cadre d on d.tenant_id = {tenant} \
    and d.id = f.cadre_id where f.tenant_id = {tenant} and f.id = {t}.shared_field_id and d.person_id = {person})";
const OWNER_OF_DISPUTE: &str = "exists (select 1 from shared_field f join source_system y on y.tenant_id = {tenant} \
    and y.id = f.source_id join unit s on s.tenant_id = {tenant} and s.id = y.unit_id \
    where f.tenant_id = {tenant} and f.id = {t}.shared_field_id and {path:s.path})";

gated!(source_system::Entity, SharedData, subtree: UNIT_OF_ROW, own: "", agency: UNIT_OF_ROW);
gated!(shared_field::Entity, SharedData, subtree: UNIT_OF_FIELD, own: OWN_FIELD, agency: OWNER_OF_FIELD);
gated!(field_dispute::Entity, SharedData, subtree: UNIT_OF_DISPUTE, own: OWN_DISPUTE, agency: OWNER_OF_DISPUTE);

/// What is claimed beside the value while a dispute is open.
const CLAIMED: &str = "(select p.claimed from field_dispute p where p.tenant_id = {tenant} \
    and p.shared_field_id = {t}.id and p.state = 'OPEN')";
const SOURCE_TITLE: &str =
    "(select y.title from source_system y where y.tenant_id = {tenant} and y.id = {t}.source_id)";

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![source(), field(), dispute()]
}

fn source() -> TypeDef {
    use Scalar::{DateTime, Int, Json, String as Text};
    TypeDef::over::<source_system::Entity>(
        "SourceSystem",
        "src",
        "A system of an agency that base data are fetched from (数据来源系统), H-06. Permission: `shared_data:read`.",
    )
    .roots("sourceSystem", "sourceSystems")
    .ordered_by("key")
    .field(column("key", "key", Text, "Stable key, as in `medical` (系统编码).").sorted())
    .field(column("title", "title", Text, "Title (系统名称).").sorted())
    .field(
        column(
            "endpoint",
            "endpoint",
            Text,
            "Origin of the system (接口地址); absent where the agency uses its inbox.",
        )
        .optional(),
    )
    .field(column("fields", "fields", Json, "Names of the form fields that it gives (提供字段)."))
    .field(code::<PeerState>("state", "state", "State (状态).").filtered())
    .field(column("version", "version", Int, "Counts changes."))
    .field(column("createdAt", "created_at", DateTime, "When it was registered (登记时间).").sorted())
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The agency that owns the data (数据责任单位)."))
    .field(one("registeredBy", "User", "{c}.id = {t}.registered_by", "Who registered it (登记人)."))
}

fn field() -> TypeDef {
    use Scalar::{DateTime, Int, Json, String as Text};
    TypeDef::over::<shared_field::Entity>(
        "SharedField",
        "shf",
        "A value that an agency gave for a form field (共享数据): filled in, not edited, disputed if it is wrong, H-06. \
         Permission: `shared_data:read`.",
    )
    .roots("sharedField", "sharedFields")
    .ordered_by("field")
    .field(column("field", "field", Text, "Name of the form field (表单项).").sorted())
    .field(column("value", "value", Json, "The value (来源值)."))
    .field(
        expression("claimed", CLAIMED, Json, "What is said to be right, while a dispute is open (异议值).").optional(),
    )
    .field(expression("sourceTitle", SOURCE_TITLE, Text, "Where it came from (来源系统)."))
    .field(column("fetchedAt", "fetched_at", DateTime, "When it was fetched or corrected (获取时间).").sorted())
    .field(column("version", "version", Int, "Counts changes."))
    .field(one("cadre", "Cadre", "{c}.id = {t}.cadre_id", "Of whom (干部)."))
    .field(one("source", "SourceSystem", "{c}.id = {t}.source_id", "Where it came from (来源系统)."))
    .field(many("disputes", "FieldDispute", "{c}.shared_field_id = {t}.id", "Disputes about it (数据异议)."))
}

fn dispute() -> TypeDef {
    use Scalar::{DateTime, Json, String as Text};
    TypeDef::over::<field_dispute::Entity>(
        "FieldDispute",
        "dsp",
        "A dispute about a value that an agency gave (数据异议): a task of that agency, H-06. \
         Permission: `shared_data:read`.",
    )
    .roots("fieldDispute", "fieldDisputes")
    .ordered_by("openedAt")
    .field(column("claimed", "claimed", Json, "What is said to be right (异议值)."))
    .field(column("reason", "reason", Text, "Why (异议理由)."))
    .field(code::<DisputeState>("state", "state", "State (状态).").filtered())
    .field(column("answer", "answer", Text, "What the agency answered (核实意见).").optional())
    .field(column("openedAt", "opened_at", DateTime, "When it was opened (提出时间).").sorted())
    .field(column("answeredAt", "answered_at", DateTime, "When it was answered (核实时间).").optional().sorted())
    .field(one("sharedField", "SharedField", "{c}.id = {t}.shared_field_id", "The value (共享数据)."))
    .field(one("openedBy", "User", "{c}.id = {t}.opened_by", "Who opened it (提出人)."))
    .field(one("answeredBy", "User", "{c}.id = {t}.answered_by", "Who answered (核实人)."))
}
