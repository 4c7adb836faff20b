//! GIF: 255 colours for the whole film and one that means "as before"; of each picture only the window that has changed.

use std::io::Write;

use gif::{AnyExtension, DisposalMethod, Encoder, Frame, Repeat};

use super::delta::Window;
use super::palette::{Palette, UNCHANGED};
use super::{FilmError, FilmWriter, Pixels, Timing, check_size};
use crate::export::Metadata;
use crate::export::metadata::gif_comment;

/// Units of time a second.
const UNITS: f64 = 100.0;
/// Browsers show what is to stay for less than this, in units, for a tenth of a second.
const LEAST_DELAY: u16 = 2;
/// The label of a comment.
const COMMENT: AnyExtension = AnyExtension(0xfe);

/// A GIF in the making.
pub struct Gif<W: Write> {
    encoder: Encoder<W>,
    palette: Palette,
    timing: Timing,
    size: [usize; 2],
    taken: usize,
    /// The colours of the picture before, and of this one.
    shown: [Vec<u8>; 2],
}

impl<W: Write> Gif<W> {
    /// Begins a film with these colours. Opacity is not read.
    ///
    /// # Errors
    /// The size does not fit into a GIF, or what is written to refuses.
    pub fn new(
        out: W,
        size: [usize; 2],
        palette: Palette,
        timing: Timing,
        metadata: &Metadata,
    ) -> Result<Self, FilmError> {
        let limit = usize::from(u16::MAX);
        let [width, height] = size;
        if !(1..=limit).contains(&width) || !(1..=limit).contains(&height) {
            return Err(FilmError::TooLarge {
                width,
                height,
                format: "GIF",
                limit,
            });
        }
        let (w, h) = (width as u16, height as u16);
        let mut encoder = Encoder::new(out, w, h, &palette.table())?;
        if timing.repeat {
            encoder.set_repeat(Repeat::Infinite)?;
        }
        encoder.write_raw_extension(COMMENT, &[gif_comment(metadata).as_bytes()])?;
        Ok(Self {
            encoder,
            palette,
            timing,
            size,
            taken: 0,
            shown: [Vec::new(), Vec::new()],
        })
    }
}

impl<W: Write + Send> FilmWriter for Gif<W> {
    fn push(&mut self, picture: &Pixels) -> Result<(), FilmError> {
        check_size(picture, self.size)?;
        let [before, now] = &mut self.shown;
        std::mem::swap(before, now);
        now.clear();
        let pixels = picture.rgba.chunks_exact(4);
        now.extend(pixels.map(|p| self.palette.nearest([p[0], p[1], p[2]])));
        let width = self.size[0];
        let is_first = self.taken == 0;
        let window = match is_first {
            true => Window::all(self.size),
            false => Window::of_changes(before, now, width),
        };
        let marks = window.places(width).map(|i| match is_first {
            false if before[i] == now[i] => UNCHANGED,
            _ => now[i],
        });
        let buffer: Vec<u8> = marks.collect();
        self.encoder.write_frame(&Frame {
            delay: self.timing.delay(self.taken, UNITS, LEAST_DELAY),
            dispose: DisposalMethod::Keep,
            transparent: (!is_first).then_some(UNCHANGED),
            left: window.at[0] as u16,
            top: window.at[1] as u16,
            width: window.size[0] as u16,
            height: window.size[1] as u16,
            buffer: buffer.into(),
            ..Frame::default()
        })?;
        self.taken += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), FilmError> {
        let mut out = self.encoder.into_inner()?;
        Ok(out.flush()?)
    }
}
