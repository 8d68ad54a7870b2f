//! More than one token, subprocesses, and what waits for a message, as the wire shows them.

use std::sync::Arc;

use flowproof::process::Definition;
use serde_json::json;

use super::support::{Client, definition};

fn process(inside: &str) -> Arc<Definition> {
    definition(&format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
        <message id="paid" name="order-paid"/>
        <process id="p" isExecutable="true"><startEvent id="start"/><endEvent id="end"/>{inside}</process></definitions>"#
    ))
}

fn shows(id: &str, name: &str) -> String {
    format!(
        r#"<serviceTask id="{id}" name="{name}" camunda:skyId="CCFI01" camunda:type="external" camunda:topic="t"/>"#
    )
}

fn flows(pairs: &[(&str, &str)]) -> String {
    let flow =
        |(from, to): &(&str, &str)| format!(r#"<sequenceFlow id="{from}_{to}" sourceRef="{from}" targetRef="{to}"/>"#);
    pairs.iter().map(flow).collect()
}

#[test]
fn of_several_places_the_first_in_the_diagram_is_shown() {
    let gateways = r#"<parallelGateway id="fork"/><parallelGateway id="join"/>"#;
    let ways = [("start", "fork"), ("fork", "two"), ("fork", "one"), ("one", "join"), ("two", "join"), ("join", "end")];
    let inside = [shows("one", "One"), shows("two", "Two"), gateways.to_owned(), flows(&ways)].concat();
    let mut client = Client::new(process(&inside));
    client.open();
    assert_eq!(client.start().ok().at(), "One");
    assert_eq!(client.go_on(json!({})).ok().at(), "Two");
    assert_eq!(client.go_on(json!({})).ok().object["state"], "COMPLETED_ENDED_SUCCESS");
}

#[test]
fn a_token_that_never_comes_breaks_the_instance_by_name() {
    let gateways = r#"<exclusiveGateway id="way"/><parallelGateway id="join"/>"#;
    let ways = [("start", "way"), ("way", "one"), ("way", "join"), ("one", "join"), ("join", "end")];
    let inside = [shows("one", "One"), gateways.to_owned(), flows(&ways)].concat();
    let mut client = Client::new(process(&inside));
    client.open();
    assert_eq!(client.start().ok().at(), "One");
    let end = client.go_on(json!({})).ok();
    assert_eq!(end.object["state"], "COMPLETED_PROCESS_ERROR");
    let told = end.object["message"].as_str().unwrap_or_default();
    assert!(told.contains("`join`"), "{told}");
}

fn waiting_for_payment() -> Arc<Definition> {
    let receive = r#"<subProcess id="body"><startEvent id="begin"/>
        <receiveTask id="receive" name="Receive Payment" messageRef="paid"/><endEvent id="finish"/>"#;
    let border = r#"</subProcess><boundaryEvent id="late" attachedToRef="body"><timerEventDefinition>
        <timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"#;
    let inside = flows(&[("begin", "receive"), ("receive", "finish")]);
    let outside = flows(&[("start", "body"), ("body", "paid_up"), ("late", "end"), ("paid_up", "end")]);
    process(&[receive, &inside, border, &shows("paid_up", "Paid"), &outside].concat())
}

#[test]
fn a_message_comes_where_the_script_says_so() {
    for key in ["order-paid", "receive", "Receive Payment"] {
        let mut client = Client::new(waiting_for_payment());
        let told = json!({ "key": key, "visits": { "every": { "set": { "amount": 5 } } } });
        client.open().tell(json!({ "start": {}, "entries": [told] }));
        assert_eq!(client.start().ok().at(), "Paid", "{key}");
        assert_eq!(client.close()["unused"], json!([]), "{key}");
    }
}

#[test]
fn without_a_message_the_process_waits_and_no_answer_replaces_it() {
    let mut client = Client::new(waiting_for_payment());
    client.open();
    let screen = client.start().ok();
    assert_eq!((screen.at(), screen.object["timeout"].as_u64()), ("Receive Payment", Some(3600)));
    assert_eq!(client.go_on(json!({})).status, 400);
    assert_eq!(client.state(), "ACTIVE");
    client.world.advance(3_600_000).unwrap();
    client.log_in();
    assert_ne!(client.state(), "ACTIVE");
}

#[test]
fn a_message_for_an_event_on_a_border_comes_before_the_answer() {
    let border = r#"<boundaryEvent id="on_paid" attachedToRef="one"><messageEventDefinition messageRef="paid"/></boundaryEvent>"#;
    let ways = flows(&[("start", "one"), ("one", "end"), ("on_paid", "two"), ("two", "end")]);
    let mut client =
        Client::new(process(&[shows("one", "One"), border.to_owned(), shows("two", "Two"), ways].concat()));
    client.open();
    assert_eq!(client.start().ok().at(), "One");
    client.next(json!([{ "key": "order-paid", "visits": { "every": { "set": { "amount": 5 } } } }]));
    assert_eq!(client.go_on(json!({})).ok().at(), "Two");
    assert_eq!(client.go_on(json!({})).ok().object["state"], "COMPLETED_ENDED_SUCCESS");
    let closing = client.close();
    let caught = closing["moves"].as_array().unwrap().iter().filter(|one| one["kind"].get("caught").is_some()).count();
    assert_eq!((caught, &closing["unused"]), (1, &json!([])));
}
