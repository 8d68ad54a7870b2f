use std::ops::Range;

use super::token::{Lexer, Token};
use super::{Binary, Expression, SyntaxError, Term, Unary};

/// Deepest nesting of parentheses, brackets, branches and signs: each costs a recursion of the parser.
const MAX_NESTING: u16 = 64;
/// Deepest tree: operators and properties in a row count too, since evaluation recurses into them.
const MAX_DEPTH: u16 = 256;

/// Parses one expression that begins at byte `start` of `text` and ends before a `}`. Gives the offset of that brace.
pub(super) fn parse(text: &str, start: usize) -> Result<(Expression, usize), SyntaxError> {
    let mut parser = Parser { lexer: Lexer::new(text, start), token: Token::End, at: start..start, nesting: 0 };
    parser.advance()?;
    let expression = parser.ternary()?;
    match parser.token {
        Token::End if !parser.at.is_empty() => Ok((expression, parser.at.start)),
        Token::End => Err(SyntaxError::new("the expression is not closed by `}`", start..text.len())),
        _ => Err(parser.unexpected("an operator or `}`")),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    at: Range<usize>,
    nesting: u16,
}

impl Parser<'_> {
    /// Moves on and gives the bytes of the token that is left behind.
    fn advance(&mut self) -> Result<Range<usize>, SyntaxError> {
        let (token, at) = self.lexer.next()?;
        self.token = token;
        Ok(std::mem::replace(&mut self.at, at))
    }

    fn accept(&mut self, sign: &str) -> Result<Option<Range<usize>>, SyntaxError> {
        if matches!(self.token, Token::Sign(found) if found == sign) { self.advance().map(Some) } else { Ok(None) }
    }

    fn require(&mut self, sign: &'static str) -> Result<Range<usize>, SyntaxError> {
        match self.accept(sign)? {
            Some(at) => Ok(at),
            None => Err(self.unexpected(&format!("`{sign}`"))),
        }
    }

    fn unexpected(&self, wanted: &str) -> SyntaxError {
        let found = match &self.token {
            Token::Literal(value) => format!("`{value}`"),
            Token::Name(name) => format!("`{name}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end of the expression".to_owned(),
        };
        SyntaxError::new(format!("expected {wanted}, found {found}"), self.at.clone())
    }

    fn build(&self, term: Term, at: Range<usize>) -> Result<Expression, SyntaxError> {
        let mut expression = Expression { term, at, depth: 0 };
        let below = expression.operands().into_iter().map(|operand| operand.depth).max().unwrap_or(0);
        expression.depth = below + 1;
        if expression.depth > MAX_DEPTH { Err(too_deep("chained", MAX_DEPTH, expression.at)) } else { Ok(expression) }
    }

    /// Every recursion of the parser passes here.
    fn ternary(&mut self) -> Result<Expression, SyntaxError> {
        self.deeper(|parser| {
            let condition = parser.binary(0)?;
            if parser.accept("?")?.is_none() {
                return Ok(condition);
            }
            let yes = parser.ternary()?;
            parser.require(":")?;
            let no = parser.ternary()?;
            let at = condition.at.start..no.at.end;
            parser.build(Term::Ternary(Box::new(condition), Box::new(yes), Box::new(no)), at)
        })
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, SyntaxError>) -> Result<T, SyntaxError> {
        if self.nesting == MAX_NESTING {
            return Err(too_deep("nested", MAX_NESTING, self.at.clone()));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    fn binary(&mut self, weakest: u8) -> Result<Expression, SyntaxError> {
        let mut left = self.unary()?;
        while let Token::Sign(sign) = self.token {
            let Some(operator) = Binary::ALL.into_iter().find(|one| one.sign() == sign) else { break };
            if operator.strength() <= weakest {
                break;
            }
            self.advance()?;
            let right = self.binary(operator.strength())?;
            let at = left.at.start..right.at.end;
            left = self.build(Term::Binary(operator, Box::new(left), Box::new(right)), at)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        for operator in [Unary::Not, Unary::Minus, Unary::Empty] {
            if let Some(at) = self.accept(operator.sign())? {
                let operand = self.deeper(Self::unary)?;
                let at = at.start..operand.at.end;
                return self.build(Term::Unary(operator, Box::new(operand)), at);
            }
        }
        self.value()
    }

    fn value(&mut self) -> Result<Expression, SyntaxError> {
        let mut value = self.primary()?;
        loop {
            let start = value.at.start;
            if self.accept(".")?.is_some() {
                let Token::Name(name) = self.token.clone() else { return Err(self.unexpected("a name after `.`")) };
                let end = self.advance()?.end;
                value = if self.accept("(")?.is_some() {
                    let (arguments, end) = self.arguments()?;
                    self.build(Term::Call(Box::new(value), name, arguments), start..end)?
                } else {
                    self.build(Term::Property(Box::new(value), name), start..end)?
                };
            } else if self.accept("[")?.is_some() {
                let key = self.ternary()?;
                let end = self.require("]")?.end;
                value = self.build(Term::Index(Box::new(value), Box::new(key)), start..end)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn arguments(&mut self) -> Result<(Vec<Expression>, usize), SyntaxError> {
        let mut arguments = Vec::new();
        if let Some(at) = self.accept(")")? {
            return Ok((arguments, at.end));
        }
        loop {
            arguments.push(self.ternary()?);
            if self.accept(",")?.is_none() {
                return Ok((arguments, self.require(")")?.end));
            }
        }
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        let term = match self.token.clone() {
            Token::Literal(value) => Term::Literal(value),
            Token::Name(name) => Term::Name(name),
            Token::Sign("(") => {
                let start = self.advance()?.start;
                let mut inner = self.ternary()?;
                inner.at = start..self.require(")")?.end;
                return Ok(inner);
            }
            _ => return Err(self.unexpected("a value")),
        };
        let at = self.advance()?;
        self.build(term, at)
    }
}

fn too_deep(how: &str, limit: u16, at: Range<usize>) -> SyntaxError {
    SyntaxError::new(format!("the expression is {how} deeper than {limit} levels"), at)
}
