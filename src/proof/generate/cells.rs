use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map as Members, Value, json};

use super::reading::Reading;
use crate::catalogue::{Behaviour, Condition, variable};
use crate::process::expression::{Condition as Question, Scope, Template};
use crate::process::graph::Graph;
use crate::process::{self, Boundary, Definition, Kind, Node, NodeIndex, Timer, Trigger};
use crate::proof::Map;
use crate::script::Directive;

/// Most ways to set variables at one place that are tried.
const MAX_SETTINGS: usize = 64;

/// The variables on which a process decides, where their values matter, and who gives them.
///
/// A variable matters at a node if it may be read from there on before something that can give it any value writes it. Two situations
/// at one node in which the same is in the variables that matter there go on alike, so that a search need look at one of them.
#[derive(Debug)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    /// By node: the cells that matter when it is reached.
    matters: Vec<BTreeSet<usize>>,
    /// By node: the cells that it can be told to set, where they matter behind it.
    settable: Vec<BTreeSet<usize>>,
    /// By node: where its results stand, if it gives any.
    results: Vec<Option<String>>,
    /// By node: the cells of which its outputs are made.
    made_of: Vec<BTreeSet<usize>>,
    /// By node: whether it is asked from there on whether a check has failed.
    judged: Vec<bool>,
    /// By node: the variable in which it counts.
    counted: Vec<Option<String>>,
    /// What must be there at the start, so that what reads a member of it finds nothing instead of failing.
    ground: Members<String, Value>,
}

/// A variable on which something is decided.
#[derive(Debug)]
struct Cell {
    path: String,
    /// The values that make a difference; `None`: it is not there.
    values: Vec<Option<Value>>,
    /// Whether it may have any of these from the beginning, and not only where something gives it one.
    from_start: bool,
    /// The conditions that read it, where no more than their verdicts matters of it.
    verdicts: Option<Vec<Question>>,
    /// What is counted beyond this makes no difference.
    cap: Option<i64>,
}

impl Cell {
    fn new(map: &Map, path: String, given: Vec<Value>, read: &Reading, writers: &Writers) -> Self {
        let definition = map.definition();
        let may_lack = read.guarded.contains(&path) || !writers.is_free(&path);
        let mut values: Vec<Option<Value>> = if may_lack { vec![None] } else { Vec::new() };
        for value in given {
            if !values.contains(&Some(value.clone())) {
                values.push(Some(value));
            }
        }
        if values.is_empty() {
            values.push(Some(Value::Null));
        }
        let token = map.catalogue().session.simulated.token_parameters.as_deref();
        let from_start = writers.is_free(&path) || read.guarded.contains(&path) || token == Some(root(&path));
        let reads = |reading: &Reading| {
            let near = |other: &String| below(other, &path) || below(&path, other);
            reading.paths.iter().any(near) || reading.guarded.contains(&path)
        };
        let (mut conditions_of_it, mut alone) = (Vec::new(), true);
        for node in definition.nodes() {
            for condition in conditions(definition, node) {
                let mut reading = Reading::default();
                reading.template(condition);
                if reads(&reading) {
                    alone &= reading.paths.iter().chain(&reading.guarded).all(|other| *other == path);
                    conditions_of_it.push(Question { template: condition.clone() });
                }
            }
            alone &= !reads(&made_of(map, node, writers, |_| true));
        }
        let mut cell = Self { path, values, from_start, verdicts: None, cap: None };
        if writers.counters.contains(&cell.path) {
            cell.cap = cell.cap(&conditions_of_it, alone);
        } else if alone {
            // Of values that make no difference the first will do.
            let mut seen = BTreeSet::new();
            cell.values.retain(|value| seen.insert(told(&cell.path, value.as_ref(), &conditions_of_it)));
            cell.verdicts = Some(conditions_of_it);
        }
        cell
    }

    /// The least number above which no condition tells one from another.
    fn cap(&self, conditions: &[Question], alone: bool) -> Option<i64> {
        let mut numbers: Vec<i64> = self.values.iter().flatten().filter_map(Value::as_i64).collect();
        numbers.sort_unstable();
        let mut cap = numbers.pop()?;
        let verdicts = |number: i64| told(&self.path, Some(&Value::from(number)), conditions);
        while alone && numbers.last().is_some_and(|number| verdicts(*number) == verdicts(cap)) {
            cap = numbers.pop()?;
        }
        Some(cap)
    }
}

/// What conditions say of a value, in letters.
fn told(path: &str, value: Option<&Value>, conditions: &[Question]) -> String {
    let mut variables = Members::new();
    if let Some(value) = value {
        let _ = process::write(&mut variables, path, value.clone());
    } else if let Some((parent, _)) = path.rsplit_once('.') {
        let _ = process::write(&mut variables, parent, json!({}));
    }
    let nothing = Members::new();
    let scope = Scope { locals: &nothing, variables: &variables };
    let verdict = |condition: &Question| match condition.test(scope) {
        Ok(true) => 'y',
        Ok(false) => 'n',
        Err(_) => '!',
    };
    conditions.iter().map(verdict).collect()
}

/// Values for some cells.
pub(super) type Setting = Vec<(String, Option<Value>)>;

/// All settings that are tried at a place, and whether some were left out.
#[derive(Debug)]
pub(super) struct Settings {
    pub all: Vec<Setting>,
    pub cut: bool,
}

impl Cells {
    pub fn of(map: &Map, graph: &Graph) -> Self {
        let definition = map.definition();
        let writers = Writers::of(map);
        let (cells, reads) = relevant(map, &writers);
        let mut ground = ground(map, &writers, &reads);
        if let Some(name) = &map.catalogue().session.simulated.token_parameters {
            ground.insert(name.clone(), json!({}));
        }
        let mut all = Self {
            matters: vec![BTreeSet::new(); definition.nodes().len()],
            settable: vec![BTreeSet::new(); definition.nodes().len()],
            results: definition.nodes().iter().map(|node| results_of(map, node)).collect(),
            made_of: Vec::new(),
            judged: judged(map, graph),
            counted: definition.nodes().iter().map(|node| counted(map, node)).collect(),
            ground,
            cells,
        };
        for node in definition.nodes() {
            let is_decisive = |name: &str| all.cells.iter().any(|cell| root(&cell.path) == name);
            let made_of = made_of(map, node, &writers, is_decisive);
            let made_of = all.read_by(&made_of).collect();
            all.made_of.push(made_of);
            all.settable[node.index.position()] = all.settable_at(map, node, &writers);
        }
        all.spread(map, graph);
        all
    }

    /// What identifies a situation at a node: the values that matter there.
    pub fn key(&self, node: NodeIndex, variables: &Members<String, Value>, has_failed_check: bool) -> String {
        let mut key = String::new();
        if has_failed_check && self.judged[node.position()] {
            key += "failed ";
        }
        for cell in &self.matters[node.position()] {
            let Cell { path, cap, verdicts, .. } = &self.cells[*cell];
            match (value_at(variables, path), cap, verdicts) {
                (value, _, Some(conditions)) => key += &told(path, value, conditions),
                (None, ..) => key += "-",
                (Some(value), Some(cap), _) if value.as_i64().is_some_and(|number| number >= *cap) => key += "^",
                (Some(value), ..) => key += &value.to_string(),
            }
            key.push(' ');
        }
        key
    }

    /// The variables with all values that some of them can have; none, if there are too many.
    pub fn valuations(&self, paths: &BTreeSet<String>) -> Vec<Members<String, Value>> {
        let cells = (0..self.cells.len()).filter(|cell| paths.contains(&self.cells[*cell].path)).collect();
        let settings = self.product(cells);
        if settings.cut { Vec::new() } else { settings.all.iter().map(|setting| self.started(setting)).collect() }
    }

    /// The variable in which an element counts.
    pub fn counts(&self, node: NodeIndex) -> Option<&str> {
        self.counted[node.position()].as_deref()
    }

    /// The settings with which a process can be started.
    pub fn starts(&self, start: NodeIndex) -> Settings {
        let given = self.matters[start.position()].iter().copied().filter(|cell| self.cells[*cell].from_start);
        self.product(given.collect())
    }

    /// The variables at the start with a setting.
    pub fn started(&self, setting: &Setting) -> Members<String, Value> {
        let mut variables = self.ground.clone();
        for (path, value) in setting {
            if let Some(value) = value {
                // What stands on the way is a map, for every cell is one or below one.
                let _ = process::write(&mut variables, path, value.clone());
            } else if !path.contains('.') {
                variables.shift_remove(path);
            }
        }
        variables
    }

    /// The settings that an automatic element can make of what matters at one of the nodes behind it.
    pub fn settings(&self, node: &Node, behind: &[NodeIndex], completes: bool) -> Settings {
        let mut wanted = self.behind(node, behind, completes);
        wanted.retain(|cell| self.settable[node.index.position()].contains(cell));
        self.product(wanted.into_iter().collect())
    }

    /// What an element is to be told so that a setting holds; nothing, if it does already.
    pub fn directive(&self, node: NodeIndex, setting: &Setting, variables: &Members<String, Value>) -> Directive {
        let mut directive = Directive::default();
        let differs =
            |(path, value): &(String, Option<Value>)| value.is_some() && value_at(variables, path) != value.as_ref();
        let results = self.results[node.position()].as_deref();
        let result = |path: &str| Some(path.strip_prefix(results?)?.strip_prefix('.')?.to_owned());
        let of_results: Vec<_> = setting.iter().filter_map(|one| Some((result(&one.0)?, one))).collect();
        if of_results.iter().any(|(_, one)| differs(one)) {
            for (name, (_, value)) in of_results {
                let _ = process::write(&mut directive.results, &name, value.clone().unwrap_or_default());
            }
        }
        for (path, value) in setting.iter().filter(|one| differs(one) && result(&one.0).is_none()) {
            directive.set.insert(path.clone(), value.clone().unwrap_or_default());
        }
        directive
    }

    /// All ways to fill cells; where they are too many, those that differ from the first in one or two cells.
    fn product(&self, cells: Vec<usize>) -> Settings {
        let setting = |values: Vec<(usize, &Option<Value>)>| -> Setting {
            values.into_iter().map(|(cell, value)| (self.cells[cell].path.clone(), value.clone())).collect()
        };
        let ways: usize = cells.iter().map(|cell| self.cells[*cell].values.len()).fold(1, usize::saturating_mul);
        if ways <= MAX_SETTINGS {
            let mut all = vec![Vec::new()];
            for cell in &cells {
                let values = &self.cells[*cell].values;
                let with = |before: &Vec<_>| -> Vec<_> {
                    values.iter().map(|value| before.iter().copied().chain([(*cell, value)]).collect()).collect()
                };
                all = all.iter().flat_map(with).collect();
            }
            return Settings { all: all.into_iter().map(setting).collect(), cut: false };
        }
        let first: Vec<_> = cells.iter().map(|cell| (*cell, &self.cells[*cell].values[0])).collect();
        let mut all = vec![first.clone()];
        for at in 0..cells.len() {
            for value in &self.cells[cells[at]].values[1..] {
                let mut one = first.clone();
                one[at].1 = value;
                all.push(one.clone());
                for other in at + 1..cells.len() {
                    for value in &self.cells[cells[other]].values[1..] {
                        let mut two = one.clone();
                        two[other].1 = value;
                        all.push(two);
                    }
                }
            }
        }
        all.sort_by_key(|one| one.iter().zip(&first).filter(|(one, first)| one != first).count());
        all.truncate(4 * MAX_SETTINGS);
        Settings { all: all.into_iter().map(setting).collect(), cut: true }
    }

    /// The cells that an element can be told to set.
    fn settable_at(&self, map: &Map, node: &Node, writers: &Writers) -> BTreeSet<usize> {
        let is_stub = node.is_task()
            && map.activity_at(node.index).is_none()
            && map.automatic_at(node.index).is_none_or(|automatic| matches!(automatic.behaviour, Behaviour::Stub))
            && node.kind != Kind::ExternalTask;
        if !is_stub {
            return BTreeSet::new();
        }
        let mut own = Reading::default();
        node.outputs.iter().flat_map(|output| output.value.templates()).for_each(|template| own.template(template));
        let results = self.results[node.index.position()].as_deref();
        let can = |cell: &Cell| {
            let is_result = results.is_some_and(|results| below(&cell.path, results));
            is_result || writers.is_free(&cell.path) || own.paths.contains(&cell.path)
        };
        (0..self.cells.len()).filter(|cell| can(&self.cells[*cell])).collect()
    }

    /// What matters after an element has been told what to set, and before its outputs are written.
    fn behind(&self, node: &Node, behind: &[NodeIndex], completes: bool) -> BTreeSet<usize> {
        let mut cells: BTreeSet<usize> =
            behind.iter().flat_map(|node| &self.matters[node.position()]).copied().collect();
        if completes {
            cells.retain(|cell| !node.outputs.iter().any(|output| root(&self.cells[*cell].path) == output.name));
            cells.extend(&self.made_of[node.index.position()]);
        }
        cells
    }

    fn read_by<'a>(&'a self, reading: &'a Reading) -> impl Iterator<Item = usize> + 'a {
        let read = |cell: &Cell| {
            reading.guarded.contains(&cell.path)
                || reading.paths.iter().any(|path| below(&cell.path, path) || below(path, &cell.path))
        };
        (0..self.cells.len()).filter(move |cell| read(&self.cells[*cell]))
    }

    /// Finds out where which cells matter, from the reads backwards.
    fn spread(&mut self, map: &Map, graph: &Graph) {
        let definition = map.definition();
        let reads: Vec<BTreeSet<usize>> = definition
            .nodes()
            .iter()
            .map(|node| {
                let mut reading = Reading::default();
                node.inputs.iter().flat_map(|input| input.value.templates()).for_each(|one| reading.template(one));
                conditions(definition, node).for_each(|one| reading.verdict(one));
                let mut reads: BTreeSet<usize> = self.read_by(&reading).collect();
                let counted = self.counts(node.index);
                reads.extend((0..self.cells.len()).filter(|cell| counted == Some(&self.cells[*cell].path)));
                reads
            })
            .collect();
        let mut open: BTreeSet<usize> = (0..definition.nodes().len()).collect();
        while let Some(at) = open.pop_last() {
            let node = &definition.nodes()[at];
            let flows: Vec<NodeIndex> = definition.live_flows(node).map(|flow| definition[flow].target).collect();
            let mut cells = self.behind(node, &flows, true);
            cells.extend(self.behind(node, &node.boundaries, false));
            cells.retain(|cell| !self.settable[at].contains(cell));
            cells.extend(&reads[at]);
            if cells != self.matters[at] {
                self.matters[at] = cells;
                open.extend(graph.entering(node.index).iter().map(|arc| graph.arcs()[*arc].from.position()));
            }
        }
    }
}

/// What writes variables, by the roots of their paths.
#[derive(Debug)]
struct Writers {
    roots: BTreeSet<String>,
    counters: BTreeSet<String>,
}

impl Writers {
    fn of(map: &Map) -> Self {
        let (definition, catalogue) = (map.definition(), map.catalogue());
        let mut roots: BTreeSet<String> = catalogue.session.simulated.token_parameters.iter().cloned().collect();
        let mut counters = BTreeSet::new();
        for node in definition.nodes() {
            roots.extend(node.outputs.iter().map(|output| output.name.clone()));
            if let Kind::Boundary(Boundary {
                trigger: Trigger::Error { code_variable, message_variable, .. }, ..
            }) = &node.kind
            {
                roots.extend(code_variable.iter().chain(message_variable).cloned());
            }
            counters.extend(counted(map, node));
            if let Some(automatic) = map.automatic_at(node.index) {
                roots.extend(automatic.writes.iter().map(|(path, _)| root(path).to_owned()));
                roots.extend(automatic.results_in.iter().map(|path| root(path).to_owned()));
            }
            if let Some(activity) = map.activity_at(node.index) {
                roots.extend(activity.simulated.writes.iter().map(|(path, _)| root(path).to_owned()));
                let exchanges = activity.requests.iter().filter_map(|one| catalogue.wire.exchange(&one.exchange.value));
                roots.extend(exchanges.filter_map(|one| one.stores.as_ref()).map(|path| root(path).to_owned()));
            }
        }
        roots.extend(counters.iter().map(|path| root(path).to_owned()));
        Self { roots, counters }
    }

    /// Whether nothing is known to write a variable, so that everything that is not known may.
    fn is_free(&self, path: &str) -> bool {
        !self.roots.contains(root(path))
    }
}

/// The cells of a definition, and everything that its conditions, inputs and timers read.
fn relevant(map: &Map, writers: &Writers) -> (Vec<Cell>, Reading) {
    let definition = map.definition();
    let mut decided = Reading::default();
    for node in definition.nodes() {
        conditions(definition, node).for_each(|one| decided.verdict(one));
    }
    let finals = map.catalogue().session.finalizer.iter().filter_map(|rule| match &rule.when {
        Condition::Variable { path, equals } => Some((path, equals)),
        _ => None,
    });
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for path in &decided.paths {
        let own = decided.values.iter().filter(|(of, _)| of == path).map(|(_, value)| value.clone());
        let ending = finals.clone().filter(|(of, _)| *of == path).map(|(_, value)| value.clone());
        values.insert(path.clone(), own.chain(ending).collect());
    }
    for path in &decided.guarded {
        values.entry(path.clone()).or_default();
    }
    // What a decisive variable is made of is decisive as well.
    let mut made = true;
    while std::mem::take(&mut made) {
        for node in definition.nodes() {
            let mut given: Vec<Value> = Vec::new();
            let mut is_maker = false;
            for (path, of) in &values {
                if node.outputs.iter().any(|output| output.name == root(path)) {
                    given.extend(of.iter().cloned());
                    is_maker = true;
                }
            }
            if !is_maker {
                continue;
            }
            let roots: BTreeSet<&str> = values.keys().map(|path| root(path)).collect();
            let reading = made_of(map, node, writers, |name| roots.contains(name));
            drop(roots);
            for path in &reading.paths {
                let own = reading.values.iter().filter(|(of, _)| of == path).map(|(_, value)| value.clone());
                let known = values.entry(path.clone()).or_insert_with(|| {
                    made = true;
                    Vec::new()
                });
                for value in own.chain(given.iter().cloned()) {
                    if !known.contains(&value) {
                        known.push(value);
                        made = true;
                    }
                }
            }
        }
    }
    let mut read = decided;
    for node in definition.nodes() {
        node.inputs.iter().flat_map(|input| input.value.templates()).for_each(|one| read.template(one));
        if let Kind::Boundary(Boundary { trigger: Trigger::Timer { duration: Timer::Computed(template) }, .. }) =
            &node.kind
        {
            read.template(template);
        }
    }
    let cells: Vec<Cell> =
        values.into_iter().map(|(path, given)| Cell::new(map, path, given, &read, writers)).collect();
    (cells, read)
}

/// From which nodes a decision can be come to that is made by whether a check has failed.
fn judged(map: &Map, graph: &Graph) -> Vec<bool> {
    let definition = map.definition();
    let asks = |node: &&Node| {
        map.automatic_at(node.index).is_some_and(|automatic| match &automatic.behaviour {
            Behaviour::Decide { from, .. } => !node.inputs.iter().any(|input| input.name == *from),
            _ => false,
        })
    };
    let mut open: Vec<NodeIndex> = definition.nodes().iter().filter(asks).map(|node| node.index).collect();
    let mut judged = vec![false; definition.nodes().len()];
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut judged[node.position()], true) {
            open.extend(graph.entering(node).iter().map(|arc| graph.arcs()[*arc].from));
        }
    }
    judged
}

/// What the outputs of an element are made of, beside what it is answered or gives by itself.
fn made_of(map: &Map, node: &Node, writers: &Writers, wanted: impl Fn(&str) -> bool) -> Reading {
    let mut outputs = Reading::default();
    let parameters = node.outputs.iter().filter(|output| wanted(&output.name));
    parameters.flat_map(|output| output.value.templates()).for_each(|one| outputs.template(one));
    let is_read = |name: &str| outputs.paths.iter().any(|path| root(path) == name);
    let mut reading = Reading::default();
    for input in &node.inputs {
        let decides = map.automatic_at(node.index).is_some_and(|automatic| match &automatic.behaviour {
            Behaviour::Decide { from, result, .. } => input.name == *from && is_read(result),
            _ => false,
        });
        if decides || is_read(&input.name) {
            input.value.templates().into_iter().for_each(|one| reading.template(one));
        }
    }
    let local = |path: &String| {
        let name = root(path);
        let is_own = node.inputs.iter().any(|input| input.name == name)
            || map.automatic_at(node.index).is_some_and(|automatic| match &automatic.behaviour {
                Behaviour::Check { results, .. } => results.iter().any(|(result, _)| result == name),
                Behaviour::Decide { result, .. } => result == name,
                Behaviour::Tally(tally) => tally.result == name,
                _ => false,
            })
            || map.activity_at(node.index).is_some_and(|activity| activity.simulated.locals.contains_key(name));
        // What nothing writes, an answer gives.
        is_own || node.kind == Kind::ExternalTask && writers.is_free(path) && !path.contains('.')
    };
    reading.paths.extend(outputs.paths.into_iter().filter(|path| !local(path)));
    reading.values.extend(outputs.values);
    reading
}

/// The roots that must be there, with the maps below them.
fn ground(map: &Map, writers: &Writers, read: &Reading) -> Members<String, Value> {
    let definition = map.definition();
    let mut ground = Members::new();
    let outputs: BTreeSet<&str> =
        definition.nodes().iter().flat_map(|node| &node.outputs).map(|output| output.name.as_str()).collect();
    for path in &read.paths {
        let is_given =
            read.guarded.contains(root(path)) || writers.counters.contains(path) || outputs.contains(root(path));
        if is_given {
            continue;
        }
        let parent = path.rsplit_once('.').map(|(parent, _)| parent);
        let (place, value) = match parent {
            Some(parent) => (parent, json!({})),
            None if writers.is_free(path) => (path.as_str(), Value::Null),
            None => continue,
        };
        if value_at(&ground, place).is_none_or(Value::is_null) {
            let _ = process::write(&mut ground, place, value);
        }
    }
    // What is uploaded is uploaded under a name.
    for node in definition.nodes() {
        let requests = map.activity_at(node.index).into_iter().flat_map(|activity| &activity.requests);
        let exchanges = requests.filter_map(|one| map.catalogue().wire.exchange(&one.exchange.value));
        let names: BTreeSet<&str> = exchanges.flat_map(|one| &one.matches).map(|(_, name)| name.as_str()).collect();
        let mut reading = Reading::default();
        let inputs = node.inputs.iter().filter(|input| names.contains(input.name.as_str()));
        inputs.flat_map(|input| input.value.templates()).for_each(|one| reading.template(one));
        for path in reading.paths.iter().filter(|path| writers.is_free(path)) {
            let name = path.rsplit('.').next().unwrap_or(path);
            let _ = process::write(&mut ground, path, json!(name));
        }
    }
    ground
}

/// The conditions of a node's flows that are not the same for all variables.
fn conditions<'a>(definition: &'a Definition, node: &'a Node) -> impl Iterator<Item = &'a Template> {
    let flows = definition.live_flows(node).filter(|flow| node.default != Some(*flow));
    let conditions = flows.filter_map(|flow| definition[flow].condition.as_ref());
    conditions.map(|condition| &condition.value.template).filter(|template| !template.is_constant())
}

/// The variable in which an element counts.
fn counted(map: &Map, node: &Node) -> Option<String> {
    let Behaviour::Counter { variable } = &map.automatic_at(node.index)?.behaviour else { return None };
    let input = node.inputs.iter().find(|input| input.name == *variable)?;
    Some(input.value.as_plain_text()?.trim().to_owned())
}

/// Where the results of an element stand, as far as its own parameters say so.
fn results_of(map: &Map, node: &Node) -> Option<String> {
    let place = map.automatic_at(node.index)?.results_in.as_ref()?;
    let plain = node.inputs.iter().filter_map(|input| Some((input.name.clone(), json!(input.value.as_plain_text()?))));
    variable::fill(place, &[&plain.collect()])
}

/// Whether a path is another one or a member of it.
fn below(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The first name of a path.
fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// The value at a path, null as well.
fn value_at<'a>(variables: &'a Members<String, Value>, path: &str) -> Option<&'a Value> {
    let mut names = path.split('.');
    let first = variables.get(names.next()?)?;
    names.try_fold(first, |at, name| at.get(name))
}
