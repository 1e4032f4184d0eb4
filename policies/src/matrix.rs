//! The contract as a table for people (权限矩阵).

use std::fmt::Write;

use crate::{Compiled, PERMISSIONS, Permission, Role, Scope};

impl Compiled {
    /// One row per permission, one column per role (权限矩阵): scope letters, `.` for no right, `!` for a denial.
    /// Below it, the roles each role may grant.
    pub fn matrix(&self) -> String {
        let first = PERMISSIONS.iter().map(|permission| permission.to_string().len()).max().unwrap_or_default();
        let mut lines = vec![format!("# {}; . none; ! denied", legend())];
        lines.push(row("", first, |role| role.as_str().to_owned()));
        for permission in PERMISSIONS {
            lines.push(row(&permission.to_string(), first, |role| self.letters(role, *permission)));
        }
        lines.push(String::new());
        lines.push("# grants".to_owned());
        for role in Role::ALL {
            let granted: Vec<&str> = role.grantable().iter().map(|role| role.as_str()).collect();
            let granted = if granted.is_empty() { ".".to_owned() } else { granted.join(" ") };
            lines.push(format!("{:<first$}  {granted}", role.as_str()));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn letters(&self, role: Role, Permission { resource, action }: Permission) -> String {
        if self.denies(role, resource, action) {
            return "!".to_owned();
        }
        let decision = self.decide(&[role], resource, action);
        if decision.allowed { decision.scopes.iter().map(Scope::letter).collect() } else { ".".to_owned() }
    }
}

fn legend() -> String {
    let names: Vec<String> = Scope::ALL.iter().map(|scope| format!("{} {scope}", scope.letter())).collect();
    names.join("; ")
}

fn row(name: &str, first: usize, cell: impl Fn(Role) -> String) -> String {
    let mut line = format!("{name:<first$}");
    for role in Role::ALL {
        // Writing to a string cannot fail.
        let _ = write!(line, "  {:<width$}", cell(*role), width = role.as_str().len());
    }
    line.trim_end().to_owned()
}
