//! Title and recipe above a grid of panels, in lines that the page has room for.

use super::grid::PanelGrid;
use crate::scene::Page;
use crate::scene::around::wrapped;
use crate::scene::figure::margin;
use crate::scene::layers::look;
use crate::scene::metrics::grouped;
use crate::scene::text::{self, Font, Weight};
use crate::scene::theme::Sizes;
use crate::snapshot::Frame;

/// Between the parts of the recipe.
const BETWEEN_PARTS: &str = "  ·  ";
/// As wide as a time gets: 4 is the widest digit of both typefaces.
pub(super) const WIDEST_TIME: &str = "t = 0.44";

/// Title and recipe, in lines that the page has room for.
pub(super) struct Header {
    title: Vec<String>,
    recipe: Vec<String>,
}

impl Header {
    pub fn of(grid: &PanelGrid, page: &Page) -> Self {
        let sizes = page.sizes();
        let room = page.size[0] - 2.0 * margin(&sizes);
        let own = grid.panels.first();
        let own = own.map_or("", |panel| panel.frame.experiment.words.heading());
        let title = grid.around.heading(own);
        let recipe = grid.recipe().join(BETWEEN_PARTS);
        Self {
            title: wrapped(title, " ", sizes.title, Weight::SemiBold, room),
            recipe: wrapped(&recipe, BETWEEN_PARTS, sizes.small, Weight::Regular, room),
        }
    }

    /// Height of the lines with the room under them, in points.
    pub fn height(&self, sizes: &Sizes) -> f32 {
        let lines = self
            .lines(sizes)
            .map(|(_, _, _, advance)| advance)
            .sum::<f32>();
        match lines {
            0.0 => 0.0,
            lines => lines + self.deeper(sizes) + 0.5 * sizes.gap,
        }
    }

    /// Every line with its size, its weight and how far its baseline is below the last one.
    pub fn lines(&self, sizes: &Sizes) -> impl Iterator<Item = (&String, Font, Weight, f32)> {
        let (title, small, gap) = (sizes.title, sizes.small, sizes.gap);
        let above = if self.title.is_empty() {
            0.0
        } else {
            1.6 * gap
        };
        let titles = self.title.iter().enumerate();
        let recipes = self.recipe.iter().enumerate();
        let titles = titles.map(move |(k, line)| (line, k, title, Weight::SemiBold, 0.0));
        let recipes = recipes.map(move |(k, line)| (line, k, small, Weight::Regular, above));
        // Formulas that are higher or deeper than letters push the lines apart.
        let mut deeper = 0.0;
        titles
            .chain(recipes)
            .map(move |(line, k, size, weight, gap)| {
                let advance = match k {
                    0 => text::cap_height(size) + gap,
                    _ => 1.3 * size,
                };
                let [higher, below] = text::excess(line, size);
                let advance = advance + higher + std::mem::replace(&mut deeper, below);
                (line, size, weight, advance)
            })
    }

    /// How much deeper than letters the last line is, in points.
    fn deeper(&self, sizes: &Sizes) -> f32 {
        let last = self.lines(sizes).last();
        last.map_or(0.0, |(line, size, ..)| text::excess(line, size)[1])
    }
}

/// What all frames have in common: path, coupling, solver and step.
pub fn recipe_of<'a>(frames: impl Iterator<Item = &'a Frame>) -> Vec<String> {
    let of = |frame: &Frame| {
        let experiment = &frame.experiment;
        let step = match experiment.problem.velocity.is_learned() {
            true => format!("step {}", grouped(frame.step)),
            false => "exact velocity".to_owned(),
        };
        [
            experiment.problem.path.legend(),
            experiment.problem.coupling.legend(),
            experiment.readout.legend(),
            step,
        ]
    };
    let all: Vec<_> = frames.map(of).collect();
    let Some(first) = all.first() else {
        return Vec::new();
    };
    let same = |k: &usize| all.iter().all(|other| other[*k] == first[*k]);
    let same = (0..first.len()).filter(same);
    same.map(|k| first[k].clone()).collect()
}

impl PanelGrid<'_> {
    /// What all panels have in common: path, coupling, solver, step, and the time if something moves.
    fn recipe(&self) -> Vec<String> {
        if !self.around.show.recipe {
            return Vec::new();
        }
        let mut parts = recipe_of(self.panels.iter().map(|panel| &*panel.frame));
        parts.extend(self.time().map(|_| WIDEST_TIME.to_owned()));
        parts
    }

    /// The time, if all panels show the same one and something of them moves with it.
    pub(super) fn time(&self) -> Option<String> {
        let first = self.panels.first()?;
        let same = self.panels.iter().all(|panel| panel.t == first.t);
        let moves = self.panels.iter().any(|panel| {
            let moves = panel.view.layers.iter().any(|&layer| look(layer).moves);
            moves || panel.view.ask.is_some()
        });
        // With a title of its own each panel of a strip says its time.
        (same && moves).then(|| format!("t = {:.2}", first.t))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::FigureStyle;

    #[test]
    fn no_time_is_wider_than_its_room() {
        for style in FigureStyle::names().filter_map(FigureStyle::named) {
            let width = |words: &str| text::width(words, style.sizes.small, Weight::Regular);
            for hundredth in 0..=100 {
                let time = format!("t = {:.2}", f64::from(hundredth) / 100.0);
                assert!(width(&time) <= width(WIDEST_TIME), "{}: {time}", style.name);
            }
        }
    }
}
