use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::Plan;
use crate::diagnostic::suggest;
use crate::event::PartitionRecord;

/// Most parts that scenarios are spread over.
pub const MAX_PARTS: u32 = 10_000;

/// One of several parts into which scenarios are spread, each of which another machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// How they are spread.
    pub by: PartitionBy,
    /// Which part, from 1.
    pub part: u32,
    /// Of how many.
    pub of: u32,
}

/// How scenarios are spread over parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionBy {
    /// By their ids alone: a scenario stays where it is, whatever others come and go.
    Hash,
    /// So that all parts take about the same time.
    Time,
}

impl PartitionBy {
    const ALL: [Self; 2] = [Self::Hash, Self::Time];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Time => "time",
        }
    }
}

/// `hash:1/4`.
impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.by.as_str(), self.part, self.of)
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "write it as BY:PART/PARTS, such as `hash:1/4` or `time:1/4`".to_owned();
        let (word, numbers) = text.split_once(':').ok_or_else(form)?;
        let by = PartitionBy::ALL.into_iter().find(|by| by.as_str() == word);
        let by = by.ok_or_else(|| {
            let help = suggest(word, PartitionBy::ALL.map(PartitionBy::as_str)).unwrap_or_default();
            format!("scenarios are not spread by `{word}`: {help}")
        })?;
        let (part, of) = numbers.split_once('/').ok_or_else(form)?;
        let number =
            |text: &str| text.parse::<u32>().map_err(|_| format!("`{text}` is no number of parts; {}", form()));
        let (part, of) = (number(part)?, number(of)?);
        match (part, of) {
            (_, 0) => Err("there is at least one part".to_owned()),
            (_, of) if of > MAX_PARTS => Err(format!("there are {MAX_PARTS} parts at most, and {of} were asked for")),
            (0, of) => Err(format!(
                "parts are counted from 1, so of {of} the first is `{word}:1/{of}`; add 1 to an index that begins at 0"
            )),
            (part, of) if part > of => {
                Err(format!("there is no part {part} of {of}; the last one is `{word}:{of}/{of}`"))
            }
            _ => Ok(Self { by, part, of }),
        }
    }
}

impl Partition {
    /// The scenarios of a plan that are of this part; `millis` tells how long one takes, where that is known.
    pub fn of(self, plan: &Plan, millis: impl Fn(&str) -> Option<f64>) -> Plan {
        let ids: Vec<String> = plan.ids().collect();
        let (parts, basis): (Vec<u32>, String) = match self.by {
            PartitionBy::Hash => (ids.iter().map(|id| by_hash(id, self.of)).collect(), basis(&ids, &[])),
            PartitionBy::Time => {
                let steps = steps(&ids.iter().map(|id| millis(id)).collect::<Vec<_>>());
                (by_time(&ids, &steps, self.of), basis(&ids, &steps))
            }
        };
        let mut part = plan.keep(|at, _| parts[at] == self.part);
        let by = self.by.as_str().to_owned();
        part.partition = Some(PartitionRecord { by, part: self.part, of: self.of, all: ids.len(), basis });
        part
    }
}

/// The part of a scenario, from 1, by its id alone.
fn by_hash(id: &str, of: u32) -> u32 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(id));
    let hash = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    // The product is below 2^64 times `of`, so that its upper half is below `of`.
    ((u128::from(hash) * u128::from(of)) >> 64) as u32 + 1
}

/// Below so many milliseconds all scenarios take as long.
pub(super) const SHORT: f64 = 200.0;

/// How long scenarios take, in steps of two to a doubling, so that what differs by chance changes nothing. What is not known of one
/// is taken to be the median of the others.
fn steps(millis: &[Option<f64>]) -> Vec<u16> {
    let usual = median(millis.iter().flatten().copied().collect()).unwrap_or(SHORT);
    let step = |millis: &Option<f64>| ((millis.unwrap_or(usual).max(SHORT) / SHORT).log2() * 2.0).round() as u16;
    millis.iter().map(step).collect()
}

/// The parts of scenarios, from 1: the longest goes first, to the part that has least to do so far.
fn by_time(ids: &[String], steps: &[u16], of: u32) -> Vec<u32> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by(|left, right| steps[*right].cmp(&steps[*left]).then_with(|| ids[*left].cmp(&ids[*right])));
    let mut parts = vec![1; ids.len()];
    let mut loads = vec![0.0; of as usize];
    for at in order {
        let least = (0..loads.len()).min_by(|left, right| f64::total_cmp(&loads[*left], &loads[*right])).unwrap_or(0);
        loads[least] += SHORT * (f64::from(steps[at]) / 2.0).exp2();
        parts[at] = least as u32 + 1;
    }
    parts
}

/// What scenarios are spread by, as a hash.
fn basis(ids: &[String], steps: &[u16]) -> String {
    let mut digest = Sha256::new();
    for id in ids {
        digest.update(id);
        digest.update([0]);
    }
    steps.iter().for_each(|step| digest.update(step.to_be_bytes()));
    data_encoding::HEXLOWER.encode(&digest.finalize()[..8])
}

/// The middle of some numbers.
pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        even if even % 2 == 0 => Some(f64::midpoint(numbers[middle - 1], numbers[middle])),
        _ => Some(numbers[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|at| format!("scenarios/s{at}.yaml")).collect()
    }

    #[test]
    fn what_is_malformed_is_explained() {
        let told =
            ["hash:0/4", "hash:5/4", "hash:1/0", "hash:1/99999", "hush:1/2", "hash", "time:1", "time:a/2", "hash:-1/2"]
                .map(|text| format!("{text}: {}", text.parse::<Partition>().unwrap_err()))
                .join("\n");
        insta::assert_snapshot!(told);
        let read: Partition = "time:2/8".parse().unwrap();
        assert_eq!((read.by, read.part, read.of, read.to_string()), (PartitionBy::Time, 2, 8, "time:2/8".to_owned()));
    }

    #[test]
    fn hashes_are_what_they_were_in_every_release() {
        assert_eq!(ids(6).iter().map(|id| by_hash(id, 4)).collect::<Vec<_>>(), [2, 1, 1, 1, 3, 1]);
    }

    #[test]
    fn parts_by_time_take_about_the_same() {
        let ids = ids(400);
        let millis: Vec<Option<f64>> = (0..400).map(|at| Some(f64::from(at * at % 9_973) + 250.0)).collect();
        let parts = by_time(&ids, &steps(&millis), 8);
        let mut loads = [0.0; 8];
        parts.iter().zip(&millis).for_each(|(part, millis)| loads[*part as usize - 1] += millis.unwrap());
        let (least, most) = (loads.iter().copied().fold(f64::MAX, f64::min), loads.iter().copied().fold(0.0, f64::max));
        assert!(most < least * 1.1, "{loads:?}");
    }

    #[test]
    fn without_times_parts_have_the_same_number() {
        let parts = by_time(&ids(10), &steps(&[None; 10]), 4);
        let sizes: Vec<usize> = (1..=4).map(|part| parts.iter().filter(|one| **one == part).count()).collect();
        assert_eq!(sizes, [3, 3, 2, 2]);
        // One that is not known is taken to be like the others; what differs by chance changes nothing.
        assert_eq!(steps(&[Some(900.0), None, Some(900.0)]), steps(&[Some(870.0), Some(930.0), None]));
        assert_eq!(steps(&[Some(3.0), None, Some(90.0)]), [0; 3]);
    }

    proptest! {
        #[test]
        fn every_scenario_is_in_exactly_one_part(count in 0usize..60, of in 1u32..40, seed in 0u64..1000) {
            let ids = ids(count);
            let millis: Vec<Option<f64>> =
                (0..count as u64).map(|at| (!(at * seed).is_multiple_of(3)).then_some((at * seed % 71) as f64 * 100.0)).collect();
            let steps = steps(&millis);
            for (id, part) in ids.iter().zip(by_time(&ids, &steps, of)) {
                prop_assert!((1..=of).contains(&part) && (1..=of).contains(&by_hash(id, of)));
            }
            // Whoever asks gets the same, whatever order the scenarios have.
            let mut turned: Vec<_> = ids.iter().cloned().zip(steps.clone()).collect();
            turned.reverse();
            let (turned, times): (Vec<_>, Vec<_>) = turned.into_iter().unzip();
            let again: Vec<u32> = by_time(&turned, &times, of).into_iter().rev().collect();
            prop_assert_eq!(by_time(&ids, &steps, of), again);
        }

        #[test]
        fn a_scenario_stays_in_its_part_when_others_come(id in "[a-z/]{1,30}", of in 1u32..=MAX_PARTS) {
            let part = by_hash(&id, of);
            prop_assert_eq!(part, by_hash(&id, of));
            // With twice as many parts it is in one of the two that its part became.
            prop_assert!([2 * part - 1, 2 * part].contains(&by_hash(&id, 2 * of)));
        }
    }
}
