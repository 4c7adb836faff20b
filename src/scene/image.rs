//! A picture of pixels on the page.

use super::geometry::Rect;

/// A picture stretched over a box with bilinear interpolation.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Where it goes.
    pub rect: Rect,
    /// Columns and rows.
    pub size: [usize; 2],
    /// `4 * columns * rows` bytes, upper row first, straight alpha.
    pub rgba: Vec<u8>,
}
