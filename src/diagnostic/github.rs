use super::{Diagnostic, Places, Severity};

/// Commands by which a GitHub workflow shows each problem beside the lines of a change.
pub fn github(found: &[Diagnostic], places: &Places<'_>) -> String {
    found.iter().map(|one| command(one, places) + "\n").collect()
}

fn command(one: &Diagnostic, places: &Places<'_>) -> String {
    let word = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(label) = &one.primary {
        let (start, end) = (places.start(label.span), places.end(label.span));
        properties.push(format!("file={}", command_property(&places.path(label.span.file))));
        properties.push(format!("line={},endLine={}", start.line, end.line));
        // Columns are of one line alone.
        if start.line == end.line {
            properties.push(format!("col={},endColumn={}", start.column, end.column));
        }
    }
    properties.push(format!("title={}", command_property(one.id.as_str())));
    let remark = one.primary.as_ref().map(|label| label.message.as_str()).filter(|remark| !remark.is_empty());
    let lines = std::iter::once(one.message.as_str()).chain(remark).chain(one.help.iter().map(String::as_str));
    format!("::{word} {}::{}", properties.join(","), command_data(&lines.collect::<Vec<_>>().join("\n")))
}

/// What a command says: it ends at the line's end, and `%` escapes.
pub(crate) fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which ends at a comma or colon as well.
pub(crate) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Id;
    use crate::source::{Sources, Span};

    #[test]
    fn what_ends_a_command_is_escaped() {
        let mut sources = Sources::new();
        let file = sources.add("a,b: 100%.yaml", "é: x\n");
        let one = Diagnostic::new(Id::UNKNOWN_KEY, "100%\r\nof `a`, b: c").at(Span::new(file, 4, 5)).help("write 50%");
        let told = github(&[one], &Places { sources: &sources, prefix: "sub/" });
        assert_eq!(
            told,
            "::error file=sub/a%2Cb%3A 100%25.yaml,line=1,endLine=1,col=4,endColumn=5,title=yaml/unknown-key\
             ::100%25%0D%0Aof `a`, b: c%0Awrite 50%25\n"
        );
    }
}
