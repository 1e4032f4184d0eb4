//! The macro behind every closed list of names (封闭词表), so that adding a name is one line.

/// Declares an enum whose variants carry their name in policy text, in GraphQL, in English and in Chinese.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident, $kind:literal {
        $($variant:ident $text:literal $screaming:literal $english:literal $title:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = concat!($english, " (", $title, ").")] $variant,)+
        }

        impl $name {
            /// Every value, in declaration order (全部取值).
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The number of values (取值个数).
            pub const COUNT: usize = Self::ALL.len();

            /// The name in policy text, tokens and the database (名称).
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The name of the GraphQL enum value (接口枚举名).
            pub const fn screaming(self) -> &'static str {
                match self { $(Self::$variant => $screaming),+ }
            }

            /// The Chinese title shown to people (中文名称).
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// The position in [`Self::ALL`], always less than [`Self::COUNT`] (序号).
            pub const fn index(self) -> usize {
                self as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                match value {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownName { kind: $kind, value: value.to_owned() }),
                }
            }
        }
    };
}

pub(crate) use vocabulary;
