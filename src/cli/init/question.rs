use std::io::{self, BufRead, Write};

use crate::engine::Target;

/// Asks what a new project needs to know, where somebody is there to answer.
pub(super) struct Questions<I, O> {
    pub input: I,
    pub output: O,
}

impl<I: BufRead, O: Write> Questions<I, O> {
    /// The address of the engine; none where there is none yet.
    ///
    /// # Errors
    /// If nothing can be asked.
    pub fn engine(&mut self) -> io::Result<Option<String>> {
        loop {
            let answer = self.ask("The base URL of the engine to be tested; nothing for the simulator alone: ")?;
            if answer.is_empty() {
                return Ok(None);
            }
            match base_url(&answer) {
                Ok(url) => return Ok(Some(url)),
                Err(problem) => writeln!(self.output, "{problem}")?,
            }
        }
    }

    /// Whether the editor is to be told which schema is for what.
    ///
    /// # Errors
    /// If nothing can be asked.
    pub fn editor(&mut self) -> io::Result<bool> {
        loop {
            let answer = self.ask("Write settings for Visual Studio Code? [Y/n]: ")?;
            match answer.to_lowercase().as_str() {
                "" | "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => writeln!(self.output, "answer `y` or `n`")?,
            }
        }
    }

    /// The answer; nothing at the end of the input, which stands for every default.
    fn ask(&mut self, question: &str) -> io::Result<String> {
        write!(self.output, "{question}")?;
        self.output.flush()?;
        let mut line = String::new();
        self.input.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

/// A base URL as it is written into the settings.
///
/// # Errors
/// What is wrong with it.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let url = Target::base_url(text).map_err(|error| error.to_string())?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(input: &str) -> (Option<String>, bool, String) {
        let mut questions = Questions { input: input.as_bytes(), output: Vec::new() };
        let (engine, editor) = (questions.engine().unwrap(), questions.editor().unwrap());
        (engine, editor, String::from_utf8(questions.output).unwrap())
    }

    #[test]
    fn nothing_is_the_default_and_nonsense_is_asked_again() {
        assert_eq!(asked(""), asked("\n\n"));
        assert!(matches!(asked("\n\n"), (None, true, _)));
        let (engine, editor, told) = asked("acme\nhttps://acme.example/\nperhaps\nn\n");
        assert_eq!((engine.as_deref(), editor), (Some("https://acme.example"), false));
        assert_eq!(told.matches("base URL of the engine").count(), 2);
        assert!(told.contains("answer `y` or `n`"));
    }
}
