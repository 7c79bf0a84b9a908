//! Lines: from `tender/items`.

use opener_trade::{
    Category, Number, Quantity, Timestamp, Unit,
    document::{Delivery, Line, Party},
    limits::{
        LABEL_BYTES, LINE_CATEGORIES, LINE_DESCRIPTION_BYTES, LINES, NAME_BYTES, SCHEME_BYTES,
    },
};

use super::{
    lots::Lots,
    party::{place, point},
    price::Amount,
    release::words,
    schedule::window,
    unit::unit,
};
use crate::{FormatError, field::Field, text::cut, warning::Warnings};

/// The lines of a tender, and the estimates beside them.
pub(crate) struct Items {
    pub lines: Vec<Line>,
    /// The estimated price of one unit of a line, where the record gives one.
    pub estimates: Vec<(Number, Amount)>,
}

/// Reads the items. A tender without items is one line: the whole, as a lump sum.
pub(crate) fn items(
    file: &str,
    tender: &Field<'_>,
    lots: &Lots,
    warnings: &mut Warnings,
) -> Result<Items, FormatError> {
    let field = tender.get("items");
    let mut found = field.items(warnings);
    if found.len() > LINES {
        let advice = format!(
            "holds {} items; at most {LINES} are possible, split the tender",
            found.len()
        );
        return Err(FormatError::new(file, field.path(), advice));
    }
    if found.is_empty() {
        if words(&tender.get("title"), warnings).is_none() {
            let advice = "there are neither items nor a title; say what is wanted";
            return Err(FormatError::new(file, field.path(), advice));
        }
        warnings.add(
            field.path(),
            "is missing; the tender is one line, a lump sum",
        );
        found.push(Field::nowhere(&format!("{}/0", field.path())));
    }
    let mut items = Items {
        lines: vec![],
        estimates: vec![],
    };
    for (number, item) in (1..).zip(&found) {
        let quantity = quantity(item, warnings);
        let estimate = Amount::read(&item.get("unit").get("value"), warnings);
        items
            .estimates
            .extend(estimate.map(|price| (quantity.value, price)));
        items
            .lines
            .push(line(number, item, quantity, tender, lots, warnings));
    }
    Ok(items)
}

fn line(
    number: u32,
    item: &Field<'_>,
    quantity: Quantity,
    tender: &Field<'_>,
    lots: &Lots,
    warnings: &mut Warnings,
) -> Line {
    let own = item.get("description");
    let class = words(&item.get("classification").get("description"), warnings);
    let (name, description) = match (words(&own, warnings), class) {
        (Some(own), class) => (own, class.unwrap_or_default()),
        (None, Some(class)) => (class, String::new()),
        (None, None) => {
            let title = words(&tender.get("title"), &mut Warnings::default());
            let name = title.unwrap_or_else(|| format!("Line {number}"));
            warnings.add(
                own.path(),
                "is missing, and so is a classification; named by the tender",
            );
            (name, String::new())
        }
    };
    let (name, description) = if name.len() > NAME_BYTES && description.is_empty() {
        (name.clone(), name)
    } else {
        (name, description)
    };
    Line {
        number,
        name: cut::<NAME_BYTES>(own.path(), &name, warnings),
        description: cut::<LINE_DESCRIPTION_BYTES>(own.path(), &description, warnings),
        quantity,
        categories: categories(item, warnings).try_into().unwrap_or_default(),
        properties: Default::default(),
        delivery: None,
        optional: false,
        lot: lots.of_item(item, warnings),
    }
}

fn quantity(item: &Field<'_>, warnings: &mut Warnings) -> Quantity {
    let field = item.get("quantity");
    let lump = |text: &str, warnings: &mut Warnings| {
        warnings.add(field.path(), format!("{text}; read as 1 LS (lump sum)"));
        Quantity {
            value: Number::ONE,
            unit: Unit::LUMP_SUM,
        }
    };
    match field.number(warnings) {
        Some(value) if value.is_positive() => Quantity {
            value,
            unit: unit(&item.get("unit"), warnings),
        },
        Some(value) => lump(&format!("is {value}"), warnings),
        None if field.is_present() => lump("is unusable", warnings),
        None => lump("is missing", warnings),
    }
}

fn categories(item: &Field<'_>, warnings: &mut Warnings) -> Vec<Category> {
    let main = item.get("classification");
    let mut found: Vec<Field<'_>> = Some(main).filter(Field::is_present).into_iter().collect();
    found.extend(item.get("additionalClassifications").items(warnings));
    if found.is_empty() {
        warnings.add(
            item.get("classification").path(),
            "is missing: sellers can only be found by words",
        );
    }
    if found.len() > LINE_CATEGORIES {
        let field = item.get("additionalClassifications");
        warnings.add(
            field.path(),
            format!("only the first {LINE_CATEGORIES} classifications are kept"),
        );
    }
    found
        .iter()
        .take(LINE_CATEGORIES)
        .filter_map(|class| category(class, warnings))
        .collect()
}

fn category(class: &Field<'_>, warnings: &mut Warnings) -> Option<Category> {
    let (scheme, code) = (class.get("scheme"), class.get("id"));
    let (Some(scheme_text), Some(code_text)) = (scheme.text(warnings), code.label(warnings)) else {
        warnings.add(class.path(), "names no scheme and code; left out");
        return None;
    };
    let category = Category {
        scheme: cut::<SCHEME_BYTES>(scheme.path(), scheme_text, warnings),
        version: None,
        code: cut::<LABEL_BYTES>(code.path(), code_text.trim(), warnings),
    };
    category.check().is_ok().then_some(category)
}

/// Gives each line its own delivery where its item names another place or a window that is still to come.
pub(crate) fn deliveries(
    lines: &mut [Line],
    tender: &Field<'_>,
    buyer: &Party,
    award_by: Timestamp,
    warnings: &mut Warnings,
) {
    let items = tender.get("items").items(&mut Warnings::default());
    for (line, item) in lines.iter_mut().zip(&items) {
        let window = window(&item.get("deliveryDate"), award_by, warnings);
        let address = place(
            &item.get("deliveryAddress"),
            Some(buyer.place.country),
            warnings,
        );
        let point = point(&item.get("deliveryLocation"), warnings);
        if window.is_none() && address.is_none() && point.is_none() {
            continue;
        }
        let mut place = address.unwrap_or_else(|| buyer.place.clone());
        if let Some((latitude, longitude)) = point {
            (place.latitude_e6, place.longitude_e6) = (Some(latitude), Some(longitude));
        }
        line.delivery = Some(Delivery { place, window });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn read(json: &str) -> Result<(Vec<Line>, Vec<String>), FormatError> {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let items = items("f", &Field::root(&node), &Lots::default(), &mut warnings)?;
        Ok((
            items.lines,
            warnings.finish().iter().map(ToString::to_string).collect(),
        ))
    }

    fn one(item: &str) -> (Line, Vec<String>) {
        let (mut lines, warnings) =
            read(&format!(r#"{{"title": "T", "items": [{item}]}}"#)).unwrap();
        (lines.remove(0), warnings)
    }

    #[test]
    fn a_complete_item_is_a_line_without_a_warning() {
        let (line, warnings) = one(
            r#"{"description": "caps", "quantity": 25.0, "unit": {"scheme": "UNCEFACT", "id": "H87"},
                "classification": {"scheme": "CPV", "id": " 18100000-0 ", "description": "Clothing"},
                "additionalClassifications": [{"scheme": "X", "id": 7}]}"#,
        );
        assert_eq!(line.quantity.to_string(), "25 H87");
        assert_eq!(
            (line.name.as_str(), line.description.as_str()),
            ("caps", "Clothing")
        );
        let codes: Vec<&str> = line.categories.iter().map(|c| c.code.as_str()).collect();
        assert_eq!((codes, warnings.len()), (vec!["18100000-0", "7"], 0));
    }

    #[test]
    fn a_quantity_that_is_missing_zero_or_below_is_a_lump_sum() {
        for (item, text) in [
            ("{}", "is missing"),
            (r#"{"quantity": null}"#, "is missing"),
            (r#"{"quantity": 0.0}"#, "is 0"),
            (r#"{"quantity": -3}"#, "is -3"),
            (r#"{"quantity": {}}"#, "is unusable"),
        ] {
            let (line, warnings) = one(item);
            assert_eq!(line.quantity.to_string(), "1 LS", "{item}");
            let expected = format!("items/0/quantity: {text}; read as 1 LS (lump sum)");
            assert!(warnings.contains(&expected), "{item}: {warnings:?}");
        }
    }

    #[test]
    fn a_line_is_named_by_what_there_is() {
        let class = r#"{"classification": {"scheme": "UNSPSC", "id": " 81101508", "description": "Architecture"}}"#;
        assert_eq!(one(class).0.name.as_str(), "Architecture");
        assert_eq!(one("{}").0.name.as_str(), "T");
        assert_eq!(one("7").0.name.as_str(), "T");
    }

    #[test]
    fn a_tender_without_items_is_one_lump_sum_and_one_without_anything_is_an_error() {
        let (lines, warnings) = read(r#"{"title": "A new school"}"#).unwrap();
        assert_eq!((lines.len(), lines[0].name.as_str()), (1, "A new school"));
        assert!(warnings[0].starts_with("items: is missing"), "{warnings:?}");
        assert_eq!(read("{}").unwrap_err().field, "items");
    }

    #[test]
    fn one_item_too_many_is_an_error_that_says_how_many() {
        let json = |items| format!("{{\"items\": [{}]}}", vec!["{}"; items].join(","));
        assert_eq!(read(&json(LINES)).unwrap().0.len(), LINES);
        let error = read(&json(LINES + 1)).unwrap_err();
        assert!(error.advice.starts_with("holds 1001 items"), "{error}");
    }

    #[test]
    fn classifications_beyond_the_limit_and_without_a_code_are_named() {
        let class = r#"{"scheme": "X", "id": "1"}"#;
        let many = [class; LINE_CATEGORIES + 1].join(",");
        let (line, warnings) = one(&format!(
            r#"{{"quantity": 1, "unit": {{"name": "piece"}}, "additionalClassifications": [{many}]}}"#
        ));
        assert_eq!(line.categories.len(), LINE_CATEGORIES);
        assert!(
            warnings
                .iter()
                .any(|text| text.contains("only the first 4")),
            "{warnings:?}"
        );
        let (line, warnings) = one(r#"{"classification": {"scheme": "CPV"}}"#);
        assert!(line.categories.is_empty());
        assert!(
            warnings
                .iter()
                .any(|text| text.contains("no scheme and code")),
            "{warnings:?}"
        );
    }
}
