use std::io::{self, Write};

use super::made::{Made, Written};
use super::texts::failing;
use crate::report::{Console, Look, Ndjson, ReportError, stored};

pub(super) fn store(made: &Made) -> String {
    let written = Written::default();
    let mut ndjson = Ndjson::new("memory", Box::new(written.clone()));
    made.events.iter().for_each(|event| ndjson.event(event));
    ndjson.finish().expect("memory can be written");
    written.text()
}

#[test]
fn stored_events_are_the_events() {
    let made = failing();
    let read: Result<Vec<_>, _> = stored(store(&made).as_bytes()).collect();
    assert_eq!(read.expect("events"), made.events);
}

#[test]
fn stored_events_give_the_same_text() {
    let made = failing();
    let written = Written::default();
    let mut console = Console::new(Look::plain(), Box::new(written.clone()));
    console.fold(store(&made).as_bytes()).expect("events");
    console.finish().expect("memory can be written");
    assert_eq!(written.text(), made.text(Look::plain()));
}

#[test]
fn a_line_that_was_cut_off_is_not_read_and_what_is_no_event_is_named() {
    let text = store(&failing());
    let count = text.lines().count();
    assert_eq!(stored(&text.as_bytes()[..text.len() - 9]).filter_map(Result::ok).count(), count - 1);
    let broken = text.replacen("\"event\":\"step-started\"", "\"event\":\"step-dreamt\"", 1);
    let line = text.lines().position(|line| line.contains("step-started")).expect("a step") + 1;
    let last = stored(broken.as_bytes()).last().expect("something");
    assert!(
        matches!(&last, Err(ReportError::NotAnEvent { line: at, reason }) if *at == line && reason.contains("step-dreamt")),
        "{last:?}"
    );
    assert_eq!(stored(broken.as_bytes()).count(), line, "it ends with the error");
}

#[test]
fn a_newer_stream_is_refused_by_its_version() {
    let first = r#"{"at":"","event":"run-started","version":99,"unheard":"of"}"#;
    let error = stored(format!("{first}\n").as_bytes()).next().expect("an error").expect_err("newer");
    assert_eq!(
        error.to_string(),
        "the events have version 99, and this flowproof reads up to version 1; a newer one wrote them"
    );
}

#[test]
fn a_file_is_made_with_its_folders_and_readable_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out/deep/events.ndjson");
    let mut ndjson = Ndjson::create(&path).expect("a file");
    let made = failing();
    for (index, event) in made.events.iter().enumerate() {
        ndjson.event(event);
        let text = std::fs::read_to_string(&path).expect("the file");
        assert!(text.ends_with('\n') && text.lines().count() == index + 1);
    }
    ndjson.finish().expect("written");
    // A folder cannot be a file.
    let error = Ndjson::create(folder.path()).err().expect("refused").to_string();
    assert!(error.starts_with("the report `") && error.contains("cannot be written"), "{error}");
}

/// A writer that takes so many bytes and then fails.
struct Full(usize, io::ErrorKind);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(self.1.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_cannot_be_written_is_told_in_the_end() {
    let made = failing();
    let mut ndjson = Ndjson::new("full.ndjson", Box::new(Full(100, io::ErrorKind::StorageFull)));
    made.events.iter().for_each(|event| ndjson.event(event));
    let error = ndjson.finish().expect_err("full").to_string();
    assert!(error.starts_with("the report `full.ndjson` cannot be written: "), "{error}");

    let console = |kind| {
        let mut console = Console::new(Look::plain(), Box::new(Full(100, kind)));
        made.events.iter().for_each(|event| console.event(event));
        console.finish()
    };
    assert!(console(io::ErrorKind::StorageFull).is_err());
    assert!(console(io::ErrorKind::BrokenPipe).is_ok(), "a reader that has gone has seen what it wanted");
}
