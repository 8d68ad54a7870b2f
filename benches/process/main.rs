//! What looking at a process definition costs as it grows: times to read it, to lint it and to cover it with walks.
//!
//! `cargo bench --bench process` takes the largest shipped definition; `cargo bench --bench process -- FILE` another one. Copies of it are
//! chained, the first end of each leading to the start of the next, to about 500, 5,000 and 50,000 nodes. Beside each time stands how
//! many times longer it is than for the definition before, to be compared with the growth of the nodes.

mod chain;

use std::time::{Duration, Instant};

use flowproof::process::graph::{Cover, Coverable, Folding, Graph};
use flowproof::process::{Definition, lint};
use flowproof::source::Sources;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/processes/identity-verification.bpmn");
const SIZES: [usize; 3] = [500, 5_000, 50_000];
/// The best of so many times counts, since others use the machine as well.
const TIMES: usize = 3;

struct Measured {
    nodes: usize,
    arcs: usize,
    findings: usize,
    walks: usize,
    times: [Duration; 3],
}

fn main() {
    let given = std::env::args().skip(1).find(|argument| argument != "--bench");
    let path = given.as_deref().unwrap_or(SHIPPED);
    let text = std::fs::read_to_string(path).expect("a BPMN file");
    let one = measure(&text);
    println!("{path}: chained copies, best of {TIMES}");
    println!(
        "{:>7} {:>7} {:>9} {:>7}   {:>16} {:>16} {:>16}",
        "nodes", "arcs", "findings", "walks", "read", "lint", "cover"
    );
    show(&one, &one);
    let one_copy = one.nodes;
    let mut before = one;
    for size in SIZES {
        let copies = size.div_ceil(one_copy);
        let measured = measure(&chain::chained(&text, copies));
        show(&measured, &before);
        before = measured;
    }
}

fn read(text: &str) -> Definition {
    let mut sources = Sources::new();
    let file = sources.add("chained.bpmn", text);
    let (definition, found) = Definition::read(&sources, file);
    let refused = || found.iter().find(|one| one.is_error()).map(|one| one.message.clone()).unwrap_or_default();
    definition.unwrap_or_else(|| panic!("the definition is refused: {}", refused()))
}

fn measure(text: &str) -> Measured {
    let mut times = [Duration::MAX; 3];
    let (mut nodes, mut arcs, mut findings, mut walks) = (0, 0, 0, 0);
    for _ in 0..TIMES {
        let begun = Instant::now();
        let definition = read(text);
        times[0] = times[0].min(begun.elapsed());
        let begun = Instant::now();
        findings = lint(&definition).len();
        times[1] = times[1].min(begun.elapsed());
        let begun = Instant::now();
        let graph = Graph::of(&definition, Folding::Folded);
        let coverable = Coverable::of(&graph);
        walks = Cover::of(&graph, &coverable).walks.len();
        times[2] = times[2].min(begun.elapsed());
        (nodes, arcs) = (definition.nodes().len(), coverable.arcs.len());
    }
    Measured { nodes, arcs, findings, walks, times }
}

fn show(one: &Measured, before: &Measured) {
    let ratio = |now: f64, then: f64| format!("×{:.1}", now / then);
    let times: Vec<String> = one
        .times
        .iter()
        .zip(&before.times)
        .map(|(now, then)| {
            let (now, then) = (now.as_secs_f64(), then.as_secs_f64());
            format!("{:>9.1} ms {:>6}", now * 1e3, ratio(now, then))
        })
        .collect();
    println!(
        "{:>7} {:>7} {:>9} {:>7}   {}  (nodes {})",
        one.nodes,
        one.arcs,
        one.findings,
        one.walks,
        times.join(" "),
        ratio(one.nodes as f64, before.nodes as f64)
    );
}
