//! The buyer, and the places that a record names.

use opener_trade::{CountryCode, Currency, PeerText, Place, document::Party, limits::NAME_BYTES};
use rust_decimal::Decimal;

use super::release::{Release, words};
use crate::{
    choice::{UNKNOWN_COUNTRY, country_of_currency, country_of_name, country_of_publisher},
    field::Field,
    text::cut,
    warning::Warnings,
};

/// Who asks: `buyer`, else the procuring entity; the address from the parties.
pub(crate) fn buyer(
    release: &Release<'_>,
    currencies: &[Currency],
    warnings: &mut Warnings,
) -> Option<Party> {
    let buyer = release.section("buyer");
    let entity = release.section("tender").get("procuringEntity");
    let chosen = if buyer.is_present() { &buyer } else { &entity };
    let id = chosen.get("id").label(warnings);
    let entry = id.and_then(|id| release.party(id, warnings));
    let of_entry = |key| entry.as_ref().map(|entry| entry.get(key));
    let name = words(&chosen.get("name"), warnings)
        .or_else(|| words(&of_entry("name")?, warnings))
        .unwrap_or_else(|| {
            warnings.add(
                buyer.get("name").path(),
                "is missing; called \"Unnamed buyer\"",
            );
            "Unnamed buyer".to_owned()
        });
    let address = of_entry("address")
        .filter(Field::is_present)
        .unwrap_or_else(|| chosen.get("address"));
    let place = match place(&address, None, warnings) {
        Some(place) => place,
        None => Place {
            country: country(release, currencies, address.path(), warnings)?,
            locality: PeerText::default(),
            latitude_e6: None,
            longitude_e6: None,
        },
    };
    Some(Party {
        name: cut(chosen.get("name").path(), &name, warnings),
        place,
        contact: None,
    })
}

/// The country where the file gives no address: that of the publisher, else of the currency, else unknown.
fn country(
    release: &Release<'_>,
    currencies: &[Currency],
    field: &str,
    warnings: &mut Warnings,
) -> Option<CountryCode> {
    let of_currency = || currencies.iter().copied().find_map(country_of_currency);
    let (country, by) = country_of_publisher(&release.ocid)
        .map(|country| (country, "the publisher"))
        .or_else(|| Some((of_currency()?, "the currency")))
        .or_else(|| Some((UNKNOWN_COUNTRY.parse().ok()?, "nothing (ZZ: unknown)")))?;
    warnings.add(
        field,
        format!("is missing; country {country} taken from {by}"),
    );
    Some(country)
}

/// The place of an OCDS address. Without a country that is known it counts as missing.
pub(crate) fn place(
    address: &Field<'_>,
    otherwise: Option<CountryCode>,
    warnings: &mut Warnings,
) -> Option<Place> {
    if !address.is_present() {
        return None;
    }
    let names = [address.get("country"), address.get("countryName")];
    let country = names
        .iter()
        .filter_map(|field| field.text(warnings))
        .find_map(country_of_name)
        .or(otherwise);
    if country.is_none() {
        warnings.add(names[1].path(), "names no country that is known");
    }
    let parts: Vec<String> = ["streetAddress", "postalCode", "locality", "region"]
        .into_iter()
        .filter_map(|key| words(&address.get(key), warnings))
        .collect();
    Some(Place {
        country: country?,
        locality: cut::<NAME_BYTES>(address.path(), &parts.join(", "), warnings),
        latitude_e6: None,
        longitude_e6: None,
    })
}

/// Latitude and longitude of a GeoJSON point (RFC 7946 section 3.1.1: longitude first) in millionths of a degree.
pub(crate) fn point(location: &Field<'_>, warnings: &mut Warnings) -> Option<(i32, i32)> {
    let coordinates = location.get("geometry").get("coordinates");
    if !coordinates.is_list() {
        return None;
    }
    let numbers: Vec<Option<i32>> = coordinates
        .items(warnings)
        .iter()
        .take(2)
        .map(|item| {
            let degrees = item.number(warnings)?.decimal();
            let millionths = degrees.checked_mul(Decimal::from(1_000_000))?;
            i32::try_from(millionths.round()).ok()
        })
        .collect();
    match numbers[..] {
        [Some(longitude), Some(latitude)]
            if latitude.unsigned_abs() <= 90_000_000 && longitude.unsigned_abs() <= 180_000_000 =>
        {
            Some((latitude, longitude))
        }
        _ => {
            warnings.add(coordinates.path(), "is no point on the Earth; left out");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn read(json: &str) -> (Party, Vec<String>) {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let release = Release::find("f", &Field::root(&node), &mut warnings).unwrap();
        let currencies = ["AMD".parse().unwrap()];
        let party = buyer(&release, &currencies, &mut warnings).unwrap();
        (
            party,
            warnings.finish().iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn a_buyer_with_an_address_among_the_parties_is_placed_there() {
        let (party, warnings) = read(
            r#"{"ocid": "x", "tender": {}, "buyer": {"id": 7, "name": "Police"},
                "parties": [{"id": 7, "address": {"locality": "Lviv", "countryName": "Україна"}}]}"#,
        );
        assert_eq!(
            (party.place.country.code(), party.place.locality.as_str()),
            ("UA", "Lviv")
        );
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn without_an_address_the_country_is_guessed_and_said() {
        let (party, warnings) =
            read(r#"{"ocid": "ocds-03ad3f-1", "tender": {}, "buyer": {"name": "ANDE"}}"#);
        assert_eq!(party.place.country.code(), "PY");
        assert_eq!(
            warnings,
            ["buyer/address: is missing; country PY taken from the publisher"]
        );
        let (party, _) = read(r#"{"ocid": "x", "tender": {}, "buyer": {"name": "MoF"}}"#);
        assert_eq!(party.place.country.code(), "AM");
    }

    #[test]
    fn a_buyer_without_a_name_is_called_so() {
        let (party, warnings) = read(r#"{"ocid": "x", "tender": {}}"#);
        assert_eq!(party.name.as_str(), "Unnamed buyer");
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn a_point_is_longitude_then_latitude_and_on_the_earth() {
        let of = |json: &str| {
            let node = Node::parse(json).unwrap();
            point(&Field::root(&node), &mut Warnings::default())
        };
        let seoul = r#"{"geometry": {"coordinates": [126.978, 37.5665]}}"#;
        assert_eq!(of(seoul), Some((37_566_500, 126_978_000)));
        assert_eq!(
            of(r#"{"geometry": {"coordinates": [37.5665, 126.978]}}"#),
            None
        );
        assert_eq!(of(r#"{"geometry": {"coordinates": ["x"]}}"#), None);
        assert_eq!(of("{}"), None);
    }
}
