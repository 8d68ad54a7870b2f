/// A kind of file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scenario.
    Scenario,
    /// A fragment, which scenarios use.
    Fragment,
    /// A catalogue.
    Catalogue,
    /// `flowproof.yaml`.
    Settings,
    /// `quarantine.yaml`.
    Quarantine,
    /// A stored event stream, one event of it.
    Events,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Scenario, Self::Fragment, Self::Catalogue, Self::Settings, Self::Quarantine, Self::Events];

    /// Those that can be narrowed to what a project knows.
    pub const OF_PROJECTS: [Self; 2] = [Self::Scenario, Self::Fragment];

    /// Its name, as it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Fragment => "fragment",
            Self::Catalogue => "catalogue",
            Self::Settings => "settings",
            Self::Quarantine => "quarantine",
            Self::Events => "events",
        }
    }

    /// What it is about, in a line.
    pub fn title(self) -> &'static str {
        match self {
            Self::Scenario => "flowproof scenario: steps, inputs and what must hold",
            Self::Fragment => "flowproof fragment: steps that scenarios use",
            Self::Catalogue => "flowproof catalogue: what is known of a process engine",
            Self::Settings => "flowproof settings: flowproof.yaml",
            Self::Quarantine => "flowproof quarantine: scenarios whose verdict does not count for a while",
            Self::Events => "flowproof events: a line of a stored stream",
        }
    }

    /// The name of its file.
    pub fn file_name(self) -> String {
        format!("{}.schema.json", self.name())
    }

    /// The committed schema.
    pub fn text(self) -> &'static str {
        match self {
            Self::Scenario => include_str!("../../schemas/scenario.schema.json"),
            Self::Fragment => include_str!("../../schemas/fragment.schema.json"),
            Self::Catalogue => include_str!("../../schemas/catalogue.schema.json"),
            Self::Settings => include_str!("../../schemas/settings.schema.json"),
            Self::Quarantine => include_str!("../../schemas/quarantine.schema.json"),
            Self::Events => include_str!("../../schemas/events.schema.json"),
        }
    }
}
