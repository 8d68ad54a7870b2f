use super::Net;

/// Longest arc that goes straight through the layers between, in layers; longer ones go around.
const MAX_SPAN: usize = 8;

/// In which layer each box is, and which arcs lead through the layers.
pub(super) struct Layers {
    /// By box.
    pub of: Vec<usize>,
    pub count: usize,
    /// By arc: whether it goes around.
    pub around: Vec<bool>,
    /// The order in which boxes are met from the starts.
    pub met: Vec<usize>,
}

pub(super) fn layers(net: &Net) -> Layers {
    let boxes = net.boxes.len();
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    let mut entering = vec![0_usize; boxes];
    for (index, arc) in net.arcs.iter().enumerate() {
        leaving[arc.from].push(index);
        entering[arc.to] += usize::from(arc.from != arc.to);
    }
    let (back, met) = back_arcs(net, &leaving, &entering);
    // The longest way from a start, without the arcs that lead back.
    let mut open_arcs = vec![0_usize; boxes];
    for (index, arc) in net.arcs.iter().enumerate() {
        open_arcs[arc.to] += usize::from(!back[index]);
    }
    let mut of = vec![0_usize; boxes];
    let mut ready: Vec<usize> = (0..boxes).filter(|one| open_arcs[*one] == 0).collect();
    let begins = ready.clone();
    let mut at = 0;
    while let Some(one) = ready.get(at).copied() {
        at += 1;
        for arc in leaving[one].iter().filter(|arc| !back[**arc]) {
            let to = net.arcs[*arc].to;
            of[to] = of[to].max(of[one] + 1);
            open_arcs[to] -= 1;
            if open_arcs[to] == 0 {
                ready.push(to);
            }
        }
    }
    // What nothing leads to stands beside what it leads to.
    for one in begins {
        let next = leaving[one].iter().filter(|arc| !back[**arc]).map(|arc| of[net.arcs[*arc].to]).min();
        of[one] = next.map_or(0, |next| next.saturating_sub(1));
    }
    let around = net.arcs.iter().enumerate();
    let around = around.map(|(index, arc)| back[index] || of[arc.to] - of[arc.from] > MAX_SPAN).collect();
    let count = of.iter().max().map_or(0, |last| last + 1);
    Layers { of, count, around, met }
}

/// Arcs that close a circle, found in depth first from the starts, and the order in which boxes are met.
fn back_arcs(net: &Net, leaving: &[Vec<usize>], entering: &[usize]) -> (Vec<bool>, Vec<usize>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Never,
        Open,
        Done,
    }
    let mut seen = vec![Seen::Never; leaving.len()];
    let mut back = vec![false; net.arcs.len()];
    let mut met = vec![0; leaving.len()];
    let mut count = 0;
    let starts = (0..leaving.len()).filter(|one| entering[*one] == 0).chain(0..leaving.len());
    for start in starts {
        if seen[start] != Seen::Never {
            continue;
        }
        seen[start] = Seen::Open;
        met[start] = count;
        count += 1;
        let mut path = vec![(start, 0)];
        while let Some((one, next)) = path.last_mut() {
            let Some(arc) = leaving[*one].get(*next).copied() else {
                seen[*one] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let to = net.arcs[arc].to;
            match seen[to] {
                Seen::Open => back[arc] = true,
                Seen::Done => {}
                Seen::Never => {
                    seen[to] = Seen::Open;
                    met[to] = count;
                    count += 1;
                    path.push((to, 0));
                }
            }
        }
    }
    (back, met)
}
