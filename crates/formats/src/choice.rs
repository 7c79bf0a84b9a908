//! What stands in for a country or a currency that a file does not name. Every use is a warning.

use opener_trade::{CountryCode, Currency};

/// Publishers by the registered beginning of their OCDS ids, and their countries.
const PUBLISHERS: &[(&str, &str)] = &[
    ("ocds-be6bcu", "UA"),
    ("AM-PPS", "AM"),
    ("ocds-03ad3f", "PY"),
    ("ocds-43qwtd", "AU"),
    ("ocds-b5fd17", "GB"),
    ("ocds-h6vhtk", "GB"),
];

/// Countries with a currency of their own.
const CURRENCIES: &[(&str, &str)] = &[
    ("AM", "AMD"),
    ("AU", "AUD"),
    ("GB", "GBP"),
    ("KR", "KRW"),
    ("PY", "PYG"),
    ("UA", "UAH"),
];

/// Countries as files spell them out.
const NAMES: &[(&str, &str)] = &[
    ("armenia", "AM"),
    ("հայաստան", "AM"),
    ("australia", "AU"),
    ("united kingdom", "GB"),
    ("uk", "GB"),
    ("republic of korea", "KR"),
    ("south korea", "KR"),
    ("korea", "KR"),
    ("대한민국", "KR"),
    ("한국", "KR"),
    ("paraguay", "PY"),
    ("ukraine", "UA"),
    ("україна", "UA"),
];

/// ISO 3166 reserves `ZZ` for users: here it says that the country is not known.
pub(crate) const UNKNOWN_COUNTRY: &str = "ZZ";

/// The currency where neither file nor country names one: the one that most countries share.
pub(crate) const UNKNOWN_CURRENCY: &str = "EUR";

/// The country of a publisher.
pub(crate) fn country_of_publisher(ocid: &str) -> Option<CountryCode> {
    let known = PUBLISHERS
        .iter()
        .find(|(prefix, _)| ocid.starts_with(prefix));
    known.and_then(|(_, country)| country.parse().ok())
}

/// The country that alone has this currency.
pub(crate) fn country_of_currency(currency: Currency) -> Option<CountryCode> {
    let known = CURRENCIES.iter().find(|(_, code)| *code == currency.code());
    known.and_then(|(country, _)| country.parse().ok())
}

/// The currency of a country.
pub(crate) fn currency_of_country(country: CountryCode) -> Option<Currency> {
    let known = CURRENCIES.iter().find(|(code, _)| *code == country.code());
    known.and_then(|(_, currency)| currency.parse().ok())
}

/// The country that a code or a name means.
pub(crate) fn country_of_name(name: &str) -> Option<CountryCode> {
    let name = name.trim();
    if let Ok(code) = name.to_uppercase().parse::<CountryCode>() {
        return match code.code() {
            "UK" => "GB".parse().ok(),
            _ => Some(code),
        };
    }
    let lower = name.to_lowercase();
    let known = NAMES.iter().find(|(spelled, _)| *spelled == lower);
    known.and_then(|(_, country)| country.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_a_country_and_a_currency_that_exist() {
        for (_, country) in PUBLISHERS.iter().chain(NAMES) {
            country.parse::<CountryCode>().unwrap();
        }
        for (country, currency) in CURRENCIES {
            let (country, currency) = (country.parse().unwrap(), currency.parse().unwrap());
            assert_eq!(currency_of_country(country), Some(currency));
            assert_eq!(country_of_currency(currency), Some(country));
        }
        assert!(UNKNOWN_COUNTRY.parse::<CountryCode>().is_ok());
        assert!(UNKNOWN_CURRENCY.parse::<Currency>().is_ok());
    }

    #[test]
    fn countries_are_known_by_publisher_code_and_name() {
        let code = |country: Option<CountryCode>| country.map(|c| c.to_string());
        let of = |ocid| code(country_of_publisher(ocid));
        assert_eq!(
            of("ocds-be6bcu-UA-2016-06-08-000504-c").as_deref(),
            Some("UA")
        );
        assert_eq!(of("ocds-zzzzzz-1"), None);
        assert_eq!(code(country_of_name("uk")).as_deref(), Some("GB"));
        assert_eq!(code(country_of_name("de")).as_deref(), Some("DE"));
        assert_eq!(code(country_of_name(" Україна ")).as_deref(), Some("UA"));
        assert_eq!(code(country_of_name("Atlantis")), None);
    }
}
