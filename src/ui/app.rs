//! The window: the laboratory with panels, canvas and dialogs around it, as an eframe application.
//!
//! A frame reads the newest [`Frames`] once, shows it, collects commands and applies them. It refuses to compute
//! anything, and it asks for another frame only while something moves.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::NativeOptions;
use egui::{CentralPanel, Context, Panel, Ui, Vec2, ViewportBuilder, ViewportCommand};

use crate::clock::{Instant, thread_time};
use crate::experiment::Experiment;
use crate::session::folder::Saved;
use crate::session::{Cores, Wake, autosave, memory};
use crate::snapshot::{Frames, RunState};

use super::actions;
use super::canvas::{Canvas, canvas_ui, cloud};
use super::command::Command;
use super::dialogs::{dialog_ui, native};
use super::frame_meter::FrameMeter;
use super::frame_pace::FramePace;
use super::icon::icon;
use super::lab::Lab;
use super::messages::messages_ui;
use super::panels::{Load, Panels, panels_ui};
use super::slow_motion::SlowMotion;
use super::studio::{self, Clip, Move};
use super::theme::{self, LECTURE_ZOOM};
use super::timeline;

/// The window's name for the desktop, which finds the entry with the icon by it.
pub const APP_ID: &str = "pushforward";
/// Between two looks at memory and processor.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Between two looks whether there is unsaved work to keep.
const KEEP_EVERY: Duration = Duration::from_secs(2);
/// Tessellation and what the graphics driver does on this thread are taken to need no more CPU time than this.
const MAX_PAINTING: Duration = Duration::from_millis(5);

/// What the window opens on.
pub struct Start {
    /// What is studied; legal.
    pub experiment: Experiment,
    /// What training goes on from, lane by lane; empty if it begins.
    pub trained: Vec<Option<Saved>>,
    /// The experiment's file.
    pub file: Option<PathBuf>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The window system or the graphics refused.
    #[error(
        "the window cannot be opened ({0}); `pushforward run EXPERIMENT` does the same without one"
    )]
    Window(String),
    /// The system has no thread to give.
    #[error("the session cannot be started: {0}")]
    Session(#[from] io::Error),
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If there is no window system, no graphics or no thread to be had.
pub fn launch(start: Start) -> Result<(), LaunchError> {
    let viewport = ViewportBuilder::default()
        .with_title("Pushforward")
        .with_app_id(APP_ID)
        .with_icon(icon().unwrap_or_default())
        .with_inner_size(Vec2::new(1600.0, 1000.0))
        .with_min_inner_size(Vec2::new(900.0, 600.0))
        .with_drag_and_drop(true);
    let options = NativeOptions {
        viewport,
        persist_window: false,
        ..NativeOptions::default()
    };
    let mut failed = None;
    let outcome = eframe::run_native(
        "Pushforward",
        options,
        Box::new(|cc| {
            if let Some(render) = &cc.wgpu_render_state {
                survive_graphics_errors(&render.device);
                cloud::install(
                    &mut render.renderer.write(),
                    &render.device,
                    render.target_format,
                );
            }
            let app = App::new(&cc.egui_ctx, start).map_err(|error| {
                let text = error.to_string();
                failed = Some(error);
                text
            })?;
            Ok(Box::new(app))
        }),
    );
    match (failed, outcome) {
        (Some(error), _) => Err(error.into()),
        (None, Err(error)) => Err(LaunchError::Window(error.to_string())),
        (None, Ok(())) => Ok(()),
    }
}

/// wgpu panics on an error without a handler; a bad frame must not end the training.
fn survive_graphics_errors(device: &wgpu::Device) {
    let report = |error: wgpu::Error| eprintln!("pushforward: graphics: {error}");
    device.on_uncaptured_error(Arc::new(report));
}

/// The laboratory and what its window remembers from frame to frame.
pub struct App {
    /// All state that is not egui's.
    pub lab: Lab,
    panels: Panels,
    canvas: Canvas,
    load: Load,
    pace: FramePace,
    meter: FrameMeter,
    cores: usize,
    /// What style and scale the window has: dark, lecture.
    styled: Option<(bool, bool)>,
    /// When memory and processor were looked at last, and all CPU time that was spent then.
    looked: Instant,
    spent_before: Duration,
    /// When unsaved work was kept last.
    kept: Instant,
}

impl App {
    /// Starts the session; training begins by itself, except on a finished run.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn new(ctx: &Context, start: Start) -> io::Result<Self> {
        let waker = ctx.clone();
        let pace = FramePace::default();
        let shared = pace.clone();
        let wake: Wake = Arc::new(move || waker.request_repaint_after(shared.interval()));
        let Start {
            experiment,
            trained,
            file,
        } = start;
        let mut lab = Lab::of_trained(experiment, file, &trained, wake)?;
        if let Some(picker) = native::picker() {
            lab.use_picker(picker);
        }
        lab.keep_in(autosave::folder());
        lab.remember_in(autosave::folder());
        Ok(Self {
            pace,
            ..Self::around(lab)
        })
    }

    /// The window around a laboratory that runs already.
    pub fn around(lab: Lab) -> Self {
        Self {
            lab,
            panels: Panels::default(),
            canvas: Canvas::default(),
            load: Load::default(),
            pace: FramePace::default(),
            meter: FrameMeter::default(),
            cores: Cores::all().threads(),
            styled: None,
            looked: Instant::now(),
            spent_before: Duration::ZERO,
            kept: Instant::now(),
        }
    }

    /// What happens without painting: events, closing, the play head. Cheap, for it also runs while hidden.
    pub fn logic(&mut self, ctx: &Context) {
        self.lab.tick();
        let (hidden, close, dt) = ctx.input(|input| {
            let viewport = input.viewport();
            let hidden = viewport.visible() == Some(false);
            (hidden, viewport.close_requested(), input.unstable_dt)
        });
        if close && !self.lab.closing {
            self.lab.apply(Command::Quit);
            if !self.lab.closing {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
        } else if self.lab.closing && !close {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        self.keep_unsaved(ctx);
        if !hidden {
            self.lab.advance(f64::from(dt));
            let slow = self.lab.slow_motion.as_ref();
            let slow_moves = slow.is_some_and(SlowMotion::moves);
            if self.lab.play.playing || self.lab.training.playing || slow_moves {
                ctx.request_repaint_after(self.pace.interval());
            }
        }
    }

    /// Keeps unsaved work every now and then, also when nothing else asks for another frame.
    fn keep_unsaved(&mut self, ctx: &Context) {
        if !self.lab.has_unkept() {
            return;
        }
        match KEEP_EVERY.checked_sub(self.kept.elapsed()) {
            Some(left) => ctx.request_repaint_after(left),
            None => {
                self.kept = Instant::now();
                self.lab.keep_unsaved();
            }
        }
    }

    /// One frame of the window.
    pub fn show(&mut self, ui: &mut Ui) {
        let start = thread_time().ok();
        let _core = self.lab.lend_core();
        let ctx = ui.ctx().clone();
        if self.styled.is_none() {
            // New fonts are there from the next pass on; this one has nothing to show.
            self.style(&ctx);
            return ctx.request_discard("the fonts are new");
        }
        self.style(&ctx);
        match self.lab.take_clip() {
            Some(Clip::Text(text)) => ctx.copy_text(text),
            Some(Clip::Picture(pixels)) => {
                let image = egui::ColorImage::from_rgba_unmultiplied(pixels.size, &pixels.rgba);
                ctx.copy_image(image);
            }
            None => {}
        }
        let frames = self.lab.frames();
        let mut commands = self.input(&ctx);
        self.contents(ui, &frames, &mut commands);
        if let Some(seen) = self.canvas.seen() {
            self.lab.look(seen);
        }
        for command in commands {
            self.lab.apply(command);
        }
        if !ctx.input(|input| input.pointer.any_down()) && !ctx.text_edit_focused() {
            self.lab.settle();
        }
        self.note_load(start, &frames);
        // Painting follows, on this thread, and its end is not reported.
        let painting = Duration::from_secs_f64(self.meter.painting_secs());
        self.lab.lend_core_for(painting.min(MAX_PAINTING));
    }

    fn style(&mut self, ctx: &Context) {
        let (dark, lecture) = (self.lab.dark, self.lab.lecture);
        let styled = self.styled.replace((dark, lecture));
        if styled.map(|(dark, _)| dark) != Some(dark) {
            theme::apply(ctx, dark);
        }
        match (styled.is_some_and(|(_, lecture)| lecture), lecture) {
            (false, true) => ctx.set_zoom_factor(ctx.zoom_factor() * LECTURE_ZOOM),
            (true, false) => ctx.set_zoom_factor(ctx.zoom_factor() / LECTURE_ZOOM),
            _ => {}
        }
    }

    /// Commands of keys and dropped files.
    fn input(&self, ctx: &Context) -> Vec<Command> {
        let mut commands = actions::pressed(ctx, &self.lab);
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        let paths = dropped.into_iter().map(|file| file.path().to_owned());
        commands.extend(paths.map(Command::Open));
        // Whatever has the focus, such as a text or a table, has had its chance to copy.
        let copies = |event: &egui::Event| matches!(event, egui::Event::Copy);
        let asked = ctx.input(|input| input.events.iter().any(copies));
        let is_free = ctx.memory(|memory| memory.focused().is_none()) && self.lab.dialog.is_none();
        if asked && is_free {
            commands.push(Command::Studio(Move::CopyPicture));
        }
        commands
    }

    fn contents(&mut self, ui: &mut Ui, frames: &Frames, commands: &mut Vec<Command>) {
        let lab = &self.lab;
        if !lab.lecture {
            panels_ui(ui, &mut self.panels, lab, frames, &self.load, commands);
        }
        let width = ui.available_width();
        Panel::bottom("timeline")
            .exact_size(timeline::height(width))
            .resizable(false)
            .show_separator_line(false)
            .frame(egui::Frame::NONE)
            .show(ui, |ui| timeline::timeline_ui(ui, lab, frames, commands));
        CentralPanel::no_frame().show(ui, |ui| {
            messages_ui(ui, lab, commands);
            canvas_ui(ui, &mut self.canvas, lab, frames, commands);
        });
        studio::toasts_ui(ui.ctx(), lab, commands);
        self.lab
            .show_dialog(|dialog, lab| dialog_ui(ui.ctx(), dialog, lab, commands));
    }

    fn note_load(&mut self, start: Option<Duration>, frames: &Frames) {
        if let (Some(start), Ok(now)) = (start, thread_time()) {
            self.meter.note(start, now);
        }
        let frame_secs = self.meter.frame_secs();
        self.load.frame_ms = 1e3 * frame_secs;
        let mut states = frames.iter().map(|frame| &frame.state);
        let trains = states.any(|state| *state == RunState::Running);
        self.pace.choose(frame_secs, self.cores, trains);
        let elapsed = self.looked.elapsed();
        if elapsed > LOOK_EVERY {
            self.looked = Instant::now();
            self.load.memory_mb = memory::resident_mb();
            let spent = self.meter.spent() + self.lab.background_time();
            let share = spent.saturating_sub(self.spent_before).as_secs_f64()
                / (elapsed.as_secs_f64() * self.cores as f64);
            self.load.window_share = share;
            self.spent_before = spent;
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.logic(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }
}
