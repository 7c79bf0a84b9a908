//! Rust sources as the rules see them: without comments and the insides of strings, and sorted into product and
//! tests.

/// A Rust source. In both parts everything that belongs to the other, and all comments and strings, are blanks, so
/// that line numbers stay what they are.
pub struct Rust {
    /// Path from the root.
    pub path: String,
    /// What is built into the product.
    pub product: String,
    /// What is built for tests only.
    pub tests: String,
    /// How many lines the tests take.
    pub lines_of_tests: usize,
}

/// Sorts sources into product and tests, also those files which another file declares for tests only.
pub fn sort_out<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Rust> {
    let mut sources: Vec<Rust> = files.map(|(path, text)| rust(path, text)).collect();
    let declared: Vec<String> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        let stem = source.path.trim_end_matches(".rs");
        let is_below = |module: &String| stem == module || stem.starts_with(&format!("{module}/"));
        if declared.iter().any(is_below) {
            source.tests = merge(&source.product, &source.tests);
            source.product = blank(&source.tests);
        }
    }
    sources
}

/// One source by itself.
pub fn rust(path: &str, text: &str) -> Rust {
    let code = code(text);
    let mut product: Vec<char> = code.chars().collect();
    let mut tests = vec![' '; product.len()];
    let spans = if is_test_path(path) {
        vec![(0, product.len())]
    } else {
        test_items(&product)
    };
    let mut lines_of_tests = 0;
    for (start, end) in spans {
        lines_of_tests += product[start..end].iter().filter(|c| **c == '\n').count() + 1;
        for at in start..end {
            tests[at] = std::mem::replace(&mut product[at], ' ');
        }
    }
    for at in 0..product.len() {
        if product[at] == '\n' || tests[at] == '\n' {
            (product[at], tests[at]) = ('\n', '\n');
        }
    }
    Rust {
        path: path.to_owned(),
        product: product.into_iter().collect(),
        tests: tests.into_iter().collect(),
        lines_of_tests,
    }
}

/// Whether a path holds nothing but tests.
pub fn is_test_path(path: &str) -> bool {
    path.starts_with("tests/")
        || path.contains("/tests/")
        || path.contains("/benches/")
        || path.ends_with("/tests.rs")
}

/// The lines on which a word stands, as `path:line`. A word that begins or ends with a letter must do so in the text.
pub fn mentions(path: &str, code: &str, words: &[&str]) -> Vec<String> {
    let mut found = vec![];
    for (number, line) in code.lines().enumerate() {
        for word in words.iter().filter(|word| mentioned(line, word)) {
            found.push(format!("{path}:{}: `{word}`", number + 1));
        }
    }
    found
}

/// Whether a word stands in a text, and is not a part of a longer one.
pub fn mentioned(text: &str, word: &str) -> bool {
    let joins = |a: Option<char>, b: Option<char>| a.is_some_and(is_name) && b.is_some_and(is_name);
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (
            text[..at].chars().next_back(),
            text[at + word.len()..].chars().next(),
        );
        !joins(before, word.chars().next()) && !joins(word.chars().next_back(), after)
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text with comments, strings and character literals blanked.
pub fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let after_name = at > 0
            && is_name(chars[at - 1])
            && !(chars[at - 1] == 'b' && (at < 2 || !is_name(chars[at - 2])));
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_end(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => comment_end(&chars, at),
            '"' => string_end(&chars, at + 1),
            'r' if !after_name => raw_string_end(&chars, at).unwrap_or(at),
            '\'' => literal_end(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        }
        while at < end {
            out.push(if chars[at] == '\n' { '\n' } else { ' ' });
            at += 1;
        }
    }
    out
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..]
        .iter()
        .position(|c| *c == '\n')
        .map_or(chars.len(), |length| at + length)
}

fn comment_end(chars: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn raw_string_end(chars: &[char], start: usize) -> Option<usize> {
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    let open = start + 1 + hashes;
    (chars.get(open) == Some(&'"')).then_some(())?;
    let is_close = |at: &usize| {
        chars[*at] == '"'
            && chars[at + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes
    };
    Some(
        (open + 1..chars.len())
            .find(is_close)
            .map_or(chars.len(), |at| at + 1 + hashes),
    )
}

/// The end of a character literal; a lifetime is none.
fn literal_end(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars[at + 3..].iter().position(|c| *c == '\'')?;
        return Some(at + 3 + close + 1);
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}

/// Where the items stand that are built for tests only.
fn test_items(code: &[char]) -> Vec<(usize, usize)> {
    let attribute: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut spans: Vec<(usize, usize)> = vec![];
    let mut at = 0;
    while at + attribute.len() <= code.len() {
        if code[at..].starts_with(&attribute) {
            let end = item_end(code, at + attribute.len());
            spans.push((at, end));
            at = end;
        } else {
            at += 1;
        }
    }
    spans
}

/// The end of the item after an attribute: its semicolon or its closing brace.
fn item_end(code: &[char], start: usize) -> usize {
    let mut depth = 0usize;
    for (at, c) in code.iter().enumerate().skip(start) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if *c == '}' && depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The modules in files of their own which a source declares for tests only, as paths without ending.
fn test_modules(source: &Rust) -> Vec<String> {
    let (folder, file) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
    let base = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", file.trim_end_matches(".rs")),
    };
    let statements = source.tests.split([';', '{', '}']);
    let names = statements
        .zip(source.tests.matches([';', '{', '}']))
        .filter(|(_, end)| *end == ";");
    names
        .filter_map(|(text, _)| {
            text.rsplit_once("mod ")
                .map(|(_, name)| format!("{base}/{}", name.trim()))
        })
        .collect()
}

fn merge(one: &str, other: &str) -> String {
    one.chars()
        .zip(other.chars())
        .map(|(a, b)| if a == ' ' { b } else { a })
        .collect()
}

fn blank(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\n' { '\n' } else { ' ' })
        .collect()
}

#[test]
fn comments_strings_and_literals_are_blanked_and_lines_stay() {
    let text = "a(); // one\n/* two /* three */ four */ b(\"five \\\" six\", 'x', '\\'', br#\"seven \" \"#);\nfn f<'a>() {}";
    let code = code(text);
    assert_eq!(code.lines().count(), 3);
    for word in ["one", "two", "four", "five", "six", "x", "seven"] {
        assert!(!mentioned(&code, word), "{word} in {code}");
    }
    assert!(code.contains("a();") && code.contains("b(") && code.contains("fn f<'a>() {}"));
}

#[test]
fn a_test_module_is_told_from_the_product_around_it() {
    let source = rust(
        "crates/x/src/a.rs",
        "fn one() {}\n#[cfg(test)]\nmod tests {\n fn two() { [1;2] }\n}\nfn three() {}\n",
    );
    assert!(
        source.product.contains("one")
            && source.product.contains("three")
            && !source.product.contains("two")
    );
    assert!(
        source.tests.contains("two")
            && !source.tests.contains("one")
            && !source.tests.contains("three")
    );
    assert_eq!(source.product.lines().count(), 6);
}

#[test]
fn a_file_declared_for_tests_only_is_all_test() {
    let files = [
        ("crates/x/src/a.rs", "#[cfg(test)]\nmod model;\nfn one() {}"),
        ("crates/x/src/a/model.rs", "fn two() {}"),
    ];
    let sources = sort_out(files.into_iter());
    assert!(sources[0].product.contains("one"));
    assert!(sources[1].product.trim().is_empty() && sources[1].tests.contains("two"));
}

#[test]
fn a_word_is_not_found_inside_a_longer_one() {
    assert!(mentioned("use rand::Rng;", "rand"));
    assert!(!mentioned("let operand = brand_new;", "rand"));
    assert!(!mentioned("x.unwrap_or(1)", ".unwrap()"));
}
