//! What the page of a large run weighs: its size, how long it takes to be made, and the most memory that this needs.
//!
//! `cargo bench --bench page` makes the events and the pages of nights with 100, 2,000 and 20,000 scenarios below `target/pages`;
//! `cargo bench --bench page -- 500` those of another one. Each page is made in a process of its own, whose peak of memory is
//! shown. How long a browser takes to show such a page is what `tests/browser/opening.mjs` measures.

mod night;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use flowproof::report::{StoredRun, html};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["page", events, page] => make(Path::new(events), Path::new(page)),
        [] => [100, 2_000, 20_000].into_iter().for_each(measure),
        given => given.iter().for_each(|number| measure(number.parse().expect("a number of scenarios"))),
    }
}

fn measure(scenarios: usize) {
    let folder =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from).join("pages");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (events, page) = (folder.join(format!("{scenarios}.ndjson")), folder.join(format!("{scenarios}.html")));
    let mut out = BufWriter::new(File::create(&events).expect("a file"));
    night::night(scenarios, &mut out).and_then(|()| out.flush()).expect("the events are written");
    let program = std::env::current_exe().expect("this program");
    let done = Command::new(program).arg("page").arg(&events).arg(&page).status().expect("it runs");
    assert!(done.success());
}

fn make(events: &Path, page: &Path) {
    let begun = Instant::now();
    let run = StoredRun::open(&[events]).expect("the events of a run");
    let read = begun.elapsed();
    let mut out = BufWriter::new(File::create(page).expect("a file"));
    html(&run, &|_| Vec::new(), &[], &mut out).expect("a page");
    out.flush().expect("the page is written");
    let size = |path: &Path| std::fs::metadata(path).expect("a file").len() as f64 / 1e6;
    println!(
        "{:>6} scenarios: events {:>7.1} MB, page {:>6.2} MB, made in {:.2} s (of which {:.2} s to find the events), peak {} MB",
        run.len(),
        size(events),
        size(page),
        begun.elapsed().as_secs_f64(),
        read.as_secs_f64(),
        peak(),
    );
}

/// The most memory that this process had, in megabytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}
