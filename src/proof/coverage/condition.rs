use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::process::expression::{Atoms, Binary, Condition, Expression, Part, Term};

/// Most different evaluations of one condition that are kept.
const MOST_EVALUATIONS: usize = 256;
/// Most atoms of a condition of which it is tried whether they can decide alone.
const MOST_SUPPOSED: usize = 8;

/// What was seen of a condition that can be true and false.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionCoverage {
    /// The id of the flow that has it.
    pub flow: String,
    /// Its text.
    pub text: String,
    /// How often it was true.
    pub true_times: u64,
    /// How often it was false.
    pub false_times: u64,
    /// Its parts, in the order they are written; none if it is one part, or of more than 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub atoms: Vec<AtomCoverage>,
}

/// What was seen of a part of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtomCoverage {
    /// Its text.
    pub text: String,
    /// How often it was true.
    pub true_times: u64,
    /// How often it was false.
    pub false_times: u64,
    /// Whether two evaluations differ in it alone and in the verdict.
    pub decides: bool,
    /// Why no two evaluations can: other parts always change with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub coupled: bool,
}

/// What was seen of a condition so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluations {
    /// How often it was false and true.
    verdicts: [u64; 2],
    /// How often each atom was false and true.
    atoms: Vec<[u64; 2]>,
    /// Those that differ.
    seen: BTreeSet<(Atoms, bool)>,
}

impl Evaluations {
    pub fn add(&mut self, value: bool, atoms: &Atoms) {
        self.verdicts[usize::from(value)] += 1;
        if self.atoms.len() < atoms.len() {
            self.atoms.resize(atoms.len(), [0, 0]);
        }
        for (times, atom) in self.atoms.iter_mut().zip(atoms) {
            if let Some(value) = atom {
                times[usize::from(*value)] += 1;
            }
        }
        if self.seen.len() < MOST_EVALUATIONS {
            self.seen.insert((atoms.clone(), value));
        }
    }

    pub fn conclude(&self, flow: &str, condition: &Condition) -> ConditionCoverage {
        let [false_times, true_times] = self.verdicts;
        let atoms = condition.atoms();
        let possible = possible(condition, &atoms);
        let of_atom = |(at, atom): (usize, &&Expression)| {
            let [false_times, true_times] = if atoms.len() == 1 && self.atoms.is_empty() {
                self.verdicts
            } else {
                self.atoms.get(at).copied().unwrap_or_default()
            };
            let decides = match atoms.len() {
                1 => false_times > 0 && true_times > 0,
                _ => decides(&self.seen, at),
            };
            let coupled = possible.as_ref().is_some_and(|possible| !self::decides(possible, at));
            AtomCoverage { text: plain(atom), true_times, false_times, decides, coupled: coupled && !decides }
        };
        ConditionCoverage {
            flow: flow.to_owned(),
            text: written(condition),
            true_times,
            false_times,
            atoms: atoms.iter().enumerate().map(of_atom).collect(),
        }
    }
}

/// Whether two evaluations differ in one atom and in the verdict, and in no other atom that both have asked.
fn decides(evaluations: &BTreeSet<(Atoms, bool)>, atom: usize) -> bool {
    let value = |atoms: &Atoms| atoms.get(atom).copied().flatten();
    let (trues, falses): (Vec<_>, Vec<_>) =
        evaluations.iter().filter(|(atoms, _)| value(atoms).is_some()).partition(|(_, verdict)| *verdict);
    let fits = |one: &Atoms, other: &Atoms| {
        one.iter().zip(other).enumerate().all(|(at, (one, other))| match (one, other) {
            (Some(one), Some(other)) => (one == other) != (at == atom),
            _ => at != atom,
        })
    };
    trues.iter().any(|(one, _)| falses.iter().any(|(other, _)| fits(one, other)))
}

/// All evaluations of a condition that values of its variables can give, as far as the form of its atoms shows. `None` for one
/// that is not put together, or of too many atoms.
fn possible(condition: &Condition, atoms: &[&Expression]) -> Option<BTreeSet<(Atoms, bool)>> {
    if atoms.len() < 2 || atoms.len() > MOST_SUPPOSED {
        return None;
    }
    let claims: Vec<Claim> = atoms.iter().map(|atom| Claim::of(atom)).collect();
    let mut possible = BTreeSet::new();
    for bits in 0..1_u32 << atoms.len() {
        let values: Vec<bool> = (0..atoms.len()).map(|at| bits >> at & 1 == 1).collect();
        let clash = claims.iter().enumerate().any(|(at, one)| {
            one.fixed.is_some_and(|fixed| fixed != values[at])
                || claims[..at].iter().zip(&values).any(|(other, value)| one.excludes(values[at], other, *value))
        });
        if !clash && let Some((verdict, atoms)) = condition.suppose(&values) {
            possible.insert((atoms, verdict));
        }
    }
    Some(possible)
}

/// What an atom says: that something equals a literal, or anything else.
struct Claim {
    thing: String,
    /// The literal, and whether the atom is true where the thing equals it.
    literal: Option<(Value, bool)>,
    /// The value of an atom that is constant.
    fixed: Option<bool>,
}

impl Claim {
    fn of(atom: &Expression) -> Self {
        let fixed = match &atom.term {
            Term::Literal(Value::Bool(value)) => Some(*value),
            _ => None,
        };
        if let Term::Binary(sign @ (Binary::Equal | Binary::NotEqual), left, right) = &atom.term {
            let equal = *sign == Binary::Equal;
            match (&left.term, &right.term) {
                (Term::Literal(_), Term::Literal(_)) => {}
                (_, Term::Literal(literal)) => {
                    return Self { thing: left.to_string(), literal: Some((literal.clone(), equal)), fixed };
                }
                (Term::Literal(literal), _) => {
                    return Self { thing: right.to_string(), literal: Some((literal.clone(), equal)), fixed };
                }
                _ => {}
            }
        }
        Self { thing: atom.to_string(), literal: None, fixed }
    }

    /// Whether two atoms cannot have these values at the same time.
    fn excludes(&self, value: bool, other: &Self, others: bool) -> bool {
        if self.thing != other.thing {
            return false;
        }
        match (&self.literal, &other.literal) {
            (Some((literal, when)), Some((of_other, when_other))) => {
                let (equals, other_equals) = (value == *when, others == *when_other);
                if literal == of_other { equals != other_equals } else { equals && other_equals }
            }
            (None, None) => value != others,
            _ => false,
        }
    }
}

/// The text of a condition, in one spelling.
pub(super) fn written(condition: &Condition) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Expression(expression) => format!("${{{}}}", plain(expression)),
        Part::Broken(_) => "${…}".to_owned(),
    };
    condition.template.parts().iter().map(part).collect()
}

/// The text of an expression, without the parentheses around it.
pub(super) fn plain(expression: &Expression) -> String {
    let text = expression.to_string();
    let has = matches!(expression.term, Term::Unary(..) | Term::Binary(..) | Term::Ternary(..));
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    inner.filter(|_| has).map_or_else(|| text.clone(), str::to_owned)
}
