//! From data to page and back: one scale for both axes, y up in the data and down on the page.

use super::geometry::{PagePoint, Rect};
use crate::experiment::Camera;
use crate::flow::{Bounds, Point};

/// Free space around fitted data, as a factor on its size.
const FIT_MARGIN: f64 = 1.08;

/// The similarity that puts what a camera sees into a box of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transform {
    /// Page points per data unit.
    scale: f64,
    /// The data point in the middle of the box.
    center: Point,
    /// The box.
    rect: Rect,
}

impl Transform {
    /// Puts the camera's centre and height onto the middle and the height of `rect`.
    pub fn new(camera: Camera, rect: Rect) -> Self {
        let height = camera.within_reach().height;
        Self {
            scale: f64::from(rect.height().max(1.0)) / height,
            center: [camera.center.0, camera.center.1],
            rect,
        }
    }

    /// Page points per data unit.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The box of the page that it fills.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// Where a data point lies on the page.
    pub fn page_from_data(&self, p: Point) -> PagePoint {
        let middle = self.rect.center();
        [
            middle[0] + ((p[0] - self.center[0]) * self.scale) as f32,
            middle[1] - ((p[1] - self.center[1]) * self.scale) as f32,
        ]
    }

    /// The data point that lies there on the page.
    pub fn data_from_page(&self, p: PagePoint) -> Point {
        let middle = self.rect.center();
        [
            self.center[0] + f64::from(p[0] - middle[0]) / self.scale,
            self.center[1] - f64::from(p[1] - middle[1]) / self.scale,
        ]
    }

    /// The part of the plane that is seen.
    pub fn visible(&self) -> Bounds {
        let lower_left = self.data_from_page([self.rect.min[0], self.rect.max[1]]);
        let upper_right = self.data_from_page([self.rect.max[0], self.rect.min[1]]);
        Bounds {
            min: lower_left,
            max: upper_right,
        }
    }

    /// The camera that it was made from.
    pub fn camera(&self) -> Camera {
        Camera {
            center: (self.center[0], self.center[1]),
            height: f64::from(self.rect.height().max(1.0)) / self.scale,
        }
    }

    /// The camera after the canvas was dragged by `delta` page points.
    pub fn panned(&self, delta: [f32; 2]) -> Camera {
        let Camera { center, height } = self.camera();
        Camera {
            center: (
                center.0 - f64::from(delta[0]) / self.scale,
                center.1 + f64::from(delta[1]) / self.scale,
            ),
            height,
        }
        .within_reach()
    }

    /// The camera after zooming in by `factor` (out if below 1) about a point of the page, which stays in place.
    pub fn zoomed(&self, about: PagePoint, factor: f64) -> Camera {
        let Camera { center, height } = self.camera();
        let fixed = self.data_from_page(about);
        let wanted = height / factor;
        let new_height = Camera {
            center,
            height: wanted,
        }
        .within_reach()
        .height;
        let ratio = new_height / height;
        Camera {
            center: (
                fixed[0] + (center.0 - fixed[0]) * ratio,
                fixed[1] + (center.1 - fixed[1]) * ratio,
            ),
            height: new_height,
        }
        .within_reach()
    }
}

/// The camera that shows all of `bounds`, with a margin, in a box of `aspect` = width / height.
/// Bounds without extent get a unit box.
pub fn fit(bounds: &Bounds, aspect: f64) -> Camera {
    let center = bounds.center();
    let height = FIT_MARGIN * bounds.height().max(bounds.width() / aspect.max(1e-3));
    Camera {
        center: (center[0], center[1]),
        height: if height >= *Camera::HEIGHTS.start() {
            height
        } else {
            1.0
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cameras() -> impl Strategy<Value = Camera> {
        (-50.0..50.0, -50.0..50.0, 0.01..100.0f64).prop_map(|(x, y, height)| Camera {
            center: (x, y),
            height,
        })
    }

    fn rects() -> impl Strategy<Value = Rect> {
        (
            0.0..300.0f32,
            0.0..300.0f32,
            50.0..2000.0f32,
            50.0..2000.0f32,
        )
            .prop_map(|(x, y, w, h)| Rect::at([x, y], [w, h]))
    }

    proptest! {
        #[test]
        fn there_and_back(camera in cameras(), rect in rects(), u in 0.0..1.0f64, v in 0.0..1.0f64) {
            let transform = Transform::new(camera, rect);
            let seen = transform.visible();
            let p = [seen.min[0] + u * seen.width(), seen.min[1] + v * seen.height()];
            let page = transform.page_from_data(p);
            prop_assert!(rect.grown(0.01).contains(page), "{page:?} {rect:?}");
            let back = transform.data_from_page(page);
            // Page coordinates are f32, so an error of a thousandth of a point is theirs.
            let tolerance = 1e-3 / transform.scale();
            prop_assert!((back[0] - p[0]).abs() < tolerance && (back[1] - p[1]).abs() < tolerance);
        }

        #[test]
        fn a_fitted_camera_sees_all_of_it(
            (x, y) in (-20.0..20.0f64, -20.0..20.0f64),
            (w, h) in (0.001..50.0f64, 0.001..50.0f64),
            rect in rects(),
        ) {
            let bounds = Bounds { min: [x, y], max: [x + w, y + h] };
            let aspect = f64::from(rect.width() / rect.height());
            let seen = Transform::new(fit(&bounds, aspect), rect).visible();
            prop_assert!(seen.contains(bounds.min) && seen.contains(bounds.max), "{seen:?} {bounds:?}");
            // It is not wasteful either: one side is filled up to the margin.
            let filled = (w / seen.width()).max(h / seen.height());
            prop_assert!((filled * FIT_MARGIN - 1.0).abs() < 1e-3, "{filled}");
        }

        #[test]
        fn zooming_keeps_the_point_under_the_pointer(
            camera in cameras(), rect in rects(), u in 0.0..1.0f32, v in 0.0..1.0f32, factor in 0.5..2.0f64,
        ) {
            let transform = Transform::new(camera, rect);
            let pointer = [rect.min[0] + u * rect.width(), rect.min[1] + v * rect.height()];
            let fixed = transform.data_from_page(pointer);
            let after = Transform::new(transform.zoomed(pointer, factor), rect);
            let moved = after.page_from_data(fixed);
            prop_assert!((moved[0] - pointer[0]).abs() < 0.01 && (moved[1] - pointer[1]).abs() < 0.01);
            prop_assert!((after.scale() / transform.scale() - factor).abs() < 1e-6);
        }
    }

    #[test]
    fn dragging_moves_the_data_with_the_pointer() {
        let rect = Rect::at([0.0, 0.0], [400.0, 200.0]);
        let camera = Camera {
            center: (1.0, 2.0),
            height: 10.0,
        };
        let before = Transform::new(camera, rect);
        let after = Transform::new(before.panned([30.0, -8.0]), rect);
        let p = before.page_from_data([0.5, 0.5]);
        let q = after.page_from_data([0.5, 0.5]);
        assert!((q[0] - p[0] - 30.0).abs() < 1e-3 && (q[1] - p[1] + 8.0).abs() < 1e-3);
    }

    #[test]
    fn a_single_dot_gets_a_unit_box() {
        let dot = Bounds {
            min: [3.0, 4.0],
            max: [3.0, 4.0],
        };
        let camera = fit(&dot, 1.5);
        assert_eq!((camera.center, camera.height), ((3.0, 4.0), 1.0));
    }
}
