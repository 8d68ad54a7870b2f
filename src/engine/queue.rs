use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::cancel::{Cancel, Urgency};
use crate::plan::Plan;

/// An attempt of a scenario whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    /// The place of the scenario in the plan.
    pub at: usize,
    /// Which attempt it is, from 1.
    pub attempt: u32,
}

/// Gives scenarios their turns, to the lanes of all cores: in the order of the plan, those that are to be run again as soon as
/// their pause is over, and none beside another of its exclusive groups.
pub(super) struct Queue<'p> {
    plan: &'p Plan,
    kept: &'p BTreeSet<String>,
    line: Mutex<Line>,
    /// Told when a turn has ended.
    changed: Notify,
    started: Instant,
    failures: AtomicUsize,
}

impl<'p> Queue<'p> {
    /// The scenarios of a plan but those that are kept, by id, of a run that goes on; so many failed before.
    pub fn new(plan: &'p Plan, kept: &'p BTreeSet<String>, failures: usize) -> Self {
        Self {
            plan,
            kept,
            line: Mutex::default(),
            changed: Notify::new(),
            started: Instant::now(),
            failures: AtomicUsize::new(failures),
        }
    }

    /// Waits for the next turn; `None` when all have ended. While the run is to end, nothing waits for its time.
    pub async fn next(&self, cancel: &Cancel) -> Option<Turn> {
        loop {
            let changed = self.changed.notified();
            let ending = cancel.urgency() >= Urgency::Finish;
            let now = if ending { Duration::MAX } else { self.started.elapsed() };
            let due = match self.line().next(now, self) {
                Next::Turn(turn) => return Some(turn),
                Next::End => return None,
                Next::Wait(due) => due,
            };
            let over = async {
                match due {
                    Some(due) => tokio::time::sleep(due.saturating_sub(now)).await,
                    None => std::future::pending().await,
                }
            };
            let ends = async {
                match ending {
                    false => cancel.reached(Urgency::Finish).await,
                    true => std::future::pending().await,
                }
            };
            tokio::select! {
                () = changed => {}
                () = over => {}
                () = ends => {}
            }
        }
    }

    /// Takes note of the end of a turn, after which the scenario has another one when a pause is over.
    pub fn done(&self, turn: Turn, again: Option<Duration>) {
        let due = again.map(|pause| self.started.elapsed().saturating_add(pause));
        self.line().done(turn, due, self);
        self.changed.notify_waiters();
    }

    /// Counts a failure; how many there are now.
    pub fn fail(&self) -> usize {
        self.failures.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // A thread that panicked while it held the lock left a sound value behind.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there is to be given turns.
trait Scenarios {
    /// The scenario that comes at a place of the order; `None` behind the last.
    fn ordered(&self, place: usize) -> Option<usize>;
    /// Whether it has no turn at all.
    fn is_kept(&self, at: usize) -> bool;
    /// Its exclusive groups.
    fn groups(&self, at: usize) -> &[String];
}

impl Scenarios for Queue<'_> {
    fn ordered(&self, place: usize) -> Option<usize> {
        self.plan.ordered(place)
    }

    fn is_kept(&self, at: usize) -> bool {
        !self.kept.is_empty() && self.plan.id(at).is_some_and(|id| self.kept.contains(&id))
    }

    fn groups(&self, at: usize) -> &[String] {
        self.plan.exclusive(at)
    }
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Turn(Turn),
    /// Nothing until a turn ends, or until a moment.
    Wait(Option<Duration>),
    /// Nothing any more.
    End,
}

/// Who has a turn, and who waits for one. It grows with those that wait for their group or for their pause, by a few bytes each.
#[derive(Debug, Default)]
struct Line {
    /// The first place of the order that was not looked at.
    place: usize,
    /// Those that may come next: nobody of their group has a turn, unless one was given since.
    ready: VecDeque<Turn>,
    /// Those that wait for a group, by a group that they wait for.
    waiting: BTreeMap<String, VecDeque<Turn>>,
    /// Those that are to be run again, by the moment.
    again: BinaryHeap<Reverse<(Duration, Turn)>>,
    /// The groups of those that have a turn.
    busy: BTreeSet<String>,
    /// How many have a turn.
    running: usize,
}

impl Line {
    fn next(&mut self, now: Duration, scenarios: &impl Scenarios) -> Next {
        while let Some(turn) = self.candidate(now, scenarios) {
            let groups = scenarios.groups(turn.at);
            match groups.iter().find(|group| self.busy.contains(*group)) {
                None => {
                    self.busy.extend(groups.iter().cloned());
                    self.running += 1;
                    return Next::Turn(turn);
                }
                Some(busy) => {
                    self.waiting.entry(busy.clone()).or_default().push_back(turn);
                    // It may have been called for another group, which then is for the next one.
                    self.call(groups);
                }
            }
        }
        match self.again.peek() {
            Some(Reverse((due, _))) => Next::Wait(Some(*due)),
            None if self.running == 0 => Next::End,
            None => Next::Wait(None),
        }
    }

    fn candidate(&mut self, now: Duration, scenarios: &impl Scenarios) -> Option<Turn> {
        if self.again.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            return self.again.pop().map(|Reverse((_, turn))| turn);
        }
        if let Some(turn) = self.ready.pop_front() {
            return Some(turn);
        }
        loop {
            let at = scenarios.ordered(self.place)?;
            self.place += 1;
            if !scenarios.is_kept(at) {
                return Some(Turn { at, attempt: 1 });
            }
        }
    }

    fn done(&mut self, turn: Turn, due: Option<Duration>, scenarios: &impl Scenarios) {
        self.running -= 1;
        let groups = scenarios.groups(turn.at);
        for group in groups {
            self.busy.remove(group);
        }
        if let Some(due) = due {
            self.again.push(Reverse((due, Turn { attempt: turn.attempt + 1, ..turn })));
        }
        self.call(groups);
    }

    /// Calls the first that waits for each of some groups, where nobody has it.
    fn call(&mut self, groups: &[String]) {
        for group in groups.iter().filter(|group| !self.busy.contains(*group)) {
            let Some(waiting) = self.waiting.get_mut(group) else { continue };
            self.ready.extend(waiting.pop_front());
            if waiting.is_empty() {
                self.waiting.remove(group);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Scenarios by their groups; in the order of their numbers.
    struct Made(Vec<Vec<String>>, BTreeSet<usize>);

    impl Scenarios for Made {
        fn ordered(&self, place: usize) -> Option<usize> {
            (place < self.0.len()).then_some(place)
        }

        fn is_kept(&self, at: usize) -> bool {
            self.1.contains(&at)
        }

        fn groups(&self, at: usize) -> &[String] {
            &self.0[at]
        }
    }

    fn made(groups: &[&[&str]]) -> Made {
        let groups = groups.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        Made(groups.collect(), BTreeSet::new())
    }

    fn first(at: usize) -> Next {
        Next::Turn(Turn { at, attempt: 1 })
    }

    const NOW: Duration = Duration::from_secs(10);

    #[test]
    fn others_go_on_while_one_waits_for_its_group() {
        let scenarios = made(&[&["camera"], &["camera"], &[], &["camera", "desk"], &["desk"]]);
        let mut line = Line::default();
        assert_eq!(line.next(NOW, &scenarios), first(0));
        assert_eq!(line.next(NOW, &scenarios), first(2));
        assert_eq!(line.next(NOW, &scenarios), first(4));
        assert_eq!(line.next(NOW, &scenarios), Next::Wait(None));
        line.done(Turn { at: 0, attempt: 1 }, None, &scenarios);
        assert_eq!(line.next(NOW, &scenarios), first(1));
        line.done(Turn { at: 1, attempt: 1 }, None, &scenarios);
        // It needs both, and one is taken.
        assert_eq!(line.next(NOW, &scenarios), Next::Wait(None));
        line.done(Turn { at: 4, attempt: 1 }, None, &scenarios);
        assert_eq!(line.next(NOW, &scenarios), first(3));
        line.done(Turn { at: 2, attempt: 1 }, None, &scenarios);
        assert_eq!(line.next(NOW, &scenarios), Next::Wait(None));
        line.done(Turn { at: 3, attempt: 1 }, None, &scenarios);
        assert_eq!(line.next(NOW, &scenarios), Next::End);
    }

    #[test]
    fn what_is_run_again_comes_first_once_its_pause_is_over() {
        let scenarios = made(&[&[], &[], &[]]);
        let mut line = Line::default();
        assert_eq!(line.next(NOW, &scenarios), first(0));
        line.done(Turn { at: 0, attempt: 1 }, Some(NOW * 2), &scenarios);
        assert_eq!(line.next(NOW, &scenarios), first(1));
        let second = Turn { at: 0, attempt: 2 };
        assert_eq!(line.next(NOW * 2, &scenarios), Next::Turn(second));
        line.done(second, Some(NOW * 3), &scenarios);
        assert_eq!(line.next(NOW * 2, &scenarios), first(2));
        assert_eq!(line.next(NOW * 2, &scenarios), Next::Wait(Some(NOW * 3)));
    }

    #[test]
    fn what_is_kept_has_no_turn() {
        let scenarios = Made(vec![Vec::new(); 4], BTreeSet::from([0, 2, 3]));
        let mut line = Line::default();
        assert_eq!(line.next(NOW, &scenarios), first(1));
        line.done(Turn { at: 1, attempt: 1 }, None, &scenarios);
        assert_eq!(line.next(NOW, &scenarios), Next::End);
    }

    proptest! {
        /// Each has its turns, none beside another of its groups, and nobody waits while there is one that could be run.
        #[test]
        fn turns_are_given_to_all_and_to_none_too_many(
            groups in proptest::collection::vec(proptest::collection::btree_set(0_u8..4, 0..3), 1..40),
            lanes in 1_usize..6,
            choices in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 200),
        ) {
            let names = groups.iter().map(|of| of.iter().map(u8::to_string).collect()).collect();
            let scenarios = Made(names, BTreeSet::new());
            let (mut line, mut running, mut left) = (Line::default(), Vec::<Turn>::new(), vec![2_u32; groups.len()]);
            let mut choices = choices.into_iter().cycle();
            loop {
                let free = |at: usize, running: &[Turn]| {
                    running.iter().all(|turn| groups[turn.at].is_disjoint(&groups[at]))
                };
                while running.len() < lanes {
                    match line.next(NOW, &scenarios) {
                        Next::Turn(turn) => {
                            prop_assert!(free(turn.at, &running), "{turn:?} beside {running:?}");
                            running.push(turn);
                        }
                        Next::Wait(due) => {
                            prop_assert_eq!(due, None);
                            let idle = (0..groups.len()).filter(|at| {
                                left[*at] > 0 && running.iter().all(|turn| turn.at != *at) && free(*at, &running)
                            });
                            prop_assert_eq!(idle.count(), 0, "{:?} of {:?}", &running, &line);
                            break;
                        }
                        Next::End => break,
                    }
                }
                if running.is_empty() {
                    break;
                }
                let (index, again) = choices.next().unwrap();
                let turn = running.swap_remove(index.index(running.len()));
                let again = again && turn.attempt == 1;
                left[turn.at] = u32::from(again);
                line.done(turn, again.then_some(NOW), &scenarios);
            }
            prop_assert!(left.iter().all(|left| *left == 0), "{left:?}");
            prop_assert_eq!(line.next(NOW, &scenarios), Next::End);
        }
    }
}
