use super::svg::{Number, Svg};
use crate::process::diagram::{ActivityKind, Envelope, EventTrigger, GatewayKind, Point, Repetition};

/// The parts of a small picture around its centre: the class and the path of each.
pub(super) type Icon = &'static [(&'static str, &'static str)];

const ENVELOPE: &str = "M-8 -5.5H8V5.5H-8Z";
const FLAP: &str = "M-8 -5.5L0 1L8 -5.5";
const PENTAGON: &str = "M0 -9L9 -2.4L5.6 8H-5.6L-9 -2.4Z";
const CROSS: &str = "M-3 -9H3V-3H9V3H3V9H-3V3H-9V-3H-3Z";
const GEAR: &str = "M-1.5 -6L-1.2 -8.1L1.2 -8.1L1.5 -6L3.2 -5.3L4.9 -6.6L6.6 -4.9L5.3 -3.2L6 -1.5L8.1 -1.2L8.1 1.2L6 1.5\
    L5.3 3.2L6.6 4.9L4.9 6.6L3.2 5.3L1.5 6L1.2 8.1L-1.2 8.1L-1.5 6L-3.2 5.3L-4.9 6.6L-6.6 4.9L-5.3 3.2L-6 1.5L-8.1 1.2\
    L-8.1 -1.2L-6 -1.5L-5.3 -3.2L-6.6 -4.9L-4.9 -6.6L-3.2 -5.3Z";

/// What stands in the corner of an activity.
pub(super) fn of_activity(kind: ActivityKind) -> Option<Icon> {
    Some(match kind {
        ActivityKind::User => &[
            ("hollow", "M-7 8C-7 2.5 -4 .8 0 .8S7 2.5 7 8Z"),
            ("solid", "M-3.7 -4.2A3.7 3.7 0 1 1 3.7 -4.2A3.7 3.7 0 1 1 -3.7 -4.2Z"),
        ],
        ActivityKind::Service => &[("hollow", GEAR), ("hollow", "M-2.8 0A2.8 2.8 0 1 1 2.8 0A2.8 2.8 0 1 1 -2.8 0Z")],
        ActivityKind::Script => &[
            ("hollow", "M-4 -8H8C3.5 -4.5 4 -2.5 6 .5S6.5 5.5 3 8H-8.5C-5 5 -4.5 3.5 -6.5 .5S-8 -4.5 -4 -8Z"),
            ("line", "M-3.6 -4.6H2.6M-3.8 -1H3M-2.4 2.4H4.2M-3.4 5.4H2.6"),
        ],
        ActivityKind::Rule => {
            &[("hollow", "M-8 -6.5H8V6.5H-8Z"), ("solid", "M-8 -6.5H8V-2.5H-8Z"), ("line", "M-8 2H8M-3 -2.5V6.5")]
        }
        ActivityKind::Manual => &[
            (
                "hollow",
                "M-8 .5L-3 -6C-1.6 -7.4 .3 -6 -.6 -4.4L-1.4 -3.2H6.6C8.4 -3.2 8.4 -.6 6.6 -.6H8C9.4 -.6 9.4 2 7.6 2H7.2\
                 C8.6 2 8.4 4.6 6.8 4.6H6C7.2 4.6 7 7 5.4 7H-3.4C-6.4 7 -8 5.6 -8 3.4Z",
            ),
            ("line", "M1.6 -.6H6.6M1.6 2H7.2M1.6 4.6H6"),
        ],
        ActivityKind::Send => &[("solid", ENVELOPE), ("etched", FLAP)],
        ActivityKind::Receive => &[("hollow", ENVELOPE), ("line", FLAP)],
        ActivityKind::Task | ActivityKind::Call { .. } | ActivityKind::Sub { .. } => return None,
    })
}

/// What stands at the lower side of an activity that is repeated.
pub(super) fn of_repetition(repetition: Repetition) -> Icon {
    match repetition {
        Repetition::Loop => &[("line", "M-2.2 5.4A5.8 5.8 0 1 1 2.2 5.4M-2.2 5.4L-6.2 5.8M-2.2 5.4L-2.4 1.4")],
        Repetition::Parallel => &[("line bold", "M-4.5 -6.5V6.5M0 -6.5V6.5M4.5 -6.5V6.5")],
        Repetition::Sequential => &[("line bold", "M-6.5 -4.5H6.5M-6.5 0H6.5M-6.5 4.5H6.5")],
    }
}

/// The mark of an activity whose parts are not to be seen.
pub(super) const FOLDED: Icon = &[("line", "M-7 -7H7V7H-7ZM0 -4V4M-4 0H4")];
/// The mark of an activity that takes something back.
pub(super) const COMPENSATES: Icon = &[("hollow", "M-1 -5.5L-8 0L-1 5.5ZM6.5 -5.5L-.5 0L6.5 5.5Z")];
/// The mark of an activity whose parts are done in any order.
pub(super) const AD_HOC: Icon = &[("line swung", "M-7 2C-4.5 -4 -2 -2.4 0 0S4.5 4 7 -2")];
/// The mark of data that is a collection.
pub(super) const SEVERAL: Icon = &[("line bold", "M-4 -5V5M0 -5V5M4 -5V5")];
/// The mark of data that comes from outside.
pub(super) const INPUT: Icon = &[("hollow", "M-8 -3H0V-7L8 0L0 7V3H-8Z")];
/// The mark of data that goes outside.
pub(super) const OUTPUT: Icon = &[("solid", "M-8 -3H0V-7L8 0L0 7V3H-8Z")];

/// A message beside a flow.
pub(super) fn of_envelope(envelope: Envelope) -> Icon {
    match envelope {
        Envelope::Asking => &[("hollow", ENVELOPE), ("line", FLAP)],
        Envelope::Answering => &[("solid", ENVELOPE), ("etched", FLAP)],
    }
}

/// What an event is about; filled where it tells, an outline where it waits.
pub(super) fn of_event(trigger: EventTrigger, telling: bool) -> Icon {
    match (trigger, telling) {
        (EventTrigger::None, _) => &[],
        (EventTrigger::Message, false) => &[("hollow", ENVELOPE), ("line", FLAP)],
        (EventTrigger::Message, true) => &[("solid", ENVELOPE), ("etched", FLAP)],
        (EventTrigger::Timer, _) => &[
            ("hollow", "M-10 0A10 10 0 1 1 10 0A10 10 0 1 1 -10 0Z"),
            (
                "line",
                "M0 -10V-8M0 10V8M-10 0H-8M10 0H8M5 -8.7L4 -6.9M8.7 -5L6.9 -4M8.7 5L6.9 4M5 8.7L4 6.9M-5 8.7L-4 6.9",
            ),
            ("line", "M-8.7 5L-6.9 4M-8.7 -5L-6.9 -4M-5 -8.7L-4 -6.9M1.5 -6.5L0 0L4.5 1"),
        ],
        (EventTrigger::Error, false) => &[("hollow", "M-8.5 8L-3 -7L2.5 1.5L8.5 -8L3 7.5L-2.5 -1.5Z")],
        (EventTrigger::Error, true) => &[("solid", "M-8.5 8L-3 -7L2.5 1.5L8.5 -8L3 7.5L-2.5 -1.5Z")],
        (EventTrigger::Escalation, false) => &[("hollow", "M0 -9L7.5 8L0 1.5L-7.5 8Z")],
        (EventTrigger::Escalation, true) => &[("solid", "M0 -9L7.5 8L0 1.5L-7.5 8Z")],
        (EventTrigger::Signal, false) => &[("hollow", "M0 -9L8.7 6.5H-8.7Z")],
        (EventTrigger::Signal, true) => &[("solid", "M0 -9L8.7 6.5H-8.7Z")],
        (EventTrigger::Conditional, _) => {
            &[("hollow", "M-7 -9H7V9H-7Z"), ("line", "M-4.5 -5.5H4.5M-4.5 -1.8H4.5M-4.5 1.8H4.5M-4.5 5.5H4.5")]
        }
        (EventTrigger::Link, false) => &[("hollow", "M-9.5 -4H1.5V-8L10 0L1.5 8V4H-9.5Z")],
        (EventTrigger::Link, true) => &[("solid", "M-9.5 -4H1.5V-8L10 0L1.5 8V4H-9.5Z")],
        (EventTrigger::Compensation, false) => &[("hollow", "M-1 -6.5L-10 0L-1 6.5ZM8 -6.5L-1 0L8 6.5Z")],
        (EventTrigger::Compensation, true) => &[("solid", "M-1 -6.5L-10 0L-1 6.5ZM8 -6.5L-1 0L8 6.5Z")],
        (EventTrigger::Cancel, false) => {
            &[("hollow", "M-8.5 -5.5L-5.5 -8.5L0 -3L5.5 -8.5L8.5 -5.5L3 0L8.5 5.5L5.5 8.5L0 3L-5.5 8.5L-8.5 5.5L-3 0Z")]
        }
        (EventTrigger::Cancel, true) => {
            &[("solid", "M-8.5 -5.5L-5.5 -8.5L0 -3L5.5 -8.5L8.5 -5.5L3 0L8.5 5.5L5.5 8.5L0 3L-5.5 8.5L-8.5 5.5L-3 0Z")]
        }
        (EventTrigger::Terminate, _) => &[("solid", "M-10 0A10 10 0 1 1 10 0A10 10 0 1 1 -10 0Z")],
        (EventTrigger::Multiple, false) => &[("hollow", PENTAGON)],
        (EventTrigger::Multiple, true) => &[("solid", PENTAGON)],
        (EventTrigger::ParallelMultiple, _) => &[("hollow", CROSS)],
    }
}

/// What decides at a gateway, for one that is 50 wide.
pub(super) fn of_gateway(kind: GatewayKind) -> Icon {
    const AROUND: &str = "M-14 0A14 14 0 1 1 14 0A14 14 0 1 1 -14 0Z";
    match kind {
        GatewayKind::Exclusive => &[("line bold", "M-6.5 -9L6.5 9M6.5 -9L-6.5 9")],
        GatewayKind::Parallel => &[("line bold", "M0 -11V11M-11 0H11")],
        GatewayKind::Inclusive => &[("line ring", "M-11.5 0A11.5 11.5 0 1 1 11.5 0A11.5 11.5 0 1 1 -11.5 0Z")],
        GatewayKind::Complex => &[("line bold", "M0 -11V11M-11 0H11M-7.5 -7.5L7.5 7.5M7.5 -7.5L-7.5 7.5")],
        GatewayKind::Event => &[
            ("line", AROUND),
            ("line", "M-11.5 0A11.5 11.5 0 1 1 11.5 0A11.5 11.5 0 1 1 -11.5 0Z"),
            ("small", PENTAGON),
        ],
        GatewayKind::InstantiatingEvent => &[("line", AROUND), ("line", PENTAGON)],
        GatewayKind::InstantiatingParallel => &[("line", AROUND), ("line", CROSS)],
    }
}

impl Svg {
    /// A small picture around a place.
    pub fn icon(&mut self, icon: Icon, at: Point, scale: f64) {
        for (class, path) in icon {
            let (class, scale) = if *class == "small" { ("line", scale * 0.8) } else { (*class, scale) };
            let (x, y) = (Number(at.x), Number(at.y));
            self.add(format_args!(r#"<path class="{class}" transform="translate({x} {y})"#));
            if (scale - 1.0).abs() > 0.01 {
                self.add(format_args!(" scale({})", Number(scale)));
            }
            self.add(format_args!(r#"" d="{path}"/>"#));
        }
    }
}
