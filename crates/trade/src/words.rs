//! Words as a directory indexes them.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Tokens of a text: NFKC, lower case; runs of letters and digits are one token each, except that scripts written
/// without spaces or with inner words (Hangul, Han, kana) yield every pair of neighbours, so that a two-syllable word is
/// found inside a longer one. A lone syllable is a token of its own.
pub fn tokens(text: &str) -> BTreeSet<String> {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut tokens = BTreeSet::new();
    for word in folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let paired = is_paired(first);
            let end = rest.find(|c| is_paired(c) != paired).unwrap_or(rest.len());
            let (run, tail) = rest.split_at(end);
            if paired {
                add_pairs(run, &mut tokens);
            } else {
                tokens.insert(run.to_owned());
            }
            rest = tail;
        }
    }
    tokens
}

fn add_pairs(run: &str, tokens: &mut BTreeSet<String>) {
    let chars: Vec<char> = run.chars().collect();
    if let [only] = chars[..] {
        tokens.insert(only.to_string());
    }
    tokens.extend(chars.windows(2).map(|pair| pair.iter().collect()));
}

const fn is_paired(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7ff}' // Hangul
        | '\u{3040}'..='\u{30ff}' // kana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}') // Han
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        tokens(text).into_iter().collect()
    }

    #[test]
    fn a_two_syllable_word_is_found_inside_a_longer_one() {
        assert!(tokens("사무용의자 판매").is_superset(&tokens("의자")));
        assert!(!tokens("의사 자리").is_superset(&tokens("의자")));
    }

    #[test]
    fn width_case_and_scripts_are_folded_and_split() {
        assert_eq!(of("ＡＢＣ abc"), ["abc"]);
        assert_eq!(of("SD400철근"), ["sd400", "철근"]);
        assert_eq!(of("물"), ["물"]);
        assert_eq!(of("東京都"), ["京都", "東京"]);
        assert_eq!(of("Bürostühle, 12 Stück"), ["12", "bürostühle", "stück"]);
        assert!(of(" -- !").is_empty());
    }
}
