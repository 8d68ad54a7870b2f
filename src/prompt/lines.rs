use std::io::{self, BufRead, IsTerminal, Write};

use rustyline::{Behavior, Config, DefaultEditor};

/// Where the lines come from that a person says.
pub trait Lines {
    /// The next line; `None` when there will be no more.
    fn read(&mut self, prompt: &str) -> Option<String>;
}

/// Lines as they come, each written behind its prompt, so that what was said can be read afterwards.
pub struct Plain<R, W> {
    reader: R,
    out: W,
}

impl<R: BufRead, W: Write> Plain<R, W> {
    /// Reads from `reader` and writes prompts to `out`.
    pub fn new(reader: R, out: W) -> Self {
        Self { reader, out }
    }
}

impl<R: BufRead, W: Write> Lines for Plain<R, W> {
    fn read(&mut self, prompt: &str) -> Option<String> {
        // Nothing can be done for a reader that has gone.
        let _ = write!(self.out, "{prompt}").and_then(|()| self.out.flush());
        let mut line = String::new();
        let read = self.reader.read_line(&mut line).unwrap_or(0);
        let _ = writeln!(self.out, "{}", line.trim_end());
        (read > 0).then_some(line)
    }
}

/// Lines that are edited on a terminal, with those before at hand.
struct Edited(DefaultEditor);

impl Lines for Edited {
    fn read(&mut self, prompt: &str) -> Option<String> {
        let line = self.0.readline(prompt).ok()?;
        // What cannot be remembered has been said all the same.
        let _ = self.0.add_history_entry(&line);
        Some(line)
    }
}

/// Lines of this process: edited on a terminal, else as they come.
pub(super) fn of_process() -> Box<dyn Lines> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        let config = Config::builder().behavior(Behavior::Stdio).build();
        if let Ok(editor) = DefaultEditor::with_config(config) {
            return Box::new(Edited(editor));
        }
    }
    Box::new(Plain::new(io::stdin().lock(), io::stdout()))
}
