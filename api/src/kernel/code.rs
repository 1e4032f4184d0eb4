//! Every error there is, with one stable code each. `docs/errors.md` is rendered from this list.

use crate::kernel::session::Locale;

/// How a code reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the top-level `errors` of a GraphQL answer, or as the body of a plain HTTP answer.
    Request,
    /// In the `userErrors` of a mutation's payload: a rule of the domain refused.
    Refusal,
}

macro_rules! codes {
    ($($variant:ident $text:literal $kind:ident $status:literal $retry:literal $zh:literal $en:literal;)+) => {
        /// A stable error code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $en] $variant),+ }

        impl Code {
            /// All codes in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The published spelling.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
            /// How it reaches the client.
            pub const fn kind(self) -> Kind { match self { $(Self::$variant => Kind::$kind),+ } }
            /// The HTTP status when the whole request fails with it.
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }
            /// Whether the same request may succeed later.
            pub const fn retryable(self) -> bool { match self { $(Self::$variant => $retry),+ } }
            /// The general message in a language.
            pub const fn message(self, locale: Locale) -> &'static str {
                match (self, locale) { $((Self::$variant, Locale::ZhCn) => $zh, (Self::$variant, Locale::En) => $en),+ }
            }
        }
    };
}

codes! {
    GraphqlParseFailed "GRAPHQL_PARSE_FAILED" Request 400 false "查询语法错误" "The document is not valid GraphQL syntax.";
    GraphqlValidationFailed "GRAPHQL_VALIDATION_FAILED" Request 400 false "查询不符合接口定义" "The document does not fit the schema.";
    BadUserInput "BAD_USER_INPUT" Request 400 false "输入有误" "An argument or variable is not acceptable.";
    Unauthenticated "UNAUTHENTICATED" Request 401 false "请先登录" "No valid token was given.";
    Forbidden "FORBIDDEN" Request 403 false "无权执行此操作" "The caller's roles do not include this right.";
    NotFound "NOT_FOUND" Request 404 false "对象不存在" "No such object within the caller's tenant and scope.";
    Conflict "CONFLICT" Request 409 true "与其他修改冲突，请重试" "Another change came first; read again and retry.";
    Throttled "THROTTLED" Request 429 true "请求过于频繁" "Too many requests or attempts; wait and retry.";
    CostLimitExceeded "COST_LIMIT_EXCEEDED" Request 400 false "查询过于庞大" "The document asks for more than is allowed at once.";
    QueryTooLarge "QUERY_TOO_LARGE" Request 413 false "请求超出大小限制" "The body or the document is larger than allowed.";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" Request 415 false "不支持的内容类型" "The content type is not accepted here.";
    NotAcceptable "NOT_ACCEPTABLE" Request 406 false "不支持所要求的响应格式" "None of the media types in Accept is offered here.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" Request 405 false "不支持的请求方法" "The HTTP method does not allow this operation.";
    PersistedQueryNotFound "PERSISTED_QUERY_NOT_FOUND" Request 400 false "未登记的查询" "The persisted document is not known.";
    IdempotencyMismatch "IDEMPOTENCY_MISMATCH" Request 422 false "幂等键已用于另一请求" "The idempotency key was used with another body.";
    TenantSuspended "TENANT_SUSPENDED" Request 403 false "租户已停用" "The tenant is not served at present.";
    InvalidCode "INVALID_CODE" Request 400 false "登录凭证无效或已使用" "The log-in code is wrong or was used before (J-09).";
    NotBound "NOT_BOUND" Request 403 false "尚未绑定账号" "Nobody here is bound to this WeChat user.";
    PluginTimeout "PLUGIN_TIMEOUT" Request 200 true "插件超时" "A plug-in did not answer in time.";
    PluginMemory "PLUGIN_MEMORY" Request 200 false "插件超出内存" "A plug-in used more memory than allowed.";
    PluginTrap "PLUGIN_TRAP" Request 200 false "插件出错" "A plug-in failed.";
    PluginOutput "PLUGIN_OUTPUT" Request 200 false "插件返回无效" "A plug-in answered with something unusable.";
    PluginHostcalls "PLUGIN_HOSTCALLS" Request 200 false "插件请求过多" "A plug-in asked the platform for more than allowed.";
    PluginBusy "PLUGIN_BUSY" Request 200 true "插件繁忙" "As many calls of the plug-in as there may be are under way.";
    PluginDenied "PLUGIN_DENIED" Request 200 false "插件越权" "A plug-in asked for what it was not granted.";
    PluginDisabled "PLUGIN_DISABLED" Request 200 false "插件已停用" "The plug-in is switched off.";
    DeadlineExceeded "DEADLINE_EXCEEDED" Request 504 true "处理超时" "The request took longer than allowed.";
    Unavailable "UNAVAILABLE" Request 503 true "服务暂不可用" "A part of the platform does not answer at present.";
    InternalServerError "INTERNAL_SERVER_ERROR" Request 500 true "服务器内部错误" "Something failed on the server; quote the request id.";

    InvalidFormat "INVALID_FORMAT" Refusal 200 false "格式不正确" "A value is not of the accepted form.";
    InvalidValue "INVALID_VALUE" Refusal 200 false "取值不在允许范围" "A value is outside what is accepted.";
    Required "REQUIRED" Refusal 200 false "缺少必填内容" "Something required is missing.";
    Unknown "UNKNOWN_REFERENCE" Refusal 200 false "引用的对象不存在" "The input refers to an object that does not exist within the caller's scope.";
    UnknownCode "UNKNOWN_CODE" Refusal 200 false "代码不在代码集中" "The code is not in the named code set (J-04).";
    InvalidIdNumber "INVALID_ID_NUMBER" Refusal 200 false "居民身份证号码有误" "The ID number is not valid (J-02).";
    InvalidCreditCode "INVALID_CREDIT_CODE" Refusal 200 false "统一社会信用代码有误" "The unified social credit code is not valid (J-03).";
    InvalidDivision "INVALID_DIVISION" Refusal 200 false "行政区划代码有误" "The division code is unknown or not in force (J-01).";
    AlreadyExists "ALREADY_EXISTS" Refusal 200 false "已存在" "Such an object exists already.";
    VersionMismatch "VERSION_MISMATCH" Refusal 200 true "数据已被他人修改" "The object has changed since it was read.";
    NotInState "NOT_IN_STATE" Refusal 200 false "当前状态不允许此操作" "The object is not in a state that allows this.";
    CycleInTree "CYCLE_IN_TREE" Refusal 200 false "不能移动到自己的下级" "A unit cannot be moved below itself.";
    HasChildren "HAS_CHILDREN" Refusal 200 false "仍有下级或在职人员" "The unit still has units or people below it.";
    GrantExceedsTier "GRANT_EXCEEDS_TIER" Refusal 200 false "授予的权限超出本人权限" "A grant cannot exceed the grantor's own rights (C-13).";
    GrantOutsideSubtree "GRANT_OUTSIDE_SUBTREE" Refusal 200 false "授权范围超出本人管理范围" "A grant cannot reach outside the grantor's subtree (C-13).";
    RoleConflict "ROLE_CONFLICT" Refusal 200 false "角色互斥" "The roles may not be held by one person.";
    ApprovalRequired "APPROVAL_REQUIRED" Refusal 200 false "未经组织部门审批" "The chain starts only from an approved base matter (H-01).";
    ApprovalRevoked "APPROVAL_REVOKED" Refusal 200 false "审批已撤销" "The approval has been revoked (H-01).";
    UnderInvestigation "UNDER_INVESTIGATION" Refusal 200 false "正在接受审查调查，不得办理" "People under investigation cannot be handled (D-06).";
    NotYetAllowed "RETIREMENT_TOO_EARLY" Refusal 200 false "未到可退休月份" "The month is before the earliest that the rules allow (D-02).";
    LateRefused "RETIREMENT_LATE_REFUSED" Refusal 200 false "公务员不适用延迟退休" "Civil servants retire on reaching the age (D-02).";
    RetirementTooLate "RETIREMENT_TOO_LATE" Refusal 200 false "超过最晚退休月份" "The month is after the latest that the rules allow (D-02).";
    NoticeTooShort "NOTICE_TOO_SHORT" Refusal 200 false "未提前三个月书面告知" "Early retirement wants written notice three months before (D-02).";
    ContributionTooShort "CONTRIBUTION_TOO_SHORT" Refusal 200 false "缴费年限不足" "Fewer contribution years than the chosen year requires (D-03).";
    WrittenChoiceMissing "WRITTEN_CHOICE_MISSING" Refusal 200 false "缺少本人书面选择" "The month wants the person's written choice (D-04).";
    MissingMaterial "MISSING_MATERIAL" Refusal 200 false "缺少必需材料" "A mandatory material is missing (H-03).";
    MaterialNotAccepted "MATERIAL_NOT_ACCEPTED" Refusal 200 false "材料类型或大小不符" "The material's type or size is not accepted.";
    ReadOnlySource "READ_ONLY_SOURCE" Refusal 200 false "来源数据不可修改" "A field fetched from an authority may not be edited (H-06).";
    CalendarExhausted "CALENDAR_EXHAUSTED" Refusal 200 false "工作日历尚未公布" "The working-day calendar does not reach that far.";
    MatterNotOffered "MATTER_NOT_OFFERED" Refusal 200 false "事项未开通" "The tenant's catalogue has no such matter in force.";
    PluginRefused "PLUGIN_REFUSED" Refusal 200 false "插件不合规范" "The plug-in is not as it must be; each fault is named with file and line.";
    PluginQuarantined "PLUGIN_QUARANTINED" Refusal 200 false "插件组件已被平台隔离" "The plug-in's component is quarantined on the whole platform.";
    PluginRule "PLUGIN_RULE" Refusal 200 false "不符合本地规则" "A rule of one of the tenant's plug-ins does not hold.";
    PluginWarning "PLUGIN_WARNING" Refusal 200 false "须核对提示并说明理由" "A plug-in warns of the input; it is taken with a reason (warningReason).";
    PluginUnavailable "PLUGIN_UNAVAILABLE" Refusal 200 true "插件暂时无法校验，草稿已保留" "A plug-in that must look at the form does not answer; nothing was submitted.";
    PluginNotPrepared "PLUGIN_NOT_PREPARED" Refusal 200 true "有服务器未能准备好插件变更" "A server cannot prepare for the change of plug-ins; nothing was changed.";
    HumanDecisionRequired "HUMAN_DECISION_REQUIRED" Refusal 200 false "须由有权限的人员作出决定" "A person with authority decides this, not a program.";
    RankNotApplicable "RANK_NOT_APPLICABLE" Refusal 200 false "不适用综合管理类公务员职级" "The twelve ranks do not apply to this person or post (B-01).";
    NotStepwise "NOT_STEPWISE" Refusal 200 false "职级应当逐级晋升" "A rank is reached step by step (B-02).";
    TenureTooShort "TENURE_TOO_SHORT" Refusal 200 false "任职年限不足" "The time on the level below is too short (B-02, B-03).";
    QuotaExceeded "QUOTA_EXCEEDED" Refusal 200 false "超出职级职数" "More would hold the rank than the quota allows (B-06).";
    PostsExceeded "POSTS_EXCEEDED" Refusal 200 false "超出核定领导职数" "The approved leading posts are exceeded (H-05).";
    NoVacancy "NO_VACANCY" Refusal 200 false "超出核定编制" "The approved establishment is exceeded (E-07, H-05).";
    KindMismatch "KIND_MISMATCH" Refusal 200 false "编制类型不得混用" "Kinds of establishment are not mixed (E-02).";
    PublicityTooShort "PUBLICITY_TOO_SHORT" Refusal 200 false "公示工作日不足" "Too few working days of publicity (B-05, H-05).";
    PublicityNotOver "PUBLICITY_NOT_OVER" Refusal 200 false "公示期未满" "The publicity is not over (B-05, H-05).";
    ObjectionOpen "OBJECTION_OPEN" Refusal 200 false "公示异议尚未处理完毕" "An objection raised in the publicity is not resolved (B-05).";
    MinimumService "MINIMUM_SERVICE" Refusal 200 false "未满最低服务年限" "The least time of service is not over (F-11, H-05).";
    DeclassificationPeriod "DECLASSIFICATION_PERIOD" Refusal 200 false "涉密职位或者脱密期未满" "The post is one of state secrets, or its period of declassification is not over (F-11).";
    UnfinishedBusiness "UNFINISHED_BUSINESS" Refusal 200 false "重要公务尚未处理完毕" "Important business waits for this person (F-11).";
    UnderAudit "UNDER_AUDIT" Refusal 200 false "正在接受审计" "The person is under audit (F-11).";
    CriminalProceedings "CRIMINAL_PROCEEDINGS" Refusal 200 false "司法程序尚未终结" "Criminal proceedings are not concluded (F-11).";
    DismissalBarred "DISMISSAL_BARRED" Refusal 200 false "属于不得辞退的情形" "The law protects this person from dismissal (F-11).";
    DismissalGround "DISMISSAL_GROUND" Refusal 200 false "不符合辞退情形" "The ground of the dismissal does not hold (F-11).";
    NoticeMissing "NOTICE_MISSING" Refusal 200 false "未书面通知本人" "The decision has to be given to the person in writing first (F-11).";
    ReasonMissing "REASON_MISSING" Refusal 200 false "须说明理由" "A reason is missing.";
    DeathDate "DEATH_DATE" Refusal 200 false "死亡日期有误" "The day of death is not possible (H-05).";
    BarredPerson "BARRED_PERSON" Refusal 200 false "属于不得录用的情形" "The law bars the person from the service (H-05).";
    ProbationNotOver "PROBATION_NOT_OVER" Refusal 200 false "试用期未满" "The year of probation is not over (H-05).";
    OriginNotEligible "ORIGIN_NOT_ELIGIBLE" Refusal 200 false "调出单位不符合调任规定" "One is not called by lateral entry from there (H-05).";
    TargetTooLow "TARGET_TOO_LOW" Refusal 200 false "调任职务职级过低" "The post or rank is too low for lateral entry (H-05).";
    SameUnit "SAME_UNIT" Refusal 200 false "不能是原单位" "It has to be another unit than the present one (H-05).";
    PeriodReversed "PERIOD_REVERSED" Refusal 200 false "结束日期早于开始日期" "The period ends before it begins.";
    PeriodOverlaps "PERIOD_OVERLAPS" Refusal 200 false "与另一段挂职重叠" "It overlaps another secondment (H-05).";
    GroupNotOwn "GROUP_NOT_OWN" Refusal 200 false "自选事项只能加入本级分组" "Matters of one's own go to the group of one's level (H-02).";
    VersionOutOfOrder "VERSION_OUT_OF_ORDER" Refusal 200 false "版本顺序有误" "Versions follow each other (H-02).";
    NotCompetent "NOT_COMPETENT" Refusal 200 false "承办单位不管辖办件所属行政区划" "The unit's division does not cover that of the case (H-06).";
    UrgedToday "URGED_TODAY" Refusal 200 false "今天已经催办" "The item has been urged today.";
    TaskNotAccepted "TASK_NOT_ACCEPTED" Refusal 200 false "任务尚未接收" "The task has not been accepted (I-07).";
    TaskNotUnderWay "TASK_NOT_UNDER_WAY" Refusal 200 false "任务尚未落实" "Nothing has been done for the task yet (I-07).";
    TaskNotReported "TASK_NOT_REPORTED" Refusal 200 false "任务尚未反馈" "The task has not been reported as done (I-07).";
    TaskIncomplete "TASK_INCOMPLETE" Refusal 200 false "节点要素不全" "The task lacks place, nature, person, quantity or time (I-04).";
    TaskTooDeep "TASK_TOO_DEEP" Refusal 200 false "已是最末一级" "A process is the last of the four levels (I-05).";
    TasksBelowOpen "TASKS_BELOW_OPEN" Refusal 200 false "下级任务尚未完成" "Tasks below it are not done (I-04).";
    TasksBeforeOpen "TASKS_BEFORE_OPEN" Refusal 200 false "前置任务尚未完成" "Tasks that it comes after are not done (I-04).";
    DatesOutsideParent "DATES_OUTSIDE_PARENT" Refusal 200 false "超出上级的计划起止" "The days reach beyond those of what is above (I-04).";
    DependencyCycle "DEPENDENCY_CYCLE" Refusal 200 false "前后置关系成环" "Tasks would wait for each other (I-04).";
    InvalidTemplate "INVALID_TEMPLATE" Refusal 200 false "流程模板有误" "The template is no tree of tasks (I-04).";
    PlansDoNotAddUp "PLANS_DO_NOT_ADD_UP" Refusal 200 false "周期计划不一致" "Finer plans ask for more than the coarser (I-02).";
    ProgressFalls "PROGRESS_FALLS" Refusal 200 false "进度下降须说明理由" "Progress falls only with a reason (I-07).";
    NotResponsible "NOT_RESPONSIBLE" Refusal 200 false "不是该任务的责任人" "Only who answers for the task in this way may do it (I-05).";
    CoHandlerIsHandler "CO_HANDLER_IS_HANDLER" Refusal 200 false "主办人不能同时是配合人" "One person is not main handler and co-handler at once (I-07).";
    MonthNotOver "MONTH_NOT_OVER" Refusal 200 false "月份尚未结束" "A month is closed when it is over (I-02).";
    MonthClosed "MONTH_CLOSED" Refusal 200 false "月份已结算" "The month is closed: its plates stay (I-02).";
    NoDowngrade "NO_DOWNGRADE" Refusal 200 false "问题等级只升不降" "The grade of a problem only rises (I-05).";
    SecondPersonRequired "SECOND_PERSON_REQUIRED" Refusal 200 false "须由另一人审批" "Another person than who asked decides (K-anon).";
    TooFewPeople "TOO_FEW_PEOPLE" Refusal 200 false "人数过少，无法匿名" "So few people would be found in the figures (K-anon).";
    PasswordTooWeak "PASSWORD_TOO_WEAK" Refusal 200 false "口令强度不足" "The password is shorter or simpler than required.";
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The list of codes as a page of documentation.
pub fn render_docs() -> String {
    let mut out = String::from(
        "# Error codes\n\nWritten by `./regenerate` from `api/src/kernel/code.rs`; do not edit.\n\n\
         `extensions.code` and `userErrors.code` never change; `message` follows `Accept-Language`.\n",
    );
    for (title, kind) in [
        ("Failures of a request or field (`errors`)", Kind::Request),
        ("Refusals by a rule (`userErrors`)", Kind::Refusal),
    ] {
        out.push_str(&format!(
            "\n## {title}\n\n| code | HTTP | retry | 中文 | meaning |\n| --- | --- | --- | --- | --- |\n"
        ));
        for code in Code::ALL.iter().filter(|c| c.kind() == kind) {
            out.push_str(&format!(
                "| `{}` | {} | {} | {} | {} |\n",
                code.as_str(),
                code.status(),
                if code.retryable() { "yes" } else { "no" },
                code.message(Locale::ZhCn),
                code.message(Locale::En),
            ));
        }
    }
    out
}
