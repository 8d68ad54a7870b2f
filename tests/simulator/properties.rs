//! Whatever is asked, there is an answer.

use flowproof::catalogue::{Media, Params, Part, PartValue, WireBody, WireRequest};
use flowproof::script::Script;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{BASE, Client, onboarding};

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("ACTIVE")),
        Just(json!("onboarding")),
    ];
    let name = prop_oneof![
        "[a-zA-Z_.]{0,8}",
        Just("name".to_owned()),
        Just("status".to_owned()),
        Just("processDefnName".to_owned()),
        Just("variables".to_owned()),
        Just("image".to_owned()),
        Just("parameters".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

fn body() -> impl Strategy<Value = WireBody> {
    let part = (".{0,8}", prop::option::of(prop::collection::vec(any::<u8>(), 0..40)), ".{0,8}").prop_map(
        |(name, file, text)| Part {
            name,
            value: file.map_or(PartValue::Text(text), |bytes| PartValue::File(Media::of_bytes("f", bytes))),
        },
    );
    prop_oneof![
        Just(WireBody::None),
        json_value().prop_map(WireBody::Json),
        prop::collection::vec(part, 0..3).prop_map(WireBody::Multipart),
    ]
}

/// A step: a request to an exchange or anywhere, a script, or time.
#[derive(Clone, Debug)]
enum Step {
    Exchange(usize, WireBody, bool),
    Anywhere(String, String, Vec<(String, String)>, WireBody),
    Script(Value),
    Time(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let header = (prop_oneof![Just("authorization".to_owned()), ".{0,6}"], ".{0,20}");
    let key = prop_oneof![Just("face-quality"), Just("Capture"), Just("Function"), Just("x")];
    let directive = prop_oneof![
        Just(json!({})),
        Just(json!({ "error": "FailedFaceQuality" })),
        Just(json!({ "error": "Other", "code": 1 })),
        json_value().prop_map(|value| json!({ "set": { "a.b": value } })),
    ];
    prop_oneof![
        8 => (any::<usize>(), body(), any::<bool>()).prop_map(|(at, body, right)| Step::Exchange(at, body, right)),
        2 => ("[A-Z]{0,6}", ".{0,40}", prop::collection::vec(header, 0..3), body())
            .prop_map(|(method, url, headers, body)| Step::Anywhere(method, url, headers, body)),
        2 => (key, directive).prop_map(|(key, told)| Step::Script(json!({ "key": key, "visits": { "every": told } }))),
        1 => any::<u64>().prop_map(Step::Time),
        2 => (0_u64..400_000).prop_map(Step::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_request_makes_a_world_panic(steps in prop::collection::vec(step(), 0..24)) {
        let mut client = Client::new(onboarding());
        client.open();
        client.start().ok();
        for step in steps {
            match step {
                Step::Exchange(at, body, right) => {
                    let exchanges = &client.catalogue.wire.exchanges;
                    let exchange = &exchanges[at % exchanges.len()];
                    let known = json!({ "instance": client.instance, "subject": "face1", "side": "FRONT" });
                    let in_path = exchange.path.parameters().map(|name| (name.to_owned(), json!("x")));
                    let mut values: serde_json::Map<String, Value> = in_path.collect();
                    values.extend(known.as_object().unwrap().clone());
                    values.retain(|name, _| exchange.parameters().contains(&name.as_str()));
                    let name = exchange.name.value.clone();
                    let mut request = client.request(&name, &super::support::params(Value::Object(values)));
                    if !right || !matches!(body, WireBody::None) {
                        request.body = body;
                    }
                    let answer = client.world.handle(&request, BASE);
                    prop_assert!((200..600).contains(&answer.status));
                }
                Step::Anywhere(method, url, headers, body) => {
                    client.world.handle(&WireRequest { method, url, headers, body }, "");
                }
                Step::Script(entry) => {
                    let script: Script = serde_json::from_value(json!({ "entries": [entry] })).unwrap();
                    let _ = client.world.tell(script);
                }
                Step::Time(by) => {
                    let _ = client.world.advance(by);
                }
            }
        }
        let _ = client.close();
    }
}

/// An exchange, by number, and values for some of its parameters, whatever they should be.
pub type Odd = (usize, Vec<(usize, Value)>);

pub fn odd() -> impl Strategy<Value = Odd> {
    (any::<usize>(), prop::collection::vec((any::<usize>(), json_value()), 0..5))
}

/// The exchange and its parameters, unless they cannot be written at all.
pub fn of_odd((at, values): Odd, client: &Client) -> Option<(String, Params)> {
    let exchanges = &client.catalogue.wire.exchanges;
    let exchange = &exchanges[at % exchanges.len()];
    let known = exchange.parameters();
    let in_path: Vec<&str> = exchange.path.parameters().collect();
    let mut given: serde_json::Map<String, Value> = serde_json::Map::new();
    for name in known.iter().filter(|name| in_path.contains(*name) || **name == "instance") {
        given.insert((*name).to_owned(), json!(client.instance));
    }
    let values = values.into_iter().filter(|_| !known.is_empty());
    given.extend(values.map(|(at, value)| (known[at % known.len()].to_owned(), value)));
    let params = super::support::params(Value::Object(given));
    exchange.write_request(BASE, &params).ok()?;
    Some((exchange.name.value.clone(), params))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What a scenario sends as `{ invalid: … }`: any value for any parameter, written as the runner writes it.
    #[test]
    fn odd_parameters_are_answered_and_the_world_lives(sent in prop::collection::vec(odd(), 1..8)) {
        let mut client = Client::new(onboarding());
        client.open();
        client.start().ok();
        for odd in sent {
            let Some((exchange, params)) = of_odd(odd, &client) else { continue };
            let answer = client.send(&exchange, params);
            prop_assert!((200..500).contains(&answer.status), "{exchange} is answered with {}", answer.status);
        }
        let state = client.state();
        prop_assert!(client.catalogue.session.states.0.values().any(|word| *word == state), "{state}");
        let _ = client.close();
    }
}
