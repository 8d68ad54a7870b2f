use std::path::{Path, PathBuf};

use flowproof::diagnostic::{Diagnostics, Style, frames};
use flowproof::project::{Project, Selection};
use flowproof::settings::Settings;
use flowproof::source::Sources;

/// Every problem of every file is shown in one go. A new case is a new file.
#[test]
fn broken_scenarios_are_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    insta::glob!("../corpus/invalid/scenario", "*.yaml", |path| {
        let mut project = Project::open(None, root);
        assert!(project.found.is_empty(), "the project itself is sound");
        project.add_scenarios(&[PathBuf::from(path)], root, &Selection::default());
        assert!(project.found.has_errors(), "{} is to be refused", path.display());
        assert!(project.plan.is_empty(), "{} must not run", path.display());
        insta::assert_snapshot!(frames(&project.found.sorted(), &project.sources, Style::Plain));
    });
}

#[test]
fn broken_settings_are_explained() {
    insta::glob!("../corpus/invalid/settings", "*.yaml", |path| {
        let mut sources = Sources::new();
        let text = std::fs::read_to_string(path).unwrap();
        let file = sources.add("flowproof.yaml", text);
        let mut found = Diagnostics::new();
        Settings::read(&sources, file, &mut found);
        insta::assert_snapshot!(frames(&found.sorted(), &sources, Style::Plain));
    });
}

/// Fragments are checked on their own as well. Those in the folder `sound` are for scenarios that use them wrongly.
#[test]
fn broken_fragments_are_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    insta::glob!("../corpus/invalid/fragment", "*.yaml", |path| {
        let mut project = Project::open(None, root);
        project.add_scenarios(&[PathBuf::from(path)], root, &Selection::default());
        project.check_fragments();
        assert!(project.found.has_errors(), "{} is to be refused", path.display());
        insta::assert_snapshot!(frames(&project.found.sorted(), &project.sources, Style::Plain));
    });
    let mut project = Project::open(None, root);
    project.add_scenarios(&[PathBuf::from("tests/corpus/invalid/fragment/sound")], root, &Selection::default());
    assert_eq!(project.check_fragments(), 3);
    assert!(project.found.is_empty(), "{}", frames(&project.found.sorted(), &project.sources, Style::Plain));
}
