//! Animated PNG: every colour and opacity; of each picture only the window that has changed, over the one before.

use std::io::Write;

use ::png::{BitDepth, BlendOp, ColorType, Compression, Encoder, SrgbRenderingIntent, Writer};

use super::delta::Window;
use super::{FilmError, FilmWriter, Pixels, Timing, check_size};
use crate::export::Metadata;
use crate::export::metadata::png_texts;

/// Units of time a second.
const UNITS: u16 = 1000;

/// An animated PNG in the making.
pub struct Apng<W: Write> {
    writer: Writer<W>,
    timing: Timing,
    size: [usize; 2],
    taken: usize,
    /// The picture before.
    shown: Vec<[u8; 4]>,
}

impl<W: Write> Apng<W> {
    /// Begins a film.
    ///
    /// # Errors
    /// The size does not fit, or what is written to refuses.
    pub fn new(
        out: W,
        size: [usize; 2],
        timing: Timing,
        metadata: &Metadata,
    ) -> Result<Self, FilmError> {
        let [width, height] = size.map(|n| n as u32);
        let mut encoder = Encoder::new(out, width, height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Fast);
        encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
        encoder.set_animated(timing.pictures as u32, u32::from(!timing.repeat))?;
        for (keyword, text) in png_texts(metadata) {
            encoder.add_itxt_chunk(keyword.to_owned(), text.to_owned())?;
        }
        Ok(Self {
            writer: encoder.write_header()?,
            timing,
            size,
            taken: 0,
            shown: Vec::new(),
        })
    }
}

impl<W: Write + Send> FilmWriter for Apng<W> {
    fn push(&mut self, picture: &Pixels) -> Result<(), FilmError> {
        check_size(picture, self.size)?;
        let (width, is_first) = (self.size[0], self.taken == 0);
        let now = picture
            .rgba
            .chunks_exact(4)
            .map(|p| [p[0], p[1], p[2], p[3]]);
        let now: Vec<[u8; 4]> = now.collect();
        let window = match is_first {
            true => Window::all(self.size),
            false => Window::of_changes(&self.shown, &now, width),
        };
        // Nothing over what was there is what was there; but what is not opaque has to take the place of it.
        let changes = |i: &usize| is_first || self.shown[*i] != now[*i];
        let over = !is_first
            && window
                .places(width)
                .filter(changes)
                .all(|i| now[i][3] == 255);
        let marks = window
            .places(width)
            .flat_map(|i| match over && !changes(&i) {
                true => [0; 4],
                false => now[i],
            });
        let data: Vec<u8> = marks.collect();
        let delay = self.timing.delay(self.taken, f64::from(UNITS), 1);
        self.writer.set_frame_delay(delay, UNITS)?;
        self.writer
            .set_blend_op(if over { BlendOp::Over } else { BlendOp::Source })?;
        self.writer.reset_frame_position()?;
        let [columns, rows] = window.size.map(|n| n as u32);
        self.writer.set_frame_dimension(columns, rows)?;
        let [left, top] = window.at.map(|n| n as u32);
        self.writer.set_frame_position(left, top)?;
        self.writer.write_image_data(&data)?;
        self.shown = now;
        self.taken += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), FilmError> {
        Ok(self.writer.finish()?)
    }
}
