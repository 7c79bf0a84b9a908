//! Lists whose length somebody else decides.

use std::{ops::Deref, vec};

use super::Invalid;
use crate::Reason;

/// At most `MAX` items. Decoding stops at the first item too many, before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> List<T, MAX> {
    /// The items as an owned vector.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }

    fn too_long() -> Invalid {
        Invalid::because(Reason::TooLarge, "list", format!("at most {MAX} items"))
    }
}

impl<T, const MAX: usize> TryFrom<Vec<T>> for List<T, MAX> {
    type Error = Invalid;

    fn try_from(items: Vec<T>) -> Result<Self, Invalid> {
        if items.len() > MAX {
            Err(Self::too_long())
        } else {
            Ok(Self(items))
        }
    }
}

impl<T, const MAX: usize> Deref for List<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T, const MAX: usize> IntoIterator for &'a List<T, MAX> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T, const MAX: usize> IntoIterator for List<T, MAX> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<C, T: minicbor::Encode<C>, const MAX: usize> minicbor::Encode<C> for List<T, MAX> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.0.encode(e, ctx)
    }

    fn is_nil(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'b, C, T: minicbor::Decode<'b, C>, const MAX: usize> minicbor::Decode<'b, C> for List<T, MAX> {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let position = d.position();
        let mut items = Vec::new();
        for item in d.array_iter_with(ctx)? {
            if items.len() == MAX {
                return Err(minicbor::decode::Error::custom(Self::too_long()).at(position));
            }
            items.push(item?);
        }
        Ok(Self(items))
    }

    fn nil() -> Option<Self> {
        Some(Self::default())
    }
}

impl<T: serde::Serialize, const MAX: usize> serde::Serialize for List<T, MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: serde::Deserialize<'de>, const MAX: usize> serde::Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Vec::deserialize(deserializer)?)
            .map_err(|e| serde::de::Error::custom(e.rule))
    }
}

impl<T: ts_rs::TS, const MAX: usize> ts_rs::TS for List<T, MAX> {
    type WithoutGenerics = List<ts_rs::Dummy, MAX>;
    type OptionInnerType = Self;

    fn ident(_: &ts_rs::Config) -> String {
        "Array".to_owned()
    }

    fn name(cfg: &ts_rs::Config) -> String {
        format!("Array<{}>", T::name(cfg))
    }

    fn inline(cfg: &ts_rs::Config) -> String {
        format!("Array<{}>", T::inline(cfg))
    }

    fn visit_dependencies(v: &mut impl ts_rs::TypeVisitor)
    where
        Self: 'static,
    {
        T::visit_dependencies(v);
    }

    fn visit_generics(v: &mut impl ts_rs::TypeVisitor)
    where
        Self: 'static,
    {
        T::visit_generics(v);
        v.visit::<T>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_item_more_than_the_limit_is_refused() {
        let full = minicbor::to_vec(vec![0u8; 3]).unwrap();
        let over = minicbor::to_vec(vec![0u8; 4]).unwrap();
        assert_eq!(minicbor::decode::<List<u8, 3>>(&full).unwrap().len(), 3);
        assert!(minicbor::decode::<List<u8, 3>>(&over).is_err());
        assert!(serde_json::from_str::<List<u8, 3>>("[1,2,3,4]").is_err());
    }

    #[test]
    fn a_claimed_length_costs_no_memory() {
        let claims_billions = [0x9b, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
        assert!(minicbor::decode::<List<u8, 3>>(&claims_billions).is_err());
    }
}
