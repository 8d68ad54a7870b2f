use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long a scenario was kept from sending by what guards the target. It counts against none of its own bounds.
#[derive(Debug, Default)]
pub(super) struct Held {
    before: Cell<Duration>,
    since: Cell<Option<Instant>>,
}

/// The least time between two looks at whether a scenario takes too long that is kept from sending meanwhile.
const LOOK: Duration = Duration::from_millis(100);

impl Held {
    /// In all, what lasts included.
    pub fn total(&self) -> Duration {
        self.before.get() + self.since.get().map(|since| since.elapsed()).unwrap_or_default()
    }

    /// Counts the time that something takes, also if it is broken off.
    pub async fn during<T>(&self, waiting: impl Future<Output = T>) -> T {
        struct Ends<'a>(&'a Held);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                self.0.before.set(self.0.total());
                self.0.since.set(None);
            }
        }
        self.since.set(Some(Instant::now()));
        let _ends = Ends(self);
        waiting.await
    }

    /// Waits until so much time has passed in which nothing was held.
    pub async fn over(&self, limit: Duration) {
        let started = Instant::now();
        loop {
            let left = limit.saturating_sub(started.elapsed().saturating_sub(self.total()));
            if left.is_zero() {
                return;
            }
            let look = if self.since.get().is_some() { left.max(LOOK) } else { left };
            tokio::time::sleep(look).await;
        }
    }
}
