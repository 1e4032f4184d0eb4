//! Enumerations that are stored as their GraphQL names.

/// A closed set of codes: stored as text, read as a GraphQL enum of the same spelling.
pub trait CodeEnum: Copy + Send + Sync + 'static {
    /// The GraphQL name of the set.
    const NAME: &'static str;
    /// What the set is.
    const DOC: &'static str;
    /// Each value with its meaning, in order.
    const VALUES: &'static [(&'static str, &'static str)];
    /// The stored and published spelling.
    fn as_str(self) -> &'static str;
    /// The value of a spelling, if there is one.
    fn parse(text: &str) -> Option<Self>;
}

macro_rules! code_enum {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $value_doc:literal])+ $value:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
                 sea_orm::EnumIter, sea_orm::DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[doc = $value_doc])+ #[sea_orm(string_value = $text)] #[serde(rename = $text)] $value),+
        }
        impl $crate::CodeEnum for $name {
            const NAME: &'static str = stringify!($name);
            const DOC: &'static str = concat!($($doc),+);
            const VALUES: &'static [(&'static str, &'static str)] = &[$(($text, concat!($($value_doc),+))),+];
            fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
            fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$value),)+ _ => None }
            }
        }
    };
}
