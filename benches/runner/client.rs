//! The client that somebody would write by hand: `reqwest`, a loop, and an eye on the status of each answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::connection::reqwest_client;
use crate::recording::{Piece, Recording, Text, Walk};

/// Walks `walks` times, the recorded walks over and over, `jobs` at a time, on all cores.
pub fn execute(recording: &Recording, base_url: &str, walks: usize, jobs: usize) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(jobs);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for core in 0..cores {
            let lanes = jobs / cores + usize::from(core < jobs % cores);
            let next = &next;
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                let client = reqwest_client();
                let lane = async || {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= walks {
                            return;
                        }
                        walk(&recording.walks[number % recording.walks.len()], number, base_url, &client).await;
                    }
                };
                runtime.block_on(futures_util::future::join_all((0..lanes).map(|_| lane())));
            });
        }
    });
}

async fn walk(walk: &Walk, number: usize, base_url: &str, client: &reqwest::Client) {
    let world = format!("client-{}-{number}", std::process::id());
    let mut taken: Vec<Option<String>> = Vec::new();
    for exchange in &walk.exchanges {
        let target = text(&exchange.target, &world, &taken);
        let method = reqwest::Method::from_bytes(exchange.method.as_bytes()).expect("a method");
        let mut request = client.request(method, format!("{base_url}{}", String::from_utf8_lossy(&target)));
        for (name, value) in &exchange.headers {
            request = request.header(name, text(value, &world, &taken));
        }
        if !exchange.body.0.is_empty() {
            request = request.body(text(&exchange.body, &world, &taken));
        }
        let answer = request.send().await.expect("the simulator answers");
        let status = answer.status().as_u16();
        let body = answer.bytes().await.expect("a whole answer");
        let (target, told) = (String::from_utf8_lossy(&target), String::from_utf8_lossy(&body));
        assert_eq!(status, exchange.status, "walk {number}: {} {target}: {told}", exchange.method);
        if body.is_empty() {
            continue;
        }
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        for (slot, pointer) in &exchange.takes {
            if taken.len() <= *slot {
                taken.resize(*slot + 1, None);
            }
            taken[*slot] = body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        }
    }
}

fn text(text: &Text, world: &str, taken: &[Option<String>]) -> Vec<u8> {
    let pieces = text.0.iter().map(|piece| match piece {
        Piece::Bytes(bytes) => bytes.as_slice(),
        Piece::World => world.as_bytes(),
        Piece::Taken(slot) => taken[*slot].as_deref().expect("an earlier answer gave it").as_bytes(),
    });
    pieces.collect::<Vec<_>>().concat()
}
