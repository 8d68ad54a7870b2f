use super::block::{Block, Content, Entry, Indentation, Leaf};
use super::flow::Flow;
use super::order::{OfMapping, behind, of_item, of_mapping, places};
use super::trivia::{Trivia, comments};
use crate::yaml::{Form, Shape};

/// Spaces of one level.
const LEVEL: usize = 2;
/// What editors read in a comment at the top of a file.
const MODELINE: &str = "# yaml-language-server:";

/// Writes the root of a file.
pub(super) fn write(mut block: Block, form: &'static Form) -> Vec<String> {
    let mut lines = Vec::new();
    comments(&heading(&mut block), 0, &mut lines);
    write_block(&mut block, Some(form), 0, &mut lines);
    lines
}

/// Takes the comments away that are about the file and not about its first entry.
fn heading(block: &mut Block) -> Vec<Trivia> {
    let Some(first) = block.entries.first_mut() else { return Vec::new() };
    let is_modeline = |one: &Trivia| matches!(one, Trivia::Comment { text, .. } if text.starts_with(MODELINE));
    let last = first.lead.iter().rposition(|one| *one == Trivia::Blank || is_modeline(one));
    let heading: Vec<Trivia> = first.lead.drain(..last.map_or(0, |last| last + 1)).collect();
    let begins = heading.iter().position(|one| *one != Trivia::Blank);
    begins.map(|begins| heading[begins..].to_vec()).unwrap_or_default()
}

fn write_block(block: &mut Block, form: Option<&'static Form>, indent: usize, lines: &mut Vec<String>) {
    let is_mapping = block.entries.iter().all(|entry| entry.key.is_some());
    let of = form.and_then(of_mapping).filter(|_| is_mapping);
    if let Some(OfMapping::Shape(shape)) = &of {
        sort(&mut block.entries, shape, |entry| &entry.name, |entry| entry.tied);
    }
    let begin = lines.len();
    for entry in &mut block.entries {
        let inner = match &of {
            Some(OfMapping::Shape(shape)) => behind(shape, &entry.name),
            Some(OfMapping::Map(form)) => Some(*form),
            None if !is_mapping => form.and_then(of_item),
            None => None,
        };
        let lead = match lines.len() == begin {
            // No empty line stands before the first.
            true => entry.lead.iter().position(|one| *one != Trivia::Blank).map_or(&[][..], |from| &entry.lead[from..]),
            false => &entry.lead,
        };
        comments(lead, indent, lines);
        let column = block.column;
        write_entry(entry, inner, column, indent, lines);
    }
    comments(&block.tail, indent, lines);
}

/// Sorts by the order of a shape. Where more than one entry is tied to others, all stay where they are.
fn sort<T>(entries: &mut Vec<T>, shape: &Shape, name: impl Fn(&T) -> &String, tied: impl Fn(&T) -> bool) {
    if entries.iter().filter(|entry| tied(entry)).count() > 1 {
        return;
    }
    let names: Vec<&str> = entries.iter().map(|entry| name(entry).as_str()).collect();
    let Some(places) = places(shape, &names) else { return };
    let mut placed: Vec<(usize, T)> = places.into_iter().zip(entries.drain(..)).collect();
    placed.sort_by_key(|(place, _)| *place);
    entries.extend(placed.into_iter().map(|(_, entry)| entry));
}

fn write_entry(entry: &mut Entry, form: Option<&'static Form>, column: usize, indent: usize, lines: &mut Vec<String>) {
    let mut head = " ".repeat(indent);
    match &entry.key {
        Some(key) => head += &format!("{key}:"),
        None => head.push('-'),
    }
    let is_item = entry.key.is_none();
    if !entry.properties.is_empty() {
        head += &format!(" {}", entry.properties);
    }
    let remark = entry.remark.take();
    match &mut entry.value {
        Content::Leaf(leaf) if leaf.lead.is_empty() && remark.is_none() => {
            write_leaf(leaf, form, head + " ", (column, indent), lines);
        }
        // An item begins on the line of its dash, where nothing stands between.
        Content::Block(block) if is_item && remark.is_none() && entry.properties.is_empty() && begins(block) => {
            let at = lines.len();
            write_block(block, form, indent + LEVEL, lines);
            if let Some(first) = lines.get_mut(at) {
                first.replace_range(..indent + LEVEL, &format!("{head} "));
            }
        }
        value => {
            if let Some(remark) = &remark {
                remark.behind(&mut head);
            }
            lines.push(head);
            match value {
                Content::Nothing => {}
                Content::Block(block) => write_block(block, form, indent + LEVEL, lines),
                Content::Leaf(leaf) => {
                    comments(&leaf.lead, indent + LEVEL, lines);
                    write_leaf(leaf, form, " ".repeat(indent + LEVEL), (column, indent), lines);
                }
            }
        }
    }
}

/// Whether the first line of a block is that of its first entry, whichever that will be.
fn begins(block: &Block) -> bool {
    block.entries.iter().all(|entry| entry.lead.iter().all(|one| *one == Trivia::Blank))
}

/// Writes a value behind what stands before it on its line. Its other lines move as its entry does, from a column to another.
fn write_leaf(
    leaf: &mut Leaf,
    form: Option<&'static Form>,
    before: String,
    (from, to): (usize, usize),
    lines: &mut Vec<String>,
) {
    if let Some(flow) = &mut leaf.flow {
        sort_flow(flow, form);
        leaf.text = flow.written();
    }
    let mut written = leaf.text.split('\n');
    lines.push(before + written.next().unwrap_or_default());
    let (from, to) = match leaf.block_scalar {
        Some(Indentation::Shown(content)) => (content, to + LEVEL),
        _ => (from, to),
    };
    for line in written {
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        let moved = (indent + to).saturating_sub(from);
        lines.push(match leaf.block_scalar {
            // Spaces beyond the indentation are content.
            Some(_) if rest.is_empty() && moved <= to => String::new(),
            Some(_) => format!("{}{rest}", " ".repeat(moved)),
            None if rest.is_empty() => String::new(),
            None => format!("{}{rest}", " ".repeat(moved.max(to + 1))),
        });
    }
    if let (Some(remark), Some(last)) = (&leaf.remark, lines.last_mut()) {
        remark.behind(last);
    }
}

fn sort_flow(flow: &mut Flow, form: Option<&'static Form>) {
    match flow {
        Flow::Text(_) => {}
        Flow::Sequence(items) => {
            let form = form.and_then(of_item);
            items.iter_mut().for_each(|item| sort_flow(item, form));
        }
        Flow::Mapping(entries) => {
            let of = form.and_then(of_mapping);
            if let Some(OfMapping::Shape(shape)) = &of {
                sort(entries, shape, |entry| &entry.name, |entry| entry.tied);
            }
            for entry in entries {
                let inner = match &of {
                    Some(OfMapping::Shape(shape)) => behind(shape, &entry.name),
                    Some(OfMapping::Map(form)) => Some(*form),
                    None => None,
                };
                if let Some(value) = &mut entry.value {
                    sort_flow(value, inner);
                }
            }
        }
    }
}
