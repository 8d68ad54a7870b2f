use std::sync::atomic::{AtomicUsize, Ordering};

/// Does something with each of some items, on all cores, and gives what comes of it in the order of the items.
pub(super) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if cores < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let lane = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(lane)).collect();
        let mut done = lane();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        for length in [0, 1, 2, 1_000] {
            let items: Vec<usize> = (0..length).collect();
            let doubled: Vec<usize> = (0..length).map(|one| one * 2).collect();
            assert_eq!(on_all_cores(&items, |one| one * 2), doubled);
        }
    }

    #[test]
    fn a_panic_is_not_swallowed() {
        let items: Vec<usize> = (0..100).collect();
        let ran = std::panic::catch_unwind(|| on_all_cores(&items, |one| assert_ne!(*one, 50)));
        assert!(ran.is_err());
    }
}
