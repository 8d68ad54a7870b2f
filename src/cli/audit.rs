use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;
use std::{fs, io};

use clap::Args;
use sha2::{Digest, Sha256};

use super::home::HOME;
use super::terminal::complain;
use super::{world, writing};
use crate::engine::Witness;
use crate::http::Picture;
use crate::redact::{Needles, Redactor};
use crate::report::{Leaked, Whereabouts, audit};

#[derive(Debug, Args)]
pub(super) struct KeepingArguments {
    /// Keep the images that are sent and received, beside the stored run in .flowproof/runs/RUN/images
    #[arg(long)]
    pub keep_images: bool,
}

/// Gathers what a run must not write, and looks through what it has written.
pub(super) struct Audit {
    began: SystemTime,
    needles: Mutex<Needles>,
    /// The images that were met, by what tells them apart.
    met: Mutex<HashSet<u64>>,
    /// Where images are kept, and the first that could not be.
    kept: Option<PathBuf>,
    failed: Mutex<Option<(PathBuf, io::Error)>>,
    store: PathBuf,
    run: String,
}

impl Audit {
    /// For a run that begins now.
    pub fn new(root: &Path, run: &str, arguments: &KeepingArguments) -> Self {
        let store = root.join(HOME);
        Self {
            began: SystemTime::now(),
            needles: Mutex::new(Needles::new(world::random() as u64)),
            met: Mutex::default(),
            kept: arguments.keep_images.then(|| store.join("runs").join(run).join("images")),
            failed: Mutex::default(),
            store,
            run: run.to_owned(),
        }
    }

    /// Looks through what was written to `reports` and to the run's own files, and moves aside what gives something away.
    /// Gives whether nothing does.
    pub fn conclude(&self, redactor: &Redactor, reports: &[PathBuf], current: &Path) -> bool {
        let Ok(mut needles) = self.needles.lock() else { return false };
        redactor.known().for_each(|(label, text)| needles.text(label, text, true));
        let mut sound = true;
        if let Some((path, error)) = self.failed.lock().ok().and_then(|mut failed| failed.take()) {
            complain(&format!("`{}` cannot be kept: {error}", shown(&path, current)));
            sound = false;
        }
        if needles.left_out() > 0 {
            let count = needles.left_out();
            complain(&format!("{count} forms of secrets were not looked for in what was written: there are too many"));
        }
        let mut files = Vec::new();
        let own =
            [self.store.join("runs").join(&self.run), self.store.join("history.db"), self.store.join("history.db-wal")];
        for path in reports.iter().chain(&own) {
            self.collect(path, &mut files);
        }
        files.sort();
        files.dedup();
        match audit(&needles, &files) {
            Ok(leaks) => sound & self.tell(leaks, current),
            Err((path, error)) => {
                complain(&format!("`{}` cannot be looked through for secrets: {error}", shown(&path, current)));
                false
            }
        }
    }

    /// The files of an artefact; of a folder those that are new. Kept images are what they are meant to be.
    fn collect(&self, path: &Path, files: &mut Vec<PathBuf>) {
        let Ok(facts) = path.symlink_metadata() else { return };
        if facts.is_dir() {
            let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
            entries.filter(|entry| Some(entry) != self.kept.as_ref()).for_each(|entry| self.collect(&entry, files));
        } else if path.metadata().is_ok_and(|facts| facts.is_file()) && self.is_new(path) {
            files.push(path.to_owned());
        }
    }

    /// Whether a file was written since the run began. Some file systems keep times by the second or two.
    fn is_new(&self, path: &Path) -> bool {
        let changed = path.metadata().and_then(|facts| facts.modified());
        let slack = std::time::Duration::from_secs(2);
        changed.map_or(true, |changed| changed + slack >= self.began)
    }

    fn tell(&self, leaks: Vec<Leaked>, current: &Path) -> bool {
        let mut by_file: BTreeMap<PathBuf, Vec<Leaked>> = BTreeMap::new();
        for leaked in leaks {
            by_file.entry(leaked.path.clone()).or_default().push(leaked);
        }
        for (path, leaks) in &by_file {
            let name = shown(path, current);
            for Leaked { line, leak, place, .. } in leaks {
                let place = match place {
                    Whereabouts::Text => format!("{name}:{line} holds"),
                    Whereabouts::Packed => format!("{name}:{line} holds, packed,"),
                    Whereabouts::Name => "the name of a file holds".to_owned(),
                };
                complain(&format!("leak: {place} {} {} (byte {})", leak.label, leak.how, leak.offset));
            }
            // Other runs have their own in the history.
            if path.starts_with(&self.store) && path.parent() == Some(&self.store) {
                complain(&format!("`{name}` is left where it is, because other runs use it; delete it"));
                continue;
            }
            match set_aside(path) {
                Ok(aside) => {
                    complain(&format!("`{name}` was moved to `{}`; nobody else can read it", shown(&aside, current)))
                }
                Err(error) => complain(&format!("`{name}` cannot be moved aside, so delete it: {error}")),
            }
        }
        by_file.is_empty()
    }
}

impl Witness for Audit {
    fn secret(&self, label: &str, text: &str) {
        if let Ok(mut needles) = self.needles.lock() {
            needles.text(label, text, false);
        }
    }

    fn picture(&self, picture: &Picture<'_>) {
        let mut hasher = DefaultHasher::new();
        picture.mark().hash(&mut hasher);
        if !self.met.lock().is_ok_and(|mut met| met.insert(hasher.finish())) {
            return;
        }
        let Some(bytes) = picture.bytes() else { return };
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
        if let Ok(mut needles) = self.needles.lock() {
            needles.image(&format!("{} sha256 {}…", picture.media, &sha256[..12]), &bytes);
        }
        let Some(folder) = &self.kept else { return };
        let extension = picture.media.rsplit('/').next().unwrap_or_default().replace("jpeg", "jpg");
        let path = folder.join(format!("{sha256}.{extension}"));
        match writing::create(&path, &bytes) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                if let Ok(mut failed) = self.failed.lock() {
                    failed.get_or_insert((path, error));
                }
            }
            _ => {}
        }
    }
}

/// Moves a file aside, for nobody but its owner.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let aside = path.with_file_name(format!("{name}.leaked"));
    fs::rename(path, &aside)?;
    #[cfg(unix)]
    fs::set_permissions(&aside, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(aside)
}

fn shown(path: &Path, current: &Path) -> String {
    path.strip_prefix(current).unwrap_or(path).display().to_string()
}
