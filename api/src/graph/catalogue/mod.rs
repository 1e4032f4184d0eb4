//! What can be read: one declaration per type over the tables, from which the schema, the statements
//! and the row conditions all follow.

mod entry;
mod fields;
mod resolver;
mod set;

use std::{borrow::Cow, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use entities::CodeEnum;
use policies::Resource;
use serde_json::{Map, Value as Json};

pub use entry::{Actor, Besides, By, Entry, Part, Shape};
pub use fields::{code, column, computed, expression, many, member, one, resolved};
pub use resolver::Resolver;
pub use set::{Catalogue, EXTENDS, Root, to_one_column};

use crate::kernel::{calendar::WorkCalendar, reach::ScopeRules};

/// Words of a declaration: ours are in the program, a plug-in's go with the schema that they were made for.
pub type Text = Cow<'static, str>;

/// The form in which a column's value is published.
#[derive(Clone, Debug)]
pub enum Scalar {
    /// A typed id with its prefix.
    Id(&'static str),
    /// Text.
    String,
    /// A 32-bit integer.
    Int,
    /// A 64-bit integer, as text.
    Long,
    /// A number with a fraction; averages only.
    Float,
    /// A truth value.
    Boolean,
    /// A civil date.
    Date,
    /// A date of day or month precision.
    PartialDate,
    /// A month.
    YearMonth,
    /// A number with decimal places, as text; computed only.
    Decimal,
    /// An instant.
    DateTime,
    /// Any JSON value.
    Json,
    /// One of a closed set of codes.
    Enum(EnumDef),
}

/// A closed set of codes, as the schema shows it.
#[derive(Clone, Debug)]
pub struct EnumDef {
    /// GraphQL name.
    pub name: Text,
    /// What the set is.
    pub doc: Text,
    /// Values with their meaning.
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    Ours(&'static [(&'static str, &'static str)]),
    Theirs(Arc<[(String, String)]>),
}

impl EnumDef {
    /// The set of a code enumeration.
    pub const fn of<E: CodeEnum>() -> Self {
        Self { name: Cow::Borrowed(E::NAME), doc: Cow::Borrowed(E::DOC), values: Values::Ours(E::VALUES) }
    }

    /// A set that a plug-in declares.
    pub fn declared(name: String, doc: String, values: Arc<[(String, String)]>) -> Self {
        Self { name: name.into(), doc: doc.into(), values: Values::Theirs(values) }
    }

    /// Whether a plug-in declares it: what is in the rows is then not the platform's own word.
    pub const fn is_declared(&self) -> bool {
        matches!(self.values, Values::Theirs(_))
    }

    /// Values with their meaning.
    pub fn values(&self) -> Vec<(&str, &str)> {
        match &self.values {
            Values::Ours(values) => values.to_vec(),
            Values::Theirs(values) => values.iter().map(|(name, doc)| (name.as_str(), doc.as_str())).collect(),
        }
    }
}

/// The columns that a computed field asked for.
pub type Row = Map<String, Json>;

/// What a computed field may know besides its row.
pub struct Moment<'a> {
    /// Today's civil date.
    pub today: NaiveDate,
    /// This instant.
    pub now: DateTime<Utc>,
    /// The working-day calendar.
    pub calendar: &'a WorkCalendar,
}

/// A pure function of a row and a moment.
pub type Compute = fn(&Row, &Moment<'_>) -> Json;

/// Where a field's value comes from. In templates `{t}` is the row's alias, `{c}` the other row's,
/// `{tenant}` the tenant; in an expression `{day}` is today.
#[derive(Clone, Debug)]
pub enum Source {
    /// A column of the table.
    Column(&'static str, Scalar),
    /// An expression over the row.
    Expression(&'static str, Scalar),
    /// A member of an object that a JSON column holds, checked when it was written.
    Member(&'static str, Text, Scalar),
    /// At most one row of another type.
    One {
        /// The other type.
        target: Text,
        /// How the rows belong together.
        on: &'static str,
    },
    /// Many rows of another type, as a connection.
    Many {
        /// The other type.
        target: Text,
        /// How the rows belong together.
        on: &'static str,
    },
    /// A pure function of some expressions, computed after the statement.
    Computed {
        /// Names and expressions that the function needs.
        needs: &'static [(&'static str, &'static str, Scalar)],
        /// The function.
        compute: Compute,
        /// The published form.
        scalar: Scalar,
    },
    /// What somebody else works out of some fields of the same type, asked once for a whole answer.
    Resolved {
        /// Who knows.
        resolver: Arc<dyn Resolver>,
        /// What it is given: plain fields that whoever sees the row sees.
        needs: Vec<FieldDef>,
        /// The published form.
        scalar: Scalar,
    },
}

/// Who may see a field, beyond seeing the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Whoever sees the row.
    Row,
    /// Whoever has the read right of another resource over this row.
    Sensitive(Resource),
    /// Whoever sees the row otherwise than as an agency that handles a part of it.
    NotAgency,
}

/// A submission of one matter with its form in typed fields: the mutation that a view of the matter's cases brings.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The mutation's name.
    pub field: String,
    /// What is submitted.
    pub doc: String,
    /// The matter's key.
    pub matter: String,
    /// The view of its cases: the name of the type, and of the field that leads to one.
    pub view: (String, String),
    /// Fields of the form: name, form of the value, documentation.
    pub form: Vec<(String, Scalar, String)>,
}

/// A field of a type.
#[derive(Clone, Debug)]
pub struct FieldDef {
    /// GraphQL name.
    pub name: Text,
    /// Documentation.
    pub doc: Text,
    /// Where the value comes from.
    pub source: Source,
    /// Whether the value may be absent.
    pub nullable: bool,
    /// Who may see it.
    pub class: Class,
    /// Whether `where` may name it.
    pub filter: bool,
    /// Whether `orderBy` may name it.
    pub sort: bool,
    /// Of a relation: fields of the related row that `orderBy` may name.
    pub through: Vec<Text>,
    /// Whether it is a quantity, whose sum and average mean something.
    pub measure: bool,
    /// Whether every reading is recorded though whoever sees the row sees it (J-10).
    pub recorded: bool,
}

/// A type that can be read.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// GraphQL name.
    pub name: Text,
    /// Documentation.
    pub doc: Text,
    /// Table.
    pub table: &'static str,
    /// What ids begin with.
    pub prefix: &'static str,
    /// What protects the rows.
    pub resource: Resource,
    /// How rows are tied to the tree.
    pub scope: ScopeRules,
    /// Root fields: one by id, and a connection.
    pub roots: Option<(Text, Text)>,
    /// Column and direction of the order when none is asked for; ties break on the id.
    pub default_order: Text,
    /// Whether that order is from the last to the first.
    pub descending: bool,
    /// Whether it is another way to look at rows that have a type already: then it is not found by `node`.
    pub view: bool,
    /// Which rows of the table it is about, as a condition over `{t}`; none if about all.
    pub only: Option<String>,
    /// When a row held, as a condition over `{t}` and the day `{day}` (`{civil:t.x}`: the civil date of an instant);
    /// none for types that keep no history.
    pub history: Option<&'static str>,
    /// Fields in the order of the schema.
    pub fields: Vec<FieldDef>,
}

impl TypeDef {
    /// Begins a type over a gated table.
    pub fn over<E: crate::kernel::tx::Gated>(
        name: impl Into<Text>,
        prefix: &'static str,
        doc: impl Into<Text>,
    ) -> Self {
        Self {
            name: name.into(),
            doc: doc.into(),
            table: E::TABLE,
            prefix,
            resource: E::RESOURCE,
            scope: E::SCOPE,
            roots: None,
            default_order: "id".into(),
            descending: false,
            view: false,
            only: None,
            history: None,
            fields: vec![
                FieldDef::new(
                    "id",
                    Source::Column("id", Scalar::Id(prefix)),
                    "Opaque id; nothing may be read out of it.",
                )
                .filtered(),
            ],
        }
    }

    /// Root fields under these names.
    pub fn roots(mut self, one: impl Into<Text>, many: impl Into<Text>) -> Self {
        self.roots = Some((one.into(), many.into()));
        self
    }

    /// The order when none is asked for, by a sortable field's name.
    pub fn ordered_by(mut self, field: &'static str) -> Self {
        self.default_order = field.into();
        self
    }

    /// The same from the last to the first, for what is looked at from its end.
    pub fn newest_first(mut self, field: &'static str) -> Self {
        (self.default_order, self.descending) = (field.into(), true);
        self
    }

    /// Rows of the past are kept: lists take `asOf`, the day on which this condition held.
    pub fn historic(mut self, held: &'static str) -> Self {
        self.history = Some(held);
        self
    }

    /// Another way to look at some rows of a table whose rows have a type already.
    pub fn view(mut self, only: Option<String>) -> Self {
        (self.view, self.only) = (true, only);
        self
    }

    /// Adds a field.
    pub fn field(mut self, field: FieldDef) -> Self {
        self.fields.push(field);
        self
    }

    /// The field of a name.
    pub fn find(&self, name: &str) -> Option<&FieldDef> {
        self.fields.iter().find(|f| f.name == name)
    }
}

impl FieldDef {
    fn new(name: impl Into<Text>, source: Source, doc: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            doc: doc.into(),
            source,
            nullable: false,
            class: Class::Row,
            filter: false,
            sort: false,
            through: vec![],
            measure: false,
            recorded: false,
        }
    }

    /// May be absent.
    pub fn optional(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// `where` may name it.
    pub fn filtered(mut self) -> Self {
        self.filter = true;
        self
    }

    /// `where` and `orderBy` may name it.
    pub fn sorted(mut self) -> Self {
        self.filter = true;
        self.sort = true;
        self
    }

    /// Of a relation to one: `orderBy` may name these fields of the related row.
    pub fn sorting(mut self, fields: &[&'static str]) -> Self {
        self.through = fields.iter().map(|name| Cow::Borrowed(*name)).collect();
        self
    }

    /// A quantity: aggregates give its sum and average.
    pub fn measured(mut self) -> Self {
        self.measure = true;
        self
    }

    /// Every reading is recorded: it holds what is sensitive of a person.
    pub fn recorded(mut self) -> Self {
        self.recorded = true;
        self
    }

    /// Only some who see the row see it; null for the others, with an error.
    pub fn classed(mut self, class: Class) -> Self {
        self.class = class;
        self.nullable = true;
        self
    }
}
