//! The picture of a figure that is being set up: the newest request wins.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::{Figure, Layer};
use crate::export::png::{Pixels, pixels};
use crate::export::{Options, flatten};
use crate::scene::caption::Caption;

use super::super::Wake;
use super::super::crew::Crew;
use super::super::export::{ffmpeg, options};
use super::super::observer::{Progress, RunError, RunObserver};
use super::super::thread::{Joined, caught};
use super::shown::Shown;

/// Pictures of what moves by itself begin no sooner after the last one than this.
const LIVE_EVERY: Duration = Duration::from_secs(1);
/// Nor sooner than this many times as long as that one took: the rest of the time is training's.
const LIVE_SHARE: f64 = 4.0;
/// Most pixels of a preview: what is larger is shown with fewer dots per inch.
const MAX_PIXELS: f64 = 6e6;

/// A figure to look at.
#[derive(Clone)]
pub struct Request {
    /// Of what.
    pub shown: Shown,
    /// The figure.
    pub figure: Figure,
    /// Dots per inch of the screen at the zoom that is chosen; no more than the figure's own are used.
    pub dpi: f64,
    /// What it shows moves by itself, as training does: it need not be drawn at once.
    pub is_live: bool,
    /// The numbers of each lane, if they need not be measured anew.
    pub measured: Option<Vec<Vec<String>>>,
}

/// What became of a request.
pub struct Preview {
    /// The figure that was asked for.
    pub figure: Figure,
    /// The picture, or a sentence that says why there is none.
    pub picture: Result<Picture, String>,
    /// Seconds that it took.
    pub secs: f64,
}

/// A picture of a figure.
pub struct Picture {
    /// Its pixels.
    pub pixels: Pixels,
    /// Width and height of the page, in points.
    pub size: [f32; 2],
    /// Characters that no font has.
    pub missing: String,
    /// The formulas that stand as they are written, each with why.
    pub unset: Vec<String>,
    /// The layers that are pictures in vector formats: as vectors they would be too many.
    pub flattened: Vec<Layer>,
    /// What stands under it in a paper.
    pub caption: Caption,
}

/// The thread that makes pictures.
pub(super) struct Previews {
    shared: Arc<Shared>,
    _thread: Joined,
}

struct Shared {
    state: Mutex<State>,
    asked: Condvar,
    /// A newer request is there, or the studio is gone.
    outdated: AtomicBool,
    wake: Wake,
}

#[derive(Default)]
struct State {
    request: Option<Request>,
    newest: Option<Arc<Preview>>,
    mp4: Option<Result<(), String>>,
    is_busy: bool,
    is_over: bool,
    /// When the last picture was ready, and what it took.
    last: Option<(Instant, f64)>,
}

impl State {
    /// How long a picture of what moves by itself has to wait.
    fn rest(&self) -> Duration {
        let Some((ended, secs)) = self.last else {
            return Duration::ZERO;
        };
        let rest = LIVE_EVERY.max(Duration::from_secs_f64(LIVE_SHARE * secs));
        rest.saturating_sub(ended.elapsed())
    }
}

impl Previews {
    pub fn spawn(wake: Wake) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            asked: Condvar::new(),
            outdated: AtomicBool::new(false),
            wake,
        });
        let own = Arc::clone(&shared);
        let thread = Joined::spawn("studio previews", move || own.serve())?;
        Ok(Self {
            shared,
            _thread: thread,
        })
    }

    pub fn ask(&self, request: Request) {
        let mut state = self.shared.lock();
        // What moves by itself would never come to its end if it gave way to what follows.
        let at_once = !request.is_live || state.request.as_ref().is_some_and(|old| !old.is_live);
        if !request.is_live {
            self.shared.outdated.store(true, Ordering::Relaxed);
        }
        let is_live = !at_once;
        state.request = Some(Request { is_live, ..request });
        drop(state);
        self.shared.asked.notify_one();
    }

    pub fn newest(&self) -> Option<Arc<Preview>> {
        self.shared.lock().newest.clone()
    }

    pub fn is_busy(&self) -> bool {
        let state = self.shared.lock();
        state.is_busy || state.request.is_some()
    }

    pub fn mp4(&self) -> Option<Result<(), String>> {
        self.shared.lock().mp4.clone()
    }
}

impl Drop for Previews {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.outdated.store(true, Ordering::Relaxed);
        self.shared.asked.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mp4 = ffmpeg::available().map(drop);
        self.lock().mp4 = Some(mp4);
        (self.wake)();
        let crew = Crew::alone();
        while let Some(request) = self.next() {
            let start = Instant::now();
            let made = caught(|| picture(&request, &crew, &mut Outdated(&self.outdated)));
            let made =
                made.unwrap_or_else(|panic| Err(RunError::Failed(format!("It panicked: {panic}"))));
            let secs = start.elapsed().as_secs_f64();
            let mut state = self.lock();
            state.is_busy = false;
            state.last = Some((Instant::now(), secs));
            let picture = match made {
                Ok(None) => continue,
                Ok(Some(picture)) => Ok(picture),
                Err(error) => Err(error.to_string()),
            };
            state.newest = Some(Arc::new(Preview {
                figure: request.figure,
                picture,
                secs,
            }));
            drop(state);
            (self.wake)();
        }
    }

    /// Waits for a request; none when the studio is gone.
    fn next(&self) -> Option<Request> {
        let mut state = self.lock();
        loop {
            if state.is_over {
                return None;
            }
            let rest = match &state.request {
                None => None,
                Some(request) if request.is_live => Some(state.rest()),
                Some(_) => Some(Duration::ZERO),
            };
            state = match rest {
                None => self
                    .asked
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => {
                    let request = state.request.take();
                    state.is_busy = true;
                    self.outdated.store(false, Ordering::Relaxed);
                    return request;
                }
                Some(rest) => {
                    let waited = self.asked.wait_timeout(state, rest);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

fn picture(
    request: &Request,
    crew: &Crew,
    observer: &mut dyn RunObserver,
) -> Result<Option<Picture>, RunError> {
    let (shown, figure) = (&request.shown, &request.figure);
    let options = options(figure, &shown.experiment)?;
    let Some(drawn) = shown.draw(figure, request.measured.as_deref(), crew, observer)? else {
        return Ok(None);
    };
    let size = drawn.scene.size;
    let area = f64::from(size[0]) * f64::from(size[1]) / (72.0 * 72.0);
    let most = (MAX_PIXELS / area).sqrt();
    let dpi = request.dpi.min(figure.dpi).min(most) as f32;
    let pixels = pixels(&drawn.scene, &Options { dpi, ..options });
    let pixels = pixels.map_err(|error| RunError::Input(error.to_string()))?;
    let stem = Path::new(&figure.file).file_stem();
    let stem = stem.and_then(|stem| stem.to_str()).unwrap_or("figure");
    Ok(Some(Picture {
        caption: drawn.caption(figure, &format!("{stem}.pdf")),
        pixels,
        size,
        flattened: flatten::layers(&drawn.scene),
        missing: drawn.missing_glyphs(),
        unset: drawn.unset_formulas(),
    }))
}

/// Gives a picture up when there is a newer request.
struct Outdated<'a>(&'a AtomicBool);

impl RunObserver for Outdated<'_> {
    fn progress(&mut self, _progress: &Progress) {}

    fn notice(&mut self, _sentence: &str) {}

    fn interrupted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
