use std::collections::BTreeMap;

use super::ArmedTimer;
use crate::process::expression::Map;
use crate::process::{FlowIndex, NodeIndex};

/// Names a token of one execution, in the order they came into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TokenId(u32);

/// Names a frame of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FrameId(u32);

/// A token: where it is, and what it does there.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub node: NodeIndex,
    /// What it moves in.
    pub frame: FrameId,
    /// When it came to its node.
    pub since: u64,
    /// The local variables of the node: its inputs, and its results.
    pub locals: Map,
    pub stand: Stand,
    /// Whether it is one of the instances of an activity that is done more than once.
    pub instance: bool,
}

/// What a token does at its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// It comes, by this flow if by one.
    Comes(Option<FlowIndex>),
    /// It is worked on.
    Acts,
    /// It waits for an answer.
    Waits,
    /// It waits for an event.
    Listens,
    /// It has come to a gateway by this flow, and waits for others there.
    Joins(FlowIndex),
    /// It stands at an activity in which other tokens are.
    Holds(FrameId),
}

/// What tokens move in: the process, a subprocess, or the instances of an activity. It ends when its last token has gone.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The token that stands at the activity; `None` of the process.
    pub holder: Option<TokenId>,
    /// The subprocess of which the nodes are; `None` of the process.
    pub scope: Option<NodeIndex>,
    /// The instances of an activity, if these are in it.
    pub instances: Option<Count>,
    /// Whether an event subprocess has ended everything else in it.
    pub interrupted: bool,
}

impl Token {
    /// A token before a node.
    pub fn before(node: NodeIndex, frame: FrameId) -> Self {
        Self { node, frame, since: 0, locals: Map::new(), stand: Stand::Comes(None), instance: false }
    }
}

impl Frame {
    /// A frame of what is inside the activity of a token.
    pub fn of(holder: TokenId, scope: Option<NodeIndex>) -> Self {
        Self { holder: Some(holder), scope, instances: None, interrupted: false }
    }

    /// Whether event subprocesses can begin in it.
    pub fn takes_events(&self) -> bool {
        self.instances.is_none() && !self.interrupted
    }
}

/// How many instances of an activity there are.
#[derive(Clone, Debug)]
pub(super) struct Count {
    pub total: usize,
    pub begun: usize,
    pub completed: usize,
    /// The items of the collection, if it is over one.
    pub items: Vec<serde_json::Value>,
}

/// What waits for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Receiver {
    /// A token that stands at it.
    At(TokenId),
    /// A token that stands at the gateway before it; the flow leads to it.
    Before(TokenId, FlowIndex),
    /// A token at the activity on whose border it is.
    Inside(TokenId),
    /// A frame in which an event subprocess begins with it.
    In(FrameId),
}

/// A timer that runs, and what waits for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Armed {
    pub timer: ArmedTimer,
    pub receiver: Receiver,
    /// When it fires again: after so many milliseconds, and so many times more, if that is bounded.
    pub again: Option<(u64, Option<u32>)>,
}

/// All tokens of an execution and what they move in.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    tokens: BTreeMap<TokenId, Token>,
    frames: BTreeMap<FrameId, Frame>,
    next: u32,
}

impl Tokens {
    /// The process, without a token.
    pub const PROCESS: FrameId = FrameId(0);

    pub fn new() -> Self {
        let process = Frame { holder: None, scope: None, instances: None, interrupted: false };
        Self { tokens: BTreeMap::new(), frames: BTreeMap::from([(Self::PROCESS, process)]), next: 1 }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    pub fn add(&mut self, token: Token) -> TokenId {
        let id = TokenId(self.number());
        self.tokens.insert(id, token);
        id
    }

    pub fn open(&mut self, frame: Frame) -> FrameId {
        let id = FrameId(self.number());
        self.frames.insert(id, frame);
        id
    }

    pub fn get(&self, id: TokenId) -> Option<&Token> {
        self.tokens.get(&id)
    }

    pub fn get_mut(&mut self, id: TokenId) -> Option<&mut Token> {
        self.tokens.get_mut(&id)
    }

    pub fn remove(&mut self, id: TokenId) -> Option<Token> {
        self.tokens.remove(&id)
    }

    pub fn frame(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get(&id)
    }

    pub fn frame_mut(&mut self, id: FrameId) -> Option<&mut Frame> {
        self.frames.get_mut(&id)
    }

    pub fn close(&mut self, id: FrameId) -> Option<Frame> {
        self.frames.remove(&id)
    }

    pub fn frames(&self) -> impl Iterator<Item = (FrameId, &Frame)> {
        self.frames.iter().map(|(id, frame)| (*id, frame))
    }

    pub fn all(&self) -> impl Iterator<Item = (TokenId, &Token)> {
        self.tokens.iter().map(|(id, token)| (*id, token))
    }

    /// The tokens of a frame, in the order they came into being; those in frames inside it not.
    pub fn within(&self, frame: FrameId) -> impl Iterator<Item = (TokenId, &Token)> {
        self.all().filter(move |(_, token)| token.frame == frame)
    }

    /// The holders around a frame, outwards.
    pub fn holders(&self, frame: FrameId) -> impl Iterator<Item = (TokenId, &Token)> {
        let holder = |frame: FrameId| {
            let id = self.frame(frame)?.holder?;
            Some((id, self.get(id)?))
        };
        std::iter::successors(holder(frame), move |(_, token)| holder(token.frame))
    }
}
