use super::arguments::SchemaArguments;
use super::terminal::{complain, print_error, print_result};
use super::{Exit, world, writing};
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
        if let Err(error) = writing::replace(&path, kind.text().as_bytes()) {
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
