//! The unit of an OCDS item.

use opener_trade::Unit;

use crate::{field::Field, units, warning::Warnings};

/// Schemes by which records name UN/ECE Recommendation 20.
const REC_20: &[&str] = &["UNCEFACT", "UNECE", "REC20", "REC 20", "UN/CEFACT"];

/// The unit: by its UN/ECE code, else by a word for it, else the piece. All but a current code is a warning.
pub(crate) fn unit(field: &Field<'_>, warnings: &mut Warnings) -> Unit {
    by_code(field, warnings)
        .or_else(|| by_word(field, warnings))
        .unwrap_or_else(|| {
            let word = field
                .get("name")
                .text(&mut Warnings::default())
                .unwrap_or_default();
            let text = if word.is_empty() {
                "is missing; read as H87 (piece)".to_owned()
            } else {
                format!("{word:?} is no unit that is known; read as H87 (piece)")
            };
            warnings.add(field.path(), text);
            Unit::PIECE
        })
}

fn by_code(field: &Field<'_>, warnings: &mut Warnings) -> Option<Unit> {
    let id = field.get("id");
    let scheme = field.get("scheme").text(warnings).unwrap_or_default();
    let code = id.label(warnings)?;
    if REC_20
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
    {
        let unit: Option<Unit> = code.trim().to_uppercase().parse().ok();
        match unit {
            None => warnings.add(id.path(), format!("{code:?} is no UN/ECE Rec 20 code")),
            Some(unit) if !unit.is_current() => {
                let text = format!("{unit} is not in the current UN/ECE Rec 20 list; kept");
                warnings.add(id.path(), text);
            }
            Some(_) => {}
        }
        return unit;
    }
    let unit = code.parse().ok().filter(Unit::is_current)?;
    let text = format!("names no scheme; {unit} read as UN/ECE Rec 20");
    scheme.is_empty().then(|| {
        warnings.add(id.path(), text);
        unit
    })
}

fn by_word(field: &Field<'_>, warnings: &mut Warnings) -> Option<Unit> {
    let names = [
        "name", "name_en", "name_es", "name_uk", "name_hy", "name_ru", "id",
    ];
    for name in names.map(|name| field.get(name)) {
        let Some(word) = name.label(warnings) else {
            continue;
        };
        if let Some(unit) = units::of_word(word) {
            warnings.add(name.path(), format!("{word:?} read as {unit}"));
            return Some(unit);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn read(json: &str) -> (String, Vec<String>) {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let unit = unit(&Field::root(&node).get("unit"), &mut warnings);
        (
            unit.to_string(),
            warnings.finish().iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn a_current_code_is_taken_in_silence() {
        let (unit, warnings) =
            read(r#"{"unit": {"scheme": "UNCEFACT", "id": "H87", "name": "piece"}}"#);
        assert_eq!((unit.as_str(), warnings.len()), ("H87", 0));
    }

    #[test]
    fn a_deleted_code_is_kept_and_named() {
        let (unit, warnings) =
            read(r#"{"unit": {"scheme": "UNCEFACT", "id": "E11", "name": "gigacalorie"}}"#);
        assert_eq!(unit, "E11");
        assert_eq!(
            warnings,
            ["unit/id: E11 is not in the current UN/ECE Rec 20 list; kept"]
        );
    }

    #[test]
    fn words_are_read_and_named() {
        let (unit, warnings) = read(
            r#"{"unit": {"scheme": "UNIT-AM", "id": "c81e", "name": "կտոր", "name_hy": "հատ"}}"#,
        );
        assert_eq!(
            (unit.as_str(), warnings[0].as_str()),
            ("H87", "unit/name_hy: \"հատ\" read as H87")
        );
        assert_eq!(read(r#"{"unit": {"name": "Metros"}}"#).0, "MTR");
        assert_eq!(read(r#"{"unit": {"id": "KGM"}}"#).0, "KGM");
    }

    #[test]
    fn what_is_unknown_or_missing_is_a_piece_and_says_so() {
        let (unit, warnings) = read(r#"{"unit": {"name": "Resma"}}"#);
        assert_eq!(unit, "H87");
        assert_eq!(
            warnings,
            ["unit: \"Resma\" is no unit that is known; read as H87 (piece)"]
        );
        assert_eq!(read("{}").1, ["unit: is missing; read as H87 (piece)"]);
        assert_eq!(read(r#"{"unit": 7}"#).0, "H87");
    }
}
