//! What is asked of agencies' systems.

code_enum! {
    /// How it stands with what an agency's system is asked about an item (外呼状态).
    PluginCallState {
        /// 待呼叫
        Pending = "PENDING",
        /// 对方不可用，暂停计时
        Parked = "PARKED",
        /// 已答复
        Done = "DONE",
        /// 转人工
        Handed = "HANDED",
        /// 已由人工办理，不再呼叫
        Dropped = "DROPPED",
    }
}
