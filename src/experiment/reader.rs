//! From RON text to a value, as strict as the types are and no stricter than the text needs.
//!
//! Read like RON, and besides, because it can mean one thing only: a variant in any case (`vp`), a variant without
//! its brackets if all its fields have defaults (`AdamW`), a whole number as a float (`1e3`), a text without quotes,
//! an optional value without `Some`. RON itself splits structs and lists into the texts of their parts, so every
//! refusal knows the text that it speaks of ([`Fault`]).

mod access;
mod node;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use access::{Elements, Fields, Variant};
use node::Node;

use super::fault::{Fault, Reason};
use super::pieces::{self, between, trimmed, word};

/// Reads a whole file.
pub(super) fn read<'a, T: Deserialize<'a>>(file: &'a str) -> Result<T, Fault<'a>> {
    let text = pieces::whole(file)?;
    T::deserialize(Node {
        text,
        change: None,
        alone: false,
    })
}

/// Reads `text` as if `value` stood in the field at the dotted path `key`; the struct around it must stand there.
pub(super) fn read_changed<'a, T: Deserialize<'a>>(
    text: &'a str,
    key: &'a str,
    value: &'a str,
) -> Result<T, Fault<'a>> {
    T::deserialize(Node {
        text: trimmed(text),
        change: Some((key, value)),
        alone: false,
    })
}

impl<'a> Node<'a> {
    /// The visitor on the fields of the struct or variant whose parentheses `body` is.
    fn visit_fields<V: Visitor<'a>>(
        &self,
        body: &'a str,
        visitor: V,
    ) -> Result<V::Value, Fault<'a>> {
        let mut fields = pieces::fields(body)?;
        // A field that is not written where it has its default is written now.
        if let Some((key, value)) = self.change
            && !key.contains('.')
            && fields.iter().all(|(name, _)| *name != key)
        {
            fields.push((key, value));
        }
        let mut access = Fields {
            node: self,
            fields: fields.into_iter(),
            current: None,
        };
        let read = visitor.visit_map(&mut access);
        read.map_err(|fault| match (&*fault.reason, access.current) {
            // Of a field that may not be there, serde says only its name.
            (Reason::UnknownField { .. } | Reason::Duplicate(_), Some((name, value))) => {
                fault.or_at(between(body, name, value))
            }
            _ => fault.or_at(self.text),
        })
    }
}

macro_rules! whole_numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            let read = self.whole().and_then(|n| visitor.visit_u64(n));
            read.map_err(|fault| fault.or_at(self.text))
        })*
    };
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Fault<'de>;

    whole_numbers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_i8 deserialize_i16
    deserialize_i32 deserialize_i64 }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match ron::from_str(self.text) {
            Ok(x) => visitor.visit_f64(x),
            Err(_) => self.mismatch("a number"),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match ron::from_str(self.text) {
            Ok(x) => visitor.visit_bool(x),
            Err(_) => self.mismatch("true or false"),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let read = self.string().and_then(|text| visitor.visit_string(text));
        read.map_err(|fault| fault.or_at(self.text))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let (name, body) = word(self.text);
        match pieces::newtype(self.text) {
            None if name.eq_ignore_ascii_case("none") && body.is_empty() => visitor.visit_none(),
            Some(inner) if name.eq_ignore_ascii_case("some") => {
                visitor.visit_some(self.inner(inner))
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if !self.text.starts_with('[') {
            return self.mismatch("a list in square brackets");
        }
        let elements = pieces::list(self.text)?.into_iter().enumerate();
        visitor.visit_seq(Elements {
            node: &self,
            elements,
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let elements = match self.text.starts_with('(') {
            true => pieces::tuple(self.text)?,
            false => Vec::new(),
        };
        if elements.len() != len {
            return self.mismatch(&format!("{len} values in parentheses"));
        }
        let elements = elements.into_iter().enumerate();
        visitor.visit_seq(Elements {
            node: &self,
            elements,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let body = match word(self.text) {
            (found, body) if found == name => body,
            _ => self.text,
        };
        if body.starts_with('(') {
            return self.visit_fields(body, visitor);
        }
        let expected = format!("a struct with the fields {}", fields.join(", "));
        Err(Fault::new(Reason::Mismatch { expected, fields }, self.text))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let (found, body) = word(self.text);
        if found.is_empty() {
            return self.mismatch(&format!("one of {}", variants.join(", ")));
        }
        // No two variants differ by case alone.
        let named = variants
            .iter()
            .find(|name| name.eq_ignore_ascii_case(found));
        let variant = Variant {
            name: named.map_or(found, |name| name),
            body,
            node: self,
        };
        visitor
            .visit_enum(variant)
            .map_err(|fault| fault.or_at(self.text))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        self.mismatch("a value of a known kind")
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple_struct map identifier }
}
