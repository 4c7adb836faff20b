use super::*;
use crate::experiment::View;
use crate::scene::{Page, Style, build, fixture};
use crate::session::crew::Crew;

/// Stops the job once so many pictures are made.
struct Stop(u64, u64);

impl RunObserver for Stop {
    fn progress(&mut self, progress: &Progress) {
        self.1 = progress.step;
    }

    fn notice(&mut self, _: &str) {}

    fn interrupted(&self) -> bool {
        self.1 >= self.0
    }
}

fn film(path: &Path, format: FilmFormat, stop: u64) -> Result<bool, RunError> {
    let reel = Reel {
        format,
        timing: Timing {
            pictures: 100,
            rate: 30.0,
            pause: 0.0,
            repeat: true,
        },
        options: Options {
            dpi: 20.0,
            ..Options::default()
        },
    };
    let mut shot = |k: usize| -> Result<Shot, RunError> {
        Ok(Box::new(move || {
            let page = Page::figure(Style::Dark);
            Ok(build(
                &fixture::frame(),
                &View::default(),
                k as f64 / 99.0,
                &page,
            ))
        }))
    };
    let crew = Crew::spawn(2).unwrap();
    record(
        path,
        &reel,
        &mut shot,
        &Hands::of(&crew),
        &mut Stop(stop, 0),
    )
}

#[test]
fn a_film_that_is_cancelled_leaves_nothing_and_a_whole_one_its_file_alone() {
    for format in [FilmFormat::Gif, FilmFormat::Apng] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let files = || folder.path().read_dir().unwrap().count();
        for stop in [1, 50, 99] {
            assert!(!film(&path, format, stop).unwrap());
            assert_eq!(files(), 0, "{format:?} at {stop}");
        }
        assert!(film(&path, format, 1000).unwrap());
        assert_eq!(files(), 1);
    }
}
