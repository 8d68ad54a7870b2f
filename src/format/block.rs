use super::trivia::{Remark, Trivia};

/// A block collection with everything that stands around its entries.
#[derive(Debug)]
pub(super) struct Block {
    pub entries: Vec<Entry>,
    /// The column of its entries.
    pub column: usize,
    /// Comments behind the last entry that belong to the collection.
    pub tail: Vec<Trivia>,
}

/// An entry of a mapping, or an item of a list.
#[derive(Debug)]
pub(super) struct Entry {
    /// What stands on lines of its own before it.
    pub lead: Vec<Trivia>,
    /// The key as it is written, without its colon; `None` for an item.
    pub key: Option<String>,
    /// The name of the key, without quotes.
    pub name: String,
    /// Anchor and tag of the value, as they are written.
    pub properties: String,
    /// A remark on the line of the key, before a value on other lines.
    pub remark: Option<Remark>,
    pub value: Content,
    /// Whether its place matters, because something in it is named elsewhere or names something.
    pub tied: bool,
}

#[derive(Debug)]
pub(super) enum Content {
    Nothing,
    Leaf(Leaf),
    Block(Block),
}

/// A value that is no block collection.
#[derive(Debug)]
pub(super) struct Leaf {
    /// Comments between the key and the value, which then stands on a line of its own.
    pub lead: Vec<Trivia>,
    /// As it is written; lines after the first with their indentation.
    pub text: String,
    /// The remark behind it.
    pub remark: Option<Remark>,
    /// How it is indented, if it is a block scalar.
    pub block_scalar: Option<Indentation>,
    /// Whether it is written in flow style on one line, so that it can be spaced anew.
    pub flow: Option<super::flow::Flow>,
}

/// How far the lines of a block scalar are indented.
#[derive(Clone, Copy, Debug)]
pub(super) enum Indentation {
    /// So far, as the first line with something on it shows.
    Shown(usize),
    /// So many columns more than what it stands in, as its header says.
    Said,
}
