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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_their_folder() {
        assert_eq!(normal_path("a/./b//../c.yaml"), Some("a/c.yaml".to_owned()));
        for outside in ["../a", "a/../../b", "/etc/hosts"] {
            assert_eq!(normal_path(outside), None, "{outside}");
        }
        assert_eq!((folder_of("a/b/c.yaml"), folder_of("c.yaml")), ("a/b/", ""));
    }
}
