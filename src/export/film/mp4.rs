//! MP4 with H.264 in 4:2:0, by ffmpeg: what it is to be told, and the pictures as it reads them.

use std::io::Write;

use super::{FilmError, FilmWriter, Pixels, Timing, check_size};
use crate::export::Metadata;
use crate::export::metadata::mp4_texts;

/// The longest text that is handed over as an argument, in bytes; the system's limit is 128 KiB.
const MAX_TEXT: usize = 100_000;

/// What ffmpeg is to be told, but for the name of the file: raw RGB from standard input, sRGB to BT.709 in a limited range.
pub fn arguments(size: [usize; 2], timing: &Timing, metadata: &Metadata) -> Vec<String> {
    let [width, height] = size;
    let input = format!(
        "-hide_banner -loglevel error -y -f rawvideo -pix_fmt rgb24 -s {width}x{height} -framerate {} -i pipe:0",
        timing.rate
    );
    let output = "-an -vf scale=out_color_matrix=bt709:out_range=tv -c:v libx264 -preset medium -crf 17 \
         -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc iec61966-2-1 -color_range tv \
         -movflags +faststart -fflags +bitexact -flags:v +bitexact -f mp4";
    let words = input.split_whitespace().map(str::to_owned);
    let mut arguments: Vec<String> = words.collect();
    for (key, text) in mp4_texts(metadata) {
        if text.len() <= MAX_TEXT {
            arguments.extend(["-metadata".to_owned(), format!("{key}={text}")]);
        }
    }
    arguments.extend(output.split_whitespace().map(str::to_owned));
    arguments
}

/// Writes pictures as raw RGB; those at the ends as often as their pauses last.
pub struct RawVideo<W: Write> {
    out: W,
    size: [usize; 2],
    timing: Timing,
    taken: usize,
    rgb: Vec<u8>,
}

impl<W: Write> RawVideo<W> {
    /// Begins a film of an even number of pixels a side. Opacity is not read.
    ///
    /// # Errors
    /// A side is odd, or nothing.
    pub fn new(out: W, size: [usize; 2], timing: Timing) -> Result<Self, FilmError> {
        if size.iter().any(|n| *n == 0 || n % 2 == 1) {
            let [w, h] = size;
            let sentence = format!("MP4 needs an even number of pixels a side, not {w} x {h}");
            return Err(FilmError::Encoder(sentence));
        }
        Ok(Self {
            out,
            size,
            timing,
            taken: 0,
            rgb: Vec::new(),
        })
    }
}

impl<W: Write + Send> FilmWriter for RawVideo<W> {
    fn push(&mut self, picture: &Pixels) -> Result<(), FilmError> {
        check_size(picture, self.size)?;
        self.rgb.clear();
        let pixels = picture.rgba.chunks_exact(4);
        self.rgb.extend(pixels.flat_map(|p| [p[0], p[1], p[2]]));
        let times = self.timing.delay(self.taken, self.timing.rate, 1);
        for _ in 0..times {
            self.out.write_all(&self.rgb)?;
        }
        self.taken += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), FilmError> {
        Ok(self.out.flush()?)
    }
}
