//! The enumerations of what an approval is decided on (审批依据). A word here is the word in GraphQL and in the
//! stored decision.

code_enum! {
    /// Result of a year's assessment (年度考核结果), rule A-01.
    YearGrade {
        /// 优秀
        Excellent = "EXCELLENT",
        /// 称职
        Competent = "COMPETENT",
        /// 基本称职
        BasicallyCompetent = "BASICALLY_COMPETENT",
        /// 不称职
        Incompetent = "INCOMPETENT",
        /// 不定等次
        Undetermined = "UNDETERMINED",
        /// 不进行考核
        NotAssessed = "NOT_ASSESSED",
        /// 试用期，写评语不定等次
        Probation = "PROBATION",
    }
}
code_enum! {
    /// Whose posts the quota of ranks is a share of (职级设置层级), rule B-06.
    RankPool {
        /// 中央机关
        Central = "CENTRAL",
        /// 省级机关
        Province = "PROVINCE",
        /// 副省级城市机关
        SubProvincialCity = "SUB_PROVINCIAL_CITY",
        /// 市（地）级机关
        City = "CITY",
        /// 县（市、区）、乡镇机关
        County = "COUNTY",
        /// 县（市、区）领导班子
        CountyTeam = "COUNTY_TEAM",
    }
}
code_enum! {
    /// Kind of establishment (编制类型), rule E-02.
    EstablishmentKind {
        /// 行政编制
        Administrative = "ADMINISTRATIVE",
        /// 政法专项编制
        PoliticalLegal = "POLITICAL_LEGAL",
        /// 事业编制
        Institution = "INSTITUTION",
        /// 工勤编制
        Worker = "WORKER",
    }
}
code_enum! {
    /// Whether a person is dismissed or expelled (辞退、开除).
    DismissalKind {
        /// 辞退
        Dismissal = "DISMISSAL",
        /// 开除
        Expulsion = "EXPULSION",
    }
}
code_enum! {
    /// Ground of a dismissal (辞退情形), rule F-11.
    DismissalGround {
        /// 连续两年不称职
        TwoIncompetentYears = "TWO_INCOMPETENT_YEARS",
        /// 不胜任现职工作，又不接受其他安排
        UnfitAndUnwilling = "UNFIT_AND_UNWILLING",
        /// 因机构调整等需要调整工作，本人拒绝合理安排
        RefusesPlacement = "REFUSES_PLACEMENT",
        /// 不履行义务、不遵守纪律，经教育仍无转变
        Unreformed = "UNREFORMED",
        /// 旷工或者逾期不归
        Absence = "ABSENCE",
    }
}
code_enum! {
    /// Why a person must not be dismissed (不得辞退情形), rule F-11.
    DismissalBar {
        /// 因公致残，被确认丧失或者部分丧失工作能力
        DisabledOnDuty = "DISABLED_ON_DUTY",
        /// 患病或者负伤，在规定的医疗期内
        MedicalPeriod = "MEDICAL_PERIOD",
        /// 女性在孕期、产假、哺乳期内
        Maternity = "MATERNITY",
        /// 法律、行政法规规定的其他不得辞退的情形
        Other = "OTHER",
    }
}
code_enum! {
    /// Why a person must not enter the service (不得录用情形), rule H-05.
    EntryBar {
        /// 因犯罪受过刑事处罚
        CriminalPunishment = "CRIMINAL_PUNISHMENT",
        /// 被开除中国共产党党籍
        ExpelledFromParty = "EXPELLED_FROM_PARTY",
        /// 被开除公职
        ExpelledFromOffice = "EXPELLED_FROM_OFFICE",
        /// 被依法列为失信联合惩戒对象
        JointPunishment = "JOINT_PUNISHMENT",
        /// 法律规定不得录用为公务员的其他情形
        OtherLaw = "OTHER_LAW",
    }
}
code_enum! {
    /// Where a person called by lateral entry comes from (调出单位性质), rule H-05.
    EntryOrigin {
        /// 国有企业
        StateEnterprise = "STATE_ENTERPRISE",
        /// 高等院校
        University = "UNIVERSITY",
        /// 科研院所
        ResearchInstitute = "RESEARCH_INSTITUTE",
        /// 其他不参照公务员法管理的事业单位
        PublicInstitution = "PUBLIC_INSTITUTION",
        /// 公务员或者参照公务员法管理的单位
        CivilService = "CIVIL_SERVICE",
        /// 其他
        Other = "OTHER",
    }
}
code_enum! {
    /// How a probation ends (试用期满处理), rule H-05.
    ProbationOutcome {
        /// 合格，予以任职
        Confirmed = "CONFIRMED",
        /// 不合格，取消录用
        Cancelled = "CANCELLED",
    }
}
code_enum! {
    /// What a finished case does to the personnel register (人员变动).
    EffectKind {
        /// 退休
        Retire = "RETIRE",
        /// 撤销退休
        ReverseRetirement = "REVERSE_RETIREMENT",
        /// 录用、调任、军转安置
        Enter = "ENTER",
        /// 转任、公开遴选
        Move = "MOVE",
        /// 挂职
        Second = "SECOND",
        /// 挂职期满返回
        ReturnFromSecondment = "RETURN_FROM_SECONDMENT",
        /// 职务职级变动
        ChangePosition = "CHANGE_POSITION",
        /// 辞去公职
        Resign = "RESIGN",
        /// 辞退、开除
        Dismiss = "DISMISS",
        /// 死亡
        Die = "DIE",
        /// 撤销前述变动
        Reverse = "REVERSE",
    }
}
