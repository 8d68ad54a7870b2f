//! Catalogue files: what ships reads without a problem, and every problem of a broken one is shown.

use flowproof::catalogue::{Catalogue, embedded, embedded_names};
use flowproof::diagnostic::{Diagnostics, Style, frames};
use flowproof::source::Sources;

fn read(name: &str, text: &str) -> (Option<Catalogue>, String) {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let mut found = Diagnostics::new();
    let catalogue = Catalogue::read(&sources, file, &mut found);
    (catalogue, frames(&found.sorted(), &sources, Style::Plain))
}

#[test]
fn every_catalogue_that_ships_is_read_without_a_problem() {
    let names: Vec<&str> = embedded_names().collect();
    assert_eq!(names, ["trustx"]);
    for name in names {
        let (catalogue, problems) = read(name, embedded(name).unwrap());
        assert_eq!(problems, "");
        assert_eq!(catalogue.unwrap().name.value, name);
    }
}

#[test]
fn every_problem_of_a_file_is_shown() {
    insta::glob!("corpus/invalid/catalogue/*.yaml", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (catalogue, problems) = read(&path.file_name().unwrap().to_string_lossy(), &text);
        assert!(catalogue.is_none());
        insta::assert_snapshot!(problems);
    });
}
