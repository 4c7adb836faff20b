//! How the network learns, where, and the solver that carries the particles.

use egui::{CollapsingHeader, DragValue, Ui};

use crate::experiment::{Experiment, LearningRate, Optimizer, Training};
use crate::flow::solver::{MAX_STEPS, Solver};
use crate::model::DeviceChoice;
use crate::scene::theme::Theme;

use super::super::command::Command;
use super::super::lab::Lab;
use super::status::grouped;
use super::widgets::{choice_ui, combo_box, heading_ui, number_ui, row_ui};

/// The training loop's settings; all of them apply to the running training.
pub fn training_ui(
    ui: &mut Ui,
    theme: &Theme,
    lab: &Lab,
    draft: &mut Experiment,
    commands: &mut Vec<Command>,
) {
    heading_ui(ui, theme, "TRAINING");
    optimizer_ui(ui, theme, &mut draft.training.optimizer);
    let batch = DragValue::new(&mut draft.training.batch)
        .range(1..=65_536)
        .speed(4.0);
    let formula = "Pairs (x₀, x₁) per step: the loss is the mean over them.";
    number_ui(ui, theme, "Batch", formula, batch);
    let steps = DragValue::new(&mut draft.training.steps)
        .range(1..=100_000_000_u64)
        .speed(200.0)
        .custom_formatter(|n, _| grouped(n as u64))
        .custom_parser(|text| text.replace(',', "").trim().parse().ok());
    let formula = "Optimizer steps until training is finished; Train goes on for as many again.";
    number_ui(ui, theme, "Steps", formula, steps);
    device_ui(ui, theme, lab, commands);
    CollapsingHeader::new("More")
        .id_salt("more training")
        .show_unindented(ui, |ui| {
            more_ui(ui, theme, &mut draft.training, &mut draft.problem.noise);
            let seed = DragValue::new(&mut draft.seed).speed(0.05);
            let formula = "Seed of every random number. Changing it starts new weights; the same seed gives the same losses on the CPU.";
            number_ui(ui, theme, "Seed", formula, seed);
        });
}

/// The solver of the trajectories.
pub fn solver_ui(ui: &mut Ui, theme: &Theme, solver: &mut Solver) {
    heading_ui(ui, theme, "SOLVER");
    let steps = solver.steps();
    let offered = [
        (
            Solver::Euler { steps },
            "Euler",
            "z + h v(z, t): order 1, one evaluation a step.",
        ),
        (
            Solver::Midpoint { steps },
            "midpoint",
            "z + h v(z + h/2 v(z, t), t + h/2): order 2, two evaluations a step.",
        ),
        (
            Solver::Heun { steps },
            "Heun",
            "z + h/2 (v(z, t) + v(z + h v(z, t), t + h)): order 2, two evaluations a step.",
        ),
        (
            Solver::Rk4 { steps },
            "RK4",
            "The classical Runge-Kutta method: order 4, four evaluations a step.",
        ),
    ];
    let formula =
        "How dZ/dt = v(Z, t) is solved from t = 0 to t = 1, for display and for the metrics.";
    choice_ui(ui, theme, "Method", formula, solver, &offered);
    let mut steps = solver.steps();
    let number = DragValue::new(&mut steps).range(1..=MAX_STEPS).speed(0.5);
    let formula = "Equal steps N: h = 1 / N; NFE = N times the evaluations a step.";
    number_ui(ui, theme, "Steps N", formula, number);
    *solver = solver.with_steps(steps);
}

fn optimizer_ui(ui: &mut Ui, theme: &Theme, optimizer: &mut Optimizer) {
    let formula = "How the weights follow the gradient of the loss.";
    let mut decayed = matches!(optimizer, Optimizer::AdamW { .. });
    let offered = [
        (
            false,
            "Adam",
            "θ ← θ − lr m / (√v + ε): Kingma & Ba, 1412.6980.",
        ),
        (
            true,
            "AdamW",
            "Adam, and θ ← (1 − lr λ) θ: Loshchilov & Hutter, 1711.05101.",
        ),
    ];
    if choice_ui(ui, theme, "Optimizer", formula, &mut decayed, &offered) {
        *optimizer = with_decay(*optimizer, decayed);
    }
    let (Optimizer::Adam { lr, .. } | Optimizer::AdamW { lr, .. }) = optimizer;
    let formula = "Learning rate lr: the size of a step, times the schedule's factor.";
    number_ui(ui, theme, "Rate", formula, scientific(lr, 0.0..=1e6));
}

/// The same constants, with or without weight decay.
fn with_decay(optimizer: Optimizer, decayed: bool) -> Optimizer {
    let (Optimizer::Adam {
        lr,
        beta_1,
        beta_2,
        epsilon,
    }
    | Optimizer::AdamW {
        lr,
        beta_1,
        beta_2,
        epsilon,
        ..
    }) = optimizer;
    if decayed {
        Optimizer::AdamW {
            lr,
            beta_1,
            beta_2,
            epsilon,
            weight_decay: 1e-5,
        }
    } else {
        Optimizer::Adam {
            lr,
            beta_1,
            beta_2,
            epsilon,
        }
    }
}

/// What is changed less often.
fn more_ui(ui: &mut Ui, theme: &Theme, training: &mut Training, noise: &mut f64) {
    let (Optimizer::Adam { beta_1, beta_2, .. } | Optimizer::AdamW { beta_1, beta_2, .. }) =
        &mut training.optimizer;
    let formula = "Decay of the mean of the gradients: m ← β₁ m + (1 − β₁) g.";
    number_ui(ui, theme, "β₁", formula, fraction(beta_1));
    let formula = "Decay of the mean of their squares: v ← β₂ v + (1 − β₂) g².";
    number_ui(ui, theme, "β₂", formula, fraction(beta_2));
    if let Optimizer::AdamW { weight_decay, .. } = &mut training.optimizer {
        let formula = "Weight decay λ: θ ← (1 − lr λ) θ before every step.";
        number_ui(
            ui,
            theme,
            "Decay λ",
            formula,
            scientific(weight_decay, 0.0..=10.0),
        );
    }
    schedule_ui(ui, theme, &mut training.schedule);
    let formula = "Standard deviation of extra noise on x_t, in canvas units: x_t + σ ε.";
    let noise = DragValue::new(noise)
        .range(0.0..=10.0)
        .speed(0.002)
        .max_decimals(4);
    number_ui(ui, theme, "Noise σ", formula, noise);
    let formula = "Averaged weights for display: θ̄ ← e θ̄ + (1 − e) θ after every step; 0 shows the raw weights.";
    number_ui(ui, theme, "EMA", formula, fraction(&mut training.ema));
}

fn schedule_ui(ui: &mut Ui, theme: &Theme, schedule: &mut LearningRate) {
    let formula = "The learning rate over the steps, as a factor of lr.";
    let mut cosine = matches!(schedule, LearningRate::Cosine { .. });
    let offered = [
        (false, "constant", "The same lr at every step."),
        (
            true,
            "cosine",
            "A linear rise, then (1 + cos(π n / N)) / 2, down to 0 at the last step.",
        ),
    ];
    if choice_ui(ui, theme, "Schedule", formula, &mut cosine, &offered) {
        *schedule = if cosine {
            LearningRate::Cosine { warmup: 500 }
        } else {
            LearningRate::Constant
        };
    }
    if let LearningRate::Cosine { warmup } = schedule {
        let number = DragValue::new(warmup)
            .range(0..=100_000_000_u64)
            .speed(10.0);
        number_ui(ui, theme, "Warm-up", "Steps of the linear rise.", number);
    }
}

/// The device, which belongs to the machine and not to the experiment.
fn device_ui(ui: &mut Ui, theme: &Theme, lab: &Lab, commands: &mut Vec<Command>) {
    let formula =
        "Where the training steps are computed; auto measures CPU and GPU and takes the faster.";
    row_ui(ui, theme, "Device", formula, |ui| {
        combo_box(ui, "device")
            .selected_text(label_of(lab.device))
            .show_ui(ui, |ui| devices_ui(ui, lab, commands))
            .response
            .on_hover_text(formula)
            .accessible_name("Device");
    });
}

fn devices_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    lab.look_for_devices();
    for device in lab.devices() {
        let chosen = device.choice == lab.device;
        let item = egui::Button::selectable(chosen, device.label.clone());
        let response = ui.add_enabled(device.problem.is_none(), item);
        if let Some(reason) = &device.problem {
            response.on_disabled_hover_text(reason.as_str());
        } else if response.on_hover_text(device_text(device.choice)).clicked() {
            commands.push(Command::SetDevice(device.choice));
        }
    }
}

fn device_text(choice: DeviceChoice) -> &'static str {
    match choice {
        DeviceChoice::Auto => "The faster of both, measured for this network.",
        DeviceChoice::Cpu => "All cores, in this program's own kernels.",
        DeviceChoice::Gpu => {
            "It passed the self-test: forward passes, a gradient and 20 steps agree with the CPU."
        }
    }
}

fn label_of(choice: DeviceChoice) -> &'static str {
    match choice {
        DeviceChoice::Auto => "auto",
        DeviceChoice::Cpu => "CPU",
        DeviceChoice::Gpu => "GPU",
    }
}

/// A number in scientific notation that is dragged in proportion to its size.
fn scientific(value: &mut f64, range: std::ops::RangeInclusive<f64>) -> DragValue<'_> {
    let speed = (0.01 * *value).max(1e-7);
    DragValue::new(value)
        .range(range)
        .speed(speed)
        .custom_formatter(|n, _| format!("{n:e}"))
        .custom_parser(|text| text.trim().parse().ok())
}

/// A decay in [0, 1).
fn fraction(value: &mut f64) -> DragValue<'_> {
    DragValue::new(value)
        .range(0.0..=0.999_999)
        .speed(0.0005)
        .max_decimals(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decay_comes_and_goes_without_touching_the_rest() {
        let adam = Training::default().optimizer;
        let there = with_decay(adam, true);
        assert!(matches!(there, Optimizer::AdamW { weight_decay, .. } if weight_decay == 1e-5));
        assert_eq!(with_decay(there, false), adam);
    }
}
