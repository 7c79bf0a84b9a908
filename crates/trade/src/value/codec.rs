//! One way to write a value as text, shared by CBOR, JSON and TypeScript.

/// Gives a type with `Display` and `FromStr` its CBOR text form, its JSON string form and its TypeScript name.
macro_rules! as_text {
    ($type:ty $(, $generic:ident : $kind:ty)?) => {
        impl<Ctx $(, const $generic: $kind)?> minicbor::Encode<Ctx> for $type {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut Ctx,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.to_string())?.ok()
            }
        }

        impl<'b, Ctx $(, const $generic: $kind)?> minicbor::Decode<'b, Ctx> for $type {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut Ctx) -> Result<Self, minicbor::decode::Error> {
                let position = d.position();
                d.str()?.parse().map_err(|e: crate::Invalid| minicbor::decode::Error::custom(e).at(position))
            }
        }

        impl$(<const $generic: $kind>)? serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de $(, const $generic: $kind)?> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(|e: crate::Invalid| serde::de::Error::custom(e.rule))
            }
        }

        crate::value::ts_as!($type, "string" $(, $generic: $kind)?);
    };
}

/// Names the TypeScript type that a value's JSON form has.
macro_rules! ts_as {
    ($type:ty, $name:literal $(, $generic:ident : $kind:ty)?) => {
        impl$(<const $generic: $kind>)? ts_rs::TS for $type {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;
            fn name(_: &ts_rs::Config) -> String {
                $name.to_owned()
            }
            fn inline(_: &ts_rs::Config) -> String {
                $name.to_owned()
            }
        }
    };
}

pub(crate) use {as_text, ts_as};
