//! Resources (资源), actions (操作) and the pairs of them that exist.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is protected (资源).
    Resource, "resource" {
        Tenant "tenant" "TENANT" "tenant" "租户";
        Unit "unit" "UNIT" "unit of the organisation tree" "单位";
        PartyOrganisation "party_organisation" "PARTY_ORGANISATION" "party organisation" "党组织";
        Person "person" "PERSON" "person" "人员";
        PersonSensitive "person_sensitive" "PERSON_SENSITIVE" "ID number and telephone of a person" "人员敏感信息";
        Cadre "cadre" "CADRE" "cadre" "干部";
        CadreDiscipline "cadre_discipline" "CADRE_DISCIPLINE" "flag of a pending investigation" "干部纪律情况";
        Appointment "appointment" "APPOINTMENT" "appointment to a post" "任职";
        User "user" "USER" "account of a person" "用户";
        Assignment "assignment" "ASSIGNMENT" "role held in a unit" "授权";
        ServiceAccount "service_account" "SERVICE_ACCOUNT" "account of a program" "服务账号";
        Policy "policy" "POLICY" "this permission contract" "权限策略";
        RuleSet "rule_set" "RULE_SET" "versioned business rules" "规则集";
        CodeSet "code_set" "CODE_SET" "code table" "代码集";
        Matter "matter" "MATTER" "service that can be applied for" "事项";
        Plugin "plugin" "PLUGIN" "plug-in of the tenant" "插件";
        Connector "connector" "CONNECTOR" "connection of a plug-in to an agency's system" "插件连接器";
        PluginEpoch "plugin_epoch" "PLUGIN_EPOCH" "change of the set of plug-ins that serves" "插件代次";
        Schema "schema" "SCHEMA" "the API's own description" "接口定义";
        CustomField "custom_field" "CUSTOM_FIELD" "field that a plug-in adds" "扩展字段";
        Approval "approval" "APPROVAL" "formal approval" "审批";
        Case "case" "CASE" "application case" "办件";
        CaseItem "case_item" "CASE_ITEM" "part of a case handled by one agency" "办件事项";
        Attachment "attachment" "ATTACHMENT" "attached file" "附件";
        Consultation "consultation" "CONSULTATION" "consultation between city and county" "会商";
        TaskForce "task_force" "TASK_FORCE" "task force of several units" "专班";
        AcceptanceReview "acceptance_review" "ACCEPTANCE_REVIEW" "acceptance review of a lower tenant" "验收";
        Exchange "exchange" "EXCHANGE" "exchange with other nodes" "数据交换";
        SharedData "shared_data" "SHARED_DATA" "data that agencies give and disputes about them" "共享数据";
        WorkItem "work_item" "WORK_ITEM" "item of work" "工作事项";
        Task "task" "TASK" "task of an item" "任务";
        Problem "problem" "PROBLEM" "problem under supervision" "督查问题";
        PolicyDocument "policy_document" "POLICY_DOCUMENT" "document of the library of policies" "政策文件";
        Audit "audit" "AUDIT" "audit trail" "审计日志";
        Statistic "statistic" "STATISTIC" "aggregated figures" "统计";
        Job "job" "JOB" "background job" "后台任务";
        Diagnostics "diagnostics" "DIAGNOSTICS" "diagnosis of the running platform" "诊断";
    }
}

vocabulary! {
    /// What is done to a resource (操作).
    Action, "action" {
        Read "read" "READ" "read" "查看";
        Create "create" "CREATE" "create" "新建";
        Update "update" "UPDATE" "update" "修改";
        Move "move" "MOVE" "move within the tree" "调整隶属";
        Close "close" "CLOSE" "close" "撤销";
        Disable "disable" "DISABLE" "disable" "停用";
        Grant "grant" "GRANT" "grant a role" "授予";
        Revoke "revoke" "REVOKE" "take back" "收回";
        Explain "explain" "EXPLAIN" "ask which line decided" "解释";
        Publish "publish" "PUBLISH" "publish" "发布";
        Submit "submit" "SUBMIT" "submit" "提交";
        Supplement "supplement" "SUPPLEMENT" "add what was missing" "补正";
        Withdraw "withdraw" "WITHDRAW" "withdraw" "撤回";
        Accept "accept" "ACCEPT" "accept for handling" "受理";
        Return "return" "RETURN" "send back" "退回";
        RequestSupplement "request_supplement" "REQUEST_SUPPLEMENT" "ask for what is missing" "要求补正";
        Finish "finish" "FINISH" "finish" "办结";
        Upload "upload" "UPLOAD" "upload" "上传";
        Download "download" "DOWNLOAD" "download" "下载";
        Run "run" "RUN" "run" "执行";
        Transfer "transfer" "TRANSFER" "pass to whoever is competent" "移送";
        Urge "urge" "URGE" "urge" "催办";
        Delegate "delegate" "DELEGATE" "let a colleague stand in" "委托";
        Instruct "instruct" "INSTRUCT" "give an instruction" "批示";
        Sql "sql" "SQL" "see the SQL of a request" "查看语句";
    }
}

/// One action on one resource (权限点).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission {
    /// What is protected (资源).
    pub resource: Resource,
    /// What is done to it (操作).
    pub action: Action,
}

impl Permission {
    /// Whether the pair means anything on this platform (是否有效).
    pub fn exists(self) -> bool {
        PERMISSIONS.contains(&self)
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.resource, self.action)
    }
}

macro_rules! permissions {
    ($($resource:ident: $($action:ident)+;)+) => {
        /// Every pair that means something; policy text can give no other (有效权限点).
        pub const PERMISSIONS: &[Permission] = &[
            $($(Permission { resource: Resource::$resource, action: Action::$action },)+)+
        ];
    };
}

permissions! {
    Tenant: Read;
    Unit: Read Create Update Move Close;
    PartyOrganisation: Read Create Update;
    Person: Read Create Update;
    PersonSensitive: Read;
    Cadre: Read Create Update;
    CadreDiscipline: Read Update;
    Appointment: Read;
    User: Read Create Disable;
    Assignment: Read Grant Revoke;
    ServiceAccount: Read Create Revoke;
    Policy: Explain;
    RuleSet: Read Publish;
    CodeSet: Read;
    Matter: Read Publish;
    Plugin: Read Publish Run;
    Connector: Read Update;
    PluginEpoch: Read;
    Schema: Read;
    CustomField: Update;
    Approval: Read Create Revoke;
    Case: Read Submit Supplement Withdraw;
    CaseItem: Read Accept Return RequestSupplement Finish Supplement Transfer Urge Delegate;
    Attachment: Read Upload Download;
    Consultation: Read Create Update Close;
    TaskForce: Read Create Update Close;
    AcceptanceReview: Read Create Update Close;
    Exchange: Read Create Disable Submit;
    SharedData: Read Create Update Submit Finish;
    WorkItem: Read Create Publish Close;
    Task: Read Create Update Publish Accept Submit Finish Urge Instruct Transfer Withdraw Close;
    Problem: Read Create Update Close;
    PolicyDocument: Read Submit Publish;
    Audit: Read;
    Statistic: Read Submit Publish;
    Job: Read Run;
    Diagnostics: Sql;
}
