//! What can be read of people, cadres and their posts.

use entities::{
    appointment, cadre, person,
    values::{CadreState, CivilServantRank, PersonnelKind, PostLevel, RetirementCategory},
};
use policies::Resource;

use crate::{
    gated,
    graph::catalogue::{Class, Scalar, TypeDef, code, column, computed, many, one},
    modules::{organisation::catalogue::UNIT_OF_ROW, personnel::computed as derived},
    object_type,
};

object_type!(
    /// A person (人员).
    Person, "Person", "per"
);
object_type!(
    /// A cadre (干部).
    Cadre, "Cadre", "cad"
);
object_type!(
    /// An appointment (任职).
    Appointment, "Appointment", "apt"
);

gated!(person::Entity, Person, subtree: UNIT_OF_ROW, own: "{t}.id = {person}", agency: PERSON_OF_CASES);
gated!(cadre::Entity, Cadre, subtree: UNIT_OF_ROW, own: "{t}.person_id = {person}", agency: CADRE_OF_CASES);
gated!(appointment::Entity, Appointment, subtree: UNIT_OF_ROW, own: POST_OF_SELF, agency: POST_OF_CASES);

/// People of the cases that the caller's agency handles, and nobody else. From the agency to the people: they are few,
/// and looked for once however many rows are asked about.
const PERSON_OF_CASES: &str = "{t}.id in (select pc.person_id from unit u \
    join case_item j on j.tenant_id = {tenant} and j.handling_unit_id = u.id \
    join matter_case k on k.tenant_id = {tenant} and k.id = j.case_id \
    join cadre pc on pc.tenant_id = {tenant} and pc.id = k.cadre_id \
    where u.tenant_id = {tenant} and {path:u.path})";

/// Cadres of the cases that the caller's agency handles.
const CADRE_OF_CASES: &str = "{t}.id in (select k.cadre_id from unit u \
    join case_item j on j.tenant_id = {tenant} and j.handling_unit_id = u.id \
    join matter_case k on k.tenant_id = {tenant} and k.id = j.case_id \
    where u.tenant_id = {tenant} and {path:u.path})";

/// Posts of the cadres of such cases.
const POST_OF_CASES: &str = "{t}.cadre_id in (select k.cadre_id from unit u \
    join case_item j on j.tenant_id = {tenant} and j.handling_unit_id = u.id \
    join matter_case k on k.tenant_id = {tenant} and k.id = j.case_id \
    where u.tenant_id = {tenant} and {path:u.path})";

/// The caller's own posts.
const POST_OF_SELF: &str = "exists (select 1 from cadre pc where pc.tenant_id = {tenant} and pc.id = {t}.cadre_id and pc.person_id = {person})";

/// What retirement is computed from.
const STANDING: &[(&str, &str, Scalar)] = &[
    ("category", "{t}.category", Scalar::String),
    ("birth", "{t}.archive_birth", Scalar::String),
    ("kind", "{t}.kind", Scalar::String),
];

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![person_type(), cadre_type(), appointment_type()]
}

fn person_type() -> TypeDef {
    use Scalar::{DateTime, Int, PartialDate, String as Text};
    let sensitive = Class::Sensitive(Resource::PersonSensitive);
    TypeDef::over::<person::Entity>("Person", "per", "A natural person (人员).")
        .roots("person", "persons")
        .ordered_by("name")
        .field(column("name", "name", Text, "Name (姓名), A0101.").sorted())
        .field(
            column(
                "searchKey",
                "name_key",
                Text,
                "The name without blanks in lower case, its pinyin and its initials (姓名检索键); \
                 `contains: \"zhangxm\"` or `\"zxm\"` finds 章小明.",
            )
            .filtered(),
        )
        .field(
            column(
                "idNumber",
                "id_number",
                Text,
                "Citizen identity number (公民身份号码), J-02. Permission: `person_sensitive:read`; every reading is recorded.",
            )
            .sorted()
            .classed(sensitive),
        )
        .field(computed(
            "idNumberMasked",
            Text,
            &[("idNumber", "{t}.id_number", Scalar::String)],
            derived::id_number_masked,
            "The identity number with the birth hidden (脱敏身份号码), J-02.",
        ))
        .field(
            column("phone", "phone", Text, "Mobile number (手机号码). Permission: `person_sensitive:read`.")
                .filtered()
                .classed(sensitive),
        )
        .field(column("sex", "sex", Text, "Code of GB/T 2261.1 (性别代码), J-04.").filtered())
        .field(computed(
            "sexName",
            Text,
            &[("code", "{t}.sex", Scalar::String)],
            derived::sex_name,
            "Name of the code (性别).",
        ))
        .field(column("ethnicity", "ethnicity", Text, "Code of GB/T 3304 (民族代码), J-04.").filtered())
        .field(computed(
            "ethnicityName",
            Text,
            &[("code", "{t}.ethnicity", Scalar::String)],
            derived::ethnicity_name,
            "Name of the code (民族).",
        ))
        .field(column("birth", "birth", PartialDate, "Birth (出生年月), to the day or month, J-07.").sorted())
        .field(computed(
            "age",
            Int,
            &[("birth", "{t}.birth", Scalar::String)],
            derived::age,
            "Full years today (周岁), J-07; a birth known to the month counts from the month's start.",
        ))
        .field(column("nativePlace", "native_place", Text, "Native place (籍贯), A0111.").optional().filtered())
        .field(
            column("politicalStatus", "political_status", Text, "Code of GB/T 4762 (政治面貌代码), J-04.").filtered(),
        )
        .field(computed(
            "politicalStatusName",
            Text,
            &[("code", "{t}.political_status", Scalar::String)],
            derived::political_status_name,
            "Name of the code (政治面貌).",
        ))
        .field(column("education", "education", Text, "Code of GB/T 4658 (学历代码), J-04.").optional().filtered())
        .field(computed(
            "educationName",
            Text,
            &[("code", "{t}.education", Scalar::String)],
            derived::education_name,
            "Name of the code (学历).",
        ))
        .field(
            column("joinedParty", "joined_party", PartialDate, "Admission to the party (入党时间), A0144.")
                .optional()
                .sorted(),
        )
        .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
        .field(column("createdAt", "created_at", DateTime, "When it was recorded.").sorted())
        .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
        .field(
            one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that manages the person (管理单位).")
                .sorting(&["name", "path"]),
        )
        .field(one(
            "partyOrganisation",
            "PartyOrganisation",
            "{c}.id = {t}.party_organisation_id",
            "Where the party membership is (所在党组织).",
        ))
        .field(many("cadres", "Cadre", "{c}.person_id = {t}.id", "The person's standings as a cadre, past ones too."))
}

fn cadre_type() -> TypeDef {
    use Scalar::{Boolean, Date, DateTime, Int, PartialDate};
    let month = |name, compute, doc| computed(name, PartialDate, STANDING, compute, doc);
    TypeDef::over::<cadre::Entity>("Cadre", "cad", "A person's standing as a civil servant or staff member (干部).")
        .roots("cadre", "cadres")
        .field(code::<PersonnelKind>("kind", "kind", "By which rules managed (人员性质), E-02.").filtered())
        .field(code::<CadreState>("state", "state", "State (人员状态), A0163.").filtered())
        .field(column("stateSince", "state_since", Date, "First day of the state.").sorted())
        .field(code::<CivilServantRank>("rank", "rank", "Rank (职级), B-01.").optional().filtered())
        .field(code::<RetirementCategory>("category", "category", "Retirement category (退休类别), D-01.").filtered())
        .field(
            column(
                "archiveBirth",
                "archive_birth",
                PartialDate,
                "Birth recognised in the archive (档案认定出生年月), which decides on retirement, D-01.",
            )
            .sorted(),
        )
        .field(column("workStarted", "work_started", PartialDate, "Start of work (参加工作时间), A0134.").sorted())
        .field(
            column(
                "contributionMonths",
                "contribution_months",
                Int,
                "Months of pension contributions (养老保险缴费月数), D-03.",
            )
            .sorted()
            .measured(),
        )
        .field(
            column(
                "underInvestigation",
                "under_investigation",
                Boolean,
                "Whether an investigation is pending (是否正在接受审查调查), D-06. \
                 Permission: `cadre_discipline:read`; every reading is recorded.",
            )
            .filtered()
            .classed(Class::Sensitive(Resource::CadreDiscipline)),
        )
        .field(month("statutoryRetirementMonth", derived::statutory_month, "Statutory month (法定退休年月), D-01."))
        .field(month(
            "earliestRetirementMonth",
            derived::earliest_month,
            "Earliest month by elastic choice (弹性提前退休最早年月), D-02.",
        ))
        .field(month(
            "latestRetirementMonth",
            derived::latest_month,
            "Latest month by agreement (弹性延迟退休最晚年月), D-02; null for civil servants and those managed \
             alike, and for whom the reform does not reach.",
        ))
        .field(month(
            "voluntaryRetirementMonth",
            derived::voluntary_month,
            "First month that a written choice opens (自愿选择退休年月), D-04; null outside category F60.",
        ))
        .field(computed(
            "retirementDelayMonths",
            Int,
            STANDING,
            derived::delay_months,
            "Months of delay against the original age (延迟月数), D-01.",
        ))
        .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
        .field(column("createdAt", "created_at", DateTime, "When it was recorded.").sorted())
        .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
        .field(one("person", "Person", "{c}.id = {t}.person_id", "The person (人员).").sorting(&[
            "name",
            "birth",
            "joinedParty",
            "idNumber",
        ]))
        .field(
            one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit served (所在单位).")
                .sorting(&["name", "path", "code"]),
        )
        .field(one(
            "mainAppointment",
            "Appointment",
            "{c}.cadre_id = {t}.id and {c}.is_main and {c}.ended_on is null",
            "The present main post (现任主要职务), A0279.",
        ))
        .field(many("appointments", "Appointment", "{c}.cadre_id = {t}.id", "All posts, past ones too (任职), A02."))
        .field(many("cases", "Case", "{c}.cadre_id = {t}.id", "Cases about the cadre (办件)."))
}

fn appointment_type() -> TypeDef {
    TypeDef::over::<appointment::Entity>("Appointment", "apt", "A post held by a cadre (任职), A02.")
        .roots("appointment", "appointments")
        .historic("{t}.started_on <= {day} and ({t}.ended_on is null or {t}.ended_on >= {day})")
        .ordered_by("startedOn")
        .field(column("title", "title", Scalar::String, "Title of the post (职务名称), A0215A.").sorted())
        .field(code::<PostLevel>("level", "level", "Leadership level (领导职务层次), B-01.").filtered())
        .field(column("isMain", "is_main", Scalar::Boolean, "The main post (主职务), A0279.").filtered())
        .field(column("startedOn", "started_on", Scalar::Date, "First day (任职日期).").sorted())
        .field(
            column("endedOn", "ended_on", Scalar::Date, "Last day (免职日期); absent while held.").optional().sorted(),
        )
        .field(column("version", "version", Scalar::Int, "Counts changes."))
        .field(one("cadre", "Cadre", "{c}.id = {t}.cadre_id", "Who holds it (干部)."))
        .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "Where (任职机构), A0201.").sorting(&["name", "path"]))
}
