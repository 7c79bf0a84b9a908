//! Text out of files: without markup, within limits, in a language.

use opener_trade::{Language, PeerText};

use crate::{limits::MAX_FILE_BYTES, warning::Warnings};

/// Elements after which a new line begins.
const BLOCKS: &[&str] = &[
    "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table",
];

/// The text of what may be HTML: tags gone, entities resolved, blanks joined.
pub(crate) fn plain(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        bare.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag(rest) {
            Some((name, end)) => {
                let is_block = BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(name));
                bare.push_str(if is_block { "\n" } else { "" });
                rest = &rest[end..];
            }
            None => {
                bare.push('<');
                rest = &rest[1..];
            }
        }
    }
    bare.push_str(rest);
    joined(&html_escape::decode_html_entities(&bare))
}

/// The name and the length of the tag at the beginning. A tag ends before the next one begins.
fn tag(text: &str) -> Option<(&str, usize)> {
    let end = 1 + text.get(1..)?.find(['<', '>'])?;
    let inside = text[1..end].trim_start_matches('/');
    let name = inside.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic()) || inside.starts_with('!');
    (is_tag && text[end..].starts_with('>')).then_some((name, end + 1))
}

/// Runs of blanks become one; of empty lines one stays.
fn joined(text: &str) -> String {
    let mut lines: Vec<String> = vec![];
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// A text within its limit; one that is cut is a warning.
pub(crate) fn cut<const MAX: usize>(
    field: &str,
    text: &str,
    warnings: &mut Warnings,
) -> PeerText<MAX> {
    let kept = PeerText::truncated(text);
    let whole = PeerText::<MAX_FILE_BYTES>::truncated(text);
    if kept.as_str() != whole.as_str() {
        warnings.add(field, format!("is longer than {MAX} bytes; cut"));
    }
    kept
}

/// Words that only one of the languages in Latin script has.
const SPANISH: &[&str] = &[
    "de",
    "del",
    "la",
    "las",
    "los",
    "el",
    "para",
    "con",
    "y",
    "en",
    "adquisición",
    "servicio",
    "construcción",
];

/// The language that a text seems to be written in: by its script, and among Latin scripts by common words.
pub(crate) fn guessed_language(text: &str) -> Option<Language> {
    let count = |inside: fn(char) -> bool| text.chars().filter(|c| inside(*c)).count();
    let scripts = [
        (
            "ko",
            count(|c| matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}')),
        ),
        ("hy", count(|c| matches!(c, '\u{530}'..='\u{58f}'))),
        ("uk", count(|c| matches!(c, '\u{400}'..='\u{4ff}'))),
        (
            "en",
            count(|c| matches!(c, 'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}')),
        ),
    ];
    let (tag, _) = scripts.into_iter().max_by_key(|(_, letters)| *letters)?;
    let tag = if tag == "en" && is_spanish(text) {
        "es"
    } else {
        tag
    };
    tag.parse().ok()
}

fn is_spanish(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphabetic())
        .filter(|w| !w.is_empty())
        .collect();
    let spanish = words.iter().filter(|word| SPANISH.contains(word)).count();
    spanish * 6 >= words.len().max(1) || lower.contains(['ñ', '¿', '¡'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        let html = "<p>The <strong>works</strong> &amp; more&rsquo;s</p><br /><ul><li>one</li><li>two</li></ul>";
        assert_eq!(plain(html), "The works & more’s\n\none\n\ntwo");
        assert_eq!(plain("a &nbsp;&nbsp; b<!-- c -->\r\n\r\n\r\nd"), "a b\n\nd");
    }

    #[test]
    fn a_sign_of_comparison_is_no_tag() {
        assert_eq!(plain("2 < 3 and 5 > 4"), "2 < 3 and 5 > 4");
        assert_eq!(plain("<5 kg"), "<5 kg");
        assert_eq!(plain("an open <a href='x"), "an open <a href='x");
        assert_eq!(plain("&lt;b&gt;"), "<b>");
    }

    #[test]
    fn a_cut_is_a_warning_and_a_text_that_fits_is_not() {
        let mut warnings = Warnings::default();
        assert_eq!(cut::<8>("t", "가나다", &mut warnings).as_str(), "가나");
        assert_eq!(
            cut::<8>("u", "12345678", &mut warnings).as_str(),
            "12345678"
        );
        let found = warnings.finish();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_string(), "t: is longer than 8 bytes; cut");
    }

    #[test]
    fn the_language_is_guessed_by_script_and_words() {
        let guess = |text| guessed_language(text).unwrap().to_string();
        assert_eq!(guess("Чоловічий верхній головний убір"), "uk");
        assert_eq!(guess("ռադիոտեխնիկայի ձեռք բերում HP"), "hy");
        assert_eq!(guess("사무용 의자 12개"), "ko");
        assert_eq!(guess("CONSTRUCCIÓN DE PAVIMENTO TIPO ASFALTO"), "es");
        assert_eq!(guess("Supply and delivery of soil stabilisers"), "en");
        assert_eq!(guess("12345"), "en");
    }
}
