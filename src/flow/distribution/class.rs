//! Classes: points of a distribution may be of one of eight colours, or of none.
//!
//! They change nothing about where points lie. Who draws points learns the class of each, and pairs them by it if it likes.

/// The class of a point: 1 to [`CLASSES`], or 0 for none.
pub type Class = u8;

/// Most classes beside none.
pub const CLASSES: Class = 8;

/// Whether a class is none, which files leave out.
pub(super) fn is_none(class: &Class) -> bool {
    *class == 0
}
