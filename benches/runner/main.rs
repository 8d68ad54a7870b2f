//! What a run costs beside a hand-written client that does the same exchanges.
//!
//! `cargo bench --bench runner` records what the shipped suite sends, multiplies the suite to 200 and 2,000 scenarios, lets
//! flowproof run it against a simulator in a process of its own, and lets a plain `reqwest` client repeat the same exchanges
//! against the same simulator. Shown are wall time, CPU time per request and peak memory, and their ratios.
//!
//! `cargo bench --bench runner -- 500` measures another number of scenarios; `--rounds 1` is quicker and noisier.
//!
//! `cargo bench --bench runner -- delayed` compares wall time alone, with a simulator that answers after 20 ms, as a tenant does:
//! 200 scenarios, 64 at a time, 20 pairs of runs in turns; shown is the median of their ratios. `--pairs 5` is quicker.

mod client;
mod connection;
mod delayed;
mod measure;
mod proxy;
mod recording;
mod simulator;
mod suite;

use std::path::Path;

use measure::{Measured, measure};
use recording::Recording;
use simulator::Simulator;
use suite::Suite;

/// How many scenarios, or walks of the client, run at a time.
const JOBS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["measured", report, program, arguments @ ..] => measure::inside(Path::new(report), program, arguments),
        ["client", recording, base_url, walks, jobs] => {
            let number = |text: &str| text.parse().expect("a number");
            client::execute(&Recording::load(Path::new(recording)), base_url, number(walks), number(jobs));
        }
        ["delayed"] => delayed::compare(20),
        ["delayed", "--pairs", pairs] => delayed::compare(pairs.parse().expect("a number")),
        given => compare(given),
    }
}

fn compare(arguments: &[&str]) {
    let rounds = arguments.iter().position(|argument| *argument == "--rounds").and_then(|at| arguments.get(at + 1));
    let rounds: usize = rounds.map_or(3, |rounds| rounds.parse().expect("--rounds takes a number"));
    let asked = arguments.iter().take_while(|argument| **argument != "--rounds");
    let asked: Vec<usize> = asked.map(|number| number.parse().expect("the number of scenarios")).collect();
    let sizes = if asked.is_empty() { vec![200, 2_000] } else { asked };

    let folder = tempfile::tempdir().expect("a temporary folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    let simulator = Simulator::start(shipped, &[]);
    let recording = record(shipped, folder.path(), &simulator);
    let stored = folder.path().join("recording.json");
    recording.store(&stored);
    println!(
        "{} scenarios of the shipped suite, {} exchanges; {JOBS} at a time; the best of {rounds} rounds\n",
        recording.walks.len(),
        recording.exchanges(recording.walks.len()),
    );
    println!(
        "{:>9}  {:>8}  {:<9}  {:>8}  {:>13}  {:>11}",
        "scenarios", "requests", "who", "wall", "CPU a request", "peak memory"
    );
    for size in sizes {
        let requests = recording.exchanges(size);
        let project = Suite::multiplied(shipped, &folder.path().join(size.to_string()), size, simulator.base_url());
        let (mut runner, mut client) = (Vec::new(), Vec::new());
        // In turns, so that both see the same weather.
        for _ in 0..rounds {
            client.push(client_run(&stored, simulator.base_url(), size, JOBS, folder.path()));
            runner.push(project.run(JOBS));
        }
        let (client, runner) = (Measured::best(&client), Measured::best(&runner));
        row(size, requests, "client", &client);
        row(size, requests, "flowproof", &runner);
        println!(
            "{:>9}  {:>8}  {:<9}  {:>7.2}x  {:>12.2}x  {:>10.2}x",
            "",
            "",
            "ratio",
            runner.wall.as_secs_f64() / client.wall.as_secs_f64(),
            runner.cpu.as_secs_f64() / client.cpu.as_secs_f64(),
            runner.peak_kib as f64 / client.peak_kib as f64,
        );
    }
}

/// Lets the hand-written client walk.
fn client_run(recording: &Path, base_url: &str, walks: usize, jobs: usize, folder: &Path) -> Measured {
    let program = std::env::current_exe().expect("this program");
    let arguments = ["client", &recording.to_string_lossy(), base_url, &walks.to_string(), &jobs.to_string()];
    measure(&program.to_string_lossy(), &arguments, folder)
}

fn record(shipped: &Path, folder: &Path, simulator: &Simulator) -> Recording {
    let proxy = proxy::Proxy::start(simulator.base_url());
    let size = Suite::size(shipped);
    let project = Suite::multiplied(shipped, &folder.join("recorded"), size, proxy.base_url());
    // One after another, so that the order of the worlds is that of the scenarios.
    project.run(1);
    Recording::of(&proxy.stop())
}

fn row(size: usize, requests: usize, who: &str, measured: &Measured) {
    println!(
        "{size:>9}  {requests:>8}  {who:<9}  {:>6.2} s  {:>10.0} µs  {:>7.1} MiB",
        measured.wall.as_secs_f64(),
        measured.cpu.as_secs_f64() * 1e6 / requests as f64,
        measured.peak_kib as f64 / 1024.0,
    );
}
