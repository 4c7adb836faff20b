//! The pages of the rack: the one list of them.
//!
//! A page is a line of this list and a file in `ui/rack/`, which says what it shows. Its tab, its row of the menu and its
//! key are made from the list where they belong.

/// Hands the list to the macro `$make`, a page a line: its name in the program, its file in `ui/rack/`, the name on its
/// tab, its name in the menu, its key, and what it shows. The order is that of tabs and menu.
macro_rules! pages {
    ($make:ident) => {
        $make! {
            Numbers: numbers, "Numbers", "Page of numbers", F2, "what was measured of the selected lane";
            Training: training, "Training", "Page of training", F3, "loss, S and W₂ over the steps";
            Straightness: straightness, "Straightness", "Page of straightness", F4, "which lane is straighter, and by how much";
            Likelihood: likelihood, "Likelihood", "Page of the likelihood", F6, "how likely held-out points are, and where the flow has them from";
            Solvers: solvers, "Solvers", "Page of solvers", F5, "what the solvers cost, and whether they find the way back";
            Coupling: coupling, "Coupling", "Page of the coupling", F8, "a block of the coupling under the microscope, and what larger blocks do";
            Path: path, "Path", "Page of the path", F7, "the coefficients of the path over t";
        }
    };
}
pub(super) use pages;

macro_rules! make_page {
    ($($page:ident: $file:ident, $tab:literal, $menu:literal, $key:ident, $shows:literal;)+) => {
        /// A page of the rack.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Page {
            $(#[doc = concat!("Shows ", $shows, ".")] $page,)+
        }

        impl Page {
            /// Every page, in the order of the list.
            pub const ALL: [Self; [$(Self::$page),+].len()] = [$(Self::$page),+];

            /// The name on its tab.
            pub const fn tab(self) -> &'static str {
                match self {
                    $(Self::$page => $tab,)+
                }
            }
        }
    };
}
pages!(make_page);
