//! Roles (角色) and the groups that exist only in policy text.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a person or service account is in one organisation (角色).
    Role, "role" {
        Super "super" "SUPER" "district administrator, the top tier" "超级管理员";
        Senior "senior" "SENIOR" "town or department administrator" "高级管理员";
        Junior "junior" "JUNIOR" "village or branch administrator" "初级管理员";
        SystemAdmin "system_admin" "SYSTEM_ADMIN" "runs the platform, sees no business data" "系统管理员";
        SecurityAdmin "security_admin" "SECURITY_ADMIN" "assigns and revokes rights" "安全管理员";
        AuditAdmin "audit_admin" "AUDIT_ADMIN" "reads the audit trail" "审计管理员";
        Applicant "applicant" "APPLICANT" "the subject of the data" "本人/申请人";
        Handler "handler" "HANDLER" "clerk of the agency that handles a case" "承办单位经办人";
        Leader "leader" "LEADER" "leader, reads only" "领导";
    }
}

impl Role {
    /// The tier of an administrator, 3 at the top; `None` outside the three tiers (层级).
    pub const fn tier(self) -> Option<u8> {
        match self {
            Self::Super => Some(3),
            Self::Senior => Some(2),
            Self::Junior => Some(1),
            _ => None,
        }
    }

    /// Whether the role is one of the three mutually exclusive administrators (三员之一).
    pub const fn is_separated(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }
}

vocabulary! {
    /// A set of roles that policy text addresses at once; nobody is assigned a group (角色组).
    Group, "role" {
        Everyone "everyone" "EVERYONE" "whoever holds any role" "全体任职者";
        ThreeAdmins "three_admins" "THREE_ADMINS" "the three separated administrators" "三员";
    }
}
