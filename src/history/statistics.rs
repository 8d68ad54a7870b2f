//! What can be said of few measurements, and how surely.

use serde::Serialize;

/// How surely bounds hold: 95 %, both sides.
const Z: f64 = 1.959_964;

/// How often something was seen, and between which bounds the true share lies with 95 % certainty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// How often it was seen.
    pub seen: usize,
    /// Of how many.
    pub of: usize,
    /// The lower bound.
    pub least: f64,
    /// The upper bound.
    pub most: f64,
}

/// A share by Wilson's interval, which is right for few observations as well.
pub fn share(seen: usize, of: usize) -> Share {
    if of == 0 {
        return Share { seen, of, least: 0.0, most: 1.0 };
    }
    let (n, p) = (of as f64, seen as f64 / of as f64);
    let (middle, spread) = (p + Z * Z / (2.0 * n), Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt());
    let bound = |value: f64| (value / (1.0 + Z * Z / n)).clamp(0.0, 1.0);
    Share { seen, of, least: bound(middle - spread), most: bound(middle + spread) }
}

/// Numbers that became larger at some place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The place of the first of the larger ones.
    pub at: usize,
    /// How probable it is that so clear a shift comes up by chance, at whichever place.
    pub p: f64,
    /// How often a later number is larger than an earlier one, less how often it is smaller: from -1 to 1 (Cliff's delta).
    pub effect: f64,
    /// The median of the earlier ones.
    pub before: f64,
    /// The median of the later ones.
    pub after: f64,
}

/// Fewest numbers on the earlier and on the later side of a shift.
const FEWEST_BEFORE: usize = 8;
const FEWEST_AFTER: usize = 4;

/// The place at which numbers became larger, if there is one that can be judged: the one at which a Mann-Whitney test of those
/// before against those from there on is clearest. `p` is that of the test times the number of places that were tried.
pub fn shift(numbers: &[f64]) -> Option<Shift> {
    let places = FEWEST_BEFORE..=numbers.len().checked_sub(FEWEST_AFTER).filter(|last| *last >= FEWEST_BEFORE)?;
    let tried = places.clone().count() as f64;
    let ranks = Ranks::of(numbers);
    let best = places.map(|at| (at, ranks.score(at)));
    let (at, (z, effect)) = best.max_by(|(_, left), (_, right)| left.0.total_cmp(&right.0))?;
    let median = |numbers: &[f64]| crate::plan::median(numbers.to_vec());
    let (before, after) = (median(&numbers[..at])?, median(&numbers[at..])?);
    let p = if numbers.len() <= MOST_EXACT { ranks.probability(at) } else { upper_tail(z) };
    Some(Shift { at, p: (p * tried).min(1.0), effect, before, after })
}

/// Up to so many numbers the probability is counted; beyond, the normal score is near enough and errs on the safe side.
const MOST_EXACT: usize = 30;

/// The ranks of numbers among each other, for Mann-Whitney tests of the later against the earlier ones.
struct Ranks {
    /// Twice the rank of each: equal ones share the middle of theirs.
    doubled: Vec<usize>,
    /// What equal ones take from the deviation.
    ties: f64,
}

impl Ranks {
    fn of(numbers: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by(|left, right| numbers[*left].total_cmp(&numbers[*right]));
        let mut ranks = Self { doubled: vec![0; numbers.len()], ties: 0.0 };
        let mut from = 0;
        while from < order.len() {
            let same = |at: &&usize| numbers[**at].total_cmp(&numbers[order[from]]).is_eq();
            let to = from + order[from..].iter().take_while(same).count();
            order[from..to].iter().for_each(|at| ranks.doubled[*at] = from + 1 + to);
            let tied = (to - from) as f64;
            ranks.ties += tied * tied * tied - tied;
            from = to;
        }
        ranks
    }

    /// Whether those from a place on tend to be larger than those before: the normal score of U, ties and the step between two
    /// values taken into account, and Cliff's delta.
    fn score(&self, at: usize) -> (f64, f64) {
        let sum = self.doubled[at..].iter().sum::<usize>() as f64 / 2.0;
        let (m, n) = ((self.doubled.len() - at) as f64, at as f64);
        let (all, pairs) = (m + n, m * n);
        let u = sum - m * (m + 1.0) / 2.0;
        let deviation = (pairs / 12.0 * (all + 1.0 - self.ties / (all * (all - 1.0)))).sqrt();
        let z = if deviation > 0.0 { (u - pairs / 2.0 - 0.5) / deviation } else { 0.0 };
        (z, 2.0 * u / pairs - 1.0)
    }

    /// The probability that as many of the ranks, taken by chance, have at least the sum of those from a place on: counted over
    /// all ways to take them.
    fn probability(&self, at: usize) -> f64 {
        let (later, seen) = (self.doubled.len() - at, self.doubled[at..].iter().sum::<usize>());
        let most: usize = self.doubled.iter().sum();
        // The ways to take so many with such a sum.
        let mut ways = vec![vec![0.0; most + 1]; later + 1];
        ways[0][0] = 1.0;
        for rank in &self.doubled {
            for taken in (1..=later).rev() {
                for sum in (*rank..=most).rev() {
                    ways[taken][sum] += ways[taken - 1][sum - rank];
                }
            }
        }
        ways[later][seen..].iter().sum::<f64>() / ways[later].iter().sum::<f64>()
    }
}

/// The probability that a normal score is at least so large.
fn upper_tail(z: f64) -> f64 {
    erfc(z / std::f64::consts::SQRT_2) / 2.0
}

/// The complement of the error function, with a relative error below 1.2e-7 everywhere (a Chebyshev fit by W. H. Press).
fn erfc(x: f64) -> f64 {
    const FIT: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let fit = FIT.iter().rev().fold(0.0, |sum, one| sum * t + one);
    let tail = t * (fit - x * x).exp();
    if x >= 0.0 { tail } else { 2.0 - tail }
}

/// How many false alarms there may be among all that are raised: one in twenty.
const FALSE_ALARMS: f64 = 0.05;

/// Which of many probabilities are significant together, by Benjamini and Hochberg: of those that are, one in twenty is expected to
/// be there by chance, however many were tried.
pub fn significant(all: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|left, right| all[*left].total_cmp(&all[*right]));
    let passes = |(rank, at): (usize, &usize)| all[*at] <= FALSE_ALARMS * (rank + 1) as f64 / all.len() as f64;
    let last = order.iter().enumerate().rposition(passes);
    let mut significant = vec![false; all.len()];
    for at in order.iter().take(last.map_or(0, |last| last + 1)) {
        significant[*at] = true;
    }
    significant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) -> bool {
        (left - right).abs() <= 1e-3 * right.abs().max(1e-12)
    }

    #[test]
    fn bounds_of_shares_are_wilsons() {
        let one = share(1, 10);
        assert!(near(one.least, 0.017_876) && near(one.most, 0.404_150), "{one:?}");
        let none = share(0, 20);
        assert!(none.least == 0.0 && near(none.most, 0.161_125), "{none:?}");
        let all = share(5, 5);
        assert!(near(all.least, 0.565_518) && all.most == 1.0, "{all:?}");
        assert_eq!((share(0, 0).least, share(0, 0).most), (0.0, 1.0));
    }

    #[test]
    fn tails_are_those_of_tables() {
        for (z, p) in [
            (0.0, 0.5),
            (1.0, 0.158_655),
            (1.959_964, 0.025),
            (3.0, 1.349_898e-3),
            (6.0, 9.865_9e-10),
            (-1.0, 0.841_345),
        ] {
            assert!(near(upper_tail(z), p), "{z}: {}", upper_tail(z));
        }
    }

    #[test]
    fn mann_whitney_is_what_textbooks_give() {
        // All later ones larger: U = 20, mean 10, deviation sqrt(4 * 5 * 10 / 12), less half a step; one way of 126.
        let ranks = Ranks::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        let (z, effect) = ranks.score(5);
        assert!(near(z, 9.5 / (200.0_f64 / 12.0).sqrt()) && near(effect, 1.0), "{z} {effect}");
        assert!(near(ranks.probability(5), 1.0 / 126.0));
        // With ties: ranks 1.5 1.5 3.5 3.5 5.5 5.5, those of the later ones 14.5 together, U = 8.5; two ways of 20.
        let ranks = Ranks::of(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        let (z, effect) = ranks.score(3);
        let deviation = (9.0 / 12.0 * (7.0 - 18.0 / 30.0_f64)).sqrt();
        assert!(near(z, (8.5 - 4.5 - 0.5) / deviation) && near(effect, 2.0 * 8.5 / 9.0 - 1.0), "{z} {effect}");
        assert!(near(ranks.probability(3), 2.0 / 20.0));
        let ranks = Ranks::of(&[1.0; 8]);
        assert_eq!((ranks.score(4).1, ranks.probability(4)), (0.0, 1.0));
        // Both ways agree where both apply.
        let numbers: Vec<f64> = (0..30).map(|at| f64::from(at * 17 % 23) + if at > 18 { 6.0 } else { 0.0 }).collect();
        let ranks = Ranks::of(&numbers);
        let (exact, normal) = (ranks.probability(19), upper_tail(ranks.score(19).0));
        assert!((exact - normal).abs() < 0.1 * exact, "{exact} {normal}");
    }

    #[test]
    fn a_shift_is_found_where_it_is() {
        let steady: Vec<f64> = (0..30).map(|at| 100.0 + f64::from(at * 37 % 11)).collect();
        let mut shifted = steady.clone();
        shifted[22..].iter_mut().for_each(|number| *number += 40.0);
        let found = shift(&shifted).unwrap();
        assert_eq!(found.at, 22);
        assert!(found.p < 1e-3 && near(found.effect, 1.0) && found.after > found.before + 35.0, "{found:?}");
        assert!(shift(&steady).unwrap().p > 0.05, "{:?}", shift(&steady));
        // What became smaller is none.
        let falling: Vec<f64> = shifted.iter().rev().copied().collect();
        assert!(shift(&falling).unwrap().p > 0.05);
        assert_eq!(shift(&steady[..11]), None, "too few");
    }

    #[test]
    fn many_tests_raise_few_false_alarms() {
        // The example of their paper: the four smallest of fifteen.
        let all = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        assert_eq!(significant(&all).iter().filter(|one| **one).count(), 4);
        assert_eq!(significant(&[0.5, 0.01]), [false, true]);
        assert_eq!(significant(&[]), [false; 0]);
    }
}
