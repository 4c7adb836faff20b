//! The families of densities and their numbers.

use std::mem::discriminant;

use egui::{Button, DragValue, Ui};

use crate::flow::distribution::{CLASSES, Component, Distribution, Shape};
use crate::scene::theme::Theme;

use super::widgets::{combo_box, note_ui, number_ui, row_ui, slider_ui};

/// Components and rings that the panel offers; a file may have more.
const MAX_PARTS: usize = 12;

/// The box that offers the families; `true` if an empty drawing was chosen.
pub fn family_ui(ui: &mut Ui, name: &str, density: &mut Distribution) -> bool {
    let mut wants_brush = false;
    let tooltip = "The family that points are drawn from: a point is scale · z + shift.";
    combo_box(ui, name)
        .selected_text(density.shape.name())
        .show_ui(ui, |ui| {
            for offered in Shape::gallery() {
                let chosen = discriminant(&offered.shape) == discriminant(&density.shape);
                let item = Button::selectable(chosen, offered.shape.name());
                let item = ui.add(item).on_hover_text(formula_of(&offered.shape));
                if item.clicked() && !chosen {
                    wants_brush = matches!(offered.shape, Shape::Drawn(_));
                    *density = offered;
                }
            }
        })
        .response
        .on_hover_text(tooltip)
        .accessible_name(name);
    wants_brush
}

/// The numbers of a density: those of its family, then scale and shift.
pub fn numbers_ui(ui: &mut Ui, theme: &Theme, density: &mut Distribution) {
    shape_ui(ui, theme, &mut density.shape);
    let speed = 0.01 * density.scale.abs().max(0.01);
    let scale = DragValue::new(&mut density.scale)
        .range(0.01..=100.0)
        .speed(speed);
    number_ui(ui, theme, "Scale", "A point is scale · z + shift.", scale);
    row_ui(ui, theme, "Shift", "A point is scale · z + shift.", |ui| {
        let (x, y) = &mut density.shift;
        pair_ui(ui, ("Shift x", x), ("Shift y", y));
    });
}

/// Two coordinates side by side.
fn pair_ui(ui: &mut Ui, first: (&str, &mut f64), second: (&str, &mut f64)) {
    let half = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
    let size = egui::Vec2::new(half, ui.spacing().interact_size.y);
    for (name, value) in [first, second] {
        let number = DragValue::new(value)
            .range(-1000.0..=1000.0)
            .speed(0.02)
            .max_decimals(3);
        let number = number
            .update_while_editing(false)
            .clamp_existing_to_range(false);
        ui.add_sized(size, number)
            .on_hover_text(name)
            .accessible_name(name);
    }
}

fn shape_ui(ui: &mut Ui, theme: &Theme, shape: &mut Shape) {
    let formula = formula_of(shape);
    let slider = |ui: &mut Ui, name: &str, value: &mut f64, range| {
        slider_ui(ui, theme, name, formula, value, range);
    };
    match shape {
        Shape::Gaussian { std } => slider(ui, "Std", std, 0.05..=5.0),
        Shape::Mixture { components } => mixture_ui(ui, theme, components),
        Shape::EightGaussians { radius, std } => {
            slider(ui, "Radius", radius, 0.5..=10.0);
            slider(ui, "Std", std, 0.02..=2.0);
        }
        Shape::Moons { noise } | Shape::SCurve { noise } => slider(ui, "Noise", noise, 0.0..=0.5),
        Shape::SwissRoll { noise } => slider(ui, "Noise", noise, 0.0..=3.0),
        Shape::Checkerboard => {
            note_ui(ui, theme, formula);
        }
        Shape::Rings { radii, noise } => {
            rings_ui(ui, theme, radii);
            slider(ui, "Noise", noise, 0.0..=0.5);
        }
        Shape::Spirals { turns, noise } => {
            slider(ui, "Turns", turns, 0.25..=4.0);
            slider(ui, "Noise", noise, 0.0..=0.5);
        }
        Shape::Pinwheel {
            arms,
            radial_std,
            tangential_std,
            rate,
        } => {
            let number = DragValue::new(arms).range(1..=24_u32).speed(0.05);
            number_ui(ui, theme, "Arms", formula, number);
            slider(ui, "Along", radial_std, 0.01..=1.0);
            slider(ui, "Across", tangential_std, 0.01..=0.5);
            slider(ui, "Twist", rate, -1.0..=1.0);
        }
        Shape::Uniform { width, height } => {
            slider(ui, "Width", width, 0.1..=12.0);
            slider(ui, "Height", height, 0.1..=12.0);
        }
        Shape::Drawn(_) => {
            let text = "Painted by hand; Draw takes the brush, Undo brings strokes back.";
            note_ui(ui, theme, text);
        }
    }
}

/// Weight, mean and spread of each Gaussian.
fn mixture_ui(ui: &mut Ui, theme: &Theme, components: &mut Vec<Component>) {
    let formula =
        "Σ w_k N(m_k, s_k² I): mean, standard deviation and relative weight of each Gaussian.";
    for (k, component) in components.iter_mut().take(MAX_PARTS).enumerate() {
        row_ui(ui, theme, &format!("Mean {}", k + 1), formula, |ui| {
            let (x, y) = &mut component.mean;
            let names = (format!("Mean {} x", k + 1), format!("Mean {} y", k + 1));
            pair_ui(ui, (&names.0, x), (&names.1, y));
        });
        let range = 0.02..=3.0;
        slider_ui(
            ui,
            theme,
            &format!("Std {}", k + 1),
            formula,
            &mut component.std,
            range,
        );
        let weight = DragValue::new(&mut component.weight)
            .range(0.0..=1e6)
            .speed(0.01);
        number_ui(
            ui,
            theme,
            &format!("Weight {}", k + 1),
            "w_k, relative to the other weights; at least one is positive.",
            weight,
        );
        let class = DragValue::new(&mut component.class)
            .range(0..=CLASSES)
            .speed(0.03);
        number_ui(
            ui,
            theme,
            &format!("Class {}", k + 1),
            "The class of its points, 1 to 8, which class-wise OT pairs by; 0 for none.",
            class,
        );
    }
    let part = components.last().copied().unwrap_or(Component {
        weight: 1.0,
        mean: (0.0, 0.0),
        std: 0.5,
        class: 0,
    });
    parts_ui(ui, theme, "Gaussians", components, part);
}

/// The radius of each ring.
fn rings_ui(ui: &mut Ui, theme: &Theme, radii: &mut Vec<f64>) {
    let formula = "Circles about the origin, all equally likely.";
    for (k, radius) in radii.iter_mut().take(MAX_PARTS).enumerate() {
        slider_ui(
            ui,
            theme,
            &format!("Radius {}", k + 1),
            formula,
            radius,
            0.1..=6.0,
        );
    }
    let part = radii.last().map_or(1.0, |radius| radius + 1.0);
    parts_ui(ui, theme, "Rings", radii, part);
}

/// Adds and removes the last part.
fn parts_ui<T>(ui: &mut Ui, theme: &Theme, name: &str, parts: &mut Vec<T>, another: T) {
    row_ui(ui, theme, name, "How many there are.", |ui| {
        let fewer = ui.add_enabled(parts.len() > 1, Button::new("Remove"));
        let more = ui.add_enabled(parts.len() < MAX_PARTS, Button::new("Add"));
        if fewer.on_hover_text("Remove the last one.").clicked() {
            parts.pop();
        }
        if more.on_hover_text("Add one more.").clicked() {
            parts.push(another);
        }
    });
}

/// How a point z of the family comes about.
fn formula_of(shape: &Shape) -> &'static str {
    match shape {
        Shape::Gaussian { .. } => "z ~ N(0, std² I)",
        Shape::Mixture { .. } => "z ~ Σ w_k N(m_k, s_k² I)",
        Shape::EightGaussians { .. } => {
            "Eight equal Gaussians N(radius (cos kπ/4, sin kπ/4), std² I)"
        }
        Shape::Moons { .. } => {
            "(cos a, sin a) or (1 − cos a, 1/2 − sin a), a in [0, π], plus noise"
        }
        Shape::SCurve { .. } => "(sin a, sign(a) (cos a − 1)), a in ±3π/2, plus noise",
        Shape::Checkerboard => "Uniform on eight squares of a 4 × 4 board of half-width 2 / 0.45.",
        Shape::Rings { .. } => "Circles about the origin, all equally likely, plus noise",
        Shape::Spirals { .. } => "±r (cos a, sin a), r = 3 √U, a = 2π turns r / 3, plus noise",
        Shape::Pinwheel { .. } => "Blades on a circle of radius 1, turned by rate · exp(distance)",
        Shape::SwissRoll { .. } => "a (cos a, sin a), a in [3π/2, 9π/2], plus noise",
        Shape::Uniform { .. } => "Uniform on a box about the origin",
        Shape::Drawn(_) => "Painted by hand on the canvas: 256 × 256 cells, sampled exactly",
    }
}
