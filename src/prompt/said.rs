use crate::diagnostic::nearest;

/// What a person says at the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Next,
    Continue,
    /// Stop at something, or tell where it will stop.
    Break(Option<String>),
    Delete(String),
    Print(String),
    Set {
        name: String,
        expression: String,
    },
    Retry,
    Show,
    Where,
    Quit,
    Help,
    /// Nothing that is known; why not.
    Unclear(String),
}

/// The words, their short forms, and what they do.
const WORDS: [(&str, &str, &str, &str); 11] = [
    ("next", "n", "", "do the step, and stop before the next one; an empty line says the same"),
    ("continue", "c", "", "go on to a breakpoint, a problem or the end"),
    ("break", "b", "NAME", "stop before a step (its id, activity or number) or after an outcome (its name or code)"),
    ("delete", "d", "NAME", "stop there no more"),
    ("print", "p", "EXPRESSION", "show a value: vars.x, steps.selfie.code, response.body, position"),
    ("set", "", "NAME = EXPRESSION", "give a variable another value"),
    ("retry", "r", "", "do the step before again"),
    ("show", "s", "", "show what was sent last, and what came"),
    ("where", "w", "", "show the step again, and where the process stands"),
    ("quit", "q", "", "end the run; `after` is done"),
    ("help", "h", "", "show this"),
];

impl Said {
    /// Reads a line.
    pub fn read(line: &str) -> Self {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let known = WORDS.iter().find(|(long, short, ..)| word == *long || (!short.is_empty() && word == *short));
        let Some((word, _, takes, _)) = known else {
            if line.is_empty() {
                return Self::Next;
            }
            let near = nearest(word, WORDS.iter().map(|(long, ..)| *long));
            let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            return Self::Unclear(format!("`{word}` says nothing here{near} (`help` shows what does)"));
        };
        match (*word, rest) {
            ("break", "") => Self::Break(None),
            (word, "") if !takes.is_empty() => Self::Unclear(format!("write `{word} {takes}`")),
            (word, rest) if takes.is_empty() && !rest.is_empty() => {
                Self::Unclear(format!("`{word}` stands alone, without `{rest}`"))
            }
            ("next", _) => Self::Next,
            ("continue", _) => Self::Continue,
            ("break", name) => Self::Break(Some(name.to_owned())),
            ("delete", name) => Self::Delete(name.to_owned()),
            ("print", expression) => Self::Print(bare(expression)),
            ("set", assignment) => match assignment.split_once('=') {
                Some((name, expression)) if crate::scenario::is_id(name.trim().trim_start_matches("vars.")) => {
                    Self::Set { name: name.trim().trim_start_matches("vars.").to_owned(), expression: bare(expression) }
                }
                _ => Self::Unclear(format!("write `set {takes}`, such as `set picture = \"clear.jpg\"`")),
            },
            ("retry", _) => Self::Retry,
            ("show", _) => Self::Show,
            ("where", _) => Self::Where,
            ("quit", _) => Self::Quit,
            _ => Self::Help,
        }
    }

    /// What can be said, one line each.
    pub fn help() -> impl Iterator<Item = (String, &'static str)> {
        WORDS.iter().map(|(long, short, takes, does)| {
            let short = if short.is_empty() { String::new() } else { format!(", {short}") };
            (format!("{long}{short} {takes}").trim_end().to_owned(), *does)
        })
    }
}

/// An expression without the braces that it has in files.
fn bare(expression: &str) -> String {
    let expression = expression.trim();
    let inner = expression.strip_prefix("{{").and_then(|inner| inner.strip_suffix("}}"));
    inner.unwrap_or(expression).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_short_forms() {
        for (line, said) in [
            ("", Said::Next),
            ("n", Said::Next),
            ("  continue ", Said::Continue),
            ("b selfie", Said::Break(Some("selfie".to_owned()))),
            ("break", Said::Break(None)),
            ("d 748", Said::Delete("748".to_owned())),
            ("p {{ vars.x }}", Said::Print("vars.x".to_owned())),
            ("set vars.x = 1 + 1", Said::Set { name: "x".to_owned(), expression: "1 + 1".to_owned() }),
            ("w", Said::Where),
            ("q", Said::Quit),
        ] {
            assert_eq!(Said::read(line), said, "{line}");
        }
    }

    #[test]
    fn what_is_unclear_is_explained() {
        let told = |line| match Said::read(line) {
            Said::Unclear(told) => told,
            said => panic!("{line} is {said:?}"),
        };
        assert!(told("contineu").contains("`continue`"), "{}", told("contineu"));
        assert_eq!(told("print"), "write `print EXPRESSION`");
        assert_eq!(told("quit now"), "`quit` stands alone, without `now`");
        assert!(told("set x").starts_with("write `set NAME = EXPRESSION`"));
        assert!(told("set a-b = 1").starts_with("write `set"));
    }

    #[test]
    fn every_word_is_read() {
        for (long, short, takes, _) in WORDS {
            for word in [long, short].into_iter().filter(|word| !word.is_empty()) {
                let rest = if takes.contains('=') { "x = 1" } else { takes };
                assert!(!matches!(Said::read(&format!("{word} {rest}")), Said::Unclear(_)), "{word}");
            }
        }
    }
}
