//! The enumerations that columns hold. A word here is the word in the database and in GraphQL.

mod calls;
mod epochs;
mod library;
mod together;
mod work;

pub use calls::*;
pub use epochs::*;
pub use library::*;
pub use together::*;
pub use work::*;

pub use crate::decisions::EffectKind;

code_enum! {
    /// Level of a tenant in the tree of divisions (层级).
    TenantLevel {
        /// 省
        Province = "PROVINCE",
        /// 市
        City = "CITY",
        /// 县（市、区）
        County = "COUNTY",
    }
}
code_enum! {
    /// Whether a tenant is served.
    TenantState {
        /// 正常
        Active = "ACTIVE",
        /// 停用
        Suspended = "SUSPENDED",
    }
}
code_enum! {
    /// Sequence of a unit (机构序列), rule E-05.
    UnitSequence {
        /// 党委
        Party = "PARTY",
        /// 政府
        Government = "GOVERNMENT",
        /// 人大政协群团
        CongressAndMass = "CONGRESS_AND_MASS",
        /// 街道乡镇
        Township = "TOWNSHIP",
        /// 事业
        Institution = "INSTITUTION",
    }
}
code_enum! {
    /// Kind of a unit (机构性质).
    UnitKind {
        /// 行政机关
        Organ = "ORGAN",
        /// 参照公务员法管理的事业单位
        ReferencedInstitution = "REFERENCED_INSTITUTION",
        /// 事业单位
        PublicInstitution = "PUBLIC_INSTITUTION",
        /// 群众团体
        MassOrganisation = "MASS_ORGANISATION",
        /// 内设机构
        InternalOffice = "INTERNAL_OFFICE",
        /// 议事协调机构
        CoordinatingBody = "COORDINATING_BODY",
    }
}
code_enum! {
    /// Kind of a party organisation (党组织类别), rule C-16.
    PartyOrganisationKind {
        /// 党委
        Committee = "COMMITTEE",
        /// 党总支
        GeneralBranch = "GENERAL_BRANCH",
        /// 党支部
        Branch = "BRANCH",
        /// 党小组
        Group = "GROUP",
    }
}
code_enum! {
    /// State of a cadre (人员状态, A0163).
    CadreState {
        /// 拟录用、拟调任人选，未办结
        Candidate = "CANDIDATE",
        /// 试用期
        Probation = "PROBATION",
        /// 在职
        Serving = "SERVING",
        /// 已办结退休手续，待生效
        Retiring = "RETIRING",
        /// 退休
        Retired = "RETIRED",
        /// 辞职
        Resigned = "RESIGNED",
        /// 辞退或开除
        Dismissed = "DISMISSED",
        /// 调出
        Transferred = "TRANSFERRED",
        /// 死亡
        Deceased = "DECEASED",
        /// 取消录用
        NotConfirmed = "NOT_CONFIRMED",
    }
}
code_enum! {
    /// By which rules a person is managed (人员性质), rule E-02.
    PersonnelKind {
        /// 公务员
        CivilServant = "CIVIL_SERVANT",
        /// 参照公务员法管理人员
        Referenced = "REFERENCED",
        /// 事业单位人员
        PublicInstitution = "PUBLIC_INSTITUTION",
        /// 工勤人员
        Worker = "WORKER",
    }
}
code_enum! {
    /// Retirement category (退休类别), rules D-01 and D-04.
    RetirementCategory {
        /// 男职工，原六十周岁
        M60 = "M60",
        /// 女职工，原五十五周岁
        F55 = "F55",
        /// 女职工，原五十周岁
        F50 = "F50",
        /// 女处级干部，六十周岁
        F60 = "F60",
    }
}
code_enum! {
    /// Leadership level of a post (领导职务层次), rule B-01.
    PostLevel {
        /// 厅局级正职
        BureauChief = "BUREAU_CHIEF",
        /// 厅局级副职
        BureauDeputy = "BUREAU_DEPUTY",
        /// 县处级正职
        DivisionChief = "DIVISION_CHIEF",
        /// 县处级副职
        DivisionDeputy = "DIVISION_DEPUTY",
        /// 乡科级正职
        SectionChief = "SECTION_CHIEF",
        /// 乡科级副职
        SectionDeputy = "SECTION_DEPUTY",
        /// 无领导职务
        NoLeadership = "NO_LEADERSHIP",
    }
}
code_enum! {
    /// Rank of a civil servant (职级), rule B-01, high to low.
    CivilServantRank {
        /// 一级巡视员
        Counsel1 = "COUNSEL_1",
        /// 二级巡视员
        Counsel2 = "COUNSEL_2",
        /// 一级调研员
        Consultant1 = "CONSULTANT_1",
        /// 二级调研员
        Consultant2 = "CONSULTANT_2",
        /// 三级调研员
        Consultant3 = "CONSULTANT_3",
        /// 四级调研员
        Consultant4 = "CONSULTANT_4",
        /// 一级主任科员
        PrincipalClerk1 = "PRINCIPAL_CLERK_1",
        /// 二级主任科员
        PrincipalClerk2 = "PRINCIPAL_CLERK_2",
        /// 三级主任科员
        PrincipalClerk3 = "PRINCIPAL_CLERK_3",
        /// 四级主任科员
        PrincipalClerk4 = "PRINCIPAL_CLERK_4",
        /// 一级科员
        Clerk1 = "CLERK_1",
        /// 二级科员
        Clerk2 = "CLERK_2",
    }
}
code_enum! {
    /// Whether a user may log in.
    UserState {
        /// 正常
        Active = "ACTIVE",
        /// 停用
        Disabled = "DISABLED",
    }
}
code_enum! {
    /// Whose account it is.
    UserKind {
        /// 自然人
        Human = "HUMAN",
        /// 服务账号
        Service = "SERVICE",
    }
}
code_enum! {
    /// Group of a matter in the catalogue (事项分组), rule H-02.
    MatterGroup {
        /// 省定基础事项
        ProvincialBase = "PROVINCIAL_BASE",
        /// 省定联办事项
        ProvincialLinked = "PROVINCIAL_LINKED",
        /// 市级自选事项
        City = "CITY",
        /// 县级自选事项
        County = "COUNTY",
    }
}
code_enum! {
    /// State of one version of a matter.
    MatterState {
        /// 已发布，待施行
        Announced = "ANNOUNCED",
        /// 现行
        Active = "ACTIVE",
        /// 已被新版本取代，在办件仍按它办理
        Superseded = "SUPERSEDED",
        /// 已停办，在办件仍按它办理
        Closed = "CLOSED",
    }
}
code_enum! {
    /// Whether a tenant's plug-in is at work (插件状态).
    PluginState {
        /// 已安装，未启用
        Installed = "INSTALLED",
        /// 已启用
        Enabled = "ENABLED",
        /// 已停用，数据可读
        Disabled = "DISABLED",
        /// 已卸载，数据可读
        Removed = "REMOVED",
    }
}
code_enum! {
    /// Whether a material belongs to the old way or to the present one (材料阶段), rule H-03.
    MaterialPhase {
        /// 改革前需要提交
        Before = "BEFORE",
        /// 现在需要提交
        Current = "CURRENT",
    }
}
code_enum! {
    /// State of an approval of a base matter (审批).
    ApprovalState {
        /// 有效
        Active = "ACTIVE",
        /// 已撤销
        Revoked = "REVOKED",
    }
}
code_enum! {
    /// State of a case (办件), rule H-03.
    CaseState {
        /// 办理中
        Running = "RUNNING",
        /// 已办结
        Done = "DONE",
        /// 已撤回或因审批撤销而终止
        Cancelled = "CANCELLED",
    }
}
code_enum! {
    /// What a case does.
    CaseKind {
        /// 正常办理
        Ordinary = "ORDINARY",
        /// 撤销已办结果的回退件
        Reversal = "REVERSAL",
    }
}
code_enum! {
    /// State of an agency's item of a case (联办件), rule H-03.
    CaseItemState {
        /// 等待前置环节
        Waiting = "WAITING",
        /// 待受理
        Pending = "PENDING",
        /// 已受理
        Accepted = "ACCEPTED",
        /// 待补正
        Supplement = "SUPPLEMENT",
        /// 已退回
        Returned = "RETURNED",
        /// 已办结
        Done = "DONE",
        /// 随办件终止
        Cancelled = "CANCELLED",
    }
}
code_enum! {
    /// What happened to a case or one of its items (办理动作).
    CaseAction {
        /// 提交
        Submit = "SUBMIT",
        /// 开始并联办理
        Start = "START",
        /// 受理
        Accept = "ACCEPT",
        /// 要求补正
        RequestSupplement = "REQUEST_SUPPLEMENT",
        /// 补正
        Supply = "SUPPLY",
        /// 退回
        Return = "RETURN",
        /// 重新提交
        Resubmit = "RESUBMIT",
        /// 办结
        Finish = "FINISH",
        /// 全部办结
        Complete = "COMPLETE",
        /// 终止
        Cancel = "CANCEL",
        /// 人员变动生效
        Effect = "EFFECT",
        /// 移送
        Transfer = "TRANSFER",
        /// 催办
        Urge = "URGE",
        /// 时限提醒
        Remind = "REMIND",
    }
}
code_enum! {
    /// When a case is done (汇合方式), rule H-03.
    JoinMode {
        /// 全部必办件办结
        All = "ALL",
        /// 任一必办件办结
        Any = "ANY",
        /// 达到规定件数的必办件办结
        AtLeast = "AT_LEAST",
    }
}
code_enum! {
    /// Lamp of a working-day clock (办理时限灯), rule H-04.
    ClockLamp {
        /// 未过半
        Green = "GREEN",
        /// 已过半
        Amber = "AMBER",
        /// 超期
        Red = "RED",
    }
}
code_enum! {
    /// State of an attachment's bytes.
    AttachmentState {
        /// 已登记，未上传
        Pending = "PENDING",
        /// 已上传
        Stored = "STORED",
    }
}
code_enum! {
    /// What a file ticket allows.
    TicketPurpose {
        /// 上传
        Upload = "UPLOAD",
        /// 下载
        Download = "DOWNLOAD",
    }
}
code_enum! {
    /// Role of an administrator or user (角色); the rights of each are in `policies/roles.csv`.
    RoleName {
        /// 超级管理员
        Super = "SUPER",
        /// 高级管理员
        Senior = "SENIOR",
        /// 初级管理员
        Junior = "JUNIOR",
        /// 系统管理员
        SystemAdmin = "SYSTEM_ADMIN",
        /// 安全管理员
        SecurityAdmin = "SECURITY_ADMIN",
        /// 审计管理员
        AuditAdmin = "AUDIT_ADMIN",
        /// 本人（申请人）
        Applicant = "APPLICANT",
        /// 承办单位经办人
        Handler = "HANDLER",
        /// 领导
        Leader = "LEADER",
    }
}
