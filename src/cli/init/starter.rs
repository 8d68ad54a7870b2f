use std::path::Path;

use crate::project::{Project, Selection};
use crate::schema::{Kind, of_project};

/// A file of a new project.
pub(super) struct StarterFile {
    /// Its path below the project's root.
    pub path: String,
    pub bytes: Vec<u8>,
    /// What it is, in a few words; nothing for those that need none.
    pub about: &'static str,
    /// What to put into a file of this name that is there already; without it, such a file is in the way.
    pub instead: Option<&'static str>,
}

/// What a new project is made of, beside its schemas.
const FILES: &[(&str, &[u8], &str)] = &[
    (
        "processes/face-onboarding.bpmn",
        include_bytes!("../../../processes/face-onboarding.bpmn"),
        "the process; any BPMN modeler opens it",
    ),
    (
        "scenarios/happy-path.yaml",
        include_bytes!("../../../starter/scenarios/happy-path.yaml"),
        "a customer who is accepted",
    ),
    ("scenarios/no-face.yaml", include_bytes!("../../../starter/scenarios/no-face.yaml"), "a picture that is refused"),
    ("scenarios/pictures/clear.jpg", include_bytes!("../../../scenarios/faces/clear.jpg"), ""),
    ("scenarios/pictures/blurred.jpg", include_bytes!("../../../scenarios/faces/blurred.jpg"), ""),
    ("scenarios/pictures/no-face.jpg", include_bytes!("../../../scenarios/faces/no-face.jpg"), ""),
];

const SETTINGS: &str = include_str!("../../../starter/flowproof.yaml");
const GITIGNORE: &str = include_str!("../../../starter/gitignore");
const EDITOR: &str = include_str!("../../../starter/editor.json");
/// The address in the settings that stands for the engine's.
const EXAMPLE: &str = "https://engine.example.com";
/// The kinds of files whose schemas are the same for all projects.
const SCHEMAS: [Kind; 2] = [Kind::Catalogue, Kind::Settings];

/// The files of a new project.
pub(super) fn files(engine: Option<&str>, editor: bool) -> Vec<StarterFile> {
    let one = |path: &str, bytes: &[u8], about| StarterFile {
        path: path.to_owned(),
        bytes: bytes.to_vec(),
        about,
        instead: None,
    };
    let mut files = vec![one("flowproof.yaml", settings(engine).as_bytes(), "what there is to run, and against what")];
    files.extend(FILES.iter().map(|(path, bytes, about)| one(path, bytes, about)));
    files.extend(SCHEMAS.iter().map(|kind| one(&schema_path(*kind), kind.text().as_bytes(), "")));
    if editor {
        let editor = one(".vscode/settings.json", EDITOR.as_bytes(), "tells the editor which schema is for what");
        files.push(StarterFile {
            instead: Some("the first lines of the scenarios name their schema already"),
            ..editor
        });
    }
    let ignored = one(".gitignore", GITIGNORE.as_bytes(), "what flowproof writes is not for git");
    files.push(StarterFile { instead: Some("add `/.flowproof/` and `/out/`, which flowproof writes to"), ..ignored });
    files
}

/// The schemas that know what the project at `root` knows, once its other files are there.
pub(super) fn schemas(root: &Path) -> Vec<StarterFile> {
    let mut project = Project::open(Some(root), root);
    project.add_scenarios(&[root.to_owned()], root, &Selection::default());
    let known = project.known();
    let schema = |kind: &Kind| StarterFile {
        path: schema_path(*kind),
        bytes: format!("{:#}\n", of_project(*kind, &known)).into_bytes(),
        about: "what this project knows, for the editor",
        instead: Some("`flowproof schema --for . --output schemas` writes it anew"),
    };
    Kind::OF_PROJECTS.iter().map(schema).collect()
}

fn schema_path(kind: Kind) -> String {
    format!("schemas/{}", kind.file_name())
}

/// The settings; the engine that they show as an example becomes one where there is one.
fn settings(engine: Option<&str>) -> String {
    let Some(engine) = engine else { return SETTINGS.to_owned() };
    let (before, example) = SETTINGS.split_once("  # engine:").expect("the settings end with an example");
    let example = example.replace("\n  #", "\n ").replace(EXAMPLE, engine);
    format!("{before}  engine:{example}")
}

/// Whether what stands at a path is the same.
pub(super) fn is_same(root: &Path, file: &StarterFile) -> bool {
    std::fs::read(root.join(&file.path)).is_ok_and(|bytes| bytes == file.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::settings::Settings;
    use crate::source::Sources;

    #[test]
    fn the_settings_have_the_engine_that_is_given() {
        for (engine, environments) in [(None, 1), (Some("https://acme.example:8443/x"), 2)] {
            let mut sources = Sources::new();
            let file = sources.add("flowproof.yaml", settings(engine));
            let mut found = Diagnostics::new();
            let read = Settings::read(&sources, file, &mut found).unwrap();
            assert!(found.is_empty(), "{found:?}");
            assert_eq!(read.environments.len(), environments);
        }
        let text = settings(Some("https://acme.example"));
        assert!(
            text.ends_with("  engine:\n    base-url: https://acme.example\n    key: \"{{ env.ENGINE_API_KEY }}\"\n")
        );
    }
}
