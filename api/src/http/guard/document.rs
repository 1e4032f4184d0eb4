//! Measures a parsed document as the engine would meet it, with every fragment expanded.
//!
//! Each fragment is measured once, however often it is spread, so that the work is linear in the text
//! while the figures may be exponential; they saturate. A spread itself counts as one selection: a
//! chain of doubling fragments that ends in nothing has no fields, and would otherwise weigh nothing.

use std::{collections::HashMap, vec};

use async_graphql_parser::{
    Positioned,
    types::{
        ExecutableDocument, Field, FragmentDefinition, FragmentSpread, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
use async_graphql_value::Name;

use super::{Limits, refused, within};
use crate::kernel::error::{ApiError, Code};

/// How many of [`INTROSPECTION_LISTS`] may lie in one another. Each level multiplies the answer by the
/// schema's width, whatever the depth; GraphQL.js draws the line at the same place.
const INTROSPECTION_LIST_NESTING: usize = 2;

/// The lists of the introspection types through which they refer to themselves.
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

/// What the limit that ends every expansion is called.
const SELECTIONS: (&str, &str) = ("展开后的选择数", "Selections with fragments expanded");

/// Refuses a document beyond the limits.
///
/// The recursion below follows brackets of the text alone, never spreads; `lex` has bounded it.
pub(super) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), ApiError> {
    let cost = Code::CostLimitExceeded;
    // Maps iterate in a random order; in the text's order the same document gets the same answer.
    let mut operations: Vec<_> = document.operations.iter().map(|(_, operation)| operation).collect();
    operations.sort_by_key(|operation| operation.pos);
    let mut fragments: Vec<_> = document.fragments.iter().collect();
    fragments.sort_by_key(|(_, fragment)| fragment.pos);

    within(cost, ("操作数", "Operations"), operations.len(), limits.operations)?;
    let mut expansion = Expansion { defined: &document.fragments, known: HashMap::new(), directives: 0, at_once: 0 };
    for operation in operations {
        let OperationDefinition { ty, variable_definitions, directives, selection_set } = &operation.node;
        within(cost, ("变量数", "Variables"), variable_definitions.len(), limits.variables)?;
        expansion.count(directives.len());
        variable_definitions.iter().for_each(|variable| expansion.count(variable.node.directives.len()));
        expansion.expand(None, &selection_set.node)?.check(*ty, limits)?;
    }
    // A fragment that no operation uses is invalid, but it is the engine that says so, after it has
    // gone through all of them.
    for (name, fragment) in fragments {
        if !expansion.known.contains_key(name.as_str()) {
            let measure = expansion.expand(Some(name.as_str()), &fragment.node.selection_set.node)?;
            within(cost, SELECTIONS, measure.selections, limits.selections)?;
        }
        expansion.count(fragment.node.directives.len());
    }
    within(cost, ("指令数", "Directives"), expansion.directives, limits.directives)?;
    within(cost, ("一处的指令数", "Directives at one place"), expansion.at_once, limits.directives_at_once)
}

/// What a selection set amounts to with its fragments expanded.
#[derive(Clone, Copy, Debug, Default)]
struct Measure {
    /// Fields, spreads and inline fragments.
    selections: usize,
    /// Fields under another name.
    aliases: usize,
    /// Fields at this level.
    fields: usize,
    /// Nesting of fields.
    depth: usize,
    /// The same without `__schema` and `__type` at this level.
    data_depth: usize,
    /// Nesting of introspection's lists.
    lists: usize,
    /// The same below `__schema` and `__type` at this level only.
    introspected_lists: usize,
    /// Nesting of selection sets, this one included.
    nesting: usize,
}

impl Measure {
    /// Adds a field with what lies below it.
    fn add_field(&mut self, field: &Field, below: Self) {
        let name = field.name.node.as_str();
        let depth = below.depth.saturating_add(1);
        let lists = below.lists.saturating_add(usize::from(INTROSPECTION_LISTS.contains(&name)));
        let introspection = matches!(name, "__schema" | "__type");
        self.add_level(Self {
            selections: below.selections,
            aliases: below.aliases.saturating_add(usize::from(field.alias.is_some())),
            fields: 1,
            depth,
            data_depth: if introspection { 0 } else { depth },
            lists,
            introspected_lists: if introspection { lists } else { 0 },
            nesting: below.nesting,
        });
    }

    /// Adds what stands at the same level.
    fn add_level(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.data_depth = self.data_depth.max(other.data_depth);
        self.lists = self.lists.max(other.lists);
        self.introspected_lists = self.introspected_lists.max(other.introspected_lists);
        self.nesting = self.nesting.max(other.nesting);
    }

    /// Refuses an operation beyond the limits.
    fn check(&self, ty: OperationType, limits: &Limits) -> Result<(), ApiError> {
        let cost = Code::CostLimitExceeded;
        let (root, most) = match ty {
            OperationType::Mutation => (("变更的根字段数", "Root fields of a mutation"), limits.mutation_root_fields),
            OperationType::Query | OperationType::Subscription => (("根字段数", "Root fields"), limits.root_fields),
        };
        within(cost, root, self.fields, most)?;
        within(cost, ("查询深度", "Depth"), self.data_depth, limits.depth)?;
        // Fragments, and introspection, which is exempt from the depth, nest no deeper than what is written without them.
        let nesting = limits.nesting.max(limits.depth).min(Limits::HIGHEST_NESTING);
        within(cost, ("片段展开后的嵌套", "Nesting with fragments expanded"), self.nesting, nesting)?;
        let lists = ("内省列表嵌套", "Nested introspection lists");
        within(cost, lists, self.introspected_lists, INTROSPECTION_LIST_NESTING)?;
        within(cost, ("别名数", "Aliases"), self.aliases, limits.aliases)?;
        within(cost, SELECTIONS, self.selections, limits.selections)
    }
}

/// A selection set whose spreads are being looked up.
struct Frame<'a> {
    name: Option<&'a str>,
    set: &'a SelectionSet,
    spreads: vec::IntoIter<&'a Positioned<FragmentSpread>>,
}

/// The fragments of a document and what is known of them so far.
struct Expansion<'a> {
    defined: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while the fragment's own spreads are being looked up: to meet it then is a cycle.
    known: HashMap<&'a str, Option<Measure>>,
    /// Directives of the selections visited so far; each definition is visited once.
    directives: usize,
    /// The most that stand at one place.
    at_once: usize,
}

impl<'a> Expansion<'a> {
    /// Counts the directives of one place.
    fn count(&mut self, here: usize) {
        self.directives += here;
        self.at_once = self.at_once.max(here);
    }

    /// Measures a definition after every fragment it reaches, on a stack of its own: a chain of
    /// fragments may be as long as the document.
    fn expand(&mut self, name: Option<&'a str>, set: &'a SelectionSet) -> Result<Measure, ApiError> {
        let mut above = Vec::new();
        let mut frame = self.frame(name, set);
        loop {
            if let Some(spread) = frame.spreads.next() {
                let target = spread.node.fragment_name.node.as_str();
                match (self.known.get(target), self.defined.get(target)) {
                    (Some(Some(_)), _) => {}
                    (Some(None), _) => return Err(invalid(("片段循环引用", "A fragment spreads itself"), spread)),
                    (None, None) => return Err(invalid(("片段未定义", "An unknown fragment is spread"), spread)),
                    (None, Some(fragment)) => {
                        let below = self.frame(Some(target), &fragment.node.selection_set.node);
                        above.push(std::mem::replace(&mut frame, below));
                    }
                }
                continue;
            }
            let measure = self.measure(frame.set);
            if let Some(name) = frame.name {
                self.known.insert(name, Some(measure));
            }
            match above.pop() {
                Some(parent) => frame = parent,
                None => return Ok(measure),
            }
        }
    }

    /// Opens a definition.
    fn frame(&mut self, name: Option<&'a str>, set: &'a SelectionSet) -> Frame<'a> {
        if let Some(name) = name {
            self.known.insert(name, None);
        }
        let mut spreads = Vec::new();
        self.visit(set, &mut spreads);
        Frame { name, set, spreads: spreads.into_iter() }
    }

    /// Gathers the spreads of a definition at any level and counts its directives.
    fn visit(&mut self, set: &'a SelectionSet, spreads: &mut Vec<&'a Positioned<FragmentSpread>>) {
        for selection in &set.items {
            self.count(selection.node.directives().len());
            match &selection.node {
                Selection::Field(field) => self.visit(&field.node.selection_set.node, spreads),
                Selection::InlineFragment(inline) => self.visit(&inline.node.selection_set.node, spreads),
                Selection::FragmentSpread(spread) => spreads.push(spread),
            }
        }
    }

    /// Measures a selection set whose fragments are known.
    fn measure(&self, set: &SelectionSet) -> Measure {
        let mut total = Measure { selections: set.items.len(), ..Measure::default() };
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    total.add_field(&field.node, self.measure(&field.node.selection_set.node));
                }
                Selection::InlineFragment(inline) => total.add_level(self.measure(&inline.node.selection_set.node)),
                Selection::FragmentSpread(spread) => {
                    let measure = self.known.get(spread.node.fragment_name.node.as_str());
                    total.add_level(measure.copied().flatten().unwrap_or_default());
                }
            }
        }
        total.nesting = total.nesting.saturating_add(usize::from(!set.items.is_empty()));
        total
    }
}

/// A spread that cannot be expanded.
fn invalid(words: (&str, &str), spread: &Positioned<FragmentSpread>) -> ApiError {
    refused(Code::GraphqlValidationFailed, words, Some(spread.pos))
}
