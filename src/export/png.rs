//! A scene as pixels (tiny-skia) in a PNG file.

use tiny_skia::{
    FillRule, FilterQuality, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap,
    PixmapPaint, PremultipliedColorU8, Stroke, Transform,
};

use super::metadata::png_texts;
use super::{ExportError, Options};
use crate::scene::text::{self, Pen};
use crate::scene::{Color, Image, Item, PagePoint, Polylines, Rect, Rectangle, Scene, Text};

/// Most pixels of a picture: 8192 x 8192.
pub const MAX_PIXELS: u64 = 1 << 26;
/// Points per inch.
const POINTS: f32 = 72.0;
/// Metres per inch.
const METRES: f32 = 0.0254;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Columns and rows.
    pub size: [usize; 2],
    /// Red, green, blue and straight opacity of every pixel, row by row from the top.
    pub rgba: Vec<u8>,
}

/// The scene as pixels.
///
/// # Errors
/// The picture would have no or more than [`MAX_PIXELS`] pixels.
pub fn pixels(scene: &Scene, options: &Options) -> Result<Pixels, ExportError> {
    let pixmap = render(scene, options.dpi / POINTS, options.ground(scene))?;
    Ok(straight(&pixmap))
}

/// Marks alone where nothing is the ground: as many pixels as `size` says, from the pixel `at` of the page on, `scale` of
/// them per point.
pub(super) fn excerpt(
    items: &[Item],
    scale: f32,
    at: [u32; 2],
    size: [u32; 2],
) -> Result<Pixels, ExportError> {
    let [left, top] = at.map(|n| n as f32);
    let mut canvas = Canvas {
        pixmap: blank(size.map(f64::from))?,
        to_pixels: Transform::from_row(scale, 0.0, 0.0, scale, -left, -top),
        mask: None,
    };
    canvas.draw(items);
    Ok(straight(&canvas.pixmap))
}

/// The pixels with straight opacity.
fn straight(pixmap: &Pixmap) -> Pixels {
    let rgba = pixmap.pixels().iter().flat_map(|pixel| {
        let color = pixel.demultiply();
        [color.red(), color.green(), color.blue(), color.alpha()]
    });
    Pixels {
        size: [pixmap.width() as usize, pixmap.height() as usize],
        rgba: rgba.collect(),
    }
}

/// The scene as a PNG file with its physical size, opaque if it has a ground, and with what it says of itself.
///
/// # Errors
/// The picture would have no or more than [`MAX_PIXELS`] pixels.
pub fn encode(scene: &Scene, options: &Options) -> Result<Vec<u8>, ExportError> {
    let dpi = options.dpi;
    let ground = options.ground(scene);
    let opaque = ground.is_some_and(|color| color.a == 255);
    let Pixels { size, rgba } = pixels(scene, options)?;
    let mut bytes = Vec::new();
    let [width, height] = size.map(|n| n as u32);
    let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(match opaque {
        true => ::png::ColorType::Rgb,
        false => ::png::ColorType::Rgba,
    });
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_source_srgb(::png::SrgbRenderingIntent::Perceptual);
    let per_metre = (dpi / METRES).round() as u32;
    encoder.set_pixel_dims(Some(::png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: ::png::Unit::Meter,
    }));
    for (keyword, text) in png_texts(&options.metadata) {
        encoder.add_itxt_chunk(keyword.to_owned(), text.to_owned())?;
    }
    let data = match opaque {
        true => {
            let pixels = rgba.chunks_exact(4);
            pixels.flat_map(|p| p.iter().take(3)).copied().collect()
        }
        false => rgba,
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&data)?;
    writer.finish()?;
    Ok(bytes)
}

/// The scene as pixels, `scale` of them per point.
fn render(scene: &Scene, scale: f32, ground: Option<Color>) -> Result<Pixmap, ExportError> {
    let pixmap = blank(scene.size.map(|side| f64::from((side * scale).round())))?;
    let mut canvas = Canvas {
        pixmap,
        to_pixels: Transform::from_scale(scale, scale),
        mask: None,
    };
    if let Some(ground) = ground {
        canvas.pixmap.fill(skia(ground));
    }
    for panel in &scene.panels {
        canvas.clip(panel.transform.rect());
        canvas.draw(&panel.backdrop);
        for group in &panel.groups {
            canvas.draw(&group.items);
        }
        canvas.draw(&panel.overlay);
    }
    canvas.mask = None;
    canvas.draw(&scene.furniture);
    for bar in &scene.color_bars {
        canvas.draw(bar);
    }
    Ok(canvas.pixmap)
}

/// A line of text as a picture, `scale` pixels per point, whose edges lie between pixels of a page that begins at `origin`;
/// nothing if it has no extent.
pub fn line(text: &Text, scale: f32, origin: PagePoint) -> Option<Image> {
    let bounds = text.bounds();
    let pixel = |k: usize, side: f32| (side + origin[k]) * scale;
    let first = [0, 1].map(|k| (pixel(k, bounds.min[k]) - SOFT).floor());
    let last = [0, 1].map(|k| (pixel(k, bounds.max[k]) + SOFT).ceil());
    let size = [0, 1].map(|k| last[k] - first[k]);
    let corner = [0, 1].map(|k| first[k] / scale - origin[k]);
    let mut canvas = Canvas {
        pixmap: Pixmap::new(size[0] as u32, size[1] as u32)?,
        to_pixels: Transform::from_scale(scale, scale).pre_translate(-corner[0], -corner[1]),
        mask: None,
    };
    canvas.text(text);
    Some(Image {
        rect: Rect::at(corner, size.map(|side| side / scale)),
        size: size.map(|side| side as usize),
        rgba: straight(&canvas.pixmap).rgba,
    })
}

/// Pixels of a soft edge.
const SOFT: f32 = 1.0;

/// Transparent pixels.
fn blank([width, height]: [f64; 2]) -> Result<Pixmap, ExportError> {
    let pixels = width * height;
    let fits = pixels >= 1.0 && pixels <= MAX_PIXELS as f64;
    let pixmap = fits.then(|| Pixmap::new(width as u32, height as u32));
    pixmap.flatten().ok_or(ExportError::Size {
        width,
        height,
        limit: MAX_PIXELS,
    })
}

fn skia(color: Color) -> tiny_skia::Color {
    tiny_skia::Color::from_rgba8(color.r, color.g, color.b, color.a)
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(skia(color));
    paint
}

/// Pixels, how page points become pixels, and what may be drawn on.
struct Canvas {
    pixmap: Pixmap,
    to_pixels: Transform,
    mask: Option<Mask>,
}

impl Canvas {
    /// Only `rect` is drawn on from now on; a mask is made only if that is less than everything.
    fn clip(&mut self, rect: Rect) {
        let [x, y] = [self.pixmap.width(), self.pixmap.height()].map(|n| n as f32);
        let scale = self.to_pixels.sx;
        let everything = rect.min.iter().all(|&c| c <= 0.0)
            && rect.max[0] * scale >= x
            && rect.max[1] * scale >= y;
        self.mask = None;
        if everything {
            return;
        }
        let mask = Mask::new(self.pixmap.width(), self.pixmap.height());
        if let (Some(mut mask), Some(path)) = (mask, rect_path(rect, 0.0)) {
            mask.fill_path(&path, FillRule::Winding, true, self.to_pixels);
            self.mask = Some(mask);
        }
    }

    fn draw(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Points(points) => {
                    for &[x, y] in &points.centers {
                        let disc = PathBuilder::from_circle(x, y, points.radius);
                        self.fill(disc, points.color);
                    }
                }
                Item::Cloud(cloud) => self.image(&cloud.image()),
                Item::Polylines(lines) if lines.fade => self.fading_lines(lines),
                Item::Polylines(lines) => {
                    for (points, color) in lines.lines() {
                        self.stroke(open_path(points), lines.width, LineCap::Round, color);
                    }
                }
                Item::Segments(segments) => {
                    for ends in &segments.ends {
                        let path = open_path(ends);
                        self.stroke(path, segments.width, LineCap::Butt, segments.color);
                    }
                }
                Item::Arrows(arrows) => {
                    for &arrow in &arrows.arrows {
                        self.fill(closed_path(&arrows.outline(arrow)), arrows.color);
                    }
                }
                Item::Image(image) => self.image(image),
                Item::Rectangle(rectangle) => self.rectangle(rectangle),
                Item::Text(text) => self.text(text),
            }
        }
    }

    fn fading_lines(&mut self, lines: &Polylines) {
        for (ends, color) in lines.pieces() {
            self.stroke(open_path(&ends), lines.width, LineCap::Butt, color);
        }
    }

    fn fill(&mut self, path: Option<Path>, color: Color) {
        if let Some(path) = path {
            let (rule, mask) = (FillRule::Winding, self.mask.as_ref());
            self.pixmap
                .fill_path(&path, &paint(color), rule, self.to_pixels, mask);
        }
    }

    fn stroke(&mut self, path: Option<Path>, width: f32, line_cap: LineCap, color: Color) {
        let stroke = Stroke {
            width,
            line_cap,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        if let Some(path) = path {
            let mask = self.mask.as_ref();
            self.pixmap
                .stroke_path(&path, &paint(color), &stroke, self.to_pixels, mask);
        }
    }

    fn image(&mut self, image: &Image) {
        let [columns, rows] = image.size.map(|n| n as u32);
        let Some(mut pixels) = Pixmap::new(columns, rows) else {
            return;
        };
        for (pixel, rgba) in pixels
            .pixels_mut()
            .iter_mut()
            .zip(image.rgba.chunks_exact(4))
        {
            *pixel = premultiplied(rgba);
        }
        let rect = image.rect;
        let placed = Transform::from_row(
            rect.width() / columns as f32,
            0.0,
            0.0,
            rect.height() / rows as f32,
            rect.min[0],
            rect.min[1],
        );
        let smooth = PixmapPaint {
            quality: FilterQuality::Bilinear,
            ..PixmapPaint::default()
        };
        let transform = placed.post_concat(self.to_pixels);
        let mask = self.mask.as_ref();
        self.pixmap
            .draw_pixmap(0, 0, pixels.as_ref(), &smooth, transform, mask);
    }

    fn rectangle(&mut self, rectangle: &Rectangle) {
        let path = rect_path(rectangle.rect, rectangle.radius);
        if let Some(color) = rectangle.fill {
            self.fill(path.clone(), color);
        }
        if let Some((width, color)) = rectangle.stroke {
            self.stroke(path, width, LineCap::Butt, color);
        }
    }

    fn text(&mut self, line: &Text) {
        let mut glyphs = Glyphs(PathBuilder::new());
        text::outline(
            &line.text,
            line.start(),
            line.size,
            line.weight,
            &mut glyphs,
        );
        self.fill(glyphs.0.finish(), line.color);
    }
}

fn premultiplied(rgba: &[u8]) -> PremultipliedColorU8 {
    match *rgba {
        [r, g, b, a] => tiny_skia::ColorU8::from_rgba(r, g, b, a).premultiply(),
        _ => PremultipliedColorU8::TRANSPARENT,
    }
}

fn open_path(points: &[PagePoint]) -> Option<Path> {
    let mut path = PathBuilder::with_capacity(points.len(), points.len());
    let (&[x, y], rest) = points.split_first()?;
    path.move_to(x, y);
    for &[x, y] in rest {
        path.line_to(x, y);
    }
    path.finish()
}

fn closed_path(points: &[PagePoint]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (&[x, y], rest) = points.split_first()?;
    path.move_to(x, y);
    for &[x, y] in rest {
        path.line_to(x, y);
    }
    path.close();
    path.finish()
}

/// A box with corners rounded by quadratic curves.
fn rect_path(rect: Rect, radius: f32) -> Option<Path> {
    let [[l, t], [r, b]] = [rect.min, rect.max];
    if radius <= 0.0 {
        return Some(PathBuilder::from_rect(tiny_skia::Rect::from_ltrb(
            l, t, r, b,
        )?));
    }
    let d = radius.min(0.5 * rect.width()).min(0.5 * rect.height());
    let mut path = PathBuilder::new();
    path.move_to(l + d, t);
    path.line_to(r - d, t);
    path.quad_to(r, t, r, t + d);
    path.line_to(r, b - d);
    path.quad_to(r, b, r - d, b);
    path.line_to(l + d, b);
    path.quad_to(l, b, l, b - d);
    path.line_to(l, t + d);
    path.quad_to(l, t, l + d, t);
    path.close();
    path.finish()
}

/// Collects the outlines of glyphs.
struct Glyphs(PathBuilder);

impl Pen for Glyphs {
    fn move_to(&mut self, [x, y]: PagePoint) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, [x, y]: PagePoint) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, [cx, cy]: PagePoint, [x, y]: PagePoint) {
        self.0.quad_to(cx, cy, x, y);
    }

    fn cubic_to(&mut self, [cx, cy]: PagePoint, [dx, dy]: PagePoint, [x, y]: PagePoint) {
        self.0.cubic_to(cx, cy, dx, dy, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests;
