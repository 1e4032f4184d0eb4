//! Lists of rows in memory behind resolvers of async-graphql: each field by itself, merged and nulled by that library.

use std::sync::Arc;

use async_graphql::{
    ComplexObject, Context, EmptyMutation, EmptySubscription, Error, InputValueError, InputValueResult, Interface,
    Json as Leaf, Object, Result, Scalar, ScalarType, Schema, SimpleObject, Value as Given,
};
use serde_json::Value as Json;

use crate::engine::{
    orders::{compare, screaming},
    random::{
        found,
        rows::{List, PERSONS, Rows, UNITS},
    },
};

/// What a caller sees, and whether he sees what is sensitive.
pub struct Sight {
    pub rows: Rows,
    pub sensitive: bool,
}

pub type Naive = Schema<Query, EmptyMutation, EmptySubscription>;

pub fn naive(sight: Sight) -> Naive {
    Schema::new(Query(Arc::new(sight)), EmptyMutation, EmptySubscription)
}

/// A row of a list, as somebody sees it.
#[derive(Clone)]
struct Row {
    sight: Arc<Sight>,
    row: Json,
}

impl Row {
    fn leaf(&self, field: &str) -> Leaf<Json> {
        Leaf(self.row[field].clone())
    }

    fn one(&self, field: &str) -> Option<Unit> {
        let others = self.sight.rows.related(&self.row, field).unwrap();
        others.into_iter().next().map(|row| Unit(Self { sight: self.sight.clone(), row }))
    }
}

/// How a list is asked for.
struct Asked {
    first: Option<usize>,
    last: Option<usize>,
    order: Vec<Json>,
}

/// A page of a list that keeps its order, and how many there are on all pages.
fn page(list: &List, rows: Vec<Json>, asked: Asked) -> Result<(Vec<Json>, PageInfo, usize)> {
    let keys: Vec<(String, bool, bool)> = asked.order.iter().map(key(list)).collect();
    let mut rows = rows;
    rows.sort_by(|a, b| compare(a, b, &keys));
    let total = rows.len();
    let (from, until) = match (asked.first, asked.last) {
        (Some(first), None) => (0, first.min(total)),
        (None, Some(last)) => (total.saturating_sub(last), total),
        _ => return Err(Error::new("first or last")),
    };
    let info = PageInfo { has_next_page: until < total, has_previous_page: from > 0 };
    Ok((rows.drain(from..until).collect(), info, total))
}

fn key<'l>(list: &'l List) -> impl Fn(&Json) -> (String, bool, bool) + 'l {
    |key| {
        let names = list.fields.iter().map(|field| field.0).chain(list.through.iter().copied());
        let name = names.into_iter().find(|name| key["field"] == screaming(name)).unwrap();
        (name.to_string(), key["direction"] == "DESC", key["nulls"] == "FIRST")
    }
}

#[derive(SimpleObject, Clone)]
struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
}

/// Declares what a list of a type needs.
macro_rules! listed {
    ($node:ident, $connection:ident, $edge:ident, $condition:ident, $order:ident) => {
        struct $condition(Json);

        #[Scalar]
        impl ScalarType for $condition {
            fn parse(value: Given) -> InputValueResult<Self> {
                value.into_json().map(Self).map_err(InputValueError::custom)
            }

            fn to_value(&self) -> Given {
                Given::Null
            }
        }

        struct $order(Json);

        #[Scalar]
        impl ScalarType for $order {
            fn parse(value: Given) -> InputValueResult<Self> {
                value.into_json().map(Self).map_err(InputValueError::custom)
            }

            fn to_value(&self) -> Given {
                Given::Null
            }
        }

        #[derive(SimpleObject)]
        struct $edge {
            node: $node,
        }

        #[derive(SimpleObject)]
        #[graphql(complex)]
        struct $connection {
            page_info: PageInfo,
            total_count: usize,
            nodes: Vec<$node>,
        }

        #[ComplexObject]
        impl $connection {
            async fn edges(&self) -> Vec<$edge> {
                self.nodes.iter().map(|node| $edge { node: node.clone() }).collect()
            }
        }

        impl $connection {
            fn of(sight: &Arc<Sight>, list: &List, rows: Vec<Json>, asked: Asked) -> Result<Self> {
                let (rows, page_info, total_count) = page(list, rows, asked)?;
                let nodes = rows.into_iter().map(|row| $node(Row { sight: sight.clone(), row })).collect();
                Ok(Self { page_info, total_count, nodes })
            }
        }
    };
}

listed!(Unit, UnitConnection, UnitEdge, UnitWhere, UnitOrder);
listed!(Person, PersonConnection, PersonEdge, PersonWhere, PersonOrder);

#[derive(Clone)]
struct Unit(Row);

#[Object]
impl Unit {
    async fn id(&self) -> Leaf<Json> {
        self.0.leaf("id")
    }
    async fn code(&self) -> Leaf<Json> {
        self.0.leaf("code")
    }
    async fn name(&self) -> Leaf<Json> {
        self.0.leaf("name")
    }
    async fn short_name(&self) -> Leaf<Json> {
        self.0.leaf("shortName")
    }
    async fn sequence(&self) -> Leaf<Json> {
        self.0.leaf("sequence")
    }
    async fn path(&self) -> Leaf<Json> {
        self.0.leaf("path")
    }
    async fn position(&self) -> Leaf<Json> {
        self.0.leaf("position")
    }
    async fn valid_from(&self) -> Leaf<Json> {
        self.0.leaf("validFrom")
    }
    async fn valid_until(&self) -> Leaf<Json> {
        self.0.leaf("validUntil")
    }
    async fn parent(&self) -> Option<Unit> {
        self.0.one("parent")
    }
    async fn children(
        &self,
        first: Option<usize>,
        last: Option<usize>,
        #[graphql(name = "where")] condition: Option<UnitWhere>,
        order_by: Option<Vec<UnitOrder>>,
    ) -> Result<Option<UnitConnection>> {
        let (sight, condition) = (&self.0.sight, condition.map(|c| c.0));
        let below = sight.rows.related(&self.0.row, "children").unwrap();
        let all: Vec<&Json> = condition.iter().flat_map(|c| found(&sight.rows, &UNITS, c)).collect();
        let rows = below.into_iter().filter(|row| condition.is_none() || all.iter().any(|one| one["id"] == row["id"]));
        let order = order_by.into_iter().flatten().map(|key| key.0).collect();
        UnitConnection::of(sight, &UNITS, rows.collect(), Asked { first, last, order }).map(Some)
    }
}

#[derive(Clone)]
struct Person(Row);

#[Object]
impl Person {
    async fn id(&self) -> Leaf<Json> {
        self.0.leaf("id")
    }
    async fn name(&self) -> Leaf<Json> {
        self.0.leaf("name")
    }
    async fn native_place(&self) -> Leaf<Json> {
        self.0.leaf("nativePlace")
    }
    async fn ethnicity(&self) -> Leaf<Json> {
        self.0.leaf("ethnicity")
    }
    async fn birth(&self) -> Leaf<Json> {
        self.0.leaf("birth")
    }
    async fn joined_party(&self) -> Leaf<Json> {
        self.0.leaf("joinedParty")
    }
    /// An error that is returned would take the whole person away: what the library does with a field that may be null
    /// is not what the specification says.
    async fn id_number(&self, ctx: &Context<'_>) -> Option<Leaf<Json>> {
        if self.0.sight.sensitive {
            return Some(self.0.leaf("idNumber"));
        }
        ctx.add_error(ctx.set_error_path(Error::new("refused").into_server_error(ctx.item.pos)));
        None
    }
    async fn unit(&self) -> Option<Unit> {
        self.0.one("unit")
    }
}

/// What has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "Leaf<Json>"))]
#[allow(clippy::large_enum_variant)]
enum Node {
    Unit(Unit),
    Person(Person),
}

pub struct Query(Arc<Sight>);

#[Object]
impl Query {
    async fn units(
        &self,
        first: Option<usize>,
        last: Option<usize>,
        #[graphql(name = "where")] condition: Option<UnitWhere>,
        order_by: Option<Vec<UnitOrder>>,
    ) -> Result<Option<UnitConnection>> {
        let (sight, condition) = (&self.0, condition.map_or_else(|| serde_json::json!({}), |c| c.0));
        let rows = found(&sight.rows, &UNITS, &condition).into_iter().cloned().collect();
        let order = order_by.into_iter().flatten().map(|key| key.0).collect();
        UnitConnection::of(sight, &UNITS, rows, Asked { first, last, order }).map(Some)
    }

    async fn persons(
        &self,
        first: Option<usize>,
        last: Option<usize>,
        #[graphql(name = "where")] condition: Option<PersonWhere>,
        order_by: Option<Vec<PersonOrder>>,
    ) -> Result<Option<PersonConnection>> {
        let (sight, condition) = (&self.0, condition.map_or_else(|| serde_json::json!({}), |c| c.0));
        let rows = found(&sight.rows, &PERSONS, &condition).into_iter().cloned().collect();
        let order = order_by.into_iter().flatten().map(|key| key.0).collect();
        PersonConnection::of(sight, &PERSONS, rows, Asked { first, last, order }).map(Some)
    }

    /// What makes the interface part of the schema.
    async fn node(&self) -> Option<Node> {
        None
    }
}
