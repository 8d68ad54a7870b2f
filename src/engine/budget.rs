use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::settings::Guards;

/// What a request costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Load {
    /// Whether it may change something.
    pub mutation: bool,
    /// The bytes of its body.
    pub bytes: u64,
}

/// What a run may send at most. Once something was refused, everything is.
#[derive(Debug)]
pub(super) struct Budget {
    mutations: Account,
    upload: Account,
    /// Why nothing more is sent.
    spent: OnceLock<String>,
}

/// What may be spent of one kind, and what was.
#[derive(Debug)]
struct Account {
    most: Option<u64>,
    spent: AtomicU64,
}

impl Account {
    fn new(most: Option<u64>) -> Self {
        Self { most, spent: AtomicU64::new(0) }
    }

    /// Spends, unless that were too much; whether it did.
    fn spend(&self, amount: u64) -> bool {
        let Some(most) = self.most else { return true };
        let within = |spent: u64| spent.checked_add(amount).filter(|spent| *spent <= most);
        self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within).is_ok()
    }
}

impl Budget {
    pub fn new(guards: &Guards) -> Self {
        let (mutations, upload) = (Account::new(guards.mutations), Account::new(guards.upload));
        Self { mutations, upload, spent: OnceLock::new() }
    }

    /// Takes what was spent before a run was cut off.
    pub fn resume(&self, mutations: u64, uploaded: u64) {
        self.mutations.spent.store(mutations, Ordering::Relaxed);
        self.upload.spent.store(uploaded, Ordering::Relaxed);
    }

    /// Why nothing more may be sent.
    pub fn spent(&self) -> Option<&str> {
        self.spent.get().map(String::as_str)
    }

    /// Spends what a request costs.
    ///
    /// # Errors
    /// Why it may not be sent.
    pub fn spend(&self, load: Load) -> Result<(), String> {
        if let Some(why) = self.spent() {
            return Err(why.to_owned());
        }
        let refused = if !self.mutations.spend(u64::from(load.mutation)) {
            let most = self.mutations.most.unwrap_or_default();
            format!("`budget.mutations` of the environment permits {most} requests that may change something")
        } else if !self.upload.spend(load.bytes) {
            let (most, spent) = (self.upload.most.unwrap_or_default(), self.upload.spent.load(Ordering::Relaxed));
            format!("`budget.upload` of the environment permits {most} bytes of bodies, and {spent} were sent")
        } else {
            return Ok(());
        };
        Err(self.spent.get_or_init(|| format!("the budget of the run is spent: {refused}")).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGE: Load = Load { mutation: true, bytes: 10 };
    const READ: Load = Load { mutation: false, bytes: 0 };

    #[test]
    fn what_exceeds_the_budget_is_refused_and_so_is_everything_after_it() {
        let budget = Budget::new(&Guards { mutations: Some(2), ..Guards::default() });
        assert_eq!([CHANGE, READ, CHANGE, READ].map(|load| budget.spend(load)), [Ok(()), Ok(()), Ok(()), Ok(())]);
        assert_eq!(budget.spent(), None);
        let why = budget.spend(CHANGE).unwrap_err();
        assert!(why.contains("`budget.mutations`") && why.contains("permits 2 requests"), "{why}");
        assert_eq!((budget.spend(READ), budget.spent()), (Err(why.clone()), Some(why.as_str())));
    }

    #[test]
    fn bytes_are_counted_to_the_last() {
        let budget = Budget::new(&Guards { upload: Some(25), ..Guards::default() });
        assert_eq!([CHANGE, CHANGE].map(|load| budget.spend(load)), [Ok(()), Ok(())]);
        assert_eq!(budget.spend(Load { bytes: 5, ..CHANGE }), Ok(()));
        let why = budget.spend(Load { bytes: 1, ..READ }).unwrap_err();
        assert!(
            why.contains("`budget.upload`") && why.contains("permits 25 bytes of bodies, and 25 were sent"),
            "{why}"
        );
    }

    #[test]
    fn a_run_that_goes_on_has_spent_already() {
        let budget = Budget::new(&Guards { mutations: Some(2), ..Guards::default() });
        budget.resume(1, 0);
        assert!(budget.spend(CHANGE).is_ok() && budget.spend(CHANGE).is_err());
    }
}
