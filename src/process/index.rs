/// Names a node of one definition. Ordered as the nodes stand in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeIndex(u32);

/// Names a flow of one definition. Ordered as the flows stand in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowIndex(u32);

impl NodeIndex {
    /// Files are bounded far below 2³² elements.
    pub(super) fn new(position: usize) -> Self {
        Self(u32::try_from(position).unwrap_or(u32::MAX))
    }

    /// The place in [`super::Definition::nodes`], from 0.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

impl FlowIndex {
    pub(super) fn new(position: usize) -> Self {
        Self(u32::try_from(position).unwrap_or(u32::MAX))
    }

    /// The place in [`super::Definition::flows`], from 0.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}
