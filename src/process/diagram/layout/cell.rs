use super::Net;
use super::layers::Layers;

/// What stands in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Box(usize),
    /// A line below a box, from one of its exits to the right.
    Exit(usize),
    /// An arc on its way through.
    Passing,
}

/// A place in a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub what: What,
    pub lane: usize,
    pub above: f64,
    pub below: f64,
}

/// Everything that stands in layers, and the parts of arcs between neighbouring layers.
pub(super) struct Cells {
    pub cells: Vec<Cell>,
    /// The cells of each layer, from top to bottom.
    pub layers: Vec<Vec<usize>>,
    /// By cell: the cells of the layer before and behind that it is connected with.
    pub before: Vec<Vec<usize>>,
    pub behind: Vec<Vec<usize>>,
    /// By arc: the cells it leads through, from its source to its target; none if it goes around.
    pub ways: Vec<Vec<usize>>,
    /// By box: its cell. Those of its exits follow it.
    pub of_box: Vec<usize>,
    pub lanes: usize,
}

impl Cells {
    pub fn of(net: &Net, layers: &Layers) -> Self {
        let mut of_box = vec![0; net.boxes.len()];
        let lanes = net.boxes.iter().map(|one| one.lane + 1).max().unwrap_or(1);
        let mut all = Self {
            cells: Vec::new(),
            layers: vec![Vec::new(); layers.count],
            before: Vec::new(),
            behind: Vec::new(),
            ways: Vec::with_capacity(net.arcs.len()),
            of_box: Vec::new(),
            lanes,
        };
        let mut in_order: Vec<usize> = (0..net.boxes.len()).collect();
        in_order.sort_by_key(|one| layers.met[*one]);
        for one in in_order {
            let (own, layer) = (&net.boxes[one], layers.of[one]);
            of_box[one] = all.cells.len();
            all.put(layer, Cell { what: What::Box(one), lane: own.lane, above: own.above, below: own.below });
            for _ in &own.exits {
                all.put(layer, Cell { what: What::Exit(one), lane: own.lane, above: 2.0, below: 8.0 });
            }
        }
        for (index, arc) in net.arcs.iter().enumerate() {
            let mut way = Vec::new();
            if !layers.around[index] {
                way.push(of_box[arc.from] + arc.exit.map_or(0, |exit| exit + 1));
                let lane = net.boxes[arc.from].lane;
                let above = arc.label.map_or(7.0, |(_, height)| height + 3.0);
                for layer in layers.of[arc.from] + 1..layers.of[arc.to] {
                    way.push(all.put(layer, Cell { what: What::Passing, lane, above, below: 7.0 }));
                }
                way.push(of_box[arc.to]);
            }
            all.ways.push(way);
        }
        all.before = vec![Vec::new(); all.cells.len()];
        all.behind = vec![Vec::new(); all.cells.len()];
        for pair in all.ways.iter().flat_map(|way| way.windows(2)) {
            all.behind[pair[0]].push(pair[1]);
            all.before[pair[1]].push(pair[0]);
        }
        all.of_box = of_box;
        all
    }

    fn put(&mut self, layer: usize, cell: Cell) -> usize {
        let index = self.cells.len();
        self.cells.push(cell);
        self.layers[layer].push(index);
        index
    }

    /// The place of each cell in its layer.
    pub fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.cells.len()];
        for layer in &self.layers {
            for (place, cell) in layer.iter().enumerate() {
                places[*cell] = place;
            }
        }
        places
    }
}
