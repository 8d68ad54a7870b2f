//! What a client has to say to walk like a scenario: texts with slots for what the server gave before.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::proxy::Heard;

/// The header that names a world of the simulator.
pub const WORLD: &str = "x-flowproof-world";

/// Strings of an answer that are at least this long and come again in a request are taken from the answer.
const SHORTEST: usize = 16;

/// The walks of a suite.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recording {
    pub walks: Vec<Walk>,
}

/// The exchanges of one scenario.
#[derive(Debug, Serialize, Deserialize)]
pub struct Walk {
    pub exchanges: Vec<Exchange>,
}

/// One exchange.
#[derive(Debug, Serialize, Deserialize)]
pub struct Exchange {
    pub method: String,
    pub target: Text,
    pub headers: Vec<(String, Text)>,
    pub body: Text,
    pub status: u16,
    /// What later requests need of the answer: the number of its slot, and a JSON pointer.
    pub takes: Vec<(usize, String)>,
}

/// Bytes with slots.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Text(pub Vec<Piece>);

/// A piece of a text.
#[derive(Debug, Serialize, Deserialize)]
pub enum Piece {
    Bytes(Vec<u8>),
    World,
    /// What an earlier answer gave, by the number of its slot.
    Taken(usize),
}

impl Recording {
    /// The walks in what was heard, a walk per world.
    pub fn of(heard: &[Heard]) -> Self {
        let world = |one: &Heard| one.headers.iter().find(|(name, _)| name == WORLD).map(|(_, value)| value.clone());
        let mut worlds: Vec<(String, Vec<&Heard>)> = Vec::new();
        for one in heard {
            let Some(world) = world(one) else { continue };
            match worlds.iter_mut().find(|(known, _)| *known == world) {
                Some((_, exchanges)) => exchanges.push(one),
                None => worlds.push((world, vec![one])),
            }
        }
        Self { walks: worlds.iter().map(|(world, exchanges)| Walk::of(world, exchanges)).collect() }
    }

    /// How many exchanges `walks` walks make, the suite repeated.
    pub fn exchanges(&self, walks: usize) -> usize {
        (0..walks).map(|walk| self.walks[walk % self.walks.len()].exchanges.len()).sum()
    }

    pub fn store(&self, path: &Path) {
        std::fs::write(path, serde_json::to_vec(self).expect("a recording is JSON")).expect("it can be written");
    }

    pub fn load(path: &Path) -> Self {
        serde_json::from_slice(&std::fs::read(path).expect("the recording")).expect("a recording")
    }
}

impl Walk {
    fn of(world: &str, heard: &[&Heard]) -> Self {
        let mut given: Vec<Given> = Vec::new();
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut taken = 0;
        for (number, one) in heard.iter().enumerate() {
            let mut text = |bytes: &[u8], exchanges: &mut Vec<Exchange>| {
                Text(pieces(bytes, world, &mut given, &mut taken, exchanges))
            };
            let exchange = Exchange {
                method: one.method.clone(),
                target: text(one.target.as_bytes(), &mut exchanges),
                headers: one
                    .headers
                    .iter()
                    .map(|(name, value)| (name.clone(), text(value.as_bytes(), &mut exchanges)))
                    .collect(),
                body: text(&one.body, &mut exchanges),
                status: one.status,
                takes: Vec::new(),
            };
            exchanges.push(exchange);
            if let Ok(answer) = serde_json::from_slice::<Value>(&one.answer) {
                strings(&answer, String::new(), &mut |pointer, text| {
                    if !given.iter().any(|known| known.text == text) {
                        given.push(Given { text: text.to_owned(), exchange: number, pointer, taken: None });
                    }
                });
            }
        }
        Self { exchanges }
    }
}

/// A string that the server gave.
struct Given {
    text: String,
    exchange: usize,
    pointer: String,
    taken: Option<usize>,
}

fn strings(value: &Value, pointer: String, found: &mut dyn FnMut(String, &str)) {
    match value {
        Value::String(text) if text.len() >= SHORTEST => found(pointer, text),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            strings(value, format!("{pointer}/{name}"), found);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| strings(value, format!("{pointer}/{at}"), found));
        }
        _ => {}
    }
}

/// Cuts bytes at the first thing in them that varies, and goes on behind it.
fn pieces(bytes: &[u8], world: &str, given: &mut [Given], taken: &mut usize, exchanges: &mut [Exchange]) -> Vec<Piece> {
    let find = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    let varying = given.iter().enumerate().filter_map(|(index, one)| Some((find(one.text.as_bytes())?, Some(index))));
    let first = varying
        .chain(find(world.as_bytes()).map(|at| (at, None)))
        .min_by_key(|(at, index)| (*at, std::cmp::Reverse(index.map_or(world.len(), |index| given[index].text.len()))));
    let Some((at, index)) = first else {
        return if bytes.is_empty() { Vec::new() } else { vec![Piece::Bytes(bytes.to_vec())] };
    };
    let (piece, length) = match index {
        None => (Piece::World, world.len()),
        Some(index) => {
            let one = &mut given[index];
            let slot = *one.taken.get_or_insert_with(|| {
                exchanges[one.exchange].takes.push((*taken, one.pointer.clone()));
                *taken += 1;
                *taken - 1
            });
            (Piece::Taken(slot), one.text.len())
        }
    };
    let mut all = Vec::new();
    if at > 0 {
        all.push(Piece::Bytes(bytes[..at].to_vec()));
    }
    all.push(piece);
    all.extend(pieces(&bytes[at + length..], world, given, taken, exchanges));
    all
}
