//! Vocabularies: what is chosen from a short list, such as a path, a coupling or a solver.
//!
//! Of each member one [`Entry`] says all there is to say. The list itself is a [`vocabulary!`](crate::flow::vocabulary),
//! which makes of it the enum with its form in files. What the members compute is not known here.

use serde::{Deserialize, Deserializer};

use super::constant::{Constant, Number, OutOfRange, Range};

/// What is said of a member of a vocabulary wherever it is offered, named or explained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The name that a reader of the literature knows.
    pub name: &'static str,
    /// What it computes, in one line.
    pub formula: &'static str,
    /// What there is to know of it, in a sentence; empty where the formula says it.
    pub hint: &'static str,
    /// Its constants, in the order in which they are offered and checked: one comes before those that it limits.
    pub constants: &'static [Constant],
}

impl Entry {
    /// A member without constants.
    pub const fn plain(name: &'static str, formula: &'static str, hint: &'static str) -> Self {
        Self {
            name,
            formula,
            hint,
            constants: &[],
        }
    }

    /// The default of the constant of that name; a name that is not in the entry does not compile.
    pub(crate) const fn default_of(&self, name: &str) -> f64 {
        let mut i = 0;
        while !is_same(self.constants[i].name, name) {
            i += 1;
        }
        self.constants[i].default
    }

    /// Formula and hint, as far as there are any.
    pub fn explanation(&self) -> String {
        let parts = [self.formula, self.hint].into_iter();
        parts
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": ")
    }
}

/// `a == b`, which is not for constants yet.
const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// What all vocabularies have in common.
pub trait Vocabulary: Copy + PartialEq + 'static {
    /// Every member with its defaults, in the order in which they are offered; the first one is the default.
    const MEMBERS: &'static [Self];

    /// What is said of the member.
    fn entry(&self) -> &'static Entry;

    /// The member's name in files.
    fn key(&self) -> &'static str;

    /// The constants by their names, in the order of a file.
    fn numbers(&mut self) -> Vec<(&'static str, Number<'_>)>;

    /// The constant of that name.
    fn number(&mut self, name: &str) -> Option<Number<'_>> {
        let mut numbers = self.numbers().into_iter();
        let found = numbers.find(|(other, _)| *other == name);
        found.map(|(_, number)| number)
    }

    /// What the constant may be beside the others.
    fn range_of(mut self, constant: &Constant) -> Range {
        let limit = constant.range.limit().and_then(|name| self.number(name));
        limit.map_or(constant.range, |limit| constant.range.limited(limit.get()))
    }

    /// Checks every constant.
    ///
    /// # Errors
    /// The first one outside its range.
    fn validate(mut self) -> Result<(), OutOfRange> {
        for constant in self.entry().constants {
            let range = self.range_of(constant);
            if let Some(number) = self.number(constant.name) {
                number.check(constant.name, &range)?;
            }
        }
        Ok(())
    }

    /// The same member with the constants that it shares by name with another one.
    #[must_use]
    fn with_constants_of(mut self, mut other: Self) -> Self {
        for (name, mut number) in self.numbers() {
            if let Some(other) = other.number(name) {
                number.set(other.get());
            }
        }
        self
    }
}

/// Reads a constant that stands in a file, for fields that may be missing.
pub(crate) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A list of members, each a row `Name { constant: type } = entry`, becomes an enum.
///
/// It is written and read under the names of its rows and has `ALL`, `name`, `formula` and [`Vocabulary`]. After the
/// enum's name stands whether a file may leave constants out: `defaults` says that it may and that they then are
/// as in the entry, `complete` that it may not, unless a constant has a `serde(default)` of its own.
macro_rules! vocabulary {
    ($(#[$meta:meta])* pub enum $Name:ident, complete { $($rows:tt)+ }) => {
        $crate::flow::vocabulary::vocabulary! {
            @members $(#[$meta])* #[derive(serde::Deserialize)] $Name { $($rows)+ }
        }
    };
    ($(#[$meta:meta])* pub enum $Name:ident, defaults { $($rows:tt)+ }) => {
        $crate::flow::vocabulary::vocabulary! { @members $(#[$meta])* $Name { $($rows)+ } }
        $crate::flow::vocabulary::vocabulary! { @defaults $Name { $($rows)+ } }
    };
    (@members $(#[$meta:meta])* $Name:ident {
        $($Variant:ident $({ $($(#[$attribute:meta])* $constant:ident: $type:ty),+ })? = $entry:expr,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
        #[serde(deny_unknown_fields)]
        pub enum $Name {
            $(
                #[doc = concat!("See `", stringify!($entry), "`.")]
                $Variant $({ $(
                    $(#[$attribute])*
                    #[doc = concat!("See `", stringify!($constant), "` there.")]
                    $constant: $type,
                )+ })?,
            )+
        }

        impl $Name {
            /// Every member with its defaults, in the order in which they are offered; the first one is the default.
            pub const ALL: [Self; [$(stringify!($Variant)),+].len()] = [
                $(Self::$Variant $({ $($constant: $entry.default_of(stringify!($constant)) as $type),+ })?),+
            ];

            /// The name that a reader of the literature knows.
            pub fn name(&self) -> &'static str {
                $crate::flow::vocabulary::Vocabulary::entry(self).name
            }

            /// What it computes, in one line.
            pub fn formula(&self) -> &'static str {
                $crate::flow::vocabulary::Vocabulary::entry(self).formula
            }
        }

        impl Default for $Name {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl $crate::flow::vocabulary::Vocabulary for $Name {
            const MEMBERS: &'static [Self] = &Self::ALL;

            fn entry(&self) -> &'static $crate::flow::vocabulary::Entry {
                match self {
                    $(Self::$Variant { .. } => {
                        const ENTRY: $crate::flow::vocabulary::Entry = $entry;
                        &ENTRY
                    })+
                }
            }

            fn key(&self) -> &'static str {
                match self {
                    $(Self::$Variant { .. } => stringify!($Variant),)+
                }
            }

            fn numbers(&mut self) -> Vec<(&'static str, $crate::flow::constant::Number<'_>)> {
                match self {
                    $(Self::$Variant $({ $($constant),+ })? => {
                        vec![$($((stringify!($constant), $constant.into())),+)?]
                    })+
                }
            }
        }
    };
    (@defaults $Name:ident {
        $($Variant:ident $({ $($constant:ident: $type:ty),+ })? = $entry:expr,)+
    }) => {
        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                /// What stands in the file.
                #[derive(serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                enum $Name {
                    $($Variant $({ $(
                        #[serde(default, deserialize_with = "crate::flow::vocabulary::given")]
                        $constant: Option<$type>,
                    )+ })?,)+
                }

                Ok(match $Name::deserialize(deserializer)? {
                    $($Name::$Variant $({ $($constant),+ })? => Self::$Variant $({ $(
                        $constant: $constant.unwrap_or(const { $entry.default_of(stringify!($constant)) as $type }),
                    )+ })?,)+
                })
            }
        }
    };
}
pub(crate) use vocabulary;

#[cfg(test)]
pub(crate) mod tests;
