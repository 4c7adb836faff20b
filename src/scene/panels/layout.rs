//! Where the parts of a grid of panels go: from the page's width, what is said and the shape of the data, never from time.

use super::grid::PanelGrid;
use super::header::Header;
use crate::experiment::{Camera, Layer};
use crate::flow::Bounds;
use crate::scene::around::wrapped;
use crate::scene::axes::{Axes, Sides};
use crate::scene::camera::shown;
use crate::scene::class_key::ClassSet;
use crate::scene::color_bar::ColorBar;
use crate::scene::figure::{TICK_SPACING, margin};
use crate::scene::geometry::Rect;
use crate::scene::layers::Moment;
use crate::scene::text::{self, Weight};
use crate::scene::theme::Sizes;
use crate::scene::transform::Transform;
use crate::scene::{Page, legend};

/// Distance between two numbers under a panel.
const BETWEEN_NUMBERS: &str = "   ";
/// Shapes (width over height) of a panel's box, unless the ends of both axes are given.
const ASPECTS: (f32, f32) = (0.6, 1.8);
/// Widths of y labels that the first guess of the layout makes room for, in ems.
const LABEL_EMS: f32 = 1.5;
/// A narrower box goes into another row, in ems.
const NARROW_EMS: f32 = 7.0;
/// The longer side of a box where the page may be as high as it likes, in ems.
const LARGE_EMS: f32 = 36.0;
/// A small box has room for about so many ticks, which are at least so many sizes of their labels apart.
const SMALL_BOX_TICKS: f32 = 5.0;
const CLOSEST_TICKS: f32 = 2.3;
/// Colour bars at the right of the panels.
const MOST_BARS: usize = 3;
/// A page without room for boxes of this width and this height is too small, in ems.
const LEAST_EMS: f32 = 4.5;
const LEAST_HIGH_EMS: f32 = 2.0;

/// Where the parts of the figure go.
pub(super) struct Layout {
    pub boxes: Vec<Rect>,
    /// How many stand side by side.
    pub columns: usize,
    /// The numbers under each box, broken into lines.
    pub numbers: Vec<Vec<String>>,
    /// The legend's upper edge.
    pub legend_top: f32,
    /// The upper edge of the block.
    pub top: f32,
}

impl Layout {
    pub fn of(grid: &PanelGrid, page: &Page) -> Self {
        let sizes = page.sizes();
        let first = grid.layout_with(page, LABEL_EMS * sizes.small);
        let label_width = first.boxes.first().map(|rect| {
            let transform = Transform::new(grid.camera(), *rect);
            let spacing = tick_spacing(*rect, &sizes);
            Axes::new(&transform, &sizes, spacing).y_label_width(&sizes)
        });
        grid.layout_with(page, label_width.unwrap_or_default())
    }

    /// The right edge of the boxes.
    pub fn right(&self) -> f32 {
        let edges = self.boxes.iter().map(|rect| rect.max[0]);
        edges.fold(0.0, f32::max)
    }

    /// Whether the panel has ticks on its left and below: where no other panel is.
    pub fn sides(&self, i: usize) -> Sides {
        Sides {
            left: i.is_multiple_of(self.columns),
            below: i + self.columns >= self.boxes.len(),
        }
    }
}

impl PanelGrid<'_> {
    /// The page with the height that the panels need at its width.
    pub fn page(&self, page: Page) -> Page {
        let sizes = page.sizes();
        let width = self.natural_width(&page, LABEL_EMS * sizes.small);
        let rows = self.rows(&page) as f32;
        let height = self.fixed_height(&page) + rows * width / self.aspect();
        let mut page = page;
        page.size[1] = height;
        page
    }

    /// The least size of a page for the figure: its least width, and its least height at the page's width, or at the least
    /// width if the page is narrower.
    pub fn least(&self, page: &Page) -> [f32; 2] {
        let sizes = page.sizes();
        let side = self.least_box(&sizes);
        let left = self.left_margin(LABEL_EMS * sizes.small, &sizes);
        let boxes = 2.0 * margin(&sizes) + left + side + self.bar_width(&sizes);
        let entries = self.entries();
        let legend = entries.iter().map(|&entry| legend::width(entry, &sizes));
        let legend = 2.0 * margin(&sizes) + legend.fold(0.0, f32::max);
        let width = boxes.max(legend).ceil();
        let mut page = *page;
        page.size[0] = page.size[0].max(width);
        let rows = self.rows(&page) as f32;
        let height = self.fixed_height(&page) + rows * side / self.aspect();
        [width, height.ceil()]
    }

    /// The box around what has to be seen of all panels.
    fn data(&self) -> Bounds {
        let shown = self.panels.iter().map(|panel| shown(&panel.frame));
        let all = shown.reduce(|all, one| all.union(&one));
        all.unwrap_or(Bounds::square(1.0))
    }

    fn view_camera(&self) -> Option<Camera> {
        self.panels.first()?.view.camera
    }

    fn aspect(&self) -> f32 {
        match self.view_camera() {
            Some(_) if self.around.limits == [None, None] => 1.0,
            _ => self.around.aspect(&self.data(), ASPECTS),
        }
    }

    pub(super) fn camera(&self) -> Camera {
        let (data, aspect) = (self.data(), self.aspect());
        let asked = self.around.camera(&data, aspect).or(self.view_camera());
        asked.unwrap_or_else(|| self.around.fitted(&data, aspect))
    }

    /// How many boxes stand side by side: as many as are asked for where the page has room for them.
    fn columns(&self, page: &Page) -> usize {
        let sizes = page.sizes();
        let wanted = self.columns.clamp(1, self.panels.len().max(1));
        let room = self.room(page, LABEL_EMS * sizes.small) + between(&sizes);
        let narrow = (NARROW_EMS * sizes.text).max(self.least_box(&sizes));
        let fitting = room / (narrow + between(&sizes));
        let fitting = (fitting as usize).max(1);
        match wanted <= fitting {
            true => wanted,
            false => self
                .panels
                .len()
                .div_ceil(self.panels.len().div_ceil(fitting)),
        }
    }

    fn rows(&self, page: &Page) -> usize {
        self.panels.len().div_ceil(self.columns(page))
    }

    fn layout_with(&self, page: &Page, label_width: f32) -> Layout {
        let sizes = page.sizes();
        let width = self.widest_box(page, label_width);
        let numbers = self.number_lines(page);
        let (columns, rows) = (self.columns(page), self.rows(page) as f32);
        let room = (page.size[1] - self.fixed_height(page)) / rows;
        let height = room.min(width / self.aspect()).max(1.0);
        let size = [height * self.aspect(), height];
        let spare = columns as f32 * (width - size[0]).max(0.0);
        let left = margin(&sizes) + self.left_margin(label_width, &sizes) + 0.5 * spare;
        let top = margin(&sizes) + 0.5 * rows * (room - height).max(0.0);
        let first = top + Header::of(self, page).height(&sizes);
        let pitch = [
            size[0] + between(&sizes),
            self.row_height(&sizes, &numbers) + height,
        ];
        let corner = |i: usize| {
            let (row, column) = (i / columns, i % columns);
            let y = first + row as f32 * pitch[1] + self.title_height(&sizes);
            [left + column as f32 * pitch[0], y]
        };
        let boxes = (0..self.panels.len()).map(|i| Rect::at(corner(i), size));
        Layout {
            boxes: boxes.collect(),
            columns,
            numbers,
            legend_top: first + rows * pitch[1] + self.lower_margin(&sizes),
            top,
        }
    }

    /// Width of all boxes with what is between them, in points.
    fn room(&self, page: &Page, label_width: f32) -> f32 {
        let sizes = page.sizes();
        let around = self.left_margin(label_width, &sizes) + self.bar_width(&sizes);
        page.size[0] - 2.0 * margin(&sizes) - around
    }

    /// Width of a box that the page's width allows.
    fn widest_box(&self, page: &Page, label_width: f32) -> f32 {
        let columns = self.columns(page) as f32;
        let gaps = (columns - 1.0) * between(&page.sizes());
        ((self.room(page, label_width) - gaps) / columns).max(1.0)
    }

    /// The same, but not larger than what is comfortable to look at.
    fn natural_width(&self, page: &Page, label_width: f32) -> f32 {
        let sizes = page.sizes();
        let widest = LARGE_EMS * sizes.text * self.aspect().min(1.0);
        let widest = widest.max(self.least_box(&sizes));
        self.widest_box(page, label_width).min(widest)
    }

    /// The least width of a box, in points: it has to be high enough, too.
    fn least_box(&self, sizes: &Sizes) -> f32 {
        let bars = self.bars().map(|(_, bar)| bar.least_height(sizes));
        let high = bars.fold(LEAST_HIGH_EMS * sizes.text, f32::max);
        (LEAST_EMS * sizes.text).max(high * self.aspect())
    }

    fn left_margin(&self, label_width: f32, sizes: &Sizes) -> f32 {
        match self.around.show.ticks {
            true => Axes::left_margin(label_width, sizes),
            false => 0.0,
        }
    }

    pub(super) fn lower_margin(&self, sizes: &Sizes) -> f32 {
        match self.around.show.ticks {
            true => Axes::lower_margin(sizes),
            false => 0.0,
        }
    }

    /// The colour bars at the right of the panels, from left to right, those of maps with their layers and without numbers.
    /// There is room for a few; the legend says of other maps what they show.
    pub(super) fn bars(&self) -> impl Iterator<Item = (Option<Layer>, ColorBar)> {
        let legend = self.around.show.legend;
        let mut panels = self.panels.iter().filter(|_| legend);
        let ramp = panels.find_map(|panel| legend::ramp(&self.moment(panel)));
        let ramp = ramp.map(|ramp| (None, ColorBar::of_ramp(&ramp)));
        let all = self.all_layers();
        let maps: Vec<_> = legend::bars(&all).filter(|_| legend).collect();
        let maps = maps.into_iter().map(|(layer, bar)| (Some(layer), bar));
        ramp.into_iter().chain(maps).take(MOST_BARS)
    }

    /// The colour bars with their numbers.
    pub(super) fn numbered_bars(&self) -> Vec<ColorBar> {
        let moments: Vec<Moment> = self.panels.iter().map(|shown| self.moment(shown)).collect();
        let bars = self.bars().map(|(layer, bar)| match layer {
            Some(layer) => legend::numbered((layer, bar), &moments),
            None => bar,
        });
        bars.collect()
    }

    fn bar_width(&self, sizes: &Sizes) -> f32 {
        let width = |(_, bar): (_, ColorBar)| bar_gap(sizes) + bar.width(sizes);
        self.bars().map(width).sum()
    }

    /// All height but that of the boxes.
    fn fixed_height(&self, page: &Page) -> f32 {
        let sizes = &page.sizes();
        let numbers = self.number_lines(page);
        let rows = self.rows(page) as f32 * self.row_height(sizes, &numbers);
        let legend = self.legend_lines(page).len() as f32 * legend::line_height(sizes);
        let header = Header::of(self, page).height(sizes);
        2.0 * margin(sizes) + header + rows + self.lower_margin(sizes) + legend
    }

    /// Height of a row but that of its boxes.
    fn row_height(&self, sizes: &Sizes, numbers: &[Vec<String>]) -> f32 {
        let lines = numbers.iter().map(Vec::len).max().unwrap_or(0) + self.notes_room();
        self.title_height(sizes) + lines as f32 * line_height(sizes) + 1.5 * sizes.gap
    }

    /// Lines that what the legend says of a layer may need under a panel.
    fn notes_room(&self) -> usize {
        let is_note = |entry: &&legend::Entry| {
            matches!(entry, legend::Entry::Note { .. } | legend::Entry::Basis)
        };
        match self.panels.len() {
            0 | 1 => 0,
            // What a colour bar says of a scale is said under the panels where they differ.
            _ if self.around.show.legend => {
                let entries = legend::entries(&self.all_layers(), ClassSet::default());
                entries.iter().filter(is_note).count()
            }
            _ => 0,
        }
    }

    /// The numbers under each panel, in lines that its box has room for.
    fn number_lines(&self, page: &Page) -> Vec<Vec<String>> {
        let sizes = page.sizes();
        let width = self.natural_width(page, LABEL_EMS * sizes.small);
        let panels = self.panels.iter().filter(|_| self.around.show.numbers);
        let lines = panels.map(|panel| {
            let numbers = panel.numbers.join(BETWEEN_NUMBERS);
            wrapped(
                &numbers,
                BETWEEN_NUMBERS,
                sizes.small,
                Weight::Regular,
                width,
            )
        });
        lines.collect()
    }

    pub(super) fn legend_lines(&self, page: &Page) -> Vec<Vec<legend::Entry>> {
        let sizes = page.sizes();
        let room = page.size[0] - 2.0 * margin(&sizes);
        legend::lines(&self.entries(), room, &sizes)
    }

    /// Height of a panel's title with the room above it, in points.
    pub(super) fn title_height(&self, sizes: &Sizes) -> f32 {
        let titles = || (0..self.panels.len()).map(|i| self.title_of(i));
        let excess = titles().map(|title| text::excess(&title, sizes.text));
        let excess = excess
            .map(|[above, below]| above + below)
            .fold(0.0, f32::max);
        match titles().all(|title| title.is_empty()) {
            true => sizes.gap,
            false => text::cap_height(sizes.text) + excess + 3.0 * sizes.gap,
        }
    }
}

/// Least distance between ticks, as a multiple of the size of their labels: less in a small box, which would have one alone.
pub(super) fn tick_spacing(rect: Rect, sizes: &Sizes) -> f32 {
    let side = rect.width().min(rect.height()) / sizes.small.size;
    (side / SMALL_BOX_TICKS).clamp(CLOSEST_TICKS, TICK_SPACING)
}

/// Distance of a colour bar from what is left of it, in points.
pub(super) fn bar_gap(sizes: &Sizes) -> f32 {
    2.5 * sizes.gap
}

/// Distance between panels side by side, in points.
pub(super) fn between(sizes: &Sizes) -> f32 {
    3.0 * sizes.gap
}

/// Distance between the lines under a panel, in points.
pub(super) fn line_height(sizes: &Sizes) -> f32 {
    1.4 * sizes.small
}
