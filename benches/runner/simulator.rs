//! The simulator, in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running simulator. It ends when this is dropped.
pub struct Simulator {
    process: Child,
    base_url: String,
}

impl Simulator {
    /// Starts a simulator of the processes of a project, at a free port; `further` are arguments beside.
    pub fn start(project: &Path, further: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_flowproof"))
            .args(["simulate", "--listen", "127.0.0.1:0", "--key", KEY])
            .args(further)
            .current_dir(project)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the simulator starts");
        let mut lines = BufReader::new(process.stderr.take().expect("it was asked for")).lines();
        let said = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("http://").map(|(_, address)| format!("http://{}", address.trim())));
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, base_url: said.expect("the simulator says where it is") }
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

/// The key that it accepts; scenarios about other keys bring their own.
pub const KEY: &str = "flowproof-simulator-key";

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
