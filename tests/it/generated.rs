//! What is generated of definitions that were made at random, executed without HTTP.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use flowproof::catalogue::{Catalogue, embedded};
use flowproof::diagnostic::Diagnostics;
use flowproof::process::Definition;
use flowproof::process::graph::{Graph, Way};
use flowproof::proof::Map;
use flowproof::proof::generate::{Generated, Wanted, generate};
use flowproof::simulator::Stage;
use flowproof::source::Sources;
use proptest::prelude::*;

/// A part of a process, with the variables of all parts before it at hand.
#[derive(Clone, Copy, Debug)]
enum Block {
    /// Somebody chooses, or perhaps lets the time pass.
    Ask { timer: bool },
    /// Something is done, and perhaps fails.
    Work { error: bool },
    /// A decision by what was chosen there.
    Decide { by: usize },
    /// A decision by what the work before it has found out.
    Found,
    /// Something is done three times.
    Count,
    /// A decision for which there is no way but one, since the first excludes the second.
    Never { by: usize },
}

/// Writes a process of parts, one after the other.
#[derive(Default)]
struct Writer {
    xml: String,
    nodes: usize,
    flows: usize,
    /// The node at which the next part begins.
    at: String,
    asked: Vec<usize>,
}

impl Writer {
    fn node(&mut self, tag: &str, attributes: &str, inside: &str) -> String {
        self.nodes += 1;
        let id = format!("n{}", self.nodes);
        write!(self.xml, r#"<{tag} id="{id}" {attributes}>{inside}</{tag}>"#).unwrap();
        id
    }

    fn flow(&mut self, id: &str, from: &str, to: &str, condition: Option<&str>) -> String {
        self.flows += 1;
        let id = format!("{id}{}", self.flows);
        let condition = condition.map(|one| format!("<conditionExpression>${{{one}}}</conditionExpression>"));
        let condition = condition.unwrap_or_default();
        write!(self.xml, r#"<sequenceFlow id="{id}" sourceRef="{from}" targetRef="{to}">{condition}</sequenceFlow>"#)
            .unwrap();
        id
    }

    fn go(&mut self, to: &str) {
        let from = std::mem::replace(&mut self.at, to.to_owned());
        self.flow("f", &from, to, None);
    }

    fn gateway(&mut self) -> String {
        self.node("exclusiveGateway", "", "")
    }

    /// A gateway whose default is the flow that is written after the next one.
    fn split(&mut self) -> String {
        let default = format!(r#"default="d{}""#, self.flows + 2);
        self.node("exclusiveGateway", &default, "")
    }

    fn stub(&mut self) -> String {
        let name = format!("run{}", self.nodes);
        let inputs = format!(r#"<c:inputParameter name="ruleExecutionName">{name}</c:inputParameter>"#);
        let inside = format!("<extensionElements><c:inputOutput>{inputs}</c:inputOutput></extensionElements>");
        self.node("serviceTask", r#"c:delegateExpression="${b}" c:skyId="ECF02""#, &inside)
    }

    fn boundary(&mut self, host: &str, event: &str, to: &str) {
        let from = self.node("boundaryEvent", &format!(r#"attachedToRef="{host}""#), event);
        self.flow("f", &from, to, None);
    }

    /// One of the last choices: so many different ones do not matter at a time.
    fn asked(&self, by: usize) -> usize {
        self.asked[self.asked.len() - 1 - by % self.asked.len().min(3)]
    }

    fn write(&mut self, block: Block, end: &str) {
        match block {
            Block::Ask { timer } => {
                let number = self.asked.len();
                let output = format!(r#"<c:outputParameter name="v{number}">${{documentType}}</c:outputParameter>"#);
                let inside = format!("<extensionElements><c:inputOutput>{output}</c:inputOutput></extensionElements>");
                let task = self.node("serviceTask", r#"c:type="external" c:topic="t" c:skyId="SDT01""#, &inside);
                self.go(&task);
                self.asked.push(number);
                if timer {
                    let event = "<timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition>";
                    self.boundary(&task, event, end);
                }
            }
            Block::Work { error } => {
                let task = self.stub();
                self.go(&task);
                let join = self.gateway();
                self.go(&join);
                if error {
                    self.boundary(&task, r#"<errorEventDefinition errorRef="e"/>"#, &join);
                }
            }
            Block::Decide { by } if !self.asked.is_empty() => {
                let variable = self.asked(by);
                let split = self.split();
                self.go(&split);
                let (yes, join) = (self.stub(), self.gateway());
                self.flow("f", &split, &yes, Some(&format!("v{variable} == 'PASSPORT'")));
                self.flow("d", &split, &join, None);
                self.at = yes;
                self.go(&join);
            }
            Block::Found => {
                let task = self.stub();
                self.go(&task);
                let split = self.split();
                self.go(&split);
                let (yes, join) = (self.stub(), self.gateway());
                self.flow("f", &split, &yes, Some(&format!("facts.of{task} > 2")));
                self.flow("d", &split, &join, None);
                self.at = yes;
                self.go(&join);
            }
            Block::Count => {
                let join = self.gateway();
                self.go(&join);
                let counter = format!("c{}", self.nodes);
                let input = format!(r#"<c:inputParameter name="counterName">{counter}</c:inputParameter>"#);
                let inside = format!("<extensionElements><c:inputOutput>{input}</c:inputOutput></extensionElements>");
                let task = self.node("serviceTask", r#"c:delegateExpression="${b}" c:skyId="CTR01""#, &inside);
                self.go(&task);
                let split = self.split();
                self.go(&split);
                let next = self.gateway();
                self.flow("f", &split, &join, Some(&format!("{counter} &lt; 3")));
                self.flow("d", &split, &next, None);
                self.at = next;
            }
            Block::Never { by } if !self.asked.is_empty() => {
                let variable = self.asked(by);
                let outer = self.split();
                self.go(&outer);
                let (inner, join) = (self.gateway(), self.gateway());
                self.flow("f", &outer, &inner, Some(&format!("v{variable} == 'PASSPORT'")));
                self.flow("d", &outer, &join, None);
                self.flow("never", &inner, &join, Some(&format!("v{variable} == 'ID_CARD'")));
                self.flow("f", &inner, &join, Some(&format!("v{variable} != 'ID_CARD'")));
                self.at = join;
            }
            // Nobody was asked yet.
            Block::Decide { .. } | Block::Never { .. } => {}
        }
    }
}

fn definition(blocks: &[Block]) -> String {
    let mut writer = Writer::default();
    writer.at = writer.node("startEvent", "", "");
    let end = writer.node("endEvent", "", "");
    for block in blocks {
        writer.write(*block, &end);
    }
    writer.go(&end);
    format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn"><error id="e" errorCode="FailedSyncRuleExecution"/><process id="p" isExecutable="true">{}</process></definitions>"#,
        writer.xml
    )
}

fn generated(text: &str) -> (Arc<Definition>, Generated) {
    let mut sources = Sources::new();
    let file = sources.add("catalogue.yaml", embedded("trustx").unwrap());
    let catalogue = Arc::new(Catalogue::read(&sources, file, &mut Diagnostics::new()).unwrap());
    let file = sources.add("a.bpmn", text);
    let definition = Arc::new(Definition::read(&sources, file).0.unwrap());
    let stage = Stage::new(Arc::clone(&catalogue), Arc::clone(&definition));
    let map = Map::new(Arc::clone(&definition), catalogue);
    let found = generate(&map, &stage, &Wanted::default());
    (definition, found)
}

fn id(definition: &Definition, graph: &Graph, arc: usize) -> String {
    match graph.arcs()[arc].way {
        Way::Flow(flow) => definition[flow].id.clone(),
        Way::Event(node) | Way::Begin(node) | Way::Finish(node) | Way::Throw(node) => definition[node].id.clone(),
    }
}

/// The fewest walks over the arcs that are taken, by Dilworth's theorem: as many as there are arcs none of which can come after
/// another, found as the arcs between components less a greatest matching of those that can.
fn fewest(graph: &Graph, taken: &BTreeSet<usize>) -> usize {
    let nodes = graph.nodes();
    let mut leads = vec![vec![false; nodes]; nodes];
    (0..nodes).for_each(|node| leads[node][node] = true);
    for arc in taken {
        let arc = graph.arcs()[*arc];
        leads[arc.from.position()][arc.to.position()] = true;
    }
    for middle in 0..nodes {
        for from in 0..nodes {
            for to in 0..nodes {
                leads[from][to] |= leads[from][middle] && leads[middle][to];
            }
        }
    }
    let between: Vec<_> = taken.iter().map(|arc| graph.arcs()[*arc]).collect();
    let between: Vec<_> = between.into_iter().filter(|arc| !leads[arc.to.position()][arc.from.position()]).collect();
    let after =
        |one: usize, other: usize| one != other && leads[between[one].to.position()][between[other].from.position()];
    let mut matched: Vec<Option<usize>> = vec![None; between.len()];
    fn augment(
        one: usize,
        after: &dyn Fn(usize, usize) -> bool,
        matched: &mut Vec<Option<usize>>,
        seen: &mut Vec<bool>,
    ) -> bool {
        (0..matched.len()).any(|other| {
            if !after(one, other) || std::mem::replace(&mut seen[other], true) {
                return false;
            }
            let free = matched[other].is_none_or(|before| augment(before, after, matched, seen));
            if free {
                matched[other] = Some(one);
            }
            free
        })
    }
    let count = between.len();
    let pairs = (0..count).filter(|one| augment(*one, &after, &mut matched, &mut vec![false; count])).count();
    (count - pairs).max(1)
}

#[track_caller]
fn closes_the_loop(text: &str) -> (Generated, BTreeSet<usize>) {
    let (definition, found) = generated(text);
    let graph = &found.graph;
    let mut taken = BTreeSet::new();
    for walk in &found.walks {
        let arc = |at: usize| graph.arcs()[at];
        let (first, last) = (arc(walk.arcs[0]), arc(walk.arcs[walk.arcs.len() - 1]));
        assert!(graph.starts().contains(&first.from) && graph.ends().contains(&last.to), "{text}");
        assert!(walk.arcs.windows(2).all(|pair| arc(pair[0]).to == arc(pair[1]).from), "{text}");
        taken.extend(walk.arcs.iter().copied());
    }
    assert_eq!(found.undecided, [], "{text}");
    let proven: BTreeSet<String> = taken.iter().map(|arc| id(&definition, graph, *arc)).collect();
    let infeasible: BTreeSet<String> = found.infeasible.iter().map(|one| one.element.clone()).collect();
    for wanted in &found.wanted {
        assert_eq!(infeasible.contains(wanted), wanted.starts_with("never"), "{wanted}: {text}");
        assert_eq!(proven.contains(wanted), !wanted.starts_with("never"), "{wanted}: {text}");
    }
    (found, taken)
}

fn block(constrained: bool) -> BoxedStrategy<Block> {
    let free = prop_oneof![
        any::<bool>().prop_map(|timer| Block::Ask { timer }),
        any::<bool>().prop_map(|error| Block::Work { error }),
        Just(Block::Found),
    ];
    if !constrained {
        return free.boxed();
    }
    let by = 0..1_000_usize;
    prop_oneof![
        4 => free,
        2 => by.clone().prop_map(|by| Block::Decide { by }),
        1 => Just(Block::Count),
        1 => by.prop_map(|by| Block::Never { by }),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Everything is proven but what two conditions exclude, which is told.
    #[test]
    fn random_definitions_are_proven_by_what_is_generated(
        blocks in prop_oneof![39 => prop::collection::vec(block(true), 1..14), 1 => prop::collection::vec(block(true), 40..75)]
    ) {
        closes_the_loop(&definition(&blocks));
    }

    /// Where decisions do not depend on each other, there are no more walks than the diagram alone needs.
    #[test]
    fn free_definitions_need_no_more_walks_than_their_diagram(blocks in prop::collection::vec(block(false), 1..10)) {
        let text = definition(&blocks);
        let (found, taken) = closes_the_loop(&text);
        prop_assert_eq!(found.walks.len(), fewest(&found.graph, &taken), "{}", text);
        prop_assert_eq!(Some(found.walks.len()), found.least);
    }
}

#[test]
fn the_same_is_generated_again() {
    let text = definition(&[
        Block::Ask { timer: true },
        Block::Work { error: true },
        Block::Decide { by: 0 },
        Block::Found,
        Block::Never { by: 0 },
    ]);
    let (one, other) = (generated(&text).1, generated(&text).1);
    assert_eq!((one.walks, one.infeasible), (other.walks, other.infeasible));
}

#[test]
fn what_excludes_what_is_told() {
    let (_, found) = generated(&definition(&[Block::Ask { timer: false }, Block::Never { by: 0 }]));
    let [one] = found.infeasible.as_slice() else { panic!("{:?}", found.infeasible) };
    let (before, after) = one.reason.split_once(", but every way there takes `").unwrap();
    assert_eq!(before, "`${v0 == \"ID_CARD\"}` must hold");
    assert!(after.ends_with("`, where `${v0 == \"PASSPORT\"}` must hold, and nothing between writes `v0`"), "{after}");
}
