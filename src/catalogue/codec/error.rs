/// Why a request cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// A parameter of the path has no value.
    #[error("`{exchange}` needs `{parameter}` for its path")]
    Missing {
        /// The exchange.
        exchange: String,
        /// The parameter.
        parameter: String,
    },
    /// A value was given for which the exchange has no place.
    #[error("`{exchange}` has no parameter `{parameter}`")]
    Unknown {
        /// The exchange.
        exchange: String,
        /// The parameter.
        parameter: String,
    },
    /// A value cannot stand where the exchange puts it.
    #[error("`{parameter}` of `{exchange}` cannot stand in {place}: {why}")]
    Unwritable {
        /// The exchange.
        exchange: String,
        /// The parameter.
        parameter: String,
        /// The place: `the path`, `the query`, `a header`, `the URL`.
        place: &'static str,
        /// What is wrong with the value, which is not quoted: it may be a secret.
        why: &'static str,
    },
}

/// Why a request cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.join("; "))]
pub struct Invalid {
    /// Every problem, one line each.
    pub problems: Vec<String>,
}
