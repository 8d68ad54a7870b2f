//! Execution of random block-structured definitions: no token is lost or made, every gateway that joins gets what it waits for, and
//! each instance ends whatever the order of the answers.

use std::collections::HashMap;
use std::fmt::Write as _;

use flowproof::process::graph::{Cover, Coverable, Folding, Graph};
use flowproof::process::{Definition, Effect, Execution, Input, Kind, Move, MoveKind, Settings, State};
use flowproof::source::Sources;
use proptest::prelude::*;
use serde_json::Map;

/// A piece of a definition with one way in and one way out.
#[derive(Clone, Debug)]
enum Block {
    /// A task that waits.
    Waits,
    /// A task that does not.
    Acts,
    /// One after the other.
    Sequence(Vec<Block>),
    /// One of them: that of the number.
    Exclusive(usize, Vec<Block>),
    /// All of them.
    Parallel(Vec<Block>),
    /// Those that are chosen; the first if none is.
    Inclusive(Vec<(bool, Block)>),
    /// In a subprocess.
    Inside(Box<Block>),
    /// In a subprocess, several times.
    Several(bool, usize, Box<Block>),
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![Just(Block::Waits), Just(Block::Acts)];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let some = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            some().prop_map(Block::Sequence),
            (0usize..4, some()).prop_map(|(taken, blocks)| Block::Exclusive(taken % blocks.len(), blocks)),
            some().prop_map(Block::Parallel),
            prop::collection::vec((any::<bool>(), inner.clone()), 1..4).prop_map(Block::Inclusive),
            inner.clone().prop_map(|block| Block::Inside(Box::new(block))),
            (any::<bool>(), 0usize..3, inner)
                .prop_map(|(one_by_one, count, block)| { Block::Several(one_by_one, count, Box::new(block)) }),
        ]
    })
}

/// Writes a definition.
#[derive(Default)]
struct Writer {
    xml: String,
    nodes: usize,
    flows: usize,
}

impl Writer {
    fn node(&mut self, tag: &str, more: &str) -> String {
        self.nodes += 1;
        let id = format!("n{}", self.nodes);
        write!(self.xml, r#"<{tag} id="{id}"{more}/>"#).unwrap();
        id
    }

    fn flow(&mut self, from: &str, to: &str, condition: Option<bool>) {
        self.flows += 1;
        let condition = condition.map(|value| format!("<conditionExpression>${{{value}}}</conditionExpression>"));
        let (flow, condition) = (self.flows, condition.unwrap_or_default());
        write!(
            self.xml,
            r#"<sequenceFlow id="f{flow}" sourceRef="{from}" targetRef="{to}">{condition}</sequenceFlow>"#
        )
        .unwrap();
    }

    /// Gives its first and its last node.
    fn block(&mut self, block: &Block) -> (String, String) {
        match block {
            Block::Waits => {
                let task = self.node("userTask", "");
                (task.clone(), task)
            }
            Block::Acts => {
                let task = self.node("serviceTask", "");
                (task.clone(), task)
            }
            Block::Sequence(blocks) => {
                let ends: Vec<_> = blocks.iter().map(|block| self.block(block)).collect();
                for pair in ends.windows(2) {
                    self.flow(&pair[0].1, &pair[1].0, None);
                }
                (ends[0].0.clone(), ends[ends.len() - 1].1.clone())
            }
            Block::Exclusive(taken, blocks) => {
                let conditions = (0..blocks.len()).map(|at| Some(at == *taken)).collect::<Vec<_>>();
                self.gateways("exclusiveGateway", blocks.iter().zip(conditions))
            }
            Block::Parallel(blocks) => self.gateways("parallelGateway", blocks.iter().map(|block| (block, None))),
            Block::Inclusive(blocks) => {
                let none = !blocks.iter().any(|(chosen, _)| *chosen);
                let conditions =
                    blocks.iter().enumerate().map(|(at, (chosen, block))| (block, Some(*chosen || (none && at == 0))));
                self.gateways("inclusiveGateway", conditions)
            }
            Block::Inside(block) => self.subprocess(block, ""),
            Block::Several(one_by_one, count, block) => {
                let loops = format!(
                    r#"<multiInstanceLoopCharacteristics isSequential="{one_by_one}"><loopCardinality>{count}</loopCardinality></multiInstanceLoopCharacteristics>"#
                );
                self.subprocess(block, &loops)
            }
        }
    }

    fn gateways<'a>(&mut self, tag: &str, blocks: impl Iterator<Item = (&'a Block, Option<bool>)>) -> (String, String) {
        let (split, join) = (self.node(tag, ""), self.node(tag, ""));
        for (block, condition) in blocks {
            let (first, last) = self.block(block);
            self.flow(&split, &first, condition);
            self.flow(&last, &join, None);
        }
        (split, join)
    }

    fn subprocess(&mut self, block: &Block, loops: &str) -> (String, String) {
        self.nodes += 1;
        let id = format!("n{}", self.nodes);
        write!(self.xml, r#"<subProcess id="{id}">{loops}"#).unwrap();
        self.whole(block);
        self.xml += "</subProcess>";
        (id.clone(), id)
    }

    fn whole(&mut self, block: &Block) {
        let (start, end) = (self.node("startEvent", ""), self.node("endEvent", ""));
        let (first, last) = self.block(block);
        self.flow(&start, &first, None);
        self.flow(&last, &end, None);
    }
}

fn definition(block: &Block) -> Definition {
    let mut writer = Writer::default();
    writer.whole(block);
    let xml = format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable="true">{}</process></definitions>"#,
        writer.xml
    );
    let mut sources = Sources::new();
    let file = sources.add("random.bpmn", xml);
    let (definition, problems) = Definition::read(&sources, file);
    assert!(problems.is_empty(), "{problems:?}");
    definition.unwrap()
}

/// Answers at a place chosen by each number until the instance stands.
fn walk(definition: &Definition, choices: &[usize]) -> (Execution, Vec<Move>) {
    let work = &mut |_: flowproof::process::Call<'_>| Effect::done();
    let settings = Settings { fuel: 100_000, ..Settings::default() };
    let (mut execution, mut moves) = Execution::start(definition, settings, Map::new(), 0, work);
    for step in 0.. {
        let places = execution.places();
        if places.is_empty() {
            break;
        }
        let chosen = choices.get(step % choices.len().max(1)).copied().unwrap_or_default();
        execution.turn_to(places[chosen % places.len()].node).unwrap();
        let complete = Input::Complete { locals: Map::new(), set: Vec::new() };
        moves.extend(execution.apply(definition, complete, work).unwrap());
    }
    (execution, moves)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn tokens_are_conserved_and_every_instance_ends(block in block(), choices in prop::collection::vec(0usize..8, 1..12)) {
        let definition = definition(&block);
        let (execution, moves) = walk(&definition, &choices);
        prop_assert!(matches!(execution.state(), State::Ended { .. }), "{:?}", execution.state());
        let mut entered: HashMap<&str, u32> = HashMap::new();
        let mut completed = entered.clone();
        let mut taken = entered.clone();
        for one in &moves {
            let (counts, id) = match &one.kind {
                MoveKind::Entered { node, .. } => (&mut entered, node),
                MoveKind::Completed { node } => (&mut completed, node),
                MoveKind::Taken { flow } => (&mut taken, flow),
                MoveKind::Ended { .. } | MoveKind::Evaluated { .. } => continue,
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            *counts.entry(id).or_default() += 1;
        }
        prop_assert_eq!(&entered, &completed);
        let of = |counts: &HashMap<&str, u32>, id: &str| counts.get(id).copied().unwrap_or_default();
        for node in definition.nodes() {
            let flows = |flows: &[flowproof::process::FlowIndex]| -> Vec<u32> {
                flows.iter().map(|flow| of(&taken, &definition[*flow].id)).collect()
            };
            let (came, left) = (flows(&node.incoming), flows(&node.outgoing));
            let times = of(&entered, &node.id);
            match node.kind {
                Kind::ParallelGateway => {
                    prop_assert!(came.iter().chain(&left).all(|one| *one == times), "{}: {came:?} {left:?}", node.id);
                }
                Kind::InclusiveGateway => {
                    prop_assert!(came.iter().chain(&left).all(|one| *one <= times), "{}: {came:?} {left:?}", node.id);
                }
                _ if node.repetition.is_some() => prop_assert_eq!(came.iter().sum::<u32>(), left.iter().sum::<u32>()),
                _ => {
                    prop_assert!(node.is_start() || came.iter().sum::<u32>() == times, "{}: {came:?}", node.id);
                    prop_assert!(node.is_end() || left.iter().sum::<u32>() == times, "{}: {left:?}", node.id);
                }
            }
        }
        // The same answers give the same moves.
        prop_assert_eq!(walk(&definition, &choices).1, moves);
    }

    #[test]
    fn walks_go_through_subprocesses(block in block()) {
        let definition = definition(&block);
        let graph = Graph::of(&definition, Folding::Structural);
        let coverable = Coverable::of(&graph);
        prop_assert!(definition.nodes().iter().all(|node| coverable.has(node.index)));
        prop_assert_eq!(coverable.arcs.len(), graph.arcs().len());
        let mut open: Vec<usize> = coverable.arcs.clone();
        for walk in &Cover::of(&graph, &coverable).walks {
            prop_assert!(walk.windows(2).all(|pair| graph.after(pair[0]).contains(&pair[1])));
            open.retain(|arc| !walk.contains(arc));
        }
        prop_assert!(open.is_empty());
    }
}
