//! A block as a matrix, who is paired with whom, and the dual potential of its optimal permutation.

use std::sync::Arc;

use egui::{Color32, ColorImage, Rect, Sense, TextureHandle, TextureOptions, Ui, Vec2, pos2};

use crate::products::{CouplingBlock, Made, Matrix, Potential};
use crate::scene::theme::Theme;

use super::super::panels::widgets::{heading_ui, note_ui};
use super::super::theme::ink;
use super::Sight;

/// The smallest share of the fullest cell of the matrix that is not left as ground.
const FAINTEST: f64 = 1e-3;
/// Between the two maps, in points.
const GAP: f32 = 8.0;

/// The maps of the last block.
#[derive(Default)]
pub struct Maps(Option<Known>);

struct Known {
    of: Arc<Made<CouplingBlock>>,
    dark: bool,
    matrix: TextureHandle,
    potential: TextureHandle,
}

/// Both maps side by side, with what they say.
pub fn maps_ui(ui: &mut Ui, maps: &mut Maps, sight: Sight<'_>, block: &Arc<Made<CouplingBlock>>) {
    let (theme, dark) = (sight.theme, sight.lab.dark);
    let is_it = |known: &&Known| Arc::ptr_eq(&known.of, block) && known.dark == dark;
    if maps.0.as_ref().filter(is_it).is_none() {
        maps.0 = Some(known(ui, theme, dark, block));
    }
    let Some(known) = &maps.0 else {
        return;
    };
    heading_ui(ui, theme, "WHO WITH WHOM, AND THE DUAL POTENTIAL");
    let side = 0.5 * (ui.available_width() - GAP);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), side), Sense::hover());
    let boxes = [rect.left(), rect.left() + side + GAP]
        .map(|left| Rect::from_min_size(pos2(left, rect.top()), Vec2::splat(side)));
    let (name, hint, explanation) = match block.matrix.is_plan {
        true => ("Matrix of the plan", PLAN, OF_PLAN),
        false => ("Matrix of the pairs", MATRIX, OF_PAIRS),
    };
    let hints = [(name, hint), ("Dual potential of the block", POTENTIAL)];
    for ((area, texture), (name, hint)) in boxes
        .into_iter()
        .zip([&known.matrix, &known.potential])
        .zip(hints)
    {
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture.id(), area, uv, Color32::WHITE);
        let response = ui.interact(area, ui.scope_id().with(name), Sense::hover());
        response.on_hover_text(hint).accessible_name(name);
    }
    note_ui(ui, theme, explanation);
}

const MATRIX: &str = "A row for each source point, a column for each target point, both from left to right on the canvas: \
                      a mark where they are paired. Points side by side share a cell where there are more than 64.";
const POTENTIAL: &str = "φ(x) = max_j (x·y_j − ψ_j) over the plane around the source points: convex, and grad φ is the target \
                         point that x is sent to. Every flat facet is the part of the plane that one target point gets.";
const PLAN: &str = "A row for each source point, a column for each target point, both from left to right on the canvas, and \
                    the weight n P of each two: the pairs are drawn from it. Points side by side share a cell where there \
                    are more than 64.";
const OF_PAIRS: &str = "Left: source points (down) and their partners (right), both from left to right on the canvas. \
                        Right: the convex potential φ of the optimal permutation, with its facets; grad φ(x₀) = x₁.";
const OF_PLAN: &str = "Left: the plan that the pairs are drawn from, source points down and target points to the right, both \
                       from left to right on the canvas. Right: the convex potential φ of the optimal permutation of the \
                       drawn points, with its facets; grad φ(x₀) = x₁.";

fn known(ui: &Ui, theme: &Theme, dark: bool, block: &Arc<Made<CouplingBlock>>) -> Known {
    let load = |name: &str, image: ColorImage, options| ui.ctx().load_texture(name, image, options);
    let matrix = matrix(&block.matrix, theme);
    let potential = potential(&block.potential, theme);
    Known {
        of: Arc::clone(block),
        dark,
        matrix: load("matrix of the pairs", matrix, TextureOptions::NEAREST),
        potential: load("dual potential", potential, TextureOptions::LINEAR),
    }
}

/// How many pairs each cell has, as shades.
fn matrix(matrix: &Matrix, theme: &Theme) -> ColorImage {
    let most = matrix.pairs.iter().copied().fold(0.0, f64::max);
    let ground = ink(theme.background);
    let shade = |&pairs: &f64| match pairs > FAINTEST * most {
        false => ground,
        true => ink(theme.shade((pairs / most) as f32)),
    };
    ColorImage::new([matrix.side; 2], matrix.pairs.iter().map(shade).collect())
}

/// The potential as shades, with lines where another facet begins.
fn potential(potential: &Potential, theme: &Theme) -> ColorImage {
    let values = &potential.values;
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let extent = (high - low).max(f64::MIN_POSITIVE);
    let [columns, rows] = potential.n;
    let line = ink(theme.background);
    let mut pixels = Vec::with_capacity(columns * rows);
    // Rows go up in the data and down on the screen.
    for row in (0..rows).rev() {
        for column in 0..columns {
            let here = row * columns + column;
            let owner = potential.owners[here];
            let differs = |other: usize| potential.owners[other] != owner;
            let is_edge = (column > 0 && differs(here - 1)) || (row > 0 && differs(here - columns));
            let shade = ink(theme.shade(((values[here] - low) / extent) as f32));
            pixels.push(match is_edge {
                true => shade.lerp_to_gamma(line, 0.35),
                false => shade,
            });
        }
    }
    ColorImage::new([columns, rows], pixels)
}
