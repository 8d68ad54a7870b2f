use regex::{Regex, RegexBuilder};

/// Largest compiled form of a regular expression, in bytes.
pub const MAX_PATTERN_SIZE: usize = 1 << 20;
/// Deepest nesting of groups in a regular expression.
const MAX_PATTERN_DEPTH: u32 = 100;

/// A regular expression that a whole text must match. Matching takes time linear in the text.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    whole: Regex,
    part: Regex,
}

/// Why a text is no regular expression that can be used.
pub(super) struct PatternError {
    pub(super) message: String,
    /// The bytes of the expression that are wrong.
    pub(super) place: std::ops::Range<usize>,
}

impl Pattern {
    pub(super) fn compile(text: &str) -> Result<Self, PatternError> {
        let parsed = regex_syntax::ParserBuilder::new().nest_limit(MAX_PATTERN_DEPTH).build().parse(text);
        parsed.map_err(|error| {
            let (message, span) = match &error {
                regex_syntax::Error::Parse(error) => (error.kind().to_string(), Some(error.span())),
                regex_syntax::Error::Translate(error) => (error.kind().to_string(), Some(error.span())),
                other => (other.to_string(), None),
            };
            PatternError { message, place: span.map_or(0..text.len(), |span| span.start.offset..span.end.offset) }
        })?;
        let build = |text: &str| {
            RegexBuilder::new(text).size_limit(MAX_PATTERN_SIZE).nest_limit(MAX_PATTERN_DEPTH + 2).build().map_err(
                |_| {
                    let message = format!("it is larger than {MAX_PATTERN_SIZE} bytes when compiled");
                    PatternError { message, place: 0..text.len() }
                },
            )
        };
        // The line feed ends a comment that `(?x)` allows.
        let whole = build(&format!("\\A(?:{text})\\z")).or_else(|_| build(&format!("\\A(?:{text}\n)\\z")))?;
        Ok(Self { whole, part: build(text)? })
    }

    pub(super) fn is_whole(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.part.is_match(text)
    }
}
