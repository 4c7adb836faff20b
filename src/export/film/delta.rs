//! What of a picture has changed since the one before it.

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Its left upper corner.
    pub at: [usize; 2],
    /// Width and height, 1 at least.
    pub size: [usize; 2],
}

impl Window {
    /// The whole picture.
    pub fn all(size: [usize; 2]) -> Self {
        Self { at: [0, 0], size }
    }

    /// The smallest one around what differs; the first pixel if nothing does.
    pub fn of_changes<T: PartialEq>(before: &[T], now: &[T], width: usize) -> Self {
        let (mut low, mut high) = ([usize::MAX; 2], [0; 2]);
        let rows = before.chunks_exact(width).zip(now.chunks_exact(width));
        for (y, (old, new)) in rows.enumerate().filter(|(_, (old, new))| old != new) {
            let differs = |x: &usize| old[*x] != new[*x];
            let (Some(first), Some(last)) = ((0..width).find(differs), (0..width).rfind(differs))
            else {
                continue;
            };
            low = [low[0].min(first), low[1].min(y)];
            high = [high[0].max(last), y];
        }
        match low[1] == usize::MAX {
            true => Self::all([1, 1]),
            false => Self {
                at: low,
                size: [0, 1].map(|k| high[k] - low[k] + 1),
            },
        }
    }

    /// The places of its pixels in a picture of this width, row by row.
    pub fn places(self, width: usize) -> impl Iterator<Item = usize> {
        let ([left, top], [columns, rows]) = (self.at, self.size);
        (top..top + rows).flat_map(move |y| (left..left + columns).map(move |x| y * width + x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_the_smallest_around_all_changes() {
        let before = [0; 20];
        let mut now = before;
        assert_eq!(Window::of_changes(&before, &now, 5), Window::all([1, 1]));
        (now[7], now[13]) = (1, 1);
        let window = Window::of_changes(&before, &now, 5);
        assert_eq!((window.at, window.size), ([2, 1], [2, 2]));
        let places: Vec<usize> = window.places(5).collect();
        assert_eq!(places, [7, 8, 12, 13]);
    }
}
