use std::collections::HashMap;
use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::MoveKind;
use crate::process::expression::Atoms;

/// What ids may hold as it is; all else is written as `%` and two digits.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// Moves as one short text: a word for each, which begins with the sign of its kind.
///
/// `+node` was entered, `-node` completed, `~node` cancelled, `>flow` taken; `?flow=t` was evaluated as true, `?flow=f:tf-` as false,
/// of its parts the first being true, the second false and the third not asked; `!node=code=boundary` threw an error, which is caught
/// unless the last part is missing; `@boundary` fired, `.node` consumed the token. When it was, incidents, and what events threw and
/// caught are left out.
pub fn shorten<'a>(moves: impl IntoIterator<Item = &'a MoveKind>) -> String {
    let mut out = String::new();
    for one in moves {
        let (sign, id) = match one {
            MoveKind::Entered { node, .. } => ('+', node),
            MoveKind::Completed { node } => ('-', node),
            MoveKind::Cancelled { node } => ('~', node),
            MoveKind::Evaluated { flow, .. } => ('?', flow),
            MoveKind::Taken { flow } => ('>', flow),
            MoveKind::Error { node, .. } => ('!', node),
            MoveKind::TimerFired { boundary } => ('@', boundary),
            MoveKind::Ended { node } => ('.', node),
            MoveKind::Thrown { .. } | MoveKind::Caught { .. } | MoveKind::Incident { .. } => continue,
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push(sign);
        push(&mut out, id);
        match one {
            MoveKind::Evaluated { value, atoms, .. } => {
                out.push('=');
                out.push(letter(Some(*value)));
                if !atoms.is_empty() {
                    out.push(':');
                    out.extend(atoms.iter().copied().map(letter));
                }
            }
            MoveKind::Error { code, boundary, .. } => {
                for part in std::iter::once(code).chain(boundary) {
                    out.push('=');
                    push(&mut out, part);
                }
            }
            _ => {}
        }
    }
    out
}

/// The moves of a short text.
///
/// # Errors
/// The first word that is none.
pub fn lengthen(text: &str) -> Result<Vec<MoveKind>, String> {
    let mut visits: HashMap<String, u32> = HashMap::new();
    let mut read = |word: &str| {
        let sign = word.chars().next()?;
        let rest = &word[sign.len_utf8()..];
        Some(match sign {
            '+' => {
                let node = id(rest)?;
                let visit = visits.entry(node.clone()).or_default();
                *visit += 1;
                MoveKind::Entered { node, visit: *visit }
            }
            '-' => MoveKind::Completed { node: id(rest)? },
            '~' => MoveKind::Cancelled { node: id(rest)? },
            '>' => MoveKind::Taken { flow: id(rest)? },
            '@' => MoveKind::TimerFired { boundary: id(rest)? },
            '.' => MoveKind::Ended { node: id(rest)? },
            '?' => {
                let (flow, verdict) = rest.split_once('=')?;
                let (value, atoms) = verdict.split_once(':').unwrap_or((verdict, ""));
                let value = value.chars().next().and_then(value_of)??;
                let atoms = atoms.chars().map(value_of).collect::<Option<Atoms>>()?;
                MoveKind::Evaluated { flow: id(flow)?, value, atoms }
            }
            '!' => {
                let mut parts = rest.split('=').map(id);
                let (node, code) = (parts.next()??, parts.next()??);
                let boundary = parts.next();
                MoveKind::Error { node, code, boundary: if boundary.is_some() { Some(boundary??) } else { None } }
            }
            _ => return None,
        })
    };
    text.split_ascii_whitespace().map(|word| read(word).ok_or_else(|| format!("`{word}` is no move"))).collect()
}

fn push(out: &mut String, id: &str) {
    // Writing to a text does not fail.
    let _ = write!(out, "{}", utf8_percent_encode(id, ESCAPED));
}

fn id(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|id| id.into_owned())
}

fn letter(value: Option<bool>) -> char {
    value.map_or('-', |value| if value { 't' } else { 'f' })
}

fn value_of(letter: char) -> Option<Option<bool>> {
    match letter {
        't' => Some(Some(true)),
        'f' => Some(Some(false)),
        '-' => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moves() -> impl Strategy<Value = MoveKind> {
        let id = || "[A-Za-z_0-9.é =%:-]{0,6}";
        prop_oneof![
            id().prop_map(|node| MoveKind::Completed { node }),
            id().prop_map(|node| MoveKind::Cancelled { node }),
            id().prop_map(|flow| MoveKind::Taken { flow }),
            id().prop_map(|boundary| MoveKind::TimerFired { boundary }),
            id().prop_map(|node| MoveKind::Ended { node }),
            (id(), any::<bool>(), prop::collection::vec(any::<Option<bool>>(), 0..4))
                .prop_map(|(flow, value, atoms)| MoveKind::Evaluated { flow, value, atoms }),
            (id(), id(), prop::option::of(id())).prop_map(|(node, code, boundary)| MoveKind::Error {
                node,
                code,
                boundary
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_shortened_is_read_again(moves in prop::collection::vec(moves(), 0..12)) {
            prop_assert_eq!(lengthen(&shorten(&moves)), Ok(moves));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = lengthen(&text);
        }
    }

    #[test]
    fn visits_are_counted_again_and_incidents_left_out() {
        let entered = |visit| MoveKind::Entered { node: "A".to_owned(), visit };
        let moves =
            [entered(1), MoveKind::Incident { node: None, incident: super::super::Incident::NoStart }, entered(2)];
        assert_eq!(shorten(&moves), "+A +A");
        assert_eq!(lengthen("+A +A"), Ok(vec![entered(1), entered(2)]));
        assert_eq!(lengthen("+A *B"), Err("`*B` is no move".to_owned()));
    }
}
