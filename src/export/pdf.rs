//! A scene as a PDF file (krilla): paths, pictures where the scene has some, and text as outlines or in embedded fonts. What
//! is a named group in SVG is a layer of that name here (`layers`).

mod layers;

use std::ops::Range;

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect as PdfRect, Size, Transform};
use krilla::image::Image as PdfImage;
use krilla::metadata::Metadata as PdfMetadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ContentTag};
use krilla::text::{Font as PdfFont, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use super::{ExportError, Options, apart, flatten};
use crate::experiment::figure::TextAs;
use crate::scene::text::{self, Pen, Run};
use crate::scene::{
    Arrows, Color, Image, Item, PagePoint, Panel, Polylines, Rect, Rectangle, Scene, Segments, Text,
};

/// The scene as a PDF file of one page of its size. There is no date in it.
///
/// # Errors
/// The page has no extent, or the library refuses.
pub fn encode(scene: &Scene, options: &Options) -> Result<Vec<u8>, ExportError> {
    let scene = &*flatten::flatten(scene, options.dpi)?;
    let mut document = Document::new_with(SerializeSettings {
        // Without tags it marks no content; without compression its marks can be found.
        enable_tagging: true,
        compress_content_streams: false,
        ..SerializeSettings::default()
    });
    document.set_metadata(metadata(options));
    let [width, height] = scene.size;
    let page = PageSettings::from_wh(width, height);
    let page = page.ok_or_else(|| ExportError::Pdf("the page has no extent".to_owned()))?;
    let mut page = document.start_page_with(page);
    let names = draw(page.surface(), scene, options);
    page.finish();
    let bytes = document.finish();
    let bytes = bytes.map_err(|error| ExportError::Pdf(format!("{error:?}")))?;
    let named = layers::named(&bytes, &names);
    named.ok_or_else(|| ExportError::Pdf("its layers cannot be named".to_owned()))
}

/// Draws the scene, bottom first; the names of its layers.
fn draw(surface: Surface, scene: &Scene, options: &Options) -> Vec<String> {
    let mut pdf = Pdf {
        surface,
        text: options.text,
        fonts: Vec::new(),
        layers: Vec::new(),
    };
    if let Some(ground) = options.ground(scene) {
        pdf.layer("ground".to_owned());
        pdf.fill(rect_path(Rect::at([0.0, 0.0], scene.size)), ground);
        pdf.surface.end_tagged();
    }
    for (panel, number) in scene.panels.iter().zip(1..) {
        pdf.panel(panel, number);
    }
    pdf.group("axes-and-legend".to_owned(), &scene.furniture);
    for (bar, number) in scene.color_bars.iter().zip(1..) {
        pdf.group(format!("color-bar-{number}"), bar);
    }
    pdf.surface.finish();
    pdf.layers
}

fn metadata(options: &Options) -> PdfMetadata {
    PdfMetadata::new()
        .title(options.metadata.title.clone())
        .description(options.metadata.experiment.clone())
        .creator(super::SOFTWARE.to_owned())
}

/// The page so far.
struct Pdf<'a> {
    surface: Surface<'a>,
    text: TextAs,
    fonts: Vec<(&'static [u8], PdfFont)>,
    /// The names of the layers so far.
    layers: Vec<String>,
}

impl Pdf<'_> {
    /// Begins a layer, which `end_tagged` ends.
    fn layer(&mut self, name: String) {
        let mark = ContentTag::Artifact(Artifact::default());
        self.surface.start_tagged(mark);
        self.layers.push(name);
    }

    fn group(&mut self, name: String, items: &[Item]) {
        self.layer(name);
        self.items(items);
        self.surface.end_tagged();
    }

    fn panel(&mut self, panel: &Panel, number: usize) {
        let clip = rect_path(panel.transform.rect());
        if let Some(clip) = &clip {
            self.surface.push_clip_path(clip, &FillRule::NonZero);
        }
        self.items(&panel.backdrop);
        for group in &panel.groups {
            self.group(format!("panel{number}-{:?}", group.layer), &group.items);
        }
        if !panel.overlay.is_empty() {
            self.group(format!("panel{number}-step"), &panel.overlay);
        }
        if clip.is_some() {
            self.surface.pop();
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Points(points) => {
                    for &center in &points.centers {
                        self.fill(circle(center, points.radius), points.color);
                    }
                }
                Item::Cloud(cloud) => self.image(&cloud.image()),
                Item::Polylines(lines) if lines.fade => self.fading_lines(lines),
                Item::Polylines(lines) => {
                    for (points, color) in lines.lines() {
                        self.stroke(line_path(points), lines.width, LineCap::Round, color);
                    }
                }
                Item::Segments(segments) => self.segments(segments),
                Item::Arrows(arrows) => self.arrows(arrows),
                Item::Image(image) => self.image(image),
                Item::Rectangle(rectangle) => self.rectangle(rectangle),
                Item::Text(line) => self.text(line),
            }
        }
    }

    fn fill(&mut self, path: Option<Path>, color: Color) {
        let Some(path) = path else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: paint(color),
            opacity: opacity(color),
            rule: FillRule::NonZero,
        }));
        self.surface.draw_path(&path);
    }

    fn stroke(&mut self, path: Option<Path>, width: f32, line_cap: LineCap, color: Color) {
        let Some(path) = path else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: paint(color),
            width,
            opacity: opacity(color),
            line_cap,
            line_join: LineJoin::Round,
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
    }

    fn fading_lines(&mut self, lines: &Polylines) {
        for (ends, color) in lines.pieces() {
            self.stroke(line_path(&ends), lines.width, LineCap::Butt, color);
        }
    }

    fn segments(&mut self, segments: &Segments) {
        for strokes in apart(&segments.ends, segments.color) {
            let mut path = PathBuilder::new();
            for &[from, to] in strokes {
                path.move_to(from[0], from[1]);
                path.line_to(to[0], to[1]);
            }
            let path = path.finish();
            self.stroke(path, segments.width, LineCap::Butt, segments.color);
        }
    }

    fn arrows(&mut self, arrows: &Arrows) {
        for together in apart(&arrows.arrows, arrows.color) {
            let mut path = PathBuilder::new();
            for &arrow in together {
                let [[x, y], rest @ ..] = arrows.outline(arrow);
                path.move_to(x, y);
                for [x, y] in rest {
                    path.line_to(x, y);
                }
                path.close();
            }
            self.fill(path.finish(), arrows.color);
        }
    }

    fn image(&mut self, image: &Image) {
        let [columns, rows] = image.size.map(|n| n as u32);
        let size = Size::from_wh(image.rect.width(), image.rect.height());
        let (Some(size), true) = (size, columns * rows > 0) else {
            return;
        };
        let [x, y] = image.rect.min;
        let place = Transform::from_translate(x, y);
        self.surface.push_transform(&place);
        let picture = PdfImage::from_rgba8(image.rgba.clone(), columns, rows);
        self.surface.draw_image(picture, size);
        self.surface.pop();
    }

    fn rectangle(&mut self, rectangle: &Rectangle) {
        let path = || rounded(rectangle.rect, rectangle.radius);
        if let Some(color) = rectangle.fill {
            self.fill(path(), color);
        }
        if let Some((width, color)) = rectangle.stroke {
            self.stroke(path(), width, LineCap::Butt, color);
        }
    }

    fn text(&mut self, line: &Text) {
        let [x, y] = line.start();
        let mut outlines = Outlines(PathBuilder::new());
        match self.text {
            TextAs::Outlines => {
                let start = [x, y];
                text::outline(&line.text, start, line.size, line.weight, &mut outlines);
            }
            // Formulas are outlines.
            TextAs::Text => {
                for (along, run) in text::runs(&line.text, line.size, line.weight) {
                    let start = [x + along, y];
                    match run {
                        Run::Formula(formula) => formula.outline(start, &mut outlines),
                        Run::Words(words) => {
                            if self.glyphs(words, start, line).is_none() {
                                text::outline(words, start, line.size, line.weight, &mut outlines);
                            }
                        }
                    }
                }
            }
        }
        self.fill(outlines.0.finish(), line.color);
    }

    /// The font of a file, which is read once.
    fn font(&mut self, file: &'static [u8]) -> Option<PdfFont> {
        let mut known = self.fonts.iter();
        if let Some((_, font)) = known.find(|(of, _)| std::ptr::eq(*of, file)) {
            return Some(font.clone());
        }
        let font = PdfFont::new(file.to_vec().into(), 0)?;
        self.fonts.push((file, font.clone()));
        Some(font)
    }

    /// Words of a line in the first font of its typeface; nothing if that cannot be embedded or lacks a glyph.
    fn glyphs(&mut self, words: &str, start: PagePoint, line: &Text) -> Option<()> {
        let file = line.size.typeface.files(line.weight).next()?;
        let font = self.font(file)?;
        let em = line.size.size;
        let mut glyphs = Vec::new();
        for (range, glyph, advance) in text::glyphs(words, line.size, line.weight)? {
            glyphs.push(placed(range, glyph, advance / em));
        }
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: paint(line.color),
            opacity: opacity(line.color),
            rule: FillRule::NonZero,
        }));
        let start = Point::from_xy(start[0], start[1]);
        self.surface
            .draw_glyphs(start, &glyphs, font, words, em, false);
        Some(())
    }
}

fn placed(text_range: Range<usize>, glyph: u32, x_advance: f32) -> KrillaGlyph {
    KrillaGlyph {
        glyph_id: GlyphId::new(glyph),
        text_range,
        x_advance,
        x_offset: 0.0,
        y_offset: 0.0,
        y_advance: 0.0,
        location: None,
    }
}

fn paint(color: Color) -> krilla::paint::Paint {
    rgb::Color::new(color.r, color.g, color.b).into()
}

fn opacity(color: Color) -> NormalizedF32 {
    NormalizedF32::new(f32::from(color.a) / 255.0).unwrap_or(NormalizedF32::ONE)
}

fn line_path(points: &[PagePoint]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (&[x, y], rest) = points.split_first()?;
    path.move_to(x, y);
    for &[x, y] in rest {
        path.line_to(x, y);
    }
    path.finish()
}

fn rect_path(rect: Rect) -> Option<Path> {
    let [[left, top], [right, bottom]] = [rect.min, rect.max];
    let mut path = PathBuilder::new();
    path.push_rect(PdfRect::from_ltrb(left, top, right, bottom)?);
    path.finish()
}

/// The handle of a cubic curve that is nearest to a quarter of a circle, as a share of its radius.
const QUARTER: f32 = 0.552_284_8;

fn circle(center: PagePoint, radius: f32) -> Option<Path> {
    let corner = [center[0] - radius, center[1] - radius];
    rounded(Rect::at(corner, [2.0 * radius; 2]), radius)
}

/// A box with corners that are quarters of circles.
fn rounded(rect: Rect, radius: f32) -> Option<Path> {
    if radius <= 0.0 {
        return rect_path(rect);
    }
    let [[l, t], [r, b]] = [rect.min, rect.max];
    let d = radius.min(0.5 * rect.width()).min(0.5 * rect.height());
    let c = d * (1.0 - QUARTER);
    let mut path = PathBuilder::new();
    path.move_to(l + d, t);
    path.line_to(r - d, t);
    path.cubic_to(r - c, t, r, t + c, r, t + d);
    path.line_to(r, b - d);
    path.cubic_to(r, b - c, r - c, b, r - d, b);
    path.line_to(l + d, b);
    path.cubic_to(l + c, b, l, b - c, l, b - d);
    path.line_to(l, t + d);
    path.cubic_to(l, t + c, l + c, t, l + d, t);
    path.close();
    path.finish()
}

/// Collects the outlines of glyphs.
struct Outlines(PathBuilder);

impl Pen for Outlines {
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
mod tests {
    use super::*;
    use crate::experiment::View;
    use crate::export::{Ground, Metadata};
    use crate::scene::lanes::LanePanel;
    use crate::scene::{Around, Page, Style, build, fixture, lanes};

    fn scene() -> Scene {
        let page = Page::figure(Style::Paper);
        build(&fixture::frame(), &View::default(), 1.0, &page)
    }

    fn file(options: &Options) -> Vec<u8> {
        encode(&scene(), options).expect("a file")
    }

    fn count(bytes: &[u8], what: &str) -> usize {
        let (bytes, what) = (bytes, what.as_bytes());
        bytes.windows(what.len()).filter(|w| *w == what).count()
    }

    #[test]
    fn a_page_has_the_size_of_the_scene_and_no_date() {
        let bytes = file(&Options::default());
        assert!(bytes.starts_with(b"%PDF-1."));
        assert_eq!(count(&bytes, "/MediaBox[0 0 486 388.8]"), 1);
        assert_eq!(count(&bytes, "CreationDate") + count(&bytes, "ModDate"), 0);
        assert_eq!(bytes, file(&Options::default()), "the same bytes");
    }

    /// The names in this order that follow a word in a file.
    fn names(bytes: &[u8], before: &str, after: char) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let names = text.split(before).skip(1);
        let names = names.map(|rest| rest.split(after).next().unwrap().to_owned());
        names.collect()
    }

    #[test]
    fn the_groups_of_an_svg_are_layers_of_their_names() {
        let frame = fixture::frame();
        let view = View::default();
        let lane = |frame, title: &str| LanePanel::measured(frame, title.to_owned());
        let lanes = [lane(&frame, "a"), lane(&frame, "b")];
        let around = Around::default();
        let grid = lanes::grid(&lanes, &view, 0.5, 2, around);
        let scenes = [scene(), grid.scene(&Page::figure(Style::Paper))];
        for scene in scenes {
            for text in [TextAs::Outlines, TextAs::Text] {
                let options = Options {
                    text,
                    ..Options::default()
                };
                let svg = crate::export::svg::encode(&scene, &options).unwrap();
                let groups = names(&svg, "<g id=\"", '"');
                assert!(groups.len() > 3, "{groups:?}");
                let pdf = encode(&scene, &options).unwrap();
                let layers = names(&pdf, "/Type/OCG/Name(", ')');
                assert_eq!(layers.split_first().unwrap().0, "ground");
                assert_eq!(layers[1..], groups);
            }
        }
    }

    #[test]
    fn text_is_outlines_or_in_subset_fonts() {
        let outlines = file(&Options::default());
        assert_eq!(count(&outlines, "/FontFile"), 0);
        let text = file(&Options {
            text: TextAs::Text,
            ..Options::default()
        });
        assert!(count(&text, "/FontFile") >= 1 && count(&text, "/ToUnicode") >= 1);
        assert!(text.len() < outlines.len() + 60_000, "a subset of the font");
    }

    #[test]
    fn the_ground_can_be_left_out_and_the_title_is_said() {
        let of = |background| Options {
            background,
            metadata: Metadata {
                title: "Straight paths".to_owned(),
                experiment: String::new(),
            },
            ..Options::default()
        };
        let (with, without) = (file(&of(Ground::Scene)), file(&of(Ground::Transparent)));
        assert_ne!(with, without);
        assert!(count(&with, "Straight paths") >= 1);
    }
}
