//! The numbers behind a picture: named columns of numbers or words, a table for each layer that has some.

use super::metrics::comparison::Comparison;
use crate::flow::grid::cell_centres;
use crate::flow::{Bounds, Point};

/// The numbers behind a figure.
#[derive(Clone, Debug, Default)]
pub struct FigureNumbers {
    /// A table for each of the layers, the most telling one first.
    pub tables: Vec<Table>,
    /// What was measured of the lanes, where the figure shows such numbers.
    pub metrics: Option<Comparison>,
}

/// Columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it is of, such as `trajectories`.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Columns and rows of the grid whose cells the rows are, row by row; one grid after the other where there are several.
    pub grid: Option<[usize; 2]>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name; those of a table differ.
    pub name: &'static str,
    /// What is in it.
    pub values: Values,
}

/// What is in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers; not-a-number where there is none.
    Numbers(Vec<f32>),
    /// Words.
    Words(Vec<String>),
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Numbers(own), Self::Numbers(mut more)) => own.append(&mut more),
            (Self::Words(own), Self::Words(mut more)) => own.append(&mut more),
            // Tables of one name have the same columns.
            _ => {}
        }
    }
}

impl Column {
    /// A column of numbers.
    pub fn numbers(name: &'static str, numbers: impl IntoIterator<Item = f64>) -> Self {
        let numbers = numbers.into_iter().map(|x| x as f32);
        Self {
            name,
            values: Values::Numbers(numbers.collect()),
        }
    }
}

impl Table {
    /// A table of these columns.
    pub fn new(name: &'static str, columns: Vec<Column>) -> Self {
        Self {
            name,
            columns,
            grid: None,
        }
    }

    /// The same with its rows as the cells of a grid of so many columns and rows.
    #[must_use]
    pub fn on_grid(self, n: [usize; 2]) -> Self {
        Self {
            grid: Some(n),
            ..self
        }
    }

    /// The lengths of an array of one of its columns, the last one runs fastest: `[rows, columns]` of a grid, with the
    /// number of the grid before them where there are several, and else the number of rows alone.
    pub fn shape(&self) -> Vec<usize> {
        let rows = self.len();
        match self.grid {
            Some([nx, ny]) if nx * ny > 0 && rows == nx * ny => vec![ny, nx],
            Some([nx, ny]) if nx * ny > 0 && rows.is_multiple_of(nx * ny) => {
                vec![rows / (nx * ny), ny, nx]
            }
            _ => vec![rows],
        }
    }

    /// A row for each point: `x`, `y`.
    pub fn points(name: &'static str, points: &[Point]) -> Self {
        let column =
            |axis: &'static str, k: usize| Column::numbers(axis, points.iter().map(|p| p[k]));
        Self::new(name, vec![column("x", 0), column("y", 1)])
    }

    /// A row for each cell of a grid, from the lower left, row by row: `x`, `y` of its middle, and a number.
    pub fn cells(
        name: &'static str,
        (bounds, n): (Bounds, [usize; 2]),
        value: &'static str,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let middles: Vec<Point> = cell_centres(bounds, n).collect();
        let mut table = Self::points(name, &middles);
        table.columns.push(Column::numbers(value, values));
        table.on_grid(n)
    }

    /// A row for each place with the vector there: `x`, `y`, `u`, `v`.
    pub fn vectors(name: &'static str, vectors: &[(Point, Point)]) -> Self {
        let column =
            |name, of: fn(&(Point, Point)) -> f64| Column::numbers(name, vectors.iter().map(of));
        Self::new(
            name,
            vec![
                column("x", |(at, _)| at[0]),
                column("y", |(at, _)| at[1]),
                column("u", |(_, v)| v[0]),
                column("v", |(_, v)| v[1]),
            ],
        )
    }

    /// A row for each pair: `x0`, `y0`, `x1`, `y1`.
    pub fn pairs(name: &'static str, pairs: &[(Point, Point)]) -> Self {
        let column =
            |name, of: fn(&(Point, Point)) -> f64| Column::numbers(name, pairs.iter().map(of));
        Self::new(
            name,
            vec![
                column("x0", |(a, _)| a[0]),
                column("y0", |(a, _)| a[1]),
                column("x1", |(_, b)| b[0]),
                column("y1", |(_, b)| b[1]),
            ],
        )
    }

    /// A row for each vertex of some lines, one line after the other: the number of the line, then `x`, `y`.
    pub fn lines<'a>(
        name: &'static str,
        number: &'static str,
        lines: impl IntoIterator<Item = &'a [Point]>,
    ) -> Self {
        let (mut numbers, mut points) = (Vec::new(), Vec::new());
        for (i, line) in lines.into_iter().enumerate() {
            numbers.extend(std::iter::repeat_n(i as f64, line.len()));
            points.extend_from_slice(line);
        }
        let mut table = Self::points(name, &points);
        table.columns.insert(0, Column::numbers(number, numbers));
        table
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// The same number in every row, as a column before the others.
    #[must_use]
    pub fn with_number(mut self, name: &'static str, number: f64) -> Self {
        let numbers = std::iter::repeat_n(number, self.len());
        self.columns.insert(0, Column::numbers(name, numbers));
        self
    }

    /// The same words in every row, as a column before the others.
    #[must_use]
    pub fn with_words(mut self, name: &'static str, words: &str) -> Self {
        let values = Values::Words(vec![words.to_owned(); self.len()]);
        self.columns.insert(0, Column { name, values });
        self
    }

    /// The rows of another table of the same columns below these.
    pub fn append(&mut self, other: Self) {
        if other.grid != self.grid {
            self.grid = None;
        }
        for (own, more) in self.columns.iter_mut().zip(other.columns) {
            own.values.append(more.values);
        }
    }
}

/// The tables with those of one name put together, in the order of their first ones.
pub fn joined(tables: impl IntoIterator<Item = Table>) -> Vec<Table> {
    let mut joined: Vec<Table> = Vec::new();
    for table in tables {
        match joined.iter_mut().find(|other| other.name == table.name) {
            Some(other) => other.append(table),
            None => joined.push(table),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_one_name_are_put_together_with_what_tells_them_apart() {
        let table = |t: f64, lane: &str| {
            let points = Table::points("samples", &[[1.0, 2.0], [3.0, 4.0]]);
            points.with_number("t", t).with_words("lane", lane)
        };
        let other = Table::lines("grid", "line", [[[0.0, 0.0], [1.0, 1.0]].as_slice()]);
        let all = joined([table(0.0, "a"), other.clone(), table(0.5, "b")]);
        assert_eq!(all.len(), 2);
        assert_eq!(all[1], other);
        let names: Vec<&str> = all[0].columns.iter().map(|column| column.name).collect();
        assert_eq!(names, ["lane", "t", "x", "y"]);
        assert_eq!(all[0].len(), 4);
        assert_eq!(
            all[0].columns[1].values,
            Values::Numbers(vec![0.0, 0.0, 0.5, 0.5])
        );
        assert_eq!(
            all[0].columns[3].values,
            Values::Numbers(vec![2.0, 4.0, 2.0, 4.0])
        );
    }

    #[test]
    fn cells_stand_row_by_row_from_the_lower_left() {
        let bounds = Bounds {
            min: [0.0, 0.0],
            max: [2.0, 4.0],
        };
        let table = Table::cells("density", (bounds, [2, 2]), "density", [1.0, 2.0, 3.0, 4.0]);
        let numbers = |k: usize| match &table.columns[k].values {
            Values::Numbers(numbers) => numbers.clone(),
            Values::Words(_) => Vec::new(),
        };
        assert_eq!(numbers(0), [0.5, 1.5, 0.5, 1.5]);
        assert_eq!(numbers(1), [1.0, 1.0, 3.0, 3.0]);
        assert_eq!(numbers(2), [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn grids_keep_their_shape_one_after_the_other() {
        let cells = |n: [usize; 2]| {
            let values = std::iter::repeat_n(1.0, n[0] * n[1]);
            Table::cells("density", (Bounds::square(1.0), n), "density", values)
        };
        assert_eq!(cells([3, 2]).shape(), [2, 3]);
        assert_eq!(joined([cells([3, 2]), cells([3, 2])])[0].shape(), [2, 2, 3]);
        assert_eq!(joined([cells([3, 2]), cells([2, 3])])[0].shape(), [12]);
        assert_eq!(Table::points("samples", &[[0.0; 2]; 5]).shape(), [5]);
    }
}
