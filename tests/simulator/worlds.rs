//! Worlds share nothing but their setup.

use std::sync::Arc;

use flowproof::simulator::{Setup, World};
use serde_json::json;

use super::support::{Client, catalogue, config, onboarding};

/// Two worlds of one simulator.
fn two() -> (Client, Client) {
    let catalogue = catalogue(&[]);
    let setup = Arc::new(Setup::new(config(Arc::clone(&catalogue), vec![("onboarding".to_owned(), onboarding())])));
    let client = |id: &str| Client {
        catalogue: Arc::clone(&catalogue),
        world: World::new(id, Arc::clone(&setup)),
        bearer: None,
        instance: String::new(),
    };
    (client("one"), client("two"))
}

#[test]
fn one_world_s_clock_expires_nobody_else_s_bearer() {
    let (mut one, mut two) = two();
    one.open();
    two.open();
    one.start().ok();
    two.start().ok();
    one.go_on(json!({})).ok();
    two.go_on(json!({})).ok();
    one.world.advance(3_600_000).unwrap();
    assert_eq!(one.create_token(json!({ "name": "two" })).object["code"], 279);
    two.create_token(json!({ "name": "two" })).ok();
    one.log_in();
    assert_eq!((one.state().as_str(), two.state().as_str()), ("COMPLETED_TERMINATED", "ACTIVE"));
}

#[test]
fn tokens_instances_names_and_bearers_stay_in_their_world() {
    let (mut one, mut two) = two();
    one.open();
    two.open();
    two.instance.clone_from(&one.instance);
    assert_eq!(two.start().status, 404);
    two.bearer.clone_from(&one.bearer);
    assert_eq!(two.create_token(json!({ "name": "two" })).object["code"], 276);
}

#[test]
fn a_clock_moves_all_instances_of_its_world() {
    let (mut one, _) = two();
    one.open();
    one.start().ok();
    one.go_on(json!({})).ok();
    let first = one.instance.clone();
    let token = one.create_token(json!({ "name": "two" })).ok();
    let second = one.call("create-instance", json!({ "token": token.object["id"] })).ok();
    one.instance = second.object["instance"].as_str().unwrap().to_owned();
    one.world.advance(200_000).unwrap();
    one.start().ok();
    one.go_on(json!({})).ok();
    one.world.advance(100_000).unwrap();
    assert_eq!(one.state(), "ACTIVE", "its timer began later");
    one.instance = first;
    assert_eq!(one.state(), "COMPLETED_TERMINATED");
    one.world.advance(1_000).unwrap();
    let read = one.call("read-instance", json!({ "instance": one.instance })).ok();
    assert_eq!(read.object["elapsed"], 270_000, "an instance that has ended takes no longer");
    let moves = one.close()["moves"].clone();
    let fired = moves.as_array().unwrap().iter().find(|one| one["kind"].get("timer-fired").is_some()).unwrap().clone();
    assert_eq!((&fired["request"], &fired["kind"]["timer-fired"]["boundary"]), (&json!(null), &json!("Capture_timer")));
}
