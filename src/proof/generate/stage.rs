use crate::process::{Call, Effect};
use crate::script::Directive;

/// What plays the automatic elements of one definition: a simulator, as far as a search needs it.
pub trait Stage {
    /// What an instance remembers beside its variables.
    type Memory: Clone + Default;

    /// Performs an automatic element, as it is told or by itself.
    fn perform(&self, call: Call<'_>, told: Option<Directive>, memory: &mut Self::Memory) -> Effect;

    /// The process waits no longer where it waited: what held there is forgotten.
    fn leave(&self, memory: &mut Self::Memory);

    /// The code that the next answer shows, if something failed since the process waited last.
    fn code(&self, memory: &Self::Memory) -> Option<i64>;

    /// Whether the last result of some check was a failure.
    fn has_failed_check(&self, memory: &Self::Memory) -> bool;
}
