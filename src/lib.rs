//! flowproof proves process flows: YAML scenarios walk a process over HTTP, activity by activity, and every answer is
//! judged.
//!
//! The crate is a pure core with thin effects around it. [`source`] and [`diagnostic`] hold texts, positions and problems;
//! [`yaml`] reads files into trees with places; [`template`] evaluates the `{{ … }}` in them; [`query`] and [`expect`]
//! judge values; [`redact`] keeps secrets out of all that is shown. [`scenario`], [`catalogue`], [`settings`] and
//! [`process`] are what authors write; [`script`] is what a simulator is told; [`plan`] puts them together.
//!
//! The effects: [`http`] sends, [`engine`] runs scenarios and tells [`event`]s, [`history`] keeps what they came to, [`lsp`] serves editors.
//! [`process`] reads process diagrams and executes them step by step; [`proof`] decides what diagrams and scenarios say of each
//! other.

pub mod catalogue;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod event;
pub mod expect;
pub mod format;
pub mod history;
pub mod http;
pub mod lsp;
pub mod plan;
pub mod process;
pub mod project;
pub mod prompt;
pub mod proof;
pub mod query;
pub mod redact;
pub mod report;
pub mod scenario;
pub mod schema;
pub mod script;
pub mod settings;
pub mod simulator;
pub mod source;
pub mod template;
pub mod yaml;
