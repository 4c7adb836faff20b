//! The parts of structs, lists and variants, handed to serde one after the other.

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer};
use serde::de::{MapAccess, SeqAccess, VariantAccess, Visitor};

use super::node::Node;
use super::{Fault, pieces};

/// The fields of a struct, one after the other.
pub(super) struct Fields<'a, 'n> {
    pub(super) node: &'n Node<'a>,
    pub(super) fields: std::vec::IntoIter<(&'a str, &'a str)>,
    /// Name and text of the field whose name was asked for last.
    pub(super) current: Option<(&'a str, &'a str)>,
}

impl<'de> MapAccess<'de> for &mut Fields<'de, '_> {
    type Error = Fault<'de>;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        self.current = self.fields.next();
        let key = self
            .current
            .map(|(name, _)| BorrowedStrDeserializer::new(name));
        key.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        let (name, text) = self.current.take().unwrap_or_default();
        let node = self.node.field(name, text);
        let read = seed.deserialize(node);
        read.map_err(|fault| fault.or_at(node.text).inside(name, node.text))
    }
}

/// The elements of a list or a tuple, one after the other.
pub(super) struct Elements<'a, 'n> {
    pub(super) node: &'n Node<'a>,
    pub(super) elements: std::iter::Enumerate<std::vec::IntoIter<&'a str>>,
}

impl<'de> SeqAccess<'de> for Elements<'de, '_> {
    type Error = Fault<'de>;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Self::Error> {
        let Some((i, text)) = self.elements.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(self.node.part(text));
        read.map(Some)
            .map_err(|fault| fault.or_at(text).in_element(i))
    }
}

/// A variant's name, spelt as its type spells it, and what follows.
pub(super) struct Variant<'a> {
    pub(super) name: &'a str,
    pub(super) body: &'a str,
    pub(super) node: Node<'a>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault<'de>;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Self::Error> {
        let name: StrDeserializer<'_, Self::Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault<'de>;

    fn unit_variant(self) -> Result<(), Self::Error> {
        match self.body.is_empty() || pieces::fields(self.body)?.is_empty() {
            true => Ok(()),
            false => self
                .node
                .mismatch(&format!("{} without brackets: it has no fields", self.name)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Self::Error> {
        // Without parentheses of its own the inner struct can share those of the variant.
        let inner = pieces::newtype(self.node.text).unwrap_or(self.body);
        seed.deserialize(self.node.inner(inner))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.node.inner(self.body).deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.node.visit_fields(self.body, visitor)
    }
}
