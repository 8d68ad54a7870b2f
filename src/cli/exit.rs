use std::process::ExitCode;

/// How the program ends. The order is that of precedence: the gravest of several wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything passed.
    Success,
    /// No scenario was selected.
    Nothing,
    /// An expectation does not hold.
    Failed,
    /// A target could not be reached or broke the protocol, or a scenario could not be carried out.
    Errored,
    /// The arguments or a file are invalid.
    Invalid,
    /// The run was interrupted.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Invalid => 2,
            Self::Errored => 3,
            Self::Nothing => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_wins() {
        let all = [Exit::Success, Exit::Failed, Exit::Interrupted, Exit::Invalid, Exit::Errored, Exit::Nothing];
        let mut codes: Vec<Exit> = all.to_vec();
        codes.sort();
        let codes: Vec<u8> = codes.into_iter().map(Exit::code).collect();
        assert_eq!(codes, [0, 4, 1, 3, 2, 130]);
    }
}
