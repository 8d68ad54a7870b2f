use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde_json::Value;

/// One node of a parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub term: Term,
    /// Its bytes in the (trimmed) text it was parsed from.
    pub at: Range<usize>,
    /// Levels below and including this one; bounded by the parser.
    pub(super) depth: u16,
}

/// What a node of an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// `true`, `null`, `3`, `0.5`, `"text"`.
    Literal(Value),
    /// A variable, or `execution`.
    Name(String),
    /// `object.name`.
    Property(Box<Expression>, String),
    /// `object[key]`.
    Index(Box<Expression>, Box<Expression>),
    /// `object.name(arguments)`.
    Call(Box<Expression>, String, Vec<Expression>),
    /// `!x`, `-x`, `empty x`.
    Unary(Unary, Box<Expression>),
    /// `x == y` and the like.
    Binary(Binary, Box<Expression>, Box<Expression>),
    /// `x ? y : z`.
    Ternary(Box<Expression>, Box<Expression>, Box<Expression>),
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `!`, `not`.
    Not,
    /// `-`.
    Minus,
    /// `empty`.
    Empty,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Unary {
    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Not => "!",
            Self::Minus => "-",
            Self::Empty => "empty",
        }
    }
}

impl Binary {
    /// All of them.
    pub(super) const ALL: [Self; 13] = [
        Self::Or,
        Self::And,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::Greater,
        Self::LessOrEqual,
        Self::GreaterOrEqual,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Remainder,
    ];

    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::LessOrEqual => "<=",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    /// How strongly it binds; a higher one binds first, equal ones from the left.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Less | Self::Greater | Self::LessOrEqual | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Remainder => 6,
        }
    }
}

/// The name under which the engine's own object is seen.
pub(super) const EXECUTION: &str = "execution";

impl Expression {
    /// The direct operands, in the order they are written.
    pub fn operands(&self) -> Vec<&Expression> {
        match &self.term {
            Term::Literal(_) | Term::Name(_) => Vec::new(),
            Term::Property(object, _) | Term::Unary(_, object) => vec![object],
            Term::Index(left, right) | Term::Binary(_, left, right) => vec![left, right],
            Term::Call(object, _, arguments) => std::iter::once(object.as_ref()).chain(arguments).collect(),
            Term::Ternary(condition, yes, no) => vec![condition, yes, no],
        }
    }

    /// Whether its value is the same for all variables.
    pub fn is_constant(&self) -> bool {
        !matches!(self.term, Term::Name(_)) && self.operands().into_iter().all(Self::is_constant)
    }

    /// Adds the variables whose value it may read: top-level names, and the names given to `execution.getVariable`
    /// and `getVariableLocal`. What is only asked for by `hasVariable` is not read.
    pub(super) fn collect_names(&self, names: &mut BTreeSet<String>) {
        match &self.term {
            Term::Name(name) if name != EXECUTION => {
                names.insert(name.clone());
            }
            Term::Call(object, method, arguments) if matches!(&object.term, Term::Name(name) if name == EXECUTION) => {
                if let (
                    "getVariable" | "getVariableLocal",
                    [Expression { term: Term::Literal(Value::String(name)), .. }],
                ) = (method.as_str(), arguments.as_slice())
                {
                    names.insert(name.clone());
                }
            }
            _ => {}
        }
        for operand in self.operands() {
            operand.collect_names(names);
        }
    }
}

impl Expression {
    /// A number needs parentheses before a point, which would else be its own.
    fn fmt_object(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(self.term, Term::Literal(Value::Number(_))) { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

/// Fully parenthesised, so that what is printed parses to the same tree.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.term {
            Term::Literal(Value::String(text)) => {
                write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            Term::Literal(value) => write!(f, "{value}"),
            Term::Name(name) => f.write_str(name),
            Term::Property(object, name) => {
                object.fmt_object(f)?;
                write!(f, ".{name}")
            }
            Term::Index(object, key) => {
                object.fmt_object(f)?;
                write!(f, "[{key}]")
            }
            Term::Call(object, name, arguments) => {
                object.fmt_object(f)?;
                write!(f, ".{name}(")?;
                for (at, argument) in arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Term::Unary(operator, operand) => write!(f, "({} {operand})", operator.sign()),
            Term::Binary(operator, left, right) => write!(f, "({left} {} {right})", operator.sign()),
            Term::Ternary(condition, yes, no) => write!(f, "({condition} ? {yes} : {no})"),
        }
    }
}
