//! What tenants, nodes and agencies do together.

code_enum! {
    /// State of a consultation (会商状态).
    ConsultationState {
        /// 会商中
        Open = "OPEN",
        /// 已形成结论
        Concluded = "CONCLUDED",
    }
}
code_enum! {
    /// What a side of a consultation thinks (会商立场).
    Stance {
        /// 同意
        Support = "SUPPORT",
        /// 有条件同意
        Conditional = "CONDITIONAL",
        /// 不同意
        Oppose = "OPPOSE",
    }
}
code_enum! {
    /// State of a task force (专班状态); one whose last day is past is over as well.
    TaskForceState {
        /// 运行中
        Active = "ACTIVE",
        /// 已撤销
        Dissolved = "DISSOLVED",
    }
}
code_enum! {
    /// State of an acceptance review (验收状态).
    ReviewState {
        /// 验收中
        Open = "OPEN",
        /// 已有结论
        Concluded = "CONCLUDED",
    }
}
code_enum! {
    /// State of a peer of the exchange (交换节点状态).
    PeerState {
        /// 启用
        Active = "ACTIVE",
        /// 停用
        Disabled = "DISABLED",
    }
}
code_enum! {
    /// What a message between nodes carries (报文类型).
    MessageKind {
        /// 办件数据
        Case = "CASE",
        /// 通知
        Notice = "NOTICE",
    }
}
code_enum! {
    /// Whether a message has been received (报文状态).
    MessageState {
        /// 待送达
        Pending = "PENDING",
        /// 已送达，有回执
        Delivered = "DELIVERED",
    }
}
code_enum! {
    /// State of a dispute about shared data (异议状态), rule H-06.
    DisputeState {
        /// 待核实
        Open = "OPEN",
        /// 维持原值
        Kept = "KEPT",
        /// 已更正
        Corrected = "CORRECTED",
    }
}
code_enum! {
    /// What an agency's system says that it did to an item (回调动作).
    CallbackAction {
        /// 受理
        Accept = "ACCEPT",
        /// 办结
        Finish = "FINISH",
        /// 退回
        Return = "RETURN",
    }
}
