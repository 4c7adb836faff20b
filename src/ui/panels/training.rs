//! How the network learns, where, and the solver that carries the particles.

use egui::{CollapsingHeader, DragValue, Ui};

use crate::experiment::{Experiment, Optimizer, Problem, Readout, Training};
use crate::flow::sde::Sampler;
use crate::flow::solver::Solver;
use crate::flow::vocabulary::Vocabulary;
use crate::model::DeviceChoice;
use crate::scene::theme::Theme;
use crate::session::Advance;

use super::super::command::Command;
use super::super::editor::Group;
use super::super::lab::Lab;
use super::links::Head;
use super::status::grouped;
use super::velocity::NOTHING_TRAINED;
use super::vocabulary::{constants_ui, member_ui, offered_ui};
use super::widgets::{choice_ui, combo_box, note_ui, number_ui, row_ui};

/// Of an optimizer's constants the first one is the rate, which is changed most; the others are under More.
const RATE: usize = 1;

/// The training loop's settings; all of them apply to the running training.
pub fn training_ui(ui: &mut Ui, theme: &Theme, draft: &mut Experiment, head: &mut Head<'_>) {
    head.heading_ui(ui, theme, "TRAINING", Group::Training);
    if !draft.problem.velocity.is_learned() {
        note_ui(ui, theme, NOTHING_TRAINED);
    }
    optimizer_ui(ui, theme, &mut draft.training.optimizer);
    let batch = DragValue::new(&mut draft.training.batch)
        .range(Training::BATCHES)
        .speed(4.0);
    let formula = "Pairs (x₀, x₁) per step: the loss is the mean over them.";
    number_ui(ui, theme, "Batch", formula, batch);
    let steps = DragValue::new(&mut draft.training.steps)
        .range(1..=*Training::STEPS.end())
        .speed(200.0)
        .custom_formatter(|n, _| grouped(n as u64))
        .custom_parser(|text| text.replace(',', "").trim().parse().ok());
    let formula = "Optimizer steps until training is finished; Train goes on for as many again.";
    number_ui(ui, theme, "Steps", formula, steps);
    if head.lab.editor.lanes().len() > 1 {
        advance_ui(ui, theme, head);
    }
    device_ui(ui, theme, head.lab, head.commands);
    CollapsingHeader::new("More")
        .id_salt("more training")
        .show_unindented(ui, |ui| {
            more_ui(ui, theme, &mut draft.training, &mut draft.problem.noise);
            let seed = DragValue::new(&mut draft.seed).speed(0.05);
            let formula = "Seed of every random number. Changing it starts new weights; the same seed gives the same losses on the CPU.";
            number_ui(ui, theme, "Seed", formula, seed);
        });
}

/// The solver of the trajectories, and whether they are those of the ODE.
pub fn solver_ui(ui: &mut Ui, theme: &Theme, draft: &mut Experiment, head: &mut Head<'_>) {
    head.heading_ui(ui, theme, "SOLVER", Group::Solver);
    let Readout {
        solver, sampler, ..
    } = &mut draft.readout;
    let offered = Solver::ALL.map(|other| {
        let explanation = format!("{}: {}", other.formula(), other.hint());
        (other.with_constants_of(*solver), explanation)
    });
    let offered = offered
        .each_ref()
        .map(|(other, explanation)| (*other, other.name(), explanation.as_str()));
    let formula =
        "How dZ/dt = v(Z, t) is solved from t = 0 to t = 1, for display and for the metrics.";
    choice_ui(ui, theme, "Method", formula, solver, &offered);
    constants_ui(ui, theme, solver.entry().constants, solver);
    let formula = "By the ODE, or by the SDE with the same densities at every t: dX = (u + g grad log p_t) dt + √(2 g) dW, by \
                   Euler-Maruyama over the solver's steps.";
    let problem = &draft.problem;
    let refused = |sampler: &Sampler| match sampler.is_ode() {
        true => None,
        false => problem.score_scale().err(),
    };
    offered_ui(ui, theme, ("Sampler", formula), sampler, refused);
    constants_ui(ui, theme, sampler.entry().constants, sampler);
}

/// How lanes that train go forward together.
fn advance_ui(ui: &mut Ui, theme: &Theme, head: &mut Head<'_>) {
    let offered = [
        (
            Advance::EqualSteps,
            "equal steps",
            "Every lane has taken as many optimizer steps as the others: the one that is behind comes first.",
        ),
        (
            Advance::EqualTime,
            "equal time",
            "Every lane trains for as long as the others: a cheaper one takes more steps.",
        ),
    ];
    let formula = "What is equal between the lanes while they train.";
    let mut advance = head.lab.advance;
    if choice_ui(ui, theme, "Lanes", formula, &mut advance, &offered) {
        head.commands.push(Command::SetAdvance(advance));
    }
}

fn optimizer_ui(ui: &mut Ui, theme: &Theme, optimizer: &mut Optimizer) {
    let formula = "How the weights follow the gradient of the loss.";
    let before = *optimizer;
    if member_ui(ui, theme, "Optimizer", formula, optimizer) {
        *optimizer = optimizer.with_constants_of(before);
    }
    constants_ui(ui, theme, &optimizer.entry().constants[..RATE], optimizer);
}

/// What is changed less often.
fn more_ui(ui: &mut Ui, theme: &Theme, training: &mut Training, noise: &mut f64) {
    let optimizer = &mut training.optimizer;
    constants_ui(ui, theme, &optimizer.entry().constants[RATE..], optimizer);
    let formula = "The learning rate over the steps, as a factor of lr.";
    let schedule = &mut training.schedule;
    member_ui(ui, theme, "Schedule", formula, schedule);
    constants_ui(ui, theme, schedule.entry().constants, schedule);
    let formula = "Standard deviation of extra noise on x_t, in canvas units: x_t + σ ε.";
    let noise = DragValue::new(noise)
        .range(Problem::NOISE)
        .speed(0.002)
        .max_decimals(4);
    number_ui(ui, theme, "Noise σ", formula, noise);
    let formula = "Averaged weights for display: θ̄ ← e θ̄ + (1 − e) θ after every step; 0 shows the raw weights.";
    let ema = DragValue::new(&mut training.ema)
        .range(Training::DECAYS)
        .speed(0.0005)
        .max_decimals(6);
    number_ui(ui, theme, "EMA", formula, ema);
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
