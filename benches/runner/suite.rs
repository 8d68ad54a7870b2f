//! The shipped suite, several times over, as a project of its own.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::measure::{Measured, measure};
use crate::simulator::KEY;

/// A project of many scenarios.
pub struct Suite {
    folder: PathBuf,
}

impl Suite {
    /// How many scenarios the shipped suite has.
    pub fn size(shipped: &Path) -> usize {
        scenarios(&shipped.join("scenarios")).len()
    }

    /// The shipped suite repeated until there are `size` scenarios, to be run against `base_url`.
    pub fn multiplied(shipped: &Path, folder: &Path, size: usize, base_url: &str) -> Self {
        let suite = scenarios(&shipped.join("scenarios"));
        let mut copied = 0;
        while copied < size {
            let copy = folder.join(format!("scenarios/{:05}", copied / suite.len()));
            copy_folder(&shipped.join("scenarios"), &copy).expect("the suite can be copied");
            let surplus = suite.iter().skip(size - copied);
            for path in surplus {
                fs::remove_file(copy.join(path)).expect("what is too many can be removed");
            }
            copied += suite.len();
        }
        copy_folder(&shipped.join("processes"), &folder.join("processes")).expect("the processes can be copied");
        let settings = fs::read_to_string(shipped.join("flowproof.yaml")).expect("the settings");
        let (processes, _) = settings.split_once("environments:").expect("the settings have environments");
        let processes = processes.replace("default: simulator", "default: bench");
        let environment =
            format!("environments:\n  bench: {{ base-url: {base_url}, key: \"{{{{ env.BENCH_KEY }}}}\" }}\n");
        fs::write(folder.join("flowproof.yaml"), processes + &environment).expect("the settings can be written");
        Self { folder: folder.to_owned() }
    }

    /// Lets flowproof run it.
    pub fn run(&self, jobs: usize) -> Measured {
        let run = ["run", "scenarios", "--quiet", "--seed", "1", "--jobs"];
        let variable = format!("BENCH_KEY={KEY}");
        let program = ["env", &variable, env!("CARGO_BIN_EXE_flowproof")];
        let jobs = jobs.to_string();
        let arguments: Vec<&str> = program.into_iter().skip(1).chain(run).chain([jobs.as_str()]).collect();
        measure(program[0], &arguments, &self.folder)
    }
}

/// The scenario files below a folder, relative to it, in the order in which they are run.
fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(inside).expect("the folder can be read").map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") && is_scenario(&path) {
                found.push(path.strip_prefix(folder).expect("it is below").to_owned());
            }
        }
    }
    found.sort();
    found
}

fn is_scenario(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.starts_with("scenario:")))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
