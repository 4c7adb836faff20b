//! A scene as an SVG file, written by hand: one element per mark, coordinates rounded to 0.01 points.

use std::fmt::{Display, Write};

use super::metadata::SVG_EXPERIMENT;
use super::{ExportError, Metadata, Options, SOFTWARE, apart, flatten};
use crate::experiment::figure::TextAs;
use crate::scene::text::{self, Family, Pen, Run, Weight};
use crate::scene::{
    Align, Arrows, Color, Image, Item, PagePoint, Points, Polylines, Rect, Rectangle, Scene,
    Segments, Text,
};

/// The scene as an SVG file; its physical size is that of the page, one unit is one point.
///
/// # Errors
/// A picture inside the scene (a density, a colour bar) could not be encoded.
pub fn encode(scene: &Scene, options: &Options) -> Result<Vec<u8>, ExportError> {
    let scene = &*flatten::flatten(scene, options.dpi)?;
    let mut svg = Svg {
        out: String::with_capacity(1 << 16),
        text_as: options.text,
    };
    svg.open(scene, options);
    for (index, panel) in scene.panels.iter().enumerate() {
        svg.open_clip(index, panel.transform.rect());
        svg.items(&panel.backdrop)?;
        for group in &panel.groups {
            let (layer, panel) = (group.layer, index + 1);
            svg.add(format_args!(
                "<g id=\"panel{panel}-{layer:?}\" data-layer=\"{layer:?}\">\n"
            ));
            svg.items(&group.items)?;
            svg.add("</g>\n");
        }
        if !panel.overlay.is_empty() {
            svg.add("<g data-overlay=\"step\">\n");
            svg.items(&panel.overlay)?;
            svg.add("</g>\n");
        }
        svg.add("</g>\n");
    }
    svg.add("<g id=\"axes-and-legend\">\n");
    svg.items(&scene.furniture)?;
    svg.add("</g>\n");
    for (index, bar) in scene.color_bars.iter().enumerate() {
        let number = index + 1;
        svg.add(format_args!("<g id=\"color-bar-{number}\">\n"));
        svg.items(bar)?;
        svg.add("</g>\n");
    }
    svg.add("</svg>\n");
    Ok(svg.out.into_bytes())
}

/// The file so far.
struct Svg {
    out: String,
    text_as: TextAs,
}

impl Svg {
    fn add(&mut self, piece: impl Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{piece}");
    }

    fn open(&mut self, scene: &Scene, options: &Options) {
        let [w, h] = scene.size.map(Number);
        self.add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.add(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}pt\" height=\"{h}pt\" viewBox=\"0 0 {w} {h}\">\n"
        ));
        let Metadata { title, experiment } = &options.metadata;
        if !title.is_empty() {
            self.add(format_args!("<title>{}</title>\n", Escaped(title)));
        }
        self.add(format_args!("<desc>{SOFTWARE}</desc>\n"));
        if !experiment.is_empty() {
            let [open, close] = SVG_EXPERIMENT;
            self.add(format_args!("{open}{}{close}\n", Escaped(experiment)));
        }
        if let Some(ground) = options.ground(scene) {
            let color = Paint("fill", ground);
            self.add(format_args!(
                "<rect id=\"ground\" width=\"{w}\" height=\"{h}\"{color}/>\n"
            ));
        }
    }

    fn open_clip(&mut self, index: usize, rect: Rect) {
        let shape = Shape(rect);
        self.add(format_args!(
            "<clipPath id=\"panel{index}\"><rect{shape}/></clipPath>\n<g clip-path=\"url(#panel{index})\">\n"
        ));
    }

    fn items(&mut self, items: &[Item]) -> Result<(), ExportError> {
        for item in items {
            match item {
                Item::Points(points) => self.points(points),
                Item::Polylines(lines) if lines.fade => self.fading_lines(lines),
                Item::Polylines(lines) => self.polylines(lines),
                Item::Segments(segments) => self.segments(segments),
                Item::Arrows(arrows) => self.arrows(arrows),
                Item::Cloud(cloud) => self.image(&cloud.image())?,
                Item::Image(image) => self.image(image)?,
                Item::Rectangle(rectangle) => self.rectangle(rectangle),
                Item::Text(text) => self.text(text),
            }
        }
        Ok(())
    }

    fn points(&mut self, points: &Points) {
        let (fill, r) = (Paint("fill", points.color), Number(points.radius));
        self.add(format_args!("<g{fill}>\n"));
        for &center in &points.centers {
            let [x, y] = center.map(Number);
            self.add(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>\n"));
        }
        self.add("</g>\n");
    }

    fn polylines(&mut self, lines: &Polylines) {
        let width = Number(lines.width);
        self.add(format_args!(
            "<g fill=\"none\" stroke-width=\"{width}\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n"
        ));
        for (points, color) in lines.lines() {
            let stroke = Paint("stroke", color);
            self.add(format_args!("<polyline{stroke} points=\""));
            for (k, &point) in points.iter().enumerate() {
                let [x, y] = point.map(Number);
                let space = if k > 0 { " " } else { "" };
                self.add(format_args!("{space}{x},{y}"));
            }
            self.add("\"/>\n");
        }
        self.add("</g>\n");
    }

    /// SVG strokes cannot fade along their length: a path is a piece, and those of one colour are a group.
    fn fading_lines(&mut self, lines: &Polylines) {
        let width = Number(lines.width);
        self.add(format_args!("<g fill=\"none\" stroke-width=\"{width}\">\n"));
        let mut open: Option<Color> = None;
        for ([from, to], color) in lines.pieces() {
            if open != Some(color) {
                self.add(if open.is_some() { "</g>\n" } else { "" });
                self.add(format_args!("<g{}>\n", Paint("stroke", color)));
                open = Some(color);
            }
            self.add("<path d=\"");
            self.line(from, to);
            self.add("\"/>\n");
        }
        self.add(if open.is_some() { "</g>\n" } else { "" });
        self.add("</g>\n");
    }

    fn segments(&mut self, segments: &Segments) {
        let (stroke, width) = (Paint("stroke", segments.color), Number(segments.width));
        self.add(format_args!(
            "<g fill=\"none\"{stroke} stroke-width=\"{width}\">\n"
        ));
        for strokes in apart(&segments.ends, segments.color) {
            self.add("<path d=\"");
            for &[from, to] in strokes {
                self.line(from, to);
            }
            self.add("\"/>\n");
        }
        self.add("</g>\n");
    }

    /// One straight piece of path data.
    fn line(&mut self, from: PagePoint, to: PagePoint) {
        let ([x, y], [u, v]) = (from.map(Number), to.map(Number));
        self.add(format_args!("M{x} {y}L{u} {v}"));
    }

    fn arrows(&mut self, arrows: &Arrows) {
        self.add(format_args!("<g{}>\n", Paint("fill", arrows.color)));
        for together in apart(&arrows.arrows, arrows.color) {
            self.add("<path d=\"");
            for &arrow in together {
                for (k, point) in arrows.outline(arrow).into_iter().enumerate() {
                    let [x, y] = point.map(Number);
                    let command = if k == 0 { 'M' } else { 'L' };
                    self.add(format_args!("{command}{x} {y}"));
                }
                self.add("Z");
            }
            self.add("\"/>\n");
        }
        self.add("</g>\n");
    }

    fn image(&mut self, image: &Image) -> Result<(), ExportError> {
        let ([x, y], [w, h]) = (image.rect.min, [image.rect.width(), image.rect.height()]);
        let data = base64(&png(image)?);
        self.add(format_args!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,{data}\"/>\n"
        ));
        Ok(())
    }

    fn rectangle(&mut self, rectangle: &Rectangle) {
        let (shape, radius) = (Shape(rectangle.rect), Number(rectangle.radius));
        self.add(format_args!("<rect{shape} rx=\"{radius}\""));
        match rectangle.fill {
            Some(color) => self.add(Paint("fill", color)),
            None => self.add(" fill=\"none\""),
        }
        if let Some((width, color)) = rectangle.stroke {
            let (stroke, width) = (Paint("stroke", color), Number(width));
            self.add(format_args!("{stroke} stroke-width=\"{width}\""));
        }
        self.add("/>\n");
    }

    fn text(&mut self, line: &Text) {
        let fill = Paint("fill", line.color);
        match self.text_as {
            TextAs::Outlines => {
                let mut data = PathData(String::new());
                text::outline(&line.text, line.start(), line.size, line.weight, &mut data);
                let (label, data) = (Escaped(&line.text), data.0);
                self.add(format_args!(
                    "<path{fill} aria-label=\"{label}\" d=\"{data}\"/>\n"
                ));
            }
            // Words stay words; formulas are outlines, for no reader of SVG files sets them.
            TextAs::Text if text::formulas(&line.text).is_empty() => {
                let anchor = match line.align {
                    Align::Left => "start",
                    Align::Center => "middle",
                    Align::Right => "end",
                };
                self.words(&text::unescaped(&line.text), line.at, anchor, line);
            }
            TextAs::Text => {
                let [x, y] = line.start();
                for (along, run) in text::runs(&line.text, line.size, line.weight) {
                    let start = [x + along, y];
                    match run {
                        Run::Words(words) => self.words(words, start, "start", line),
                        Run::Formula(formula) => {
                            let mut data = PathData(String::new());
                            formula.outline(start, &mut data);
                            let data = data.0;
                            self.add(format_args!("<path{fill} d=\"{data}\"/>\n"));
                        }
                    }
                }
            }
        }
    }

    /// Letters of a line at a point of its baseline.
    fn words(&mut self, words: &str, at: PagePoint, anchor: &str, line: &Text) {
        let ([x, y], size) = (at.map(Number), Number(line.size.size));
        let (fill, words) = (Paint("fill", line.color), Escaped(words));
        let weight = match line.weight {
            Weight::Regular => 400,
            Weight::SemiBold => 600,
        };
        let family = match line.size.typeface.family {
            Family::Sans => "Inter, Helvetica, Arial, sans-serif",
            Family::Serif => "STIX Two Text, Times New Roman, Times, serif",
        };
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-family=\"{family}\" \
             font-size=\"{size}\" font-weight=\"{weight}\" text-anchor=\"{anchor}\"{fill} \
             xml:space=\"preserve\">{words}</text>\n"
        ));
    }
}

/// A number rounded to 0.01, without trailing zeros.
#[derive(Clone, Copy)]
struct Number(f32);

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredths = (f64::from(self.0) * 100.0).round() as i64;
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
        match (part, part % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", part / 10),
            _ => write!(f, "{sign}{whole}.{part:02}"),
        }
    }
}

/// A colour attribute (`fill` or `stroke`), with opacity where it is not full.
struct Paint(&'static str, Color);

impl Display for Paint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(name, Color { r, g, b, a }) = *self;
        write!(f, " {name}=\"#{r:02x}{g:02x}{b:02x}\"")?;
        if a < 255 {
            write!(f, " {name}-opacity=\"{}\"", Number(f32::from(a) / 255.0))?;
        }
        Ok(())
    }
}

/// The attributes of a box.
struct Shape(Rect);

impl Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [x, y] = self.0.min.map(Number);
        let (w, h) = (Number(self.0.width()), Number(self.0.height()));
        write!(f, " x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"")
    }
}

/// Text with the characters that XML reserves replaced; control characters but the end of a line are left out.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars().filter(|c| !c.is_control() || *c == '\n') {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// Outlines as path data.
struct PathData(String);

impl PathData {
    fn add<const N: usize>(&mut self, command: char, points: [PagePoint; N]) {
        self.0.push(command);
        for (k, point) in points.into_iter().enumerate() {
            let [x, y] = point.map(Number);
            let space = if k > 0 { " " } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(self.0, "{space}{x} {y}");
        }
    }
}

impl Pen for PathData {
    fn move_to(&mut self, p: PagePoint) {
        self.add('M', [p]);
    }

    fn line_to(&mut self, p: PagePoint) {
        self.add('L', [p]);
    }

    fn quad_to(&mut self, c: PagePoint, p: PagePoint) {
        self.add('Q', [c, p]);
    }

    fn cubic_to(&mut self, c: PagePoint, d: PagePoint, p: PagePoint) {
        self.add('C', [c, d, p]);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}

/// The picture as a PNG file with straight alpha.
fn png(image: &Image) -> Result<Vec<u8>, ExportError> {
    let [columns, rows] = image.size.map(|n| n as u32);
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, columns, rows);
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_depth(::png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&image.rgba)?;
    writer.finish()?;
    Ok(bytes)
}

/// RFC 4648 with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |k: usize| chunk.get(k).copied().map_or(0, u32::from);
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for k in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * k)) as usize & 63];
            text.push(if k <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests;
