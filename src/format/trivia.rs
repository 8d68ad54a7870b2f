/// What stands between values and means nothing to a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trivia {
    /// An empty line.
    Blank,
    /// A line that is a comment, and the column where it stands.
    Comment { text: String, column: usize },
}

/// A comment behind something on its line.
#[derive(Clone, Debug)]
pub(super) struct Remark {
    pub text: String,
    /// The column where it stands.
    pub column: usize,
    /// How many spaces stand before it.
    pub gap: usize,
}

/// More spaces than this before a remark put it into a column with others.
const LOOSE: usize = 2;

impl Remark {
    /// A line with the remark: in the column where it stood, if it was put into one.
    pub fn behind(&self, line: &mut String) {
        let width = line.chars().count();
        let gap = match self.gap {
            gap if gap <= LOOSE => gap.max(1),
            _ => self.column.saturating_sub(width).max(LOOSE),
        };
        line.push_str(&" ".repeat(gap));
        line.push_str(&self.text);
    }
}

/// Lines of comments with at most one empty line between them.
pub(super) fn comments(trivia: &[Trivia], indent: usize, lines: &mut Vec<String>) {
    for one in trivia {
        match one {
            Trivia::Blank if lines.last().is_none_or(String::is_empty) => {}
            Trivia::Blank => lines.push(String::new()),
            Trivia::Comment { text, .. } => lines.push(format!("{}{text}", " ".repeat(indent))),
        }
    }
}
