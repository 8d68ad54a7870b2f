use serde_json::{Map, Value};

use super::codec::field;
use super::{Activity, Outcome, When};
use crate::expect::{Judgement, Matcher};
use crate::template::Scope;

impl When {
    /// Whether an answer is meant. `fields` is the semantic object that was read from it
    /// ([`Wire::read_answer`](super::Wire::read_answer)), `inputs` is what the step gave, by input name. Null is nothing,
    /// so `exists: false` holds of it. A condition that cannot be decided does not hold.
    pub fn matches(&self, status: u16, fields: &Value, inputs: &Map<String, Value>, scope: &Scope) -> bool {
        let holds = |matcher: &Matcher, name: &str, actual: Option<&Value>| {
            let judged = matcher.judge(name, actual.filter(|value| !value.is_null()), scope);
            judged.iter().all(Judgement::holds)
        };
        self.status.as_ref().is_none_or(|wanted| wanted.judge(status, scope).iter().all(Judgement::holds))
            && self.fields.iter().all(|(name, matcher)| holds(matcher, name, field(fields, name)))
            && self.inputs.iter().all(|(name, matcher)| holds(matcher, name, inputs.get(&name.value)))
    }
}

impl Activity {
    /// The outcome that an answer is: the first whose conditions hold. `None` if the catalogue has no word for it.
    pub fn classify(
        &self,
        status: u16,
        fields: &Value,
        inputs: &Map<String, Value>,
        scope: &Scope,
    ) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.when.matches(status, fields, inputs, scope))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::catalogue::{Catalogue, embedded};
    use crate::diagnostic::Diagnostics;
    use crate::source::Sources;

    fn shipped() -> Catalogue {
        let mut sources = Sources::new();
        let file = sources.add("catalogue.yaml", embedded("trustx").unwrap());
        Catalogue::read(&sources, file, &mut Diagnostics::new()).unwrap()
    }

    #[test]
    fn the_first_outcome_whose_conditions_hold_is_meant() {
        let catalogue = shipped();
        let scope = Scope::new(jiff::Timestamp::UNIX_EPOCH, Arc::new(uuid::Uuid::nil));
        for (activity, status, fields, inputs, outcome) in [
            ("capture-face", 200, json!({}), json!({}), Some("success")),
            ("capture-face", 204, json!({}), json!({}), Some("success")),
            ("capture-face", 200, json!({"code": null}), json!({}), Some("success")),
            ("capture-face", 200, json!({"code": 748}), json!({}), Some("quality-failure")),
            ("capture-face", 400, json!({"code": 802}), json!({}), Some("quality-failure")),
            ("capture-face", 200, json!({"code": 749}), json!({}), Some("liveness-failure")),
            ("capture-face", 200, json!({"code": "748"}), json!({}), None),
            ("capture-face", 200, json!({"code": 1}), json!({}), None),
            ("capture-face", 400, json!({"code": 1}), json!({}), Some("refused")),
            ("capture-face", 500, json!({}), json!({}), None),
            ("confirm-face", 200, json!({}), json!({"confirmed": true}), Some("success")),
            ("confirm-face", 200, json!({}), json!({"confirmed": false}), Some("recapture")),
            ("confirm-face", 200, json!({}), json!({"confirmed": null}), Some("recapture")),
            ("confirm-face", 200, json!({}), json!({}), Some("recapture")),
            ("capture-consent", 200, json!({}), json!({"consent": false}), Some("consent-refused")),
            ("capture-consent", 200, json!({}), json!({"consent": true}), Some("success")),
            ("issue-bearer", 401, json!({}), json!({}), Some("refused")),
            ("issue-bearer", 404, json!({}), json!({}), None),
            ("create-instance", 404, json!({}), json!({}), Some("not-found")),
            ("create-instance", 409, json!({}), json!({}), Some("refused")),
        ] {
            let inputs = inputs.as_object().unwrap();
            let found = catalogue.activity(activity).unwrap().classify(status, &fields, inputs, &scope);
            let found = found.map(|outcome| outcome.name.value.as_str());
            assert_eq!(found, outcome, "{activity} {status} {fields} {inputs:?}");
        }
    }

    #[test]
    fn a_position_names_its_activity() {
        let catalogue = shipped();
        for (element, activity) in [
            (json!({"id": "x", "skyId": "CFE01", "name": "Take a selfie"}), Some("capture-face")),
            (json!({"name": "Capture\u{a0}Face  Image"}), Some("capture-face")),
            (json!({"skyId": "CCDO01"}), Some("confirm-document")),
            (json!({"skyId": "INT01", "name": "Capture Face Image"}), Some("introduction")),
            (json!({"skyId": "unknown", "name": "Introduction"}), Some("introduction")),
            (json!({"id": "CFE01"}), None),
            (json!({"skyId": 5}), None),
            (json!({}), None),
            (json!("Introduction"), None),
        ] {
            let found = catalogue.activity_at(&element).map(|activity| activity.name.value.as_str());
            assert_eq!(found, activity, "{element}");
        }
    }
}
