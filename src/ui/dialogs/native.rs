//! The desktop's own file dialogs, where it has them: on Linux through its portal or zenity, on macOS and Windows
//! always.
//!
//! A dialog is made on the window's thread and nothing waits for its answer: it is polled. A failure and a cancel
//! look alike, so the built-in dialog stays a menu entry away. It refuses to know what the path is used for.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use rfd::AsyncFileDialog;

use crate::session::{Wake, documents};

use super::super::command::Purpose;

/// What becomes of a dialog: the path that was chosen, or nothing.
pub type Answer = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// What shows a dialog that asks for a path.
pub type Picker = Arc<dyn Fn(&Question) -> Answer>;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the path is for.
    pub purpose: Purpose,
    /// Where the dialog starts.
    pub folder: PathBuf,
    /// The name that is proposed for a file to write; empty for one to open.
    pub name: String,
}

/// The desktop's dialogs, if it has any.
pub fn picker() -> Option<Picker> {
    let found = is_available(|name| env::var_os(name), documents::exists);
    found.then(|| Arc::new(ask) as Picker)
}

fn ask(question: &Question) -> Answer {
    let (title, suffixes) = (question.purpose.title(), question.purpose.suffixes());
    let mut dialog = AsyncFileDialog::new()
        .set_title(title)
        .set_directory(&question.folder);
    if !question.name.is_empty() {
        dialog = dialog.set_file_name(&question.name);
    }
    for suffix in suffixes {
        dialog = dialog.add_filter(suffix.to_uppercase(), &[suffix]);
    }
    match question.purpose {
        Purpose::Open => path_of(dialog.pick_file()),
        Purpose::OpenRun => path_of(dialog.pick_folder()),
        Purpose::Save | Purpose::SaveRun | Purpose::Export => path_of(dialog.save_file()),
    }
}

fn path_of(picked: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static) -> Answer {
    Box::pin(async move { picked.await.map(|file| file.path().to_owned()) })
}

/// Whether there is a dialog to show. On Linux: a portal that the session bus can start, or zenity.
fn is_available(
    variable: impl Fn(&str) -> Option<OsString>,
    exists: impl Fn(&Path) -> bool,
) -> bool {
    if !cfg!(all(unix, not(target_os = "macos"))) {
        return true;
    }
    let folders = |name: &str, default: &str| {
        let list = variable(name).filter(|list| !list.is_empty());
        let list = list.unwrap_or_else(|| default.into());
        env::split_paths(&list).collect::<Vec<_>>()
    };
    let zenity = folders("PATH", "/usr/bin");
    if zenity.iter().any(|folder| exists(&folder.join("zenity"))) {
        return true;
    }
    let socket = variable("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("bus"));
    let bus = variable("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
        || socket.is_some_and(|socket| exists(&socket));
    let service = "dbus-1/services/org.freedesktop.portal.Desktop.service";
    let mut services = folders("XDG_DATA_DIRS", "/usr/local/share:/usr/share");
    services.extend(variable("HOME").map(|home| Path::new(&home).join(".local/share")));
    // In a sandbox the portal's files are out of sight, and the portal is always there.
    let portal = exists(Path::new("/.flatpak-info"))
        || services.iter().any(|folder| exists(&folder.join(service)));
    bus && portal
}

/// A dialog of the desktop that is open.
pub struct Picking {
    purpose: Purpose,
    answer: Answer,
    waker: Waker,
}

impl Picking {
    /// Shows the dialog; `wake` is called when there is an answer.
    pub fn start(picker: &Picker, question: &Question, wake: &Wake) -> Self {
        Self {
            purpose: question.purpose,
            answer: picker(question),
            waker: Waker::from(Arc::new(Waking(Arc::clone(wake)))),
        }
    }

    /// What the path is for, and the answer if there is one by now.
    pub fn poll(&mut self) -> Option<(Purpose, Option<PathBuf>)> {
        let mut context = Context::from_waker(&self.waker);
        match self.answer.as_mut().poll(&mut context) {
            Poll::Ready(path) => Some((self.purpose, path)),
            Poll::Pending => None,
        }
    }
}

/// Shows another frame of the window when the dialog has an answer.
struct Waking(Wake);

impl std::task::Wake for Waking {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)], files: &[&str]) -> bool {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        is_available(variable, |path| {
            files.iter().any(|file| Path::new(file) == path)
        })
    }

    #[test]
    fn a_desktop_has_dialogs_if_it_has_zenity_or_a_portal_on_a_bus() {
        let path = ("PATH", "/bin:/opt/bin");
        let bus = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/bus");
        let portal = "/usr/share/dbus-1/services/org.freedesktop.portal.Desktop.service";
        assert!(!found(&[], &[]));
        assert!(found(&[path], &["/opt/bin/zenity"]));
        assert!(!found(&[path], &["/usr/bin/zenity"]), "not in PATH");
        assert!(found(&[path, bus], &[portal]));
        assert!(!found(&[path], &[portal]), "no bus");
        assert!(!found(&[path, bus], &[]), "no portal");
        let runtime = ("XDG_RUNTIME_DIR", "/run/user/7");
        assert!(found(&[runtime], &["/run/user/7/bus", portal]));
        assert!(found(&[bus], &["/.flatpak-info"]));
        let data = ("XDG_DATA_DIRS", "/nix/share");
        assert!(!found(&[bus, data], &[portal]));
    }
}
