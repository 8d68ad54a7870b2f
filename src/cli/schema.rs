use std::io::Write;
use std::path::Path;
use std::{fs, io};

use super::arguments::SchemaArguments;
use super::terminal::{complain, print_error, print_result};
use super::{Exit, world};
use crate::schema::Kind;

pub(super) fn execute(arguments: &SchemaArguments) -> Exit {
    let Some(folder) = &arguments.output else {
        print_result(&match arguments.kind {
            Some(kind) => kind.text().to_owned(),
            None => list(),
        });
        return Exit::Success;
    };
    let folder = world::current_folder().join(folder);
    let chosen = arguments.kind.map_or(Kind::ALL.to_vec(), |kind| vec![kind]);
    for kind in chosen {
        let path = folder.join(kind.file_name());
        if let Err(error) = write(&folder, &path, kind.text()) {
            complain(&format!("`{}` cannot be written: {error}", path.display()));
            return Exit::Errored;
        }
        print_error(&format!("wrote {}\n", path.display()));
    }
    Exit::Success
}

fn list() -> String {
    let width = Kind::ALL.iter().map(|kind| kind.name().len()).max().unwrap_or_default();
    Kind::ALL.iter().map(|kind| format!("{:width$}  {}\n", kind.name(), kind.title())).collect()
}

/// Writes beside the file and renames, so that nobody reads half of it. Folders that are missing are made.
fn write(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| file.write_all(text.as_bytes()));
    let done = written.and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // The first error is the one to tell; the part may not even be there.
        let _ = fs::remove_file(&beside);
    }
    done
}
