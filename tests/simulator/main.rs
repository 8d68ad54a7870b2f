//! The simulator, through the wire of a catalogue: roles and refusals, behaviours, worlds, the control API over HTTP.

mod behaviours;
mod definitions;
mod documentation;
mod documents;
mod elements;
mod forms;
mod http;
mod properties;
mod refusals;
mod support;
mod waiting;
mod walk;
mod worlds;
