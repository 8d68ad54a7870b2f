use super::text::{cut, pad, width};

/// Rows of cells in aligned columns.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

/// A cell: what it says, and the same with colours.
pub(crate) struct Cell {
    plain: String,
    painted: String,
    right: bool,
}

impl Cell {
    pub fn left(plain: impl Into<String>) -> Self {
        let plain = plain.into();
        Self { painted: plain.clone(), plain, right: false }
    }

    pub fn right(plain: impl Into<String>) -> Self {
        Self { right: true, ..Self::left(plain) }
    }

    pub fn painted(self, paint: impl FnOnce(&str) -> String) -> Self {
        Self { painted: paint(&self.plain), ..self }
    }
}

impl Table {
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Cuts cells of the columns that may give way, in that order, until no line is longer than `most`. No column becomes
    /// narrower than a word.
    pub fn fit(&mut self, most: usize, gives: &[usize]) {
        const NARROWEST: usize = 12;
        for &column in gives {
            let columns = self.columns();
            let whole = columns.iter().sum::<usize>() + 2 * columns.len().saturating_sub(1);
            let over = whole.saturating_sub(most);
            if over == 0 {
                return;
            }
            let left = columns[column].saturating_sub(over).max(NARROWEST.min(columns[column]));
            for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(column)) {
                if width(&cell.plain) > left {
                    *cell = Cell { right: cell.right, ..Cell::left(cut(&cell.plain, left)) };
                }
            }
        }
    }

    /// The lines, two blanks between columns, none at their ends.
    pub fn lines(&self, indent: usize) -> String {
        let columns = self.columns();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = " ".repeat(indent);
            for (index, cell) in row.iter().enumerate() {
                let blanks = pad("", columns[index] - width(&cell.plain));
                let gap = if index == 0 { "" } else { "  " };
                line.push_str(gap);
                line.push_str(&if cell.right { blanks + &cell.painted } else { cell.painted.clone() + &blanks });
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn columns(&self) -> Vec<usize> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let column =
            |index: usize| self.rows.iter().filter_map(|row| row.get(index)).map(|cell| width(&cell.plain)).max();
        (0..count).map(|index| column(index).unwrap_or(0)).collect()
    }
}
