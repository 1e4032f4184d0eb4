//! The library of policies (政策库), and figures given away.

code_enum! {
    /// State of a request for anonymised figures (导出申请状态), rule K-anon.
    ExportState {
        /// 待审批
        Requested = "REQUESTED",
        /// 已同意
        Approved = "APPROVED",
        /// 不同意
        Refused = "REFUSED",
    }
}
code_enum! {
    /// Who issued a policy (政策层级), rule I-04.
    PolicyLevel {
        /// 中央
        Central = "CENTRAL",
        /// 省
        Province = "PROVINCE",
        /// 市
        City = "CITY",
        /// 县（市、区）
        County = "COUNTY",
    }
}
code_enum! {
    /// Kind of a document in the library (政策文件类型).
    PolicyKind {
        /// 政策
        Policy = "POLICY",
        /// 法律法规
        Law = "LAW",
        /// 规章制度
        Regulation = "REGULATION",
    }
}
code_enum! {
    /// State of a policy gap (政策缺口状态), rule I-04.
    PolicyGapState {
        /// 待对接
        Open = "OPEN",
        /// 已有政策对接
        Answered = "ANSWERED",
    }
}
