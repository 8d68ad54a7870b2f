use std::sync::Arc;

use serde_json::{Value, json};

use super::problem::Trouble;
use super::walker::Walker;
use crate::catalogue::Exchange;
use crate::event::{ElementRecord, EventKind};
use crate::template::Data;

/// Where the process stands, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) enum Position {
    /// No instance was started yet.
    #[default]
    Nowhere,
    /// Not known, for a reason; it is read before it matters.
    Unknown(String),
    /// At an element.
    At {
        /// The answer that said it.
        fields: Arc<Value>,
        /// The activity that the element is, by the catalogue.
        activity: Option<String>,
        /// The element for people.
        element: ElementRecord,
    },
    /// The process has ended.
    Ended,
}

impl Position {
    /// What templates see as `position`.
    pub fn data(&self) -> Data {
        match self {
            Self::At { fields, .. } => Data::shared(fields.clone()),
            _ => json!({ "parameters": {} }).into(),
        }
    }

    /// Whether both are at the same element.
    pub fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::At { element, .. }, Self::At { element: other, .. }) => element == other,
            _ => false,
        }
    }

    /// The activity at which the process stands.
    pub fn activity(&self) -> Option<&str> {
        match self {
            Self::At { activity, .. } => activity.as_deref(),
            _ => None,
        }
    }

    /// The element at which the process stands.
    pub fn element(&self) -> Option<&ElementRecord> {
        match self {
            Self::At { element, .. } => Some(element),
            _ => None,
        }
    }

    /// In words: ``at `confirm-face` (Confirm Face Image)``.
    pub fn describe(&self) -> String {
        match self {
            Self::Nowhere => "nowhere: no instance was started".to_owned(),
            Self::Unknown(reason) => format!("at an unknown place: {reason}"),
            Self::Ended => "at its end".to_owned(),
            Self::At { activity, element, .. } => {
                let name = element.name.as_deref().or(element.id.as_deref()).unwrap_or("an element without name");
                match activity {
                    Some(activity) => format!("at `{activity}` ({name})"),
                    None => format!("at {name}, which is no activity of the catalogue"),
                }
            }
        }
    }
}

impl Walker<'_> {
    /// Takes from an answer where the process stands.
    pub(super) async fn locate(&mut self, exchange: &Exchange, status: u16, fields: &Arc<Value>) {
        let state = fields.get("state").and_then(Value::as_str).map(str::to_owned);
        let ended = state.as_ref().is_some_and(|state| self.catalogue().session.final_states.contains(state));
        let told =
            exchange.answers.iter().flat_map(|answer| &answer.fields).any(|field| field.name.starts_with("element"));
        if let Some(state) = &state {
            self.set_state(state);
        }
        let position = if fields.get("element").is_some() {
            let element = &fields["element"];
            let text = |name: &str| element.get(name).and_then(Value::as_str).map(str::to_owned);
            let activity = self.catalogue().activity_at(element).map(|activity| activity.name.value.clone());
            let record = ElementRecord { id: text("id"), name: text("name"), activity: activity.clone() };
            Position::At { fields: fields.clone(), activity, element: record }
        } else if ended {
            Position::Ended
        } else if told && status / 100 == 2 {
            Position::Unknown(format!("the last answer (status {status}) does not say it"))
        } else {
            return;
        };
        let step = self.step;
        let event = match &position {
            Position::Unknown(reason) => EventKind::PositionUnknown { step, reason: reason.clone() },
            Position::At { element, .. } => EventKind::PositionRead { step, element: Some(element.clone()), state },
            Position::Nowhere | Position::Ended => EventKind::PositionRead { step, element: None, state },
        };
        self.stand(position);
        self.journal.emit(event).await;
    }

    /// Reads where the process stands if that is not known.
    pub(super) async fn know_position(&mut self) -> Result<(), Trouble> {
        let Position::Unknown(_) = self.position() else { return Ok(()) };
        let catalogue = self.catalogue().clone();
        let Some(activity) = catalogue.session.position.as_ref().and_then(|name| catalogue.activity(name)) else {
            return Ok(());
        };
        self.send_activity(activity, &[]).await.map(drop)
    }

    /// Reads the state of the instance.
    pub(super) async fn read_instance(&mut self) -> Result<Option<String>, Trouble> {
        let catalogue = self.catalogue().clone();
        let Some(activity) = catalogue.session.instance.as_ref().and_then(|name| catalogue.activity(name)) else {
            return Err(Trouble::errored(
                "run/instance",
                "the catalogue does not say how the state of an instance is read",
            ));
        };
        let reading = self.send_activity(activity, &[]).await?;
        if reading.status / 100 != 2 {
            let message =
                format!("the state of the instance cannot be read: the target answers with status {}", reading.status);
            return Err(Trouble::errored("run/instance", message));
        }
        Ok(self.cast.walk().state.clone())
    }

    /// Fails unless the process stands at an activity.
    pub(super) async fn assert_position(&mut self, activity: &str, element: Option<&str>) -> Result<(), Trouble> {
        self.know_position().await?;
        match self.position() {
            Position::Unknown(_) => Ok(()),
            Position::At { activity: Some(at), element: record, .. } if at == activity => {
                let meant =
                    |element: &str| record.id.as_deref() == Some(element) || record.name.as_deref() == Some(element);
                match element {
                    Some(element) if !meant(element) => Err(self.misplaced(&format!("element `{element}`"))),
                    _ => Ok(()),
                }
            }
            _ => Err(self.misplaced(&format!("`{activity}`"))),
        }
    }

    fn misplaced(&self, wanted: &str) -> Trouble {
        let trouble = Trouble::failed(
            "run/position",
            format!("the process is not at {wanted}: it stands {}", self.position().describe()),
        );
        match self.position() {
            Position::Nowhere => trouble.note("open the session first, or leave `session` out"),
            _ => trouble,
        }
    }
}
