//! Reads a document out of its tokens (GraphQL October 2021, 2.2 to 2.12) into the tree that async-graphql carries out.
//!
//! async-graphql's own parser takes more time than all else that a new document takes, recurses on brackets as deep as
//! the stack goes, and differs from the specification: `queryA{a}` is a query to it, and an enumeration's value may not
//! begin with `null`. The tests compare both over generated documents.

use std::collections::{HashMap, hash_map::Entry};

use async_graphql_parser::{
    Pos, Positioned,
    types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, FragmentSpread,
        InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition,
        VariableDefinition,
    },
};
use async_graphql_value::{Name, Value};
use indexmap::IndexMap;

use super::{
    lex::{Kind, Lexed, Token},
    refused, strings,
};
use crate::kernel::error::{ApiError, Code};

type Parsed<T> = Result<T, ApiError>;
type Arguments = Vec<(Positioned<Name>, Positioned<Value>)>;

/// Reads a document. It recurses on brackets, so that whoever calls it bounds their nesting first.
///
/// # Errors
///
/// `GRAPHQL_PARSE_FAILED` with the first place that is wrong and what would be right there;
/// `GRAPHQL_VALIDATION_FAILED` for what the tree cannot hold: two definitions, or two fields of an object, of one name.
pub(super) fn parse(text: &str, lexed: &Lexed) -> Parsed<ExecutableDocument> {
    Parser { text, tokens: &lexed.tokens, at: 0, end: lexed.end, broken: lexed.broken }.document()
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    end: Pos,
    broken: bool,
}

/// Whether variables may stand in a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variables {
    Allowed,
    /// In defaults and in directives on variables.
    None,
}

impl<'t> Parser<'t> {
    fn document(mut self) -> Parsed<ExecutableDocument> {
        let mut anonymous: Option<Positioned<OperationDefinition>> = None;
        let mut named: HashMap<Name, Positioned<OperationDefinition>> = HashMap::new();
        let mut fragments: HashMap<Name, Positioned<FragmentDefinition>> = HashMap::new();
        let clash = |words, pos| Err(refused(Code::GraphqlValidationFailed, words, Some(pos)));
        loop {
            let pos = self.pos();
            if self.takes_word("fragment") {
                let (name, fragment) = self.fragment()?;
                match fragments.entry(name.node) {
                    Entry::Occupied(_) => return clash(("片段名称重复", "A fragment is defined twice"), pos),
                    Entry::Vacant(place) => place.insert(Positioned::new(fragment, pos)),
                };
            } else {
                let (name, operation) = self.operation()?;
                let operation = Positioned::new(operation, pos);
                match name.map(|name| named.entry(name.node)) {
                    None if anonymous.is_none() => anonymous = Some(operation),
                    None => return clash(ONLY, pos),
                    Some(Entry::Occupied(_)) => return clash(("操作名称重复", "An operation is defined twice"), pos),
                    Some(Entry::Vacant(place)) => drop(place.insert(operation)),
                }
            }
            if self.at == self.tokens.len() && !self.broken {
                break;
            }
        }
        let operations = match anonymous {
            Some(operation) if !named.is_empty() => return clash(ONLY, operation.pos),
            Some(operation) => DocumentOperations::Single(operation),
            None if named.is_empty() => {
                return Err(refused(
                    Code::GraphqlParseFailed,
                    ("没有操作", "The document contains no operation"),
                    None,
                ));
            }
            None => DocumentOperations::Multiple(named),
        };
        Ok(ExecutableDocument { operations, fragments })
    }

    fn operation(&mut self) -> Parsed<(Option<Positioned<Name>>, OperationDefinition)> {
        let ty = match self.word() {
            Some("query") => OperationType::Query,
            Some("mutation") => OperationType::Mutation,
            Some("subscription") => OperationType::Subscription,
            _ if self.is(b'{') => {
                let (variable_definitions, directives) = (vec![], vec![]);
                let ty = OperationType::Query;
                let selection_set = self.selection_set()?;
                return Ok((None, OperationDefinition { ty, variable_definitions, directives, selection_set }));
            }
            _ => return Err(self.wrong(("应为操作或片段", "an operation or a fragment"))),
        };
        self.at += 1;
        let name = if self.word().is_some() { Some(self.name()?) } else { None };
        let variable_definitions =
            if self.is(b'(') { self.between(b'(', b')', Self::variable_definition)? } else { vec![] };
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = self.selection_set()?;
        Ok((name, OperationDefinition { ty, variable_definitions, directives, selection_set }))
    }

    fn fragment(&mut self) -> Parsed<(Positioned<Name>, FragmentDefinition)> {
        let name = self.fragment_name()?;
        let Some(type_condition) = self.type_condition()? else {
            return Err(self.wrong(("应为 on", "`on`")));
        };
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = self.selection_set()?;
        Ok((name, FragmentDefinition { type_condition, directives, selection_set }))
    }

    fn fragment_name(&mut self) -> Parsed<Positioned<Name>> {
        if self.word() == Some("on") {
            return Err(self.wrong(("应为片段名称", "a fragment's name")));
        }
        self.name()
    }

    fn type_condition(&mut self) -> Parsed<Option<Positioned<TypeCondition>>> {
        let pos = self.pos();
        if !self.takes_word("on") {
            return Ok(None);
        }
        Ok(Some(Positioned::new(TypeCondition { on: self.name()? }, pos)))
    }

    fn variable_definition(&mut self) -> Parsed<Positioned<VariableDefinition>> {
        let pos = self.pos();
        let name = self.variable()?;
        self.take(b':')?;
        let var_type = self.positioned(Self::ty)?;
        let default_value = if self.takes(b'=') {
            let value = self.positioned(|parser| parser.value(Variables::None))?;
            let Positioned { pos, node } = value;
            Some(Positioned::new(node.into_const().ok_or_else(|| self.wrong(VALUE))?, pos))
        } else {
            None
        };
        let directives = self.directives(Variables::None)?;
        Ok(Positioned::new(VariableDefinition { name, var_type, directives, default_value }, pos))
    }

    fn ty(&mut self) -> Parsed<Type> {
        let base = if self.takes(b'[') {
            let item = self.ty()?;
            self.take(b']')?;
            BaseType::List(Box::new(item))
        } else if self.word().is_some() {
            BaseType::Named(self.name()?.node)
        } else {
            return Err(self.wrong(("应为类型", "a type")));
        };
        Ok(Type { base, nullable: !self.takes(b'!') })
    }

    fn selection_set(&mut self) -> Parsed<Positioned<SelectionSet>> {
        self.positioned(|parser| Ok(SelectionSet { items: parser.between(b'{', b'}', Self::selection)? }))
    }

    fn selection(&mut self) -> Parsed<Positioned<Selection>> {
        let pos = self.pos();
        if self.kind() != Some(Kind::Spread) {
            let field = self.field()?;
            return Ok(Positioned::new(Selection::Field(Positioned::new(field, pos)), pos));
        }
        self.at += 1;
        let type_condition = self.type_condition()?;
        if type_condition.is_none() && self.word().is_some() {
            let fragment_name = self.fragment_name()?;
            let directives = self.directives(Variables::Allowed)?;
            let spread = FragmentSpread { fragment_name, directives };
            return Ok(Positioned::new(Selection::FragmentSpread(Positioned::new(spread, pos)), pos));
        }
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = self.selection_set()?;
        let fragment = InlineFragment { type_condition, directives, selection_set };
        Ok(Positioned::new(Selection::InlineFragment(Positioned::new(fragment, pos)), pos))
    }

    fn field(&mut self) -> Parsed<Field> {
        let first = self.name()?;
        let (alias, name) = if self.takes(b':') { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.arguments(Variables::Allowed)?;
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = if self.is(b'{') { self.selection_set()? } else { Positioned::default() };
        Ok(Field { alias, name, arguments, directives, selection_set })
    }

    fn arguments(&mut self, variables: Variables) -> Parsed<Arguments> {
        if !self.is(b'(') {
            return Ok(vec![]);
        }
        self.between(b'(', b')', |parser| {
            let name = parser.name()?;
            parser.take(b':')?;
            Ok((name, parser.positioned(|parser| parser.value(variables))?))
        })
    }

    fn directives(&mut self, variables: Variables) -> Parsed<Vec<Positioned<Directive>>> {
        let mut directives = vec![];
        while self.is(b'@') {
            directives.push(self.positioned(|parser| {
                parser.take(b'@')?;
                Ok(Directive { name: parser.name()?, arguments: parser.arguments(variables)? })
            })?);
        }
        Ok(directives)
    }

    fn value(&mut self, variables: Variables) -> Parsed<Value> {
        let Some(token) = self.tokens.get(self.at) else { return Err(self.wrong(VALUE)) };
        let text = self.text_of(token);
        let value = match token.kind {
            Kind::Name => match text {
                "null" => Value::Null,
                "true" => Value::Boolean(true),
                "false" => Value::Boolean(false),
                name => Value::Enum(Name::new(name)),
            },
            Kind::Int | Kind::Float => Value::Number(text.parse().map_err(|_| self.wrong(("应为数字", "a number")))?),
            Kind::String => {
                let value = strings::string(inside(text, 1));
                Value::String(value.ok_or_else(|| self.wrong(("转义无效", "a string whose escapes are known")))?)
            }
            Kind::BlockString => Value::String(strings::block(inside(text, 3))),
            Kind::Punctuator(b'$') if variables == Variables::Allowed => {
                return Ok(Value::Variable(self.variable()?.node));
            }
            Kind::Punctuator(b'[') => return self.list(variables),
            Kind::Punctuator(b'{') => return self.object(variables),
            _ => return Err(self.wrong(VALUE)),
        };
        self.at += 1;
        Ok(value)
    }

    fn list(&mut self, variables: Variables) -> Parsed<Value> {
        self.take(b'[')?;
        let mut items = vec![];
        while !self.takes(b']') {
            items.push(self.value(variables)?);
        }
        Ok(Value::List(items))
    }

    fn object(&mut self, variables: Variables) -> Parsed<Value> {
        self.take(b'{')?;
        let mut fields = IndexMap::new();
        while !self.takes(b'}') {
            let Positioned { pos, node: name } = self.name()?;
            self.take(b':')?;
            if fields.insert(name, self.value(variables)?).is_some() {
                let words = ("输入对象的字段重复", "A field of an input object is given twice");
                return Err(refused(Code::GraphqlValidationFailed, words, Some(pos)));
            }
        }
        Ok(Value::Object(fields))
    }

    fn variable(&mut self) -> Parsed<Positioned<Name>> {
        self.take(b'$')?;
        self.name()
    }

    fn name(&mut self) -> Parsed<Positioned<Name>> {
        let Some(word) = self.word() else { return Err(self.wrong(("应为名称", "a name"))) };
        let name = Positioned::new(Name::new(word), self.pos());
        self.at += 1;
        Ok(name)
    }

    /// At least one, between two brackets.
    fn between<T>(&mut self, open: u8, close: u8, mut one: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.take(open)?;
        let mut all = vec![one(self)?];
        while !self.takes(close) {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn positioned<T>(&mut self, one: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<Positioned<T>> {
        let pos = self.pos();
        Ok(Positioned::new(one(self)?, pos))
    }

    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    fn is(&self, punctuator: u8) -> bool {
        self.kind() == Some(Kind::Punctuator(punctuator))
    }

    fn takes(&mut self, punctuator: u8) -> bool {
        let there = self.is(punctuator);
        self.at += usize::from(there);
        there
    }

    fn take(&mut self, punctuator: u8) -> Parsed<()> {
        if self.takes(punctuator) {
            return Ok(());
        }
        let word = char::from(punctuator);
        Err(self.wrong((&format!("应为 {word}"), &format!("`{word}`"))))
    }

    fn word(&self) -> Option<&'t str> {
        let token = self.tokens.get(self.at).filter(|token| token.kind == Kind::Name)?;
        Some(self.text_of(token))
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let there = self.word() == Some(word);
        self.at += usize::from(there);
        there
    }

    fn text_of(&self, token: &Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn pos(&self) -> Pos {
        self.tokens.get(self.at).map_or(self.end, |token| token.pos)
    }

    /// What stands here is not what should. Nothing of the text is told but the place.
    fn wrong(&self, (zh, en): (&str, &str)) -> ApiError {
        let (zh, en) = (format!("查询语法错误：{zh}"), format!("Syntax error, expected {en},"));
        refused(Code::GraphqlParseFailed, (&zh, &en), Some(self.pos()))
    }
}

const VALUE: (&str, &str) = ("应为值", "a value");
const ONLY: (&str, &str) = ("匿名操作必须是唯一的操作", "An anonymous operation is not the only one");

/// What stands between quotes of so many characters.
fn inside(text: &str, quotes: usize) -> &str {
    text.get(quotes..text.len().saturating_sub(quotes)).unwrap_or_default()
}
