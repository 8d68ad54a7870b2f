use std::sync::Arc;

use super::partition::SHORT;

/// How urgent a scenario is, by what was seen of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Urgent {
    /// Whether it did not pass when it was last run.
    pub failed: bool,
    /// How long it takes in milliseconds, if that is known.
    pub millis: Option<f64>,
}

/// How much longer a scenario takes than another before it is run earlier for that.
const STEP: f64 = 1.25;

/// The order in which scenarios are run: those that failed last come first, so that they are seen soon; then those that
/// take longest, so that none of these is still running when all others have ended. `None` where that is their own order.
///
/// Times count by steps of a quarter, so that what differs a little from run to run changes little.
pub(super) fn order(urgent: &[Urgent]) -> Option<Arc<[u32]>> {
    let usual = super::median(urgent.iter().filter_map(|one| one.millis).collect()).unwrap_or(0.0);
    let rank = |at: &u32| {
        let one = urgent[*at as usize];
        let steps = (one.millis.unwrap_or(usual).max(SHORT) / SHORT).log(STEP) as i32;
        (!one.failed, -steps)
    };
    let mut order: Vec<u32> = (0..urgent.len() as u32).collect();
    order.sort_by_key(rank);
    (!order.is_sorted()).then(|| order.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_comes_first_then_what_takes_longest() {
        let one = |failed, millis| Urgent { failed, millis };
        let all = [
            one(false, Some(90.0)),
            one(false, None),
            one(true, Some(10.0)),
            one(false, Some(9_000.0)),
            one(true, Some(4_000.0)),
            one(false, Some(110.0)),
        ];
        assert_eq!(order(&all).as_deref(), Some(&[4, 2, 3, 0, 1, 5][..]));
        let alike = [one(false, Some(260.0)), one(false, Some(300.0)), one(false, None)];
        assert_eq!(order(&alike), None, "differences by chance change nothing");
        assert_eq!(order(&[]), None);
    }
}
