//! Small white textures that carry the anti-aliasing: a disc of a given radius, the cross-section of a line.
//!
//! A textured disc costs four vertices and a textured line two a point, where feathered outlines cost four times
//! and twice as much; with thousands of particles that decides the frame time. Refuses to know what is drawn.

use egui::{Color32, ColorImage, Context, TextureHandle, TextureId, TextureOptions};

/// Texels across the profile of a line; more than a line of 8 pixels needs.
const LINE_TEXELS: usize = 32;
/// Sizes are rounded to this fraction of a pixel, so that an animated size cannot fill the cache.
const STEPS_PER_PIXEL: f32 = 8.0;
/// Discs above this radius in pixels are drawn from a scaled texture.
const MAX_DISC_PIXELS: f32 = 32.0;
/// More textures than this are never kept; a figure has about ten sizes.
const MAX_SPRITES: usize = 64;

/// A texture and how far its quad reaches from the middle, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sprite {
    /// The texture.
    pub texture: TextureId,
    /// Half the side of a disc's quad, or half the width of a line's quad.
    pub half_extent: f32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Disc,
    Line,
}

/// The sprites made so far, for one number of pixels per point.
#[derive(Default)]
pub struct Sprites {
    pixels_per_point: f32,
    made: Vec<(Kind, u32, TextureHandle)>,
}

impl Sprites {
    /// Forgets the sprites of another pixel density, and those of a cache that is full; returns whether it did.
    pub fn begin(&mut self, pixels_per_point: f32) -> bool {
        let forget = self.pixels_per_point != pixels_per_point || self.made.len() > MAX_SPRITES;
        if forget {
            self.made.clear();
        }
        self.pixels_per_point = pixels_per_point;
        forget
    }

    /// A filled disc of this radius in points.
    pub fn disc(&mut self, ctx: &Context, radius: f32) -> Sprite {
        let steps = self.steps(radius.min(MAX_DISC_PIXELS / self.pixels_per_point));
        let pixels = steps as f32 / STEPS_PER_PIXEL;
        let texture = self.texture(ctx, Kind::Disc, steps, || disc_image(pixels));
        let half_texels = 0.5 * disc_side(pixels) as f32;
        Sprite {
            texture,
            half_extent: half_texels * radius / pixels,
        }
    }

    /// The cross-section of a line of this width in points.
    pub fn line(&mut self, ctx: &Context, width: f32) -> Sprite {
        let steps = self.steps(width);
        let pixels = steps as f32 / STEPS_PER_PIXEL;
        let texture = self.texture(ctx, Kind::Line, steps, || line_image(pixels));
        Sprite {
            texture,
            half_extent: line_half_extent(pixels) / self.pixels_per_point,
        }
    }

    fn steps(&self, points: f32) -> u32 {
        (points * self.pixels_per_point * STEPS_PER_PIXEL)
            .round()
            .max(1.0) as u32
    }

    fn texture(
        &mut self,
        ctx: &Context,
        kind: Kind,
        steps: u32,
        image: impl FnOnce() -> ColorImage,
    ) -> TextureId {
        let known = self.made.iter().find(|m| m.0 == kind && m.1 == steps);
        if let Some((_, _, handle)) = known {
            return handle.id();
        }
        let handle = ctx.load_texture("canvas sprite", image(), TextureOptions::LINEAR);
        let id = handle.id();
        self.made.push((kind, steps, handle));
        id
    }
}

/// Side of a disc's texture in texels: odd, with an empty border.
fn disc_side(radius: f32) -> usize {
    2 * (radius + 1.0).ceil() as usize + 1
}

/// Coverage of the pixels by a disc in the middle, the edge one pixel wide.
fn disc_image(radius: f32) -> ColorImage {
    let side = disc_side(radius);
    let middle = (side / 2) as f32;
    let pixels = (0..side * side).map(|i| {
        let (dx, dy) = ((i % side) as f32 - middle, (i / side) as f32 - middle);
        // A disc smaller than a pixel keeps its area by becoming fainter.
        let coverage = (radius + 0.5 - dx.hypot(dy)).clamp(0.0, 1.0);
        white(coverage * (2.0 * radius).min(1.0))
    });
    ColorImage::new([side, side], pixels.collect())
}

/// From the middle of a line to where its coverage ends, in pixels.
fn line_half_extent(width: f32) -> f32 {
    0.5 * width + 0.5
}

/// Coverage across a line: a box of the line's width seen through a box of one pixel.
fn line_image(width: f32) -> ColorImage {
    let pixels = (0..LINE_TEXELS).map(|i| {
        let across = 2.0 * i as f32 / (LINE_TEXELS - 1) as f32 - 1.0;
        let distance = across.abs() * line_half_extent(width);
        white((line_half_extent(width) - distance).clamp(0.0, width.min(1.0)))
    });
    ColorImage::new([LINE_TEXELS, 1], pixels.collect())
}

/// Texture coordinates of the two edges of a line.
pub const LINE_EDGES: [f32; 2] = [0.5 / LINE_TEXELS as f32, 1.0 - 0.5 / LINE_TEXELS as f32];

fn white(coverage: f32) -> Color32 {
    Color32::from_white_alpha((255.0 * coverage).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mass(image: &ColorImage) -> f32 {
        image.pixels.iter().map(|p| f32::from(p.a()) / 255.0).sum()
    }

    #[test]
    fn a_disc_covers_its_area_and_fades_out_at_the_border() {
        for radius in [1.0_f32, 2.0, 3.5, 8.0] {
            let image = disc_image(radius);
            let area = std::f32::consts::PI * radius * radius;
            assert!(
                (mass(&image) / area - 1.0).abs() < 0.12,
                "{radius}: {}",
                mass(&image)
            );
            assert_eq!(image.pixels[0].a(), 0);
        }
    }

    #[test]
    fn a_line_covers_its_width() {
        for width in [0.5_f32, 1.0, 1.5, 3.0] {
            let image = line_image(width);
            let texel = 2.0 * line_half_extent(width) / (LINE_TEXELS - 1) as f32;
            assert!((mass(&image) * texel - width).abs() < 0.05, "{width}");
            assert_eq!(image.pixels[0].a(), 0);
            assert_eq!(image.pixels[LINE_TEXELS - 1].a(), 0);
        }
    }

    #[test]
    fn the_same_size_is_made_once() {
        let ctx = Context::default();
        let mut sprites = Sprites::default();
        assert!(sprites.begin(1.0));
        let first = sprites.disc(&ctx, 2.0);
        assert_eq!(first.texture, sprites.disc(&ctx, 2.01).texture);
        assert_ne!(first.texture, sprites.disc(&ctx, 3.0).texture);
        assert_ne!(first.texture, sprites.line(&ctx, 2.0).texture);
        assert!(!sprites.begin(1.0));
        assert!(sprites.begin(2.0));
    }
}
