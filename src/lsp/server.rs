use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use jiff::civil::Date;
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CompletionOptions, CompletionParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DocumentFormattingParams, GotoDefinitionParams, HoverParams, HoverProviderCapability,
    InitializeParams, InitializeResult, Location, OneOf, PublishDiagnosticsParams, ServerCapabilities, ServerInfo,
    TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind, TextEdit, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::action::actions;
use super::answer;
use super::documents::Documents;
use super::position::{offset, whole};
use super::problem::problems;
use super::wire::{self, Incoming};
use crate::format::canonical;
use crate::project::Project;
use crate::source::FileId;

/// Errors of the protocol, by its numbers.
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const INTERNAL_ERROR: i32 = -32603;
const NOT_INITIALIZED: i32 = -32002;

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As editors end it: `shutdown`, then `exit`.
    Properly,
    /// `exit` without `shutdown`, or there was nobody any more.
    Abruptly,
}

/// Serves an editor until it says that it is done, or is gone. `folder` is where it was started; `today` tells the day on which
/// dates are judged.
pub fn serve(input: impl Read + Send + 'static, output: impl Write, folder: PathBuf, today: fn() -> Date) -> Ended {
    let (send, messages) = channel();
    std::thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Some(message) = wire::read(&mut input) {
            if send.send(message).is_err() {
                break;
            }
        }
    });
    let documents = Documents::below(folder);
    let (projects, published) = (BTreeMap::new(), BTreeMap::new());
    let mut server =
        Server { output, documents, projects, published, today, state: State::New, is_stale: false, can_watch: false };
    server.converse(&messages)
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Ready,
    ShutDown,
}

/// An error that a request is answered with.
struct Refused(i32, String);

struct Server<W> {
    output: W,
    documents: Documents,
    /// The projects of what is open, by their roots, as they were last checked.
    projects: BTreeMap<PathBuf, Project>,
    /// For which files of which project problems were told.
    published: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    today: fn() -> Date,
    state: State,
    /// Whether something has changed since the projects were checked.
    is_stale: bool,
    /// Whether the editor tells of changes on disk if it is asked to.
    can_watch: bool,
}

impl<W: Write> Server<W> {
    fn converse(&mut self, messages: &Receiver<Incoming>) -> Ended {
        loop {
            // Everything that waits is heard before anything is checked, so that fast typing is checked once.
            let next = match messages.try_recv() {
                Ok(message) => Ok(message),
                Err(_) => {
                    if self.is_stale && self.check().is_err() {
                        return Ended::Abruptly;
                    }
                    messages.recv()
                }
            };
            let Ok(message) = next else { return Ended::Abruptly };
            let heard = match message {
                Incoming::Notification { method, .. } if method == "exit" => {
                    return if self.state == State::ShutDown { Ended::Properly } else { Ended::Abruptly };
                }
                Incoming::Notification { method, .. } if method == "initialized" && self.can_watch => self.watch(),
                Incoming::Notification { method, params } => {
                    if self.state == State::Ready {
                        self.notified(&method, params);
                    }
                    Ok(())
                }
                Incoming::Request { id, method, params } => self.answer(id, &method, params),
                Incoming::Response => Ok(()),
                Incoming::Malformed(why) => self.refuse(Value::Null, &Refused(PARSE_ERROR, why)),
            };
            if heard.is_err() {
                // Nobody listens any more.
                return Ended::Abruptly;
            }
        }
    }

    /// Asks to be told of changes on disk to what projects are made of.
    fn watch(&mut self) -> std::io::Result<()> {
        let watchers = [json!({ "globPattern": "**/*.{yaml,yml,bpmn,json,csv}" })];
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        let params = json!({ "registrations": [registration] });
        wire::write(&mut self.output, json!({ "id": "watch", "method": "client/registerCapability", "params": params }))
    }

    fn refuse(&mut self, id: Value, Refused(code, message): &Refused) -> std::io::Result<()> {
        wire::write(&mut self.output, json!({ "id": id, "error": { "code": code, "message": message } }))
    }

    fn answer(&mut self, id: Value, method: &str, params: Value) -> std::io::Result<()> {
        // A defect in an answer must not take the editor's server away.
        let answered = catch_unwind(AssertUnwindSafe(|| self.asked(method, params)));
        match answered.unwrap_or_else(|_| Err(Refused(INTERNAL_ERROR, format!("`{method}` failed: a defect")))) {
            Ok(result) => wire::write(&mut self.output, json!({ "id": id, "result": result })),
            Err(refused) => self.refuse(id, &refused),
        }
    }

    fn asked(&mut self, method: &str, params: Value) -> Result<Value, Refused> {
        match (self.state, method) {
            (State::New, "initialize") => {
                let params: InitializeParams = read(params)?;
                self.state = State::Ready;
                let watched = params.capabilities.workspace.as_ref().and_then(|all| all.did_change_watched_files);
                self.can_watch = watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false);
                if let Some(folder) = folder(&params) {
                    self.documents = Documents::below(folder);
                }
                Ok(written(initialized()))
            }
            (State::New, _) => Err(Refused(NOT_INITIALIZED, "`initialize` comes first".to_owned())),
            (State::ShutDown, _) => Err(Refused(INVALID_REQUEST, "the server is shut down".to_owned())),
            (State::Ready, "initialize") => Err(Refused(INVALID_REQUEST, "`initialize` comes once".to_owned())),
            (State::Ready, "shutdown") => {
                self.state = State::ShutDown;
                Ok(Value::Null)
            }
            (State::Ready, "textDocument/hover") => {
                let params: HoverParams = read(params)?;
                Ok(written(self.at(&params.text_document_position_params, answer::hover).flatten()))
            }
            (State::Ready, "textDocument/completion") => {
                let params: CompletionParams = read(params)?;
                Ok(written(self.at(&params.text_document_position, answer::completion).unwrap_or_default()))
            }
            (State::Ready, "textDocument/definition") => {
                let params: GotoDefinitionParams = read(params)?;
                let place = &params.text_document_position_params;
                let target = self.at(place, |project, path, text, offset| {
                    let target = answer::definition(project, path, text, offset)?;
                    Some((project.root.join(&target.name), target.range))
                });
                // What ships inside flowproof has a name that no file has.
                let is_there = |path: &PathBuf| self.documents.get(path).is_some() || path.is_file();
                let location = target.flatten().filter(|(path, _)| is_there(path));
                let location =
                    location.and_then(|(path, range)| Some(Location { uri: self.documents.uri(&path)?, range }));
                Ok(written(location))
            }
            (State::Ready, "textDocument/codeAction") => {
                let params: CodeActionParams = read(params)?;
                if self.is_stale && self.check().is_err() {
                    return Err(Refused(INTERNAL_ERROR, "nobody listens any more".to_owned()));
                }
                Ok(written(self.actions(&params).unwrap_or_default()))
            }
            (State::Ready, "textDocument/formatting") => {
                let params: DocumentFormattingParams = read(params)?;
                Ok(written(self.formatted(&params.text_document.uri)))
            }
            (State::Ready, _) => Err(Refused(METHOD_NOT_FOUND, format!("`{method}` is not known"))),
        }
    }

    /// What mends the problems at a place of an open document; `None` if it is not open.
    fn actions(&self, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
        let path = self.documents.path(&params.text_document.uri);
        let project = self.projects.get(&self.documents.root(&path))?;
        let uri = |name: &str| uri_of(&self.documents, project, name);
        let is_current = |file: FileId| {
            let read = project.sources.file(file);
            let open = self.documents.get(&project.root.join(read.name()));
            open.is_none_or(|document| document.text == read.text())
        };
        Some(actions(project, &name_of(project, &path), params.range, &uri, &is_current))
    }

    /// The edit that gives an open document its canonical form; nothing where it has it, has none, or cannot be read.
    fn formatted(&self, uri: &Uri) -> Vec<TextEdit> {
        let document = self.documents.get(&self.documents.path(uri));
        let text = document.map(|document| document.text.as_str()).unwrap_or_default();
        match canonical(text) {
            Ok(Some(canonical)) if canonical != text => vec![TextEdit::new(whole(text), canonical)],
            _ => Vec::new(),
        }
    }

    /// Asks about a place of an open document; `None` if it is not open.
    fn at<T>(
        &mut self,
        place: &TextDocumentPositionParams,
        ask: impl FnOnce(&Project, &str, &str, usize) -> T,
    ) -> Option<T> {
        let path = self.documents.path(&place.text_document.uri);
        let root = self.documents.root(&path);
        if !self.projects.contains_key(&root) {
            self.read(&root);
        }
        let (project, document) = (self.projects.get(&root)?, self.documents.get(&path)?);
        let text = &document.text;
        Some(ask(project, &name_of(project, &path), text, offset(text, place.position)))
    }

    fn notified(&mut self, method: &str, params: Value) {
        match method {
            "textDocument/didOpen" => {
                let Ok(DidOpenTextDocumentParams { text_document: opened }) = read(params) else { return };
                self.documents.set(opened.uri, opened.version, opened.text);
            }
            "textDocument/didChange" => {
                let Ok(changed) = read::<DidChangeTextDocumentParams>(params) else { return };
                let Some(change) = changed.content_changes.into_iter().next_back() else { return };
                self.documents.set(changed.text_document.uri, changed.text_document.version, change.text);
            }
            "textDocument/didClose" => {
                let Ok(DidCloseTextDocumentParams { text_document: closed }) = read(params) else { return };
                self.documents.close(&closed.uri);
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {}
            _ => return,
        }
        self.is_stale = true;
    }

    /// Checks every project of which something is open, and tells what was found.
    fn check(&mut self) -> std::io::Result<()> {
        self.is_stale = false;
        let roots: BTreeSet<PathBuf> = self.documents.iter().map(|(path, _)| self.documents.root(path)).collect();
        let gone: Vec<PathBuf> = self.published.keys().filter(|root| !roots.contains(*root)).cloned().collect();
        for root in &gone {
            self.projects.remove(root);
            for path in self.published.remove(root).unwrap_or_default() {
                self.publish(&path, Vec::new())?;
            }
        }
        for root in &roots {
            self.read(root);
            let Some(project) = self.projects.get(root) else { continue };
            let uri = |name: &str| uri_of(&self.documents, project, name);
            let found = problems(project, &uri);
            let mut all: BTreeMap<PathBuf, Vec<lsp_types::Diagnostic>> =
                found.into_iter().map(|(name, found)| (root.join(name), found)).collect();
            let told: BTreeSet<PathBuf> = all.keys().cloned().collect();
            let before = self.published.insert(root.clone(), told).unwrap_or_default();
            let open = self.documents.iter().map(|(path, _)| path).filter(|path| self.documents.root(path) == *root);
            for path in before.iter().chain(open) {
                all.entry(path.clone()).or_default();
            }
            for (path, found) in all {
                self.publish(&path, found)?;
            }
        }
        Ok(())
    }

    fn publish(&mut self, path: &Path, diagnostics: Vec<lsp_types::Diagnostic>) -> std::io::Result<()> {
        let Some(uri) = self.documents.uri(path) else { return Ok(()) };
        let version = self.documents.get(path).map(|document| document.version);
        let params = written(PublishDiagnosticsParams { uri, diagnostics, version });
        wire::write(&mut self.output, json!({ "method": "textDocument/publishDiagnostics", "params": params }))
    }

    /// Reads and checks the project of a root. One that cannot be, because of a defect, stays as it was.
    fn read(&mut self, root: &Path) {
        let (texts, today) = (self.documents.texts(), (self.today)());
        let read = catch_unwind(|| {
            let mut project = Project::open_with(Some(root), root, texts);
            project.today = Some(today);
            project.add_all_scenarios();
            project.check_fragments();
            project
        });
        if let Ok(project) = read {
            self.projects.insert(root.to_owned(), project);
        }
    }
}

/// How a project calls a file of a path.
fn name_of(project: &Project, path: &Path) -> String {
    let below = path.strip_prefix(&project.root).unwrap_or(path);
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// How an editor calls a file that a project has read; `None` for what ships inside flowproof.
fn uri_of(documents: &Documents, project: &Project, name: &str) -> Option<Uri> {
    let is_embedded = name.starts_with('<') && name.ends_with('>');
    (!is_embedded).then(|| documents.uri(&project.root.join(name))).flatten()
}

/// The folder that an editor has open.
fn folder(params: &InitializeParams) -> Option<PathBuf> {
    let first = params.workspace_folders.iter().flatten().next().map(|folder| folder.uri.as_str());
    #[expect(deprecated, reason = "editors that know no workspace folders say it this way")]
    let root = params.root_uri.as_ref().map(|uri| uri.as_str());
    url::Url::parse(first.or(root)?).ok()?.to_file_path().ok()
}

fn initialized() -> InitializeResult {
    let triggers = [":", " ", ".", "{", "-", "/"].map(str::to_owned).into();
    InitializeResult {
        capabilities: ServerCapabilities {
            text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            document_formatting_provider: Some(OneOf::Left(true)),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
                ..CodeActionOptions::default()
            })),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(triggers),
                ..CompletionOptions::default()
            }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refused> {
    serde_json::from_value(params).map_err(|error| Refused(INVALID_PARAMS, error.to_string()))
}

fn written(result: impl serde::Serialize) -> Value {
    serde_json::to_value(result).unwrap_or_default()
}
