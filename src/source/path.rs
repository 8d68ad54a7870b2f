use std::path::{Component, Path};

/// A path without `.` and `..`, with `/`; `None` if it leaves the folder that it is relative to.
pub fn normal_path(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// The folder of a path, with a closing `/`; empty for the root itself.
pub fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}

/// The path of a file as it is written in a file of `folder`, which has a closing `/`; both are below the same root.
pub fn relative_path(folder: &str, path: &str) -> String {
    let mut own: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let mut other: Vec<&str> = path.split('/').collect();
    while own.first().is_some_and(|part| other.len() > 1 && other[0] == *part) {
        own.remove(0);
        other.remove(0);
    }
    format!("{}{}", "../".repeat(own.len()), other.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_their_folder() {
        assert_eq!(normal_path("a/./b//../c.yaml"), Some("a/c.yaml".to_owned()));
        for outside in ["../a", "a/../../b", "/etc/hosts"] {
            assert_eq!(normal_path(outside), None, "{outside}");
        }
        for (folder, path, relative) in [
            ("", "a/b.jpg", "a/b.jpg"),
            ("a/", "a/b.jpg", "b.jpg"),
            ("a/c/", "a/b/d.jpg", "../b/d.jpg"),
            ("x/y/", "b.jpg", "../../b.jpg"),
            ("a/", "a", "../a"),
        ] {
            assert_eq!(relative_path(folder, path), relative, "{folder} {path}");
        }
        assert_eq!((folder_of("a/b/c.yaml"), folder_of("c.yaml")), ("a/b/", ""));
    }
}
