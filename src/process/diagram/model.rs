use super::{Bounds, Point};

/// Everything that is drawn of a BPMN file, with its coordinates.
#[derive(Clone, Debug)]
pub struct Diagram {
    pub(super) name: String,
    pub(super) planes: Vec<Plane>,
}

/// A sheet of a diagram: what is drawn together. A file with several processes or folded subprocesses has several.
#[derive(Clone, Debug, Default)]
pub struct Plane {
    /// What is drawn on it: the name of the collaboration, process or subprocess.
    pub name: Option<String>,
    /// Everything that has an area, in document order.
    pub shapes: Vec<Shape>,
    /// Everything that is a line, in document order.
    pub edges: Vec<Edge>,
}

/// An element that has an area.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The id of the element.
    pub id: String,
    /// Its name, or its text.
    pub name: Option<String>,
    /// How it looks.
    pub figure: Figure,
    /// Where it is.
    pub bounds: Bounds,
    /// Where its name stands, if that is not left to the drawing.
    pub label: Option<Bounds>,
}

/// An element that is a line.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The id of the element.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// How it looks.
    pub line: Line,
    /// Where it goes: at least two places.
    pub points: Vec<Point>,
    /// Where its name stands, if that is not left to the drawing.
    pub label: Option<Bounds>,
}

/// How an element with an area looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A participant.
    Pool {
        /// Whether its name stands on the left, turned, and not at the top.
        lying: bool,
        /// Whether nothing of its process is to be seen.
        closed: bool,
        /// Whether there are several of it.
        several: bool,
    },
    /// A part of a pool.
    Lane {
        /// Whether its name stands on the left, turned, and not at the top.
        lying: bool,
    },
    /// A task, a subprocess or a call.
    Activity(Activity),
    /// An event.
    Event(Event),
    /// A gateway.
    Gateway {
        /// What decides.
        kind: GatewayKind,
        /// Whether an exclusive gateway has its cross.
        marked: bool,
    },
    /// Data that is used by activities.
    Data {
        /// Whether it comes from outside or goes there.
        direction: Option<DataDirection>,
        /// Whether it is a collection.
        several: bool,
    },
    /// Data that outlives the process.
    Store,
    /// A remark.
    Annotation,
    /// A frame around elements that belong together.
    Group,
    /// A message beside a flow.
    Message(Envelope),
    /// Something of a choreography or a conversation, drawn as a box.
    Other,
}

/// A task, a subprocess or a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activity {
    /// What it does.
    pub kind: ActivityKind,
    /// How often it is done.
    pub repeated: Option<Repetition>,
    /// Whether it takes back what another activity did.
    pub compensates: bool,
    /// Whether its parts are done in any order.
    pub ad_hoc: bool,
}

/// What an activity does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActivityKind {
    /// Nothing in particular.
    #[default]
    Task,
    /// A person does it with the help of a program.
    User,
    /// A program does it.
    Service,
    /// The engine runs a script.
    Script,
    /// Rules decide.
    Rule,
    /// A person does it alone.
    Manual,
    /// Sends a message.
    Send,
    /// Waits for a message.
    Receive,
    /// Another process or a global task is called.
    Call {
        /// Whether what is called is not to be seen.
        folded: bool,
    },
    /// A process inside.
    Sub {
        /// Whether its parts are not to be seen.
        folded: bool,
        /// Whether an event starts it.
        event: bool,
        /// Whether it is done completely or not at all.
        transaction: bool,
    },
}

/// How often an activity is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// Again, as long as a condition holds.
    Loop,
    /// For all of a collection at the same time.
    Parallel,
    /// For one of a collection after the other.
    Sequential,
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where in a process.
    pub place: EventPlace,
    /// What it is about.
    pub trigger: EventTrigger,
}

/// Where in a process an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventPlace {
    /// At the beginning.
    Start {
        /// Whether it ends what goes on around it; only that of an event subprocess may not.
        interrupting: bool,
    },
    /// In between, waiting.
    Catch,
    /// In between, telling.
    Throw,
    /// On the border of an activity.
    Boundary {
        /// Whether it ends the activity.
        interrupting: bool,
    },
    /// At the end.
    End,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as in BPMN")]
pub enum EventTrigger {
    None,
    Message,
    Timer,
    Error,
    Escalation,
    Signal,
    Conditional,
    Link,
    Compensation,
    Cancel,
    Terminate,
    Multiple,
    ParallelMultiple,
}

/// What decides at a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as in BPMN")]
pub enum GatewayKind {
    Exclusive,
    Parallel,
    Inclusive,
    Complex,
    /// The first of several events.
    Event,
    /// The first of several events, which starts the process.
    InstantiatingEvent,
    /// All of several events, which start the process.
    InstantiatingParallel,
}

/// Whether data comes from outside or goes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as in BPMN")]
pub enum DataDirection {
    Input,
    Output,
}

/// A message beside a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// The first one.
    Asking,
    /// An answer, which is shaded.
    Answering,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A sequence flow.
    Sequence {
        /// Whether it is taken if no other is.
        default: bool,
        /// Whether it leaves an activity under a condition.
        conditional: bool,
    },
    /// A message flow, with the message if it is to be seen.
    Message(Option<Envelope>),
    /// What an annotation or a compensation belongs to.
    Association {
        /// Whether an arrow is at its beginning.
        from: bool,
        /// Whether an arrow is at its end.
        to: bool,
    },
    /// Data that is read or written.
    Data,
    /// A link of a conversation.
    Conversation,
}

impl Diagram {
    /// What the drawing is called: the name of the collaboration or process, else its id.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its sheets, in document order.
    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }
}

impl Plane {
    /// The smallest rectangle that holds all shapes, lines and labels; `None` if there are none.
    pub fn bounds(&self) -> Option<Bounds> {
        let shapes = self.shapes.iter().flat_map(|shape| [Some(shape.bounds), shape.label]).flatten();
        let points = self.edges.iter().flat_map(|edge| &edge.points);
        let points = points.map(|point| Bounds::around(*point, 0.0, 0.0));
        let labels = self.edges.iter().filter_map(|edge| edge.label);
        shapes.chain(points).chain(labels).reduce(|all, one| all.union(&one))
    }

    /// Moves everything.
    pub(super) fn shift(&mut self, x: f64, y: f64) {
        for shape in &mut self.shapes {
            shape.bounds = shape.bounds.moved(x, y);
            shape.label = shape.label.map(|label| label.moved(x, y));
        }
        for edge in &mut self.edges {
            for point in &mut edge.points {
                *point = Point::new(point.x + x, point.y + y);
            }
            edge.label = edge.label.map(|label| label.moved(x, y));
        }
    }
}

impl Figure {
    /// Whether other elements stand on it.
    pub fn holds_others(&self) -> bool {
        match self {
            Self::Pool { .. } | Self::Lane { .. } | Self::Group => true,
            Self::Activity(activity) => activity.is_open(),
            _ => false,
        }
    }
}

impl Activity {
    /// Whether it is a subprocess or a call whose parts are to be seen.
    pub fn is_open(&self) -> bool {
        match self.kind {
            ActivityKind::Sub { folded, .. } | ActivityKind::Call { folded } => !folded,
            _ => false,
        }
    }
}
