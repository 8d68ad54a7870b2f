//! BPMN XML → [`Definition`](super::Definition), all problems told.
//!
//! Two passes, since elements refer to each other in any order: nodes and flows are collected with the ids they name,
//! then the ids are resolved. Elements are recognised by namespace, never by prefix.

mod activity;
mod declared;
mod drawing;
mod event;
mod extension;
mod node;
mod process;
mod timer;
mod xml;

pub(super) use node::flow_node_tag;
pub(super) use xml::{BPMN, Reader, is};
