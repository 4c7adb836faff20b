//! Moving the camera: drag pans, the wheel and two fingers zoom at the pointer, a double click fits.

use egui::{PointerButton, Response, Ui};

use crate::experiment::Camera;

use super::super::command::Tool;
use super::place::Place;

/// Zoom per point of scrolling: a notch of a wheel (40 points) is a fifth.
const ZOOM_PER_POINT: f32 = 0.005;

/// What the pointer asks for this frame: nothing, to fit (`Some(None)`), or a camera.
pub fn navigate(ui: &Ui, response: &Response, place: &Place, tool: Tool) -> Option<Option<Camera>> {
    if tool != Tool::Brush && response.double_clicked() {
        return Some(None);
    }
    let mut transform = place.transform;
    let pans = response.dragged_by(PointerButton::Middle)
        || (tool != Tool::Brush && response.dragged_by(PointerButton::Primary));
    let delta = response.drag_delta();
    let mut camera = (pans && delta != egui::Vec2::ZERO).then(|| transform.panned(delta.into()));
    if let Some(camera) = camera {
        transform = crate::scene::Transform::new(camera, transform.rect());
    }
    if let Some(pointer) = response.hover_pos() {
        let (scrolled, pinched) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = pinched * (ZOOM_PER_POINT * scrolled).exp();
        if factor != 1.0 && factor.is_finite() {
            camera = Some(transform.zoomed(place.page_at(pointer), f64::from(factor)));
        }
    }
    camera.map(Some)
}
