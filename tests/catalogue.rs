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

/// The top-level keys of a YAML text with everything below them.
fn sections(text: &str) -> Vec<(&str, &str)> {
    let starts_key = |at: usize| text[at..].starts_with(|c: char| c.is_ascii_lowercase());
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let starts: Vec<usize> = lines.filter(|at| starts_key(*at)).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]);
    parts.map(|part| (part.split(':').next().unwrap(), part)).collect()
}

/// Every key that the reference explains is one that is read, and the first example is a catalogue by itself. The others
/// are parts: each stands in for the parts of the same name in a catalogue that has nothing else.
#[test]
fn documented_catalogues_are_read_without_a_problem() {
    let page = include_str!("../docs/catalogue.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let (whole, fragments) = blocks.split_first().unwrap();
    assert!(read("docs/catalogue.md", whole).1.is_empty(), "{}", read("docs/catalogue.md", whole).1);
    assert!(fragments.len() >= 4);
    for fragment in fragments {
        let given = sections(fragment);
        let of_whole = |name: &str| sections(whole).into_iter().find(|(known, _)| *known == name).unwrap().1;
        let rest = |name: &str| match name {
            "activities" | "wire" if given.iter().any(|(known, _)| *known == "session") => of_whole(name),
            "activities" => "activities: {}\n",
            "wire" => "wire: { exchanges: {} }\n",
            _ => "",
        };
        let missing = ["activities", "wire"].into_iter().filter(|name| given.iter().all(|(known, _)| known != name));
        let text = format!("catalogue: part\n{}\n{fragment}", missing.map(rest).collect::<String>());
        let (catalogue, problems) = read("docs/catalogue.md", &text);
        assert!(catalogue.is_some() && problems.is_empty(), "{problems}\n{text}");
    }
}
