//! What a process costs: it is run below a process of its own, whose only child it is.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

/// What one run of a program cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    pub wall: Duration,
    /// User and system time of all its threads.
    pub cpu: Duration,
    /// The most memory that it held, in KiB.
    pub peak_kib: u64,
}

impl Measured {
    /// The least of each: what is above it is noise of the machine.
    pub fn best(rounds: &[Self]) -> Self {
        let least = |of: fn(&Self) -> Duration| rounds.iter().map(of).min().expect("a round");
        Self {
            wall: least(|one| one.wall),
            cpu: least(|one| one.cpu),
            peak_kib: rounds.iter().map(|one| one.peak_kib).min().expect("a round"),
        }
    }
}

/// Runs a program in `folder` and tells what it cost. A program that fails ends the bench.
pub fn measure(program: &str, arguments: &[&str], folder: &Path) -> Measured {
    let report = tempfile::NamedTempFile::new().expect("a temporary file");
    let status = Command::new(std::env::current_exe().expect("this program"))
        .args(["measured", &report.path().to_string_lossy(), program])
        .args(arguments)
        .current_dir(folder)
        .status()
        .expect("this program can be run");
    assert!(status.success(), "{program} {arguments:?} failed");
    serde_json::from_slice(&std::fs::read(report.path()).expect("the report")).expect("a report")
}

/// The process between: runs the program, its only child, and stores what the system says of it.
pub fn inside(report: &Path, program: &str, arguments: &[&str]) {
    let started = Instant::now();
    let ran = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect("the program can be run");
    let wall = started.elapsed();
    if !ran.status.success() {
        eprintln!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        std::process::exit(1);
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system tells usage");
    let time = |value: nix::sys::time::TimeVal| {
        Duration::new(value.tv_sec().unsigned_abs(), value.tv_usec().unsigned_abs() as u32 * 1_000)
    };
    let measured = Measured {
        wall,
        cpu: time(usage.user_time()) + time(usage.system_time()),
        peak_kib: usage.max_rss().unsigned_abs(),
    };
    std::fs::write(report, serde_json::to_vec(&measured).expect("a report")).expect("the report can be written");
}
