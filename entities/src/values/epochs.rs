//! How a set of plug-ins comes to work on all replicas.

code_enum! {
    /// How far a change of a tenant's set of plug-ins has come (代次状态).
    PluginEpochState {
        /// 准备中，尚未生效
        Preparing = "PREPARING",
        /// 已生效
        Active = "ACTIVE",
        /// 已放弃，从未生效
        Abandoned = "ABANDONED",
    }
}
code_enum! {
    /// What was done to a plug-in (代次动作).
    PluginEpochAction {
        /// 启用
        Enable = "ENABLE",
        /// 停用
        Disable = "DISABLE",
        /// 升级
        Upgrade = "UPGRADE",
        /// 回退
        Rollback = "ROLLBACK",
        /// 卸载
        Remove = "REMOVE",
    }
}
