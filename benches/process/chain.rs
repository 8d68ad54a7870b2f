use std::collections::HashSet;
use std::ops::Range;

use roxmltree::{Document, Node};

/// The namespace of BPMN 2.0 elements.
const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// Attributes that are ids, or refer to one in the same process.
const IDS: [&str; 5] = ["id", "sourceRef", "targetRef", "attachedToRef", "default"];
/// What says again what flows say.
const AGAIN: [&str; 2] = ["incoming", "outgoing"];
/// Attributes for those who draw, which nothing here reads.
const FOR_PEOPLE: [&str; 3] = ["labelName", "description", "listenerType"];

/// Copies of the process of a file, one behind the other: where the first end of a copy was, a gateway leads to where the start of the
/// next was. The diagram is left out, and whatever else is there for people alone, so that a long chain is within the bounds of a file.
pub fn chained(text: &str, copies: usize) -> String {
    let document = Document::parse(text).expect("XML");
    let is_process = |node: &Node<'_, '_>| node.has_tag_name((BPMN, "process"));
    let process = document.descendants().filter(is_process).max_by_key(|process| process.descendants().count());
    let process = process.expect("a process");
    let first = |tag: &str| process.children().find(|child| child.has_tag_name((BPMN, tag))).expect("starts and ends");
    let (start, end) = (first("startEvent"), first("endEvent"));
    let prefix = text[process.range().start + 1..].split("process").next().unwrap_or_default();
    let ids: HashSet<&str> = process.descendants().filter_map(|node| node.attribute("id")).collect();
    let elements: Vec<Node<'_, '_>> = process.children().filter(Node::is_element).collect();
    let opening = elements.first().map_or(0, |element| element.range().start);
    let closing = elements.last().map_or(0, |element| element.range().end);
    let mut out = text[..opening].to_owned();
    for copy in 0..copies {
        let is_last = copy + 1 == copies;
        for element in &elements {
            let id = element.attribute("id").unwrap_or_default();
            let gateway = format!("<{prefix}exclusiveGateway id=\"{id}_{copy}\"/>");
            match element {
                _ if *element == start && copy > 0 => out += &gateway,
                _ if *element == end && !is_last => {
                    let target = format!("{}_{}", start.attribute("id").unwrap_or_default(), copy + 1);
                    out += &format!(
                        "{gateway}<{prefix}sequenceFlow id=\"chain_{copy}\" sourceRef=\"{id}_{copy}\" targetRef=\"{target}\"/>"
                    );
                }
                _ => add(&mut out, text, *element, &ids, copy),
            }
            out.push('\n');
        }
    }
    let definitions = format!("</{prefix}definitions>");
    out + &text[closing..process.range().end] + &definitions
}

/// Adds an element, its ids being those of a copy.
fn add(out: &mut String, text: &str, element: Node<'_, '_>, ids: &HashSet<&str>, copy: usize) {
    let mut places: Vec<(Range<usize>, bool)> = Vec::new();
    for node in element.descendants() {
        let is_again = AGAIN.iter().any(|tag| node.has_tag_name((BPMN, *tag)));
        let is_blank = node.text().is_some_and(|text| text.trim().is_empty()) && node.is_text();
        if is_again || is_blank {
            places.push((node.range(), false));
            continue;
        }
        for one in node.attributes() {
            if FOR_PEOPLE.contains(&one.name()) {
                places.push((one.range(), false));
            } else if one.namespace().is_none() && IDS.contains(&one.name()) && ids.contains(one.value()) {
                places.push((one.range_value(), true));
            }
        }
    }
    places.sort_by_key(|(place, _)| place.start);
    let mut at = element.range().start;
    for (place, is_id) in places {
        // What stands inside of something that is left out is left out with it.
        if place.start < at {
            continue;
        }
        *out += &text[at..if is_id { place.end } else { place.start }];
        if is_id {
            *out += &format!("_{copy}");
        }
        at = place.end;
    }
    *out += &text[at..element.range().end];
}
