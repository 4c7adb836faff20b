//! Numbers that start on a cache line, so that no vector straddles two.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line, and of the widest vector.
const LINE: usize = 64;

/// A fixed number of `f32` at an address that is a multiple of [`LINE`]. Without unsafe code the only way is
/// to allocate a line more and to skip to its start.
#[derive(Debug, Default)]
pub struct Aligned {
    values: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let values = vec![0.0f32; len + LINE / size_of::<f32>()];
        let skip = values.as_ptr().align_offset(LINE);
        // The standard library may refuse to say; then the numbers are merely not aligned.
        let start = if skip + len <= values.len() { skip } else { 0 };
        Self { values, start, len }
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values[self.start..self.start + self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_start_on_a_line_and_copies_too() {
        for len in [0, 1, 16, 100] {
            let mut numbers = Aligned::zeros(len);
            numbers.fill(2.0);
            let copy = numbers.clone();
            assert_eq!((&*copy, copy.len()), (&*numbers, len));
            assert_eq!(numbers.as_ptr() as usize % LINE, 0);
            assert_eq!(copy.as_ptr() as usize % LINE, 0);
        }
    }
}
