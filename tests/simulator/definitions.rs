//! Process definitions that are uploaded, and what else is read of an instance.

use std::sync::Arc;

use flowproof::catalogue::Media;
use flowproof::simulator::{Setup, World, bound};
use serde_json::{Value, json};

use super::support::{Answer, Client, KEY, Line, catalogue, config, onboarding, params};

/// A process of one element that waits.
fn process(element: &str) -> String {
    format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><bpmn:process id="p" isExecutable="true">
        <bpmn:startEvent id="Start"/><bpmn:endEvent id="End"/><bpmn:serviceTask id="T" name="{element}"
        camunda:type="external" camunda:topic="t"/><bpmn:sequenceFlow id="a" sourceRef="Start" targetRef="T"/>
        <bpmn:sequenceFlow id="b" sourceRef="T" targetRef="End"/></bpmn:process></bpmn:definitions>"#
    )
}

fn upload(client: &mut Client, name: &str, file: &[u8]) -> Answer {
    let mut params = params(json!({ "name": name, "server": "P1", "type": "VERIFICATION", "searchable": true }));
    params.insert("definition".to_owned(), Media::of_bytes("p.bpmn", file.to_vec()).into());
    client.send("create-definition", params)
}

fn deploy(client: &mut Client, name: &str, element: &str) -> Answer {
    let created = upload(client, name, process(element).as_bytes()).ok();
    client.call("deploy-definition", json!({ "definition": created.object["id"] })).ok()
}

/// Where an instance of a process begins.
fn begins(client: &mut Client, token: &str, process: &str, version: Option<u64>) -> String {
    let token = json!({ "name": token, "process": process, "status": "ACTIVE", "process-version": version });
    let token = client.call("create-token", token).ok();
    let created = client.call("create-instance", json!({ "token": token.object["id"] })).ok();
    client.instance = created.object["instance"].as_str().unwrap().to_owned();
    client.start().ok().at().to_owned()
}

/// Worlds of one simulator.
fn worlds(ids: &[&str]) -> Vec<Client> {
    let catalogue = catalogue(&[]);
    let setup = Arc::new(Setup::new(config(Arc::clone(&catalogue), vec![("onboarding".to_owned(), onboarding())])));
    let client = |id: &&str| Client {
        catalogue: Arc::clone(&catalogue),
        world: World::new(*id, Arc::clone(&setup)),
        bearer: None,
        instance: String::new(),
    };
    let mut clients: Vec<Client> = ids.iter().map(client).collect();
    for client in &mut clients {
        client.log_in();
    }
    clients
}

#[test]
fn a_definition_that_is_uploaded_and_deployed_is_executed() {
    let mut client = Client::new(onboarding());
    let created = upload(client.log_in(), "short", process("First").as_bytes());
    assert_eq!(created.status, 201);
    let body = created.body.as_ref().unwrap();
    assert_eq!((&body["name"], &body["version"], &body["status"]), (&json!("short"), &json!(1), &json!("EDITABLE")));
    let refused = client.create_token(json!({ "process": "short" }));
    assert_eq!(refused.refusal(), (400, 410), "it is not deployed");
    let deployed = client.call("deploy-definition", json!({ "definition": created.object["id"] }));
    assert_eq!((deployed.status, &deployed.object["status"]), (200, &json!("DEPLOYED_ACTIVE")));
    assert_eq!(begins(&mut client, "a", "short", None), "First");
    let read = client.call("read-instance", json!({ "instance": client.instance })).ok();
    assert_eq!((&read.object["process-id"], &read.object["process-version"]), (&created.object["id"], &json!(1)));
    assert_eq!(client.go_on(json!({})).ok().object["state"], "COMPLETED_ENDED_SUCCESS");
}

#[test]
fn tokens_name_a_version_or_mean_the_latest_that_is_deployed() {
    let mut client = Client::new(onboarding());
    client.log_in();
    deploy(&mut client, "short", "First");
    deploy(&mut client, "short", "Second");
    upload(&mut client, "short", process("Third").as_bytes()).ok();
    assert_eq!(begins(&mut client, "a", "short", None), "Second");
    assert_eq!(begins(&mut client, "b", "short", Some(1)), "First");
    assert_eq!(client.create_token(json!({ "process": "short", "process-version": 3 })).refusal(), (400, 410));
    let latest =
        client.call("find-definition", json!({ "name": "short", "page": 0, "size": 1, "sort": "version,desc" }));
    assert_eq!((&latest.object["version"], &latest.object["status"]), (&json!(3), &json!("EDITABLE")));
    assert_eq!(latest.object["total"], 3);
    let none = client.call("find-definition", json!({ "name": "other" })).ok();
    assert_eq!((none.object.get("id"), &none.object["total"]), (None, &json!(0)));
}

/// What the simulator was started with is the first version of its name.
#[test]
fn a_new_version_of_a_shipped_process_can_be_uploaded() {
    let mut client = Client::new(onboarding());
    client.log_in();
    assert_eq!(begins(&mut client, "a", "onboarding", Some(7)), "Introduction", "nobody uploaded that version");
    let deployed = deploy(&mut client, "onboarding", "Changed");
    assert_eq!(deployed.object["version"], 2);
    assert_eq!(begins(&mut client, "b", "onboarding", None), "Changed");
    assert_eq!(begins(&mut client, "c", "onboarding", Some(1)), "Introduction");
}

#[test]
fn a_definition_is_read_as_it_was_uploaded() {
    let mut client = Client::new(onboarding());
    let text = process("Größe");
    let created = upload(client.log_in(), "short", text.as_bytes()).ok();
    let read = client.call("read-definition", json!({ "definition": created.object["id"] })).ok();
    assert_eq!(read.object["file"], data_encoding::BASE64.encode(text.as_bytes()));
    assert_eq!((&read.object["name"], &read.object["format"]), (&json!("short"), &json!("BPMN")));
    let file = client.call("read-definition-file", json!({ "definition": created.object["id"] })).ok();
    assert_eq!((&file.object["text"], file.body.as_ref().unwrap()), (&json!(text), &json!(text)));
}

#[test]
fn unknown_definition() {
    let mut client = Client::new(onboarding());
    client.log_in();
    let form = json!({ "components": [] }).to_string();
    let mut form_params = params(json!({ "name": "a" }));
    form_params.insert("form".to_owned(), Media::of_bytes("f", form.into_bytes()).into());
    let form = client.send("create-form", form_params).ok().object["id"].clone();
    let reason = &client.catalogue.wire.reasons["unknown-definition"];
    let expected = (reason.status, reason.code);
    for id in [json!("NONE"), form] {
        for exchange in ["deploy-definition", "read-definition", "read-definition-file"] {
            assert_eq!(client.call(exchange, json!({ "definition": id })).refusal(), expected, "{exchange}");
        }
    }
    client.bearer = None;
    assert_eq!(client.call("read-definition", json!({ "definition": "NONE" })).refusal(), (401, 220));
}

#[test]
fn a_definition_that_is_none_is_refused() {
    let mut client = Client::new(onboarding());
    client.log_in();
    for (file, problem) in [
        (b"".as_slice(), "is not valid"),
        (b"<bpmn", "is not valid"),
        (b"\xff\xfe", "no UTF-8"),
        (b"<a/>", "is not valid"),
    ] {
        let refused = upload(&mut client, "short", file);
        assert_eq!(refused.status, 400, "{file:?}");
        assert!(refused.object["message"].as_str().unwrap().contains(problem), "{refused:?}");
    }
    let unnamed = upload(&mut client, "", process("First").as_bytes());
    assert_eq!(unnamed.status, 400);
    assert_eq!(client.call("find-definition", json!({ "name": "short" })).ok().object["total"], 0);
}

#[test]
fn the_definitions_of_a_world_are_bounded() {
    let mut client = Client::new(onboarding());
    client.log_in();
    for _ in 0..bound::MAX_DEFINITIONS {
        upload(&mut client, "short", process("First").as_bytes()).ok();
    }
    let refused = upload(&mut client, "short", process("First").as_bytes());
    assert!(refused.object["message"].as_str().unwrap().contains("100 definitions at most"), "{refused:?}");

    let mut client = Client::new(onboarding());
    client.log_in();
    let large = |bytes: usize| process("First") + &" ".repeat(bytes);
    for _ in 0..4 {
        upload(&mut client, "short", large(3_900_000).as_bytes()).ok();
    }
    let refused = upload(&mut client, "short", large(3_900_000).as_bytes());
    assert!(refused.object["message"].as_str().unwrap().contains("16777216 bytes at most"), "{refused:?}");
    let refused = upload(&mut client, "short", large(4_000_000).as_bytes());
    assert!(refused.object["message"].as_str().unwrap().contains("larger than 4000000 bytes"), "{refused:?}");
}

#[test]
fn what_is_uploaded_is_seen_in_the_world_itself_and_in_those_below() {
    let [mut run, mut first, mut second, mut other, mut deeper] =
        <[Client; 5]>::try_from(worlds(&["run-1", "run-1-1", "run-1-2", "run-2", "run-1-1-1"]))
            .unwrap_or_else(|_| panic!("five worlds"));
    deploy(&mut run, "short", "Of the run");
    deploy(&mut first, "own", "Of the first");
    assert_eq!(begins(&mut first, "a", "short", None), "Of the run");
    assert_eq!(begins(&mut second, "a", "short", None), "Of the run");
    assert_eq!(begins(&mut first, "b", "own", None), "Of the first");
    for (client, process) in [(&mut second, "own"), (&mut other, "short"), (&mut deeper, "short"), (&mut run, "own")] {
        assert_eq!(client.create_token(json!({ "process": process })).refusal(), (400, 410), "{process}");
    }
    // A version of its own comes after the one above.
    assert_eq!(deploy(&mut second, "short", "Of the second").object["version"], 2);
    assert_eq!(begins(&mut second, "b", "short", None), "Of the second");
    assert_eq!(begins(&mut first, "c", "short", None), "Of the run");
    run.close();
    assert_eq!(begins(&mut first, "d", "short", None), "Of the run", "it outlives its world, until it is forgotten");
}

#[test]
fn a_script_may_name_elements_of_an_uploaded_process() {
    let mut client = Client::new(onboarding());
    client.log_in();
    let entry = || serde_json::from_value(json!([{ "key": "Quality", "visits": { "every": { "code": 5 } } }])).unwrap();
    assert_eq!(client.world.tell_next(entry()).unwrap_err(), ["`Quality` has no outcome with the code 5"]);
    let check = process("Other").replace(r#"name="Other""#, r#"name="Quality" camunda:skyId="CFQ01""#);
    upload(&mut client, "short", check.as_bytes()).ok();
    assert_eq!(client.world.tell_next(entry()).unwrap_err(), ["`Quality` has no outcome with the code 5"]);
}

#[test]
fn what_was_found_out_about_the_user_is_what_a_script_sets() {
    let mut client = Client::new(Line::default().wait("INT01", &[], &[]).end());
    let biographic = json!([{ "fieldName": "Surname", "values": { "visualZoneValue": "LOVELACE" } }]);
    client.open().tell(json!({ "start": { "_userData.documents.doc1.biographicData": biographic } }));
    let ask = |client: &mut Client| {
        let asked = json!({ "instance": client.instance, "process-id": "any", "optimized": true });
        client.call("read-user-data", asked)
    };
    assert_eq!(ask(&mut client).ok().body.unwrap()["documents"], json!({}), "it is not started");
    client.start().ok();
    assert_eq!(ask(&mut client).ok().object["documents"]["doc1"]["biographicData"], biographic);
    client.instance = "NONE".to_owned();
    assert_eq!(ask(&mut client).refusal(), (404, 405));
    client.bearer = None;
    assert_eq!(ask(&mut client).refusal(), (401, 220));
    let key: Value = KEY.into();
    assert_eq!(client.call("issue-bearer", json!({ "key": key })).status, 200);
}
