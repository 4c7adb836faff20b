//! Where things are: on the screen, on the page of the scene, in the plane.

use egui::{Pos2, Rect, vec2};

use crate::flow::Point;
use crate::scene::{PagePoint, Transform};

/// Where the page is on the screen, and the data on the page.
#[derive(Clone, Copy)]
pub struct Place {
    pub rect: Rect,
    pub transform: Transform,
}

impl Place {
    /// The page point under a screen point.
    pub fn page_at(&self, p: Pos2) -> PagePoint {
        (p - self.rect.min).into()
    }

    /// The data point under a screen point.
    pub fn data_at(&self, p: Pos2) -> Point {
        self.transform.data_from_page(self.page_at(p))
    }

    /// The screen point over a data point.
    pub fn screen_at(&self, p: Point) -> Pos2 {
        let page = self.transform.page_from_data(p);
        self.rect.min + vec2(page[0], page[1])
    }
}
