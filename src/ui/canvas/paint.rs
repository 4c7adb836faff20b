//! A scene becomes egui shapes, and what has not changed is not made again.
//!
//! A layer's meshes are kept for as long as the scene hands out the same marks; memory of old meshes and
//! textures is used for new ones. Refuses to know what the marks mean.

use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{ColorImage, Context, Painter, Rect, Shape, TextureHandle, TextureId, TextureOptions};

use crate::experiment::Layer;
use crate::export::png;
use crate::scene::{self, Image, Item, Scene, text};
use crate::snapshot::LaneId;
use crate::ui::theme::ink;

use super::cloud;
use super::shapes::{self, Screen};
use super::sprites::Sprites;

/// Meshes whose memory is kept for the next ones.
const MAX_SPARE: usize = 16;

/// Paints scenes; remembers meshes, textures and sprites.
#[derive(Default)]
pub struct ScenePainter {
    /// Whose clouds it paints.
    lane: LaneId,
    sprites: Sprites,
    layers: Vec<Kept>,
    backdrop: Pictures,
    overlay: Pictures,
    furniture: Pictures,
    spare: Vec<Mesh>,
    /// Whether the last scene had a cloud.
    clouded: bool,
    built: u64,
}

/// The shapes of a layer and what they were made from.
struct Kept {
    layer: Layer,
    items: Arc<[Item]>,
    screen: Screen,
    shapes: Vec<Shape>,
    pictures: Pictures,
}

impl ScenePainter {
    /// A painter of the scenes of a lane.
    pub fn of(lane: LaneId) -> Self {
        Self {
            lane,
            ..Self::default()
        }
    }

    /// The lane is gone: frees what it has taken of the graphics card.
    pub fn leave(&mut self, painter: &Painter, rect: Rect) {
        if std::mem::take(&mut self.clouded) {
            painter.add(cloud::nothing(painter.ctx(), rect, self.lane));
        }
    }

    /// How many layers had to be made into meshes so far.
    pub fn layers_built(&self) -> u64 {
        self.built
    }

    /// The meshes that stand for a layer at present.
    pub fn meshes_of(&self, layer: Layer) -> impl Iterator<Item = &Mesh> {
        let kept = self.layers.iter().filter(move |kept| kept.layer == layer);
        kept.flat_map(|kept| &kept.shapes)
            .filter_map(|shape| match shape {
                Shape::Mesh(mesh) => Some(mesh.as_ref()),
                _ => None,
            })
    }

    /// Paints all layers of the scene into `rect`; `under` comes between the grid and the layers.
    pub fn paint_layers(
        &mut self,
        painter: &Painter,
        rect: Rect,
        scene: &Scene,
        under: Vec<Shape>,
    ) {
        let screen = self.begin(painter, rect);
        painter.rect_filled(rect, 0.0, ink(scene.background));
        let mut kept: Vec<Kept> = std::mem::take(&mut self.layers);
        for panel in &scene.panels {
            let painter =
                painter.with_clip_rect(screen.rect(panel.transform.rect()).intersect(rect));
            let mut backdrop = std::mem::take(&mut self.backdrop);
            painter.extend(self.shapes(&painter, &panel.backdrop, &screen, &mut backdrop));
            self.backdrop = backdrop;
            painter.extend(under.iter().cloned());
            for group in &panel.groups {
                let old = kept.iter().position(|k| k.layer == group.layer);
                let layer = match old.map(|i| kept.swap_remove(i)) {
                    Some(same)
                        if same.screen == screen && Arc::ptr_eq(&same.items, &group.items) =>
                    {
                        same
                    }
                    old => self.rebuilt(&painter, group.layer, &group.items, screen, old),
                };
                painter.extend(layer.shapes.iter().cloned());
                self.layers.push(layer);
            }
            let mut overlay = std::mem::take(&mut self.overlay);
            painter.extend(self.shapes(&painter, &panel.overlay, &screen, &mut overlay));
            self.overlay = overlay;
        }
        for gone in kept {
            self.recycle(gone.shapes);
        }
        let groups = scene.panels.iter().flat_map(|panel| &panel.groups);
        let mut items = groups.flat_map(|group| group.items.iter());
        let clouded = items.any(|item| matches!(item, Item::Cloud(_)));
        if std::mem::replace(&mut self.clouded, clouded) && !clouded {
            painter.add(cloud::nothing(painter.ctx(), rect, self.lane));
        }
    }

    /// Paints what stands on top of the scene: numbers and legend.
    pub fn paint_furniture(&mut self, painter: &Painter, rect: Rect, scene: &Scene) {
        let screen = self.begin(painter, rect);
        let mut furniture = std::mem::take(&mut self.furniture);
        let shapes = self.shapes(painter, &scene.furniture, &screen, &mut furniture);
        self.furniture = furniture;
        painter.extend(shapes);
        for bar in &scene.color_bars {
            let shapes = self.shapes(painter, bar, &screen, &mut Pictures::default());
            painter.extend(shapes);
        }
    }

    fn begin(&mut self, painter: &Painter, rect: Rect) -> Screen {
        let pixels_per_point = painter.pixels_per_point();
        if self.sprites.begin(pixels_per_point) {
            // The meshes name textures that are gone.
            self.layers.clear();
        }
        Screen {
            origin: rect.min.to_vec2(),
            pixels_per_point,
        }
    }

    fn rebuilt(
        &mut self,
        painter: &Painter,
        layer: Layer,
        items: &Arc<[Item]>,
        screen: Screen,
        old: Option<Kept>,
    ) -> Kept {
        self.built += 1;
        let (old_shapes, mut pictures) = old.map(|k| (k.shapes, k.pictures)).unwrap_or_default();
        self.recycle(old_shapes);
        Kept {
            layer,
            items: Arc::clone(items),
            screen,
            shapes: self.shapes(painter, items, &screen, &mut pictures),
            pictures,
        }
    }

    /// The shapes of the items, bottom first; empty meshes are left out.
    fn shapes(
        &mut self,
        painter: &Painter,
        items: &[Item],
        screen: &Screen,
        pictures: &mut Pictures,
    ) -> Vec<Shape> {
        let ctx = painter.ctx();
        pictures.begin();
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let mut mesh = self.spare.pop().unwrap_or_default();
            match item {
                Item::Points(points) => {
                    let sprite = self.sprites.disc(ctx, points.radius);
                    shapes::points(&mut mesh, sprite, points, screen);
                }
                Item::Cloud(cloud) => out.push(cloud::shape(ctx, self.lane, cloud, screen)),
                Item::Polylines(lines) => {
                    let sprite = self.sprites.line(ctx, lines.width);
                    shapes::polylines(&mut mesh, sprite, lines, screen);
                }
                Item::Segments(segments) => {
                    let sprite = self.sprites.line(ctx, segments.width);
                    shapes::segments(&mut mesh, sprite, segments, screen);
                }
                Item::Arrows(arrows) => shapes::arrows(&mut mesh, arrows, screen),
                Item::Image(image) => {
                    let texture = pictures.texture(ctx, image);
                    shapes::image(&mut mesh, texture, screen.rect(image.rect));
                }
                Item::Rectangle(rectangle) => out.push(shapes::rectangle(rectangle, screen)),
                Item::Text(text) if has_formula(text) => {
                    let origin = [screen.origin.x, screen.origin.y];
                    if let Some(line) = png::line(text, screen.pixels_per_point, origin) {
                        let texture = pictures.texture(ctx, &line);
                        shapes::image(&mut mesh, texture, screen.rect(line.rect));
                    }
                }
                Item::Text(text) => out.push(shapes::text(painter, text, screen)),
            }
            if mesh.indices.is_empty() {
                self.keep(mesh);
            } else {
                out.push(Shape::mesh(mesh));
            }
        }
        out
    }

    /// Keeps the memory of meshes that are not in use any more.
    fn recycle(&mut self, shapes: Vec<Shape>) {
        for shape in shapes {
            if let Shape::Mesh(mesh) = shape
                && let Some(mut mesh) = Arc::into_inner(mesh)
            {
                mesh.vertices.clear();
                mesh.indices.clear();
                self.keep(mesh);
            }
        }
    }

    fn keep(&mut self, mesh: Mesh) {
        if self.spare.len() < MAX_SPARE {
            self.spare.push(mesh);
        }
    }
}

/// Whether the line is set by the scene's own rasteriser: the window's letters know no formulas.
fn has_formula(text: &scene::Text) -> bool {
    !text::formulas(&text.text).is_empty()
}

/// Where the card of the legend, the one box with an outline, is on a screen that shows the scene in `rect`.
pub fn card_of(scene: &Scene, rect: Rect) -> Option<Rect> {
    scene.furniture.iter().find_map(|item| match item {
        Item::Rectangle(card) if card.stroke.is_some() => {
            let corners = [card.rect.min, card.rect.max].map(|p| rect.min + egui::vec2(p[0], p[1]));
            Some(Rect::from_min_max(corners[0], corners[1]))
        }
        _ => None,
    })
}

/// The textures of a list of items, in their order.
#[derive(Default)]
struct Pictures {
    made: Vec<(Vec<u8>, TextureHandle)>,
    used: usize,
}

impl Pictures {
    fn begin(&mut self) {
        self.made.truncate(self.used.max(1));
        self.used = 0;
    }

    /// The texture of the next picture; uploaded only if its pixels differ from those of last time.
    fn texture(&mut self, ctx: &Context, image: &Image) -> TextureId {
        let pixels = || ColorImage::from_rgba_unmultiplied(image.size, &image.rgba);
        let index = self.used;
        self.used += 1;
        match self.made.get_mut(index) {
            None => {
                let handle = ctx.load_texture("canvas picture", pixels(), TextureOptions::LINEAR);
                let id = handle.id();
                self.made.push((image.rgba.clone(), handle));
                id
            }
            Some((known, handle)) => {
                if *known != image.rgba || handle.size() != image.size {
                    handle.set(pixels(), TextureOptions::LINEAR);
                    known.clone_from(&image.rgba);
                }
                handle.id()
            }
        }
    }
}
