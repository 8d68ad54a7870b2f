use granit_parser::ScalarStyle;

use super::block::{Block, Content, Entry, Indentation, Leaf};
use super::flow::{Flow, name, quoted};
use super::parts::{Part, PartKind};
use super::trivia::{Remark, Trivia};

/// The text is written in a way that is left as it is; where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strange(pub usize);

type Read<T> = Result<T, Strange>;

/// What a document holds.
pub(super) struct Root<'a> {
    pub block: Block,
    /// All comments, but those inside of values that are kept as they are.
    pub comments: Vec<String>,
    /// What stands behind it.
    pub rest: &'a str,
}

/// Goes through a text from value to value and takes note of what stands between them.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Whether only spaces were seen on this line.
    fresh: bool,
    /// The comment behind what was read last, on its line.
    remark: Option<Remark>,
    /// Lines without values that were read and belong to nobody yet.
    pending: Vec<Trivia>,
    comments: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Begins at an offset, which is the beginning of a line.
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, fresh: true, remark: None, pending: Vec::new(), comments: Vec::new() }
    }

    /// Reads the block collection that is the root.
    pub fn root(mut self, part: &Part) -> Read<Root<'a>> {
        self.trivia()?;
        let mut block = self.block(part)?;
        block.tail.append(&mut self.pending);
        while block.tail.last() == Some(&Trivia::Blank) {
            block.tail.pop();
        }
        Ok(Root { block, comments: self.comments, rest: &self.text[self.at..] })
    }

    fn block(&mut self, part: &Part) -> Read<Block> {
        let mut block = Block { entries: Vec::new(), column: self.column(), tail: Vec::new() };
        match &part.kind {
            PartKind::Sequence(_, items) => {
                for item in items {
                    let lead = self.lead()?;
                    self.expect("-")?;
                    block.entries.push(self.entry(lead, None, item)?);
                }
            }
            PartKind::Mapping(_, entries) => {
                for (key, value) in entries {
                    let lead = self.lead()?;
                    let tied = key.is_tied();
                    let (written, name) = self.key(key)?;
                    let entry = self.entry(lead, Some(written), value)?;
                    block.entries.push(Entry { name, tied: tied || entry.tied, ..entry });
                }
            }
            _ => return Err(self.strange()),
        }
        self.close(&mut block);
        Ok(block)
    }

    /// Gives a collection the comments behind it that are indented as its entries are. What follows may be indented alike: then
    /// they belong to that.
    fn close(&mut self, block: &mut Block) {
        let next = (self.at < self.text.len()).then(|| self.column());
        if next.is_some_and(|next| next >= block.column) {
            return;
        }
        let belongs = |one: &Trivia| match one {
            Trivia::Blank => true,
            Trivia::Comment { column, .. } => *column >= block.column,
        };
        let within = self.pending.iter().take_while(|one| belongs(one)).count();
        let last = self.pending[..within].iter().rposition(|one| matches!(one, Trivia::Comment { .. }));
        block.tail = self.pending.drain(..last.map_or(0, |last| last + 1)).collect();
    }

    /// What stands before the next entry.
    fn lead(&mut self) -> Read<Vec<Trivia>> {
        self.trivia()?;
        Ok(std::mem::take(&mut self.pending))
    }

    /// Reads a key with its colon: as it is written, and its name.
    fn key(&mut self, key: &Part) -> Read<(String, String)> {
        let from = self.at;
        if key.has_properties {
            self.properties()?;
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
        }
        let written = self.text.get(key.start..key.end).filter(|text| !text.contains('\n')).ok_or(self.strange())?;
        let (shown, name) = match &key.kind {
            PartKind::Scalar(style) => (quoted(written, *style), name(written, *style)),
            PartKind::Alias => (written.to_owned(), String::new()),
            _ => return Err(self.strange()),
        };
        if self.at != key.start {
            return Err(self.strange());
        }
        let properties = self.text[from..key.start].to_owned();
        self.at = key.end;
        self.fresh = false;
        let colon = self.text[self.at..].find(|c| c != ' ' && c != '\t').unwrap_or_default();
        // The colon of a key that is an alias must not be taken for a part of its name.
        let space = if matches!(key.kind, PartKind::Alias) { " " } else { "" };
        self.at += colon;
        self.expect(":")?;
        Ok((format!("{properties}{shown}{space}"), name))
    }

    /// Reads a value behind a key or a dash.
    fn entry(&mut self, lead: Vec<Trivia>, key: Option<String>, part: &Part) -> Read<Entry> {
        let is_item = key.is_none();
        let mut entry = Entry {
            lead,
            key,
            name: String::new(),
            properties: String::new(),
            remark: None,
            value: Content::Nothing,
            tied: part.is_tied(),
        };
        self.trivia()?;
        entry.remark = self.remark.take();
        if part.has_properties {
            entry.properties = self.properties()?;
            self.trivia()?;
            if let Some(remark) = self.remark.take()
                && entry.remark.replace(remark).is_some()
            {
                return Err(self.strange());
            }
        }
        entry.value = match &part.kind {
            PartKind::Nothing => Content::Nothing,
            _ if part.is_block() => {
                // An item that is a list may begin on the line of its dash; a value of a key may not.
                if !is_item && !self.fresh {
                    return Err(self.strange());
                }
                Content::Block(self.block(part)?)
            }
            _ => Content::Leaf(self.leaf(part)?),
        };
        Ok(entry)
    }

    fn leaf(&mut self, part: &Part) -> Read<Leaf> {
        let own_line = self.fresh;
        let pending = std::mem::take(&mut self.pending);
        let has_comments = pending.iter().any(|one| matches!(one, Trivia::Comment { .. }));
        let lead = if own_line && has_comments { pending } else { Vec::new() };
        if let PartKind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) = &part.kind {
            if !lead.is_empty() {
                return Err(self.strange());
            }
            let (text, indentation) = self.block_scalar(part)?;
            self.trivia()?;
            return Ok(Leaf { lead, text, remark: None, block_scalar: Some(indentation), flow: None });
        }
        if self.at != part.start || part.end > self.text.len() {
            return Err(self.strange());
        }
        let written = self.text[part.start..part.end].trim_end();
        self.at = part.start + written.len();
        self.fresh = false;
        let one_line = !written.contains('\n');
        let text = match &part.kind {
            PartKind::Scalar(style) if one_line => quoted(written, *style),
            _ => written.to_owned(),
        };
        let is_collection = matches!(part.kind, PartKind::Sequence(..) | PartKind::Mapping(..));
        let flow = if one_line && is_collection { Flow::read(part, self.text) } else { None };
        self.trivia()?;
        Ok(Leaf { lead, text, remark: self.remark.take(), block_scalar: None, flow })
    }

    /// Reads a block scalar from its `|` or `>` on, with the empty lines at its end if it keeps them.
    fn block_scalar(&mut self, part: &Part) -> Read<(String, Indentation)> {
        if !self.text[self.at..].starts_with(['|', '>']) {
            return Err(self.strange());
        }
        let start = self.at;
        let header_end = self.line_end(start);
        // The parser counts the line break behind it, and what indents the next line.
        let last = self.text[..part.end].trim_end().len().max(header_end);
        let header = &self.text[start..header_end];
        let indicators = header.split([' ', '\t', '#']).next().unwrap_or_default();
        let keeps = indicators.contains('+');
        let mut end = header_end;
        let mut next = (header_end + 1).min(self.text.len());
        let said = indicators.contains(|c: char| c.is_ascii_digit());
        let mut content = None;
        while next < self.text.len() {
            let line_end = self.line_end(next);
            let line = &self.text[next..line_end];
            let indent = line.len() - line.trim_start_matches(' ').len();
            let is_blank = line.trim_start_matches(' ').is_empty();
            if !is_blank {
                // The first line with something on it says how far all are indented.
                if next >= last || content.is_some_and(|content| indent < content) {
                    break;
                }
                if !said {
                    content.get_or_insert(indent);
                }
            }
            if !is_blank || keeps {
                end = line_end;
            }
            next = line_end + 1;
        }
        self.at = (end + 1).min(self.text.len());
        self.fresh = true;
        // Without content nothing moves.
        let indentation = content.map_or(Indentation::Said, Indentation::Shown);
        Ok((self.text[start..end].to_owned(), indentation))
    }

    /// Reads anchor and tag.
    fn properties(&mut self) -> Read<String> {
        let mut properties = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let rest = &rest[spaces..];
            if !rest.starts_with(['&', '!']) {
                break;
            }
            let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
            properties.push(&rest[..len]);
            self.at += spaces + len;
            self.fresh = false;
        }
        match properties.is_empty() {
            true => Err(self.strange()),
            false => Ok(properties.join(" ")),
        }
    }

    /// Reads spaces, line breaks and comments.
    fn trivia(&mut self) -> Read<()> {
        loop {
            let rest = &self.text[self.at..];
            let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let behind = self.at + spaces;
            match self.text[behind..].chars().next() {
                None => {
                    self.at = behind;
                    return Ok(());
                }
                Some('\n') => {
                    if self.fresh {
                        self.pending.push(Trivia::Blank);
                    }
                    self.at = behind + 1;
                    self.fresh = true;
                }
                Some('#') if self.fresh || spaces > 0 => {
                    let end = self.line_end(behind);
                    let text = self.text[behind..end].trim_end().to_owned();
                    self.comments.push(text.clone());
                    self.at = behind;
                    let column = self.column();
                    if self.fresh {
                        self.pending.push(Trivia::Comment { text, column });
                    } else if self.remark.replace(Remark { text, column, gap: spaces }).is_some() {
                        return Err(self.strange());
                    }
                    self.at = (end + 1).min(self.text.len());
                    self.fresh = true;
                }
                Some(_) => {
                    // A tab cannot indent.
                    if self.fresh && rest[..spaces].contains('\t') {
                        return Err(self.strange());
                    }
                    self.at = behind;
                    return Ok(());
                }
            }
        }
    }

    fn expect(&mut self, mark: &str) -> Read<()> {
        if !self.text[self.at..].starts_with(mark) {
            return Err(self.strange());
        }
        self.at += mark.len();
        self.fresh = false;
        Ok(())
    }

    /// The column of the place where it is, from 0.
    fn column(&self) -> usize {
        let start = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
        self.text[start..self.at].chars().count()
    }

    fn line_end(&self, from: usize) -> usize {
        self.text[from..].find('\n').map_or(self.text.len(), |at| from + at)
    }

    fn strange(&self) -> Strange {
        Strange(self.at)
    }
}
