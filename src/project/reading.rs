use super::Project;
use crate::diagnostic::{Diagnostic, Fix, Id, nearest};
use crate::source::{FileId, Spanned, folder_of, normal_path};

/// Largest text file that is read, in bytes.
const MAX_TEXT_BYTES: u64 = 64 << 20;

impl Project {
    /// Reads a text below the root; `asked` is where its name is written.
    pub(super) fn read_text(&mut self, path: &str, asked: Option<&Spanned<String>>) -> Option<FileId> {
        let on_disk = self.root.join(normal_path(path).as_deref().unwrap_or(path));
        if let Some(text) = self.texts.get(&on_disk) {
            return Some(self.sources.add(path, text));
        }
        let problem = |id, message: String| {
            let one = Diagnostic::new(id, message);
            match asked {
                Some(asked) => one.at(asked.span),
                None => one,
            }
        };
        let result = std::fs::metadata(&on_disk).and_then(|facts| match facts.len() {
            bytes if bytes > MAX_TEXT_BYTES => Ok(Err(bytes)),
            _ => std::fs::read(&on_disk).map(Ok),
        });
        let found = match result {
            Ok(Ok(bytes)) => match String::from_utf8(bytes) {
                Ok(text) => return Some(self.sources.add(path, text.strip_prefix('\u{feff}').unwrap_or(&text))),
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    let one = problem(Id::NOT_UTF8, format!("`{path}` is not UTF-8: byte {at} is none of a character"));
                    one.help("save it as UTF-8")
                }
            },
            Ok(Err(bytes)) => problem(
                Id::FILE_TOO_LARGE,
                format!("`{path}` has {bytes} bytes, and {MAX_TEXT_BYTES} are read at most"),
            ),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let one = problem(Id::UNREADABLE_FILE, format!("there is no file `{path}`"));
                match asked {
                    Some(asked) => self.with_nearest_file(one, asked, path),
                    None => one,
                }
            }
            Err(error) => problem(Id::UNREADABLE_FILE, format!("`{path}` cannot be read: {error}")),
        };
        self.found.push(found);
        None
    }

    /// Whether there is a text at a path below the root.
    pub(super) fn has_text(&self, path: &str) -> bool {
        let on_disk = self.root.join(path);
        self.texts.get(&on_disk).is_some() || on_disk.is_file()
    }

    /// Adds what was probably meant by the name of a file that is not there; `path` is what it means below the root.
    pub(super) fn with_nearest_file(&self, one: Diagnostic, asked: &Spanned<String>, path: &str) -> Diagnostic {
        let known = self.nearest_file(path).and_then(|near| {
            let rest = asked.value.len().checked_sub(path.len() - folder_of(path).len())?;
            Some(format!("{}{near}", asked.value.get(..rest)?))
        });
        match known {
            Some(known) => {
                let fix = Fix::rename(asked.span, asked, [known.as_str()]);
                one.help(format!("did you mean `{known}`?")).fix_if(fix)
            }
            None => one.help("the path is relative to the folder of this file"),
        }
    }

    /// The name of the file beside a missing one that was probably meant.
    pub(super) fn nearest_file(&self, path: &str) -> Option<String> {
        let path = normal_path(path)?;
        let folder = folder_of(&path);
        let entries = std::fs::read_dir(self.root.join(folder)).ok()?.flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        nearest(&path[folder.len()..], names.iter().map(String::as_str)).map(str::to_owned)
    }
}
