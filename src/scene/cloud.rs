//! The marks of a cloud: more dots than a back end should get one by one.
//!
//! The window hands the positions to the graphics card as they are; a figure gets a picture of them.

use std::sync::Arc;

use super::color::Color;
use super::image::Image;
use super::transform::Transform;
use crate::products::Cloud;

/// Pixels per point of a cloud's picture: 288 to the inch.
const PIXELS_PER_POINT: f32 = 4.0;

/// All particles of a cloud at one time, as discs of one size and colour.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudMarks {
    /// The particles.
    pub cloud: Arc<Cloud>,
    /// The time.
    pub t: f64,
    /// Where they lie on the page; what is outside its box does not show.
    pub transform: Transform,
    /// Radius, in points.
    pub radius: f32,
    /// Fill.
    pub color: Color,
}

impl CloudMarks {
    /// The discs painted over each other, as a picture over the box.
    pub fn image(&self) -> Image {
        let rect = self.transform.rect();
        let size = [rect.width(), rect.height()]
            .map(|side| (side * PIXELS_PER_POINT).round().max(1.0) as usize);
        let mut pixels = Pixels {
            size,
            clear: vec![1.0; size[0] * size[1]],
        };
        let brush = brush(self.radius * PIXELS_PER_POINT);
        for block in &self.cloud.blocks {
            for position in block.positions(self.t) {
                let page = self.transform.page_from_data(position.map(f64::from));
                let at = [0, 1].map(|k| ((page[k] - rect.min[k]) * PIXELS_PER_POINT).floor());
                pixels.dab(at, &brush);
            }
        }
        let opacities = pixels.clear.iter().map(|clear| 1.0 - clear);
        Image {
            rect,
            size,
            rgba: opacities
                .flat_map(|a| self.color.faded(a).to_array())
                .collect(),
        }
    }
}

/// How much of the ground still shows in every pixel.
struct Pixels {
    size: [usize; 2],
    clear: Vec<f32>,
}

/// A pixel of a disc: its place relative to the middle, and its coverage, 0 to 1.
type Dab = ([i32; 2], f32);

impl Pixels {
    fn dab(&mut self, at: [f32; 2], brush: &[Dab]) {
        let [columns, rows] = self.size.map(|n| n as i32);
        for &([dx, dy], coverage) in brush {
            // Out of reach saturates, so a particle far away stays outside.
            let (x, y) = (
                (at[0] as i32).saturating_add(dx),
                (at[1] as i32).saturating_add(dy),
            );
            if (0..columns).contains(&x) && (0..rows).contains(&y) {
                self.clear[(y * columns + x) as usize] *= 1.0 - coverage;
            }
        }
    }
}

/// The pixels of a disc of this radius in pixels around the middle of one. A disc smaller than a pixel keeps its area
/// by being fainter.
fn brush(radius: f32) -> Vec<Dab> {
    let drawn = radius.max(0.5);
    let fainter = (radius / drawn).powi(2);
    let reach = drawn.ceil() as i32;
    let square = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| [x, y]));
    let dabs = square.map(|[x, y]| {
        let coverage = (drawn + 0.5 - (x as f32).hypot(y as f32)).clamp(0.0, 1.0);
        ([x, y], fainter * coverage)
    });
    dabs.filter(|(_, coverage)| *coverage > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Rect;
    use super::*;
    use crate::experiment::Camera;
    use crate::products::CloudBlock;

    fn marks(points: Vec<[f32; 2]>) -> CloudMarks {
        let block = CloudBlock::new(vec![0.0], &[points]);
        let camera = Camera {
            center: (0.0, 0.0),
            height: 10.0,
        };
        CloudMarks {
            cloud: Arc::new(Cloud {
                step: 0,
                wanted: 1,
                carried: 1,
                device: "CPU".into(),
                blocks: vec![Arc::new(block)],
            }),
            t: 0.0,
            transform: Transform::new(camera, Rect::at([0.0, 0.0], [20.0, 10.0])),
            radius: 1.0,
            color: Color::hex(0x123456),
        }
    }

    /// Opacity summed over the picture, in square points.
    fn area(image: &Image) -> f32 {
        let opacity: f32 = image
            .rgba
            .chunks_exact(4)
            .map(|p| f32::from(p[3]) / 255.0)
            .sum();
        opacity / PIXELS_PER_POINT.powi(2)
    }

    #[test]
    fn a_particle_is_a_disc_where_it_lies_and_the_next_one_hides_part_of_what_is_left() {
        let image = marks(vec![[5.0, 2.0]]).image();
        assert_eq!(image.size, [80, 40]);
        let middle = 4 * (12 * 80 + 60);
        assert_eq!(image.rgba[middle..middle + 4], [0x12, 0x34, 0x56, 255]);
        assert!(
            (area(&image) / std::f32::consts::PI - 1.0).abs() < 0.12,
            "{}",
            area(&image)
        );
        let twice = marks(vec![[5.0, 2.0]; 2]).image();
        assert!(
            area(&twice) < 1.2 * area(&image),
            "it is not brighter than its ink"
        );
    }

    #[test]
    fn discs_below_a_pixel_keep_their_area() {
        let mut small = marks(
            (0..400)
                .map(|i| [(i % 20) as f32 - 9.5, 0.4 * (i / 20) as f32 - 4.0])
                .collect(),
        );
        small.radius = 0.06;
        let expected = 400.0 * std::f32::consts::PI * 0.06 * 0.06;
        let found = area(&small.image());
        assert!((found / expected - 1.0).abs() < 0.4, "{found} {expected}");
    }

    #[test]
    fn what_is_outside_does_not_show() {
        let far = marks(vec![[1e30, 0.0], [-1e30, 1e30], [100.0, 0.0]]).image();
        assert_eq!(area(&far), 0.0);
    }
}
