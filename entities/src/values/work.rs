//! Work: items, tasks, plates and supervision (天工、实绩).

code_enum! {
    /// Where work comes from (任务来源), rules I-04 and K.
    WorkSourceKind {
        /// 党委全会报告、政府工作报告条款
        ReportClause = "REPORT_CLAUSE",
        /// 领导批示
        Instruction = "INSTRUCTION",
        /// 民生实事、民生服务事项
        Livelihood = "LIVELIHOOD",
        /// 重点交办事项
        KeyAssignment = "KEY_ASSIGNMENT",
        /// 专项督办事项
        SpecialSupervision = "SPECIAL_SUPERVISION",
        /// 重大项目
        MajorProject = "MAJOR_PROJECT",
        /// 重点工作
        KeyWork = "KEY_WORK",
        /// 重要指标
        KeyIndicator = "KEY_INDICATOR",
        /// 社会联动事件
        LinkedEvent = "LINKED_EVENT",
        /// 民情事项
        Opinion = "OPINION",
    }
}
code_enum! {
    /// Kind of an item (项目类型), K.
    WorkItemKind {
        /// 建设类
        Construction = "CONSTRUCTION",
        /// 指标类
        Indicator = "INDICATOR",
    }
}
code_enum! {
    /// Class of an item (项目类别), K.
    WorkItemClass {
        /// 八大战役
        Battle = "BATTLE",
        /// 重点工作
        KeyWork = "KEY_WORK",
        /// 重点项目
        KeyProject = "KEY_PROJECT",
        /// 其他
        Other = "OTHER",
    }
}
code_enum! {
    /// State of an item (事项状态).
    WorkItemState {
        /// 推进中
        Open = "OPEN",
        /// 已办结，入知识库
        Closed = "CLOSED",
    }
}
code_enum! {
    /// Level of a task in the tree (任务层级), rule I-05: each is owned by a level of cadres.
    TaskLevel {
        /// 任务（区级）
        Task = "TASK",
        /// 项目（正处）
        Project = "PROJECT",
        /// 计划（副处）
        Plan = "PLAN",
        /// 进程（科级）
        Process = "PROCESS",
    }
}
code_enum! {
    /// How often a task comes round (任务周期), rule I-07.
    TaskCycle {
        /// 年度
        Yearly = "YEARLY",
        /// 月度
        Monthly = "MONTHLY",
        /// 日常
        Daily = "DAILY",
    }
}
code_enum! {
    /// State of a task in the closed loop (闭环状态), rule I-07.
    TaskState {
        /// 拟定
        Draft = "DRAFT",
        /// 已发布
        Published = "PUBLISHED",
        /// 已接收
        Accepted = "ACCEPTED",
        /// 落实中
        UnderWay = "UNDER_WAY",
        /// 已反馈
        Reported = "REPORTED",
        /// 已评价
        Evaluated = "EVALUATED",
        /// 已撤回
        Withdrawn = "WITHDRAWN",
    }
}
code_enum! {
    /// Lamp of a task (五色灯), rule I-01; not the lamps of other domains.
    TaskLamp {
        /// 白灯：已定位
        White = "WHITE",
        /// 蓝灯：超前
        Blue = "BLUE",
        /// 绿灯：正常
        Green = "GREEN",
        /// 黄灯：出错
        Yellow = "YELLOW",
        /// 红灯：滞后
        Red = "RED",
    }
}
code_enum! {
    /// Kind of responsibility for a task (责任类型), rule I-05.
    TaskDutyKind {
        /// 领导责任
        Leading = "LEADING",
        /// 分管责任
        InCharge = "IN_CHARGE",
        /// 执行责任
        Executing = "EXECUTING",
        /// 配合责任
        Assisting = "ASSISTING",
    }
}
code_enum! {
    /// What was done to a task (办理动作), rule I-07.
    TaskAction {
        /// 拟定
        Create = "CREATE",
        /// 修改
        Update = "UPDATE",
        /// 发布
        Publish = "PUBLISH",
        /// 接收
        Accept = "ACCEPT",
        /// 落实
        Progress = "PROGRESS",
        /// 反馈
        Feedback = "FEEDBACK",
        /// 评价
        Evaluate = "EVALUATE",
        /// 退回
        Return = "RETURN",
        /// 催办
        Urge = "URGE",
        /// 批示
        Instruct = "INSTRUCT",
        /// 转办
        Forward = "FORWARD",
        /// 增加配合人
        CoHandler = "CO_HANDLER",
        /// 撤回
        Withdraw = "WITHDRAW",
        /// 归档
        Archive = "ARCHIVE",
        /// 标记出错
        ErrorRaise = "ERROR_RAISE",
        /// 消除出错
        ErrorClear = "ERROR_CLEAR",
        /// 事前谋划
        Prepare = "PREPARE",
        /// 主动对接
        Contact = "CONTACT",
        /// 认真检查
        Check = "CHECK",
        /// 绑定资料
        File = "FILE",
        /// 关键时刻表现
        KeyMoment = "KEY_MOMENT",
    }
}
code_enum! {
    /// How long a file is kept (保管期限).
    FileRetention {
        /// 10 年
        TenYears = "TEN_YEARS",
        /// 30 年
        ThirtyYears = "THIRTY_YEARS",
        /// 永久
        Permanent = "PERMANENT",
    }
}
code_enum! {
    /// Period of a plan (计划周期), rule I-03.
    PlanPeriod {
        /// 年
        Year = "YEAR",
        /// 月
        Month = "MONTH",
        /// 周
        Week = "WEEK",
    }
}
code_enum! {
    /// What a message is about (提醒类型).
    NoticeKind {
        /// 任务发布
        Published = "PUBLISHED",
        /// 批示指令
        Instruction = "INSTRUCTION",
        /// 批示抄送
        InstructionCopy = "INSTRUCTION_COPY",
        /// 下一环节
        NextTask = "NEXT_TASK",
        /// 下级全部完成
        ChildrenDone = "CHILDREN_DONE",
        /// 催办
        Urge = "URGE",
        /// 临期
        DueSoon = "DUE_SOON",
        /// 逾期
        Overdue = "OVERDUE",
        /// 撤回
        Withdrawn = "WITHDRAWN",
        /// 转办
        Forwarded = "FORWARDED",
        /// 协作请求
        Request = "REQUEST",
        /// 问题
        Problem = "PROBLEM",
    }
}
code_enum! {
    /// How urgent a message is (预警级别).
    NoticeLevel {
        /// 一般
        Info = "INFO",
        /// 警示
        Warning = "WARNING",
        /// 紧急
        Alert = "ALERT",
    }
}
code_enum! {
    /// State of a request between units (协作请求状态).
    RequestState {
        /// 待答复
        Open = "OPEN",
        /// 已答复
        Answered = "ANSWERED",
    }
}
code_enum! {
    /// Colour of a plate (三色牌), rule I-02; not the colours of other domains.
    PlateColour {
        /// 绿牌：完成或超额完成
        Green = "GREEN",
        /// 黄牌：牵头连带
        Yellow = "YELLOW",
        /// 红牌：未完成
        Red = "RED",
    }
}
code_enum! {
    /// Cause of a problem (问题成因).
    ProblemCause {
        /// 延误
        Delay = "DELAY",
        /// 质量
        Quality = "QUALITY",
        /// 协调不力
        Coordination = "COORDINATION",
        /// 政策缺口
        PolicyGap = "POLICY_GAP",
        /// 群众反映
        Citizen = "CITIZEN",
        /// 其他
        Other = "OTHER",
    }
}
code_enum! {
    /// Grade of a problem (问题等级), rule I-05.
    ProblemGrade {
        /// 轻微：系统通知
        Minor = "MINOR",
        /// 一般：区委办、区府办督促
        Ordinary = "ORDINARY",
        /// 严重：效能督查、干部约谈
        Serious = "SERIOUS",
    }
}
code_enum! {
    /// State of a problem (问题状态).
    ProblemState {
        /// 未解决
        Open = "OPEN",
        /// 已解决
        Resolved = "RESOLVED",
    }
}
code_enum! {
    /// A supervisor (督查主体), rule I-05.
    SupervisorBody {
        /// 区委督查室
        PartyOffice = "PARTY_OFFICE",
        /// 政府督查科
        GovernmentOffice = "GOVERNMENT_OFFICE",
        /// 考评办
        AssessmentOffice = "ASSESSMENT_OFFICE",
        /// 纪委监委
        Discipline = "DISCIPLINE",
        /// 组织部
        Organisation = "ORGANISATION",
    }
}
code_enum! {
    /// What was done to a problem (督查动作).
    ProblemAction {
        /// 提出
        Raise = "RAISE",
        /// 加入督查
        Join = "JOIN",
        /// 升级
        Escalate = "ESCALATE",
        /// 约谈
        Interview = "INTERVIEW",
        /// 解决
        Resolve = "RESOLVE",
    }
}
code_enum! {
    /// State of what a citizen brought forward (群众事项状态).
    CitizenMatterState {
        /// 已受理
        Received = "RECEIVED",
        /// 办理中
        Handling = "HANDLING",
        /// 已办结
        Done = "DONE",
    }
}
code_enum! {
    /// What is laid down about a task (工作留痕), rule I-04.
    TaskRecordKind {
        /// 事前提前谋划
        Prepare = "PREPARE",
        /// 事中主动对接
        Contact = "CONTACT",
        /// 事后认真检查
        Check = "CHECK",
        /// 关键时刻表现 of whoever carries the task out
        KeyMoment = "KEY_MOMENT",
    }
}
