//! The release in a file: the file itself, or the one tender of a package.

use crate::{FormatError, field::Field, text::plain, warning::Warnings};

/// The parts of a contracting process, each from its latest release.
pub(crate) struct Release<'a> {
    /// Open contracting id; empty where there is none.
    pub ocid: String,
    /// The sections, newest release first.
    releases: Vec<Field<'a>>,
}

impl<'a> Release<'a> {
    /// Finds the release in a file.
    pub fn find(
        file: &str,
        root: &Field<'a>,
        warnings: &mut Warnings,
    ) -> Result<Self, FormatError> {
        let mut releases = candidates(root, warnings);
        let tendered = releases
            .iter()
            .position(|release| release.get("tender").is_object());
        let Some(tendered) = tendered else {
            let field = if releases.len() == 1 {
                releases[0].get("tender").path().to_owned()
            } else {
                String::new()
            };
            let advice = "holds no tender; give a release that does";
            return Err(FormatError::new(file, field, advice));
        };
        let chosen = releases[tendered].get("ocid");
        let ocid = chosen.label(warnings).unwrap_or_default().to_owned();
        if ocid.is_empty() {
            warnings.add(
                chosen.path(),
                "is missing: the tender cannot be told from others",
            );
        }
        let all = releases.len();
        releases.retain(|release| {
            release
                .get("ocid")
                .label(&mut Warnings::default())
                .unwrap_or_default()
                == ocid
        });
        if releases.len() < all {
            let others = all - releases.len();
            warnings.add(
                root.path(),
                format!("{others} releases of other tenders are left out; {ocid} is read"),
            );
        }
        releases.sort_by_cached_key(|release| {
            std::cmp::Reverse(release.get("date").moment(&mut Warnings::default()))
        });
        Ok(Self { ocid, releases })
    }

    /// A section, from the latest release that has it.
    pub fn section(&self, name: &str) -> Field<'a> {
        let sections = self.releases.iter().map(|release| release.get(name));
        let found = sections.clone().find(Field::is_present);
        found
            .or_else(|| sections.into_iter().next())
            .unwrap_or_else(|| Field::nowhere(name))
    }

    /// An organisation's full entry among the parties, by its id.
    pub fn party(&self, id: &str, warnings: &mut Warnings) -> Option<Field<'a>> {
        let parties = self.section("parties").items(warnings);
        parties
            .into_iter()
            .find(|party| party.get("id").label(&mut Warnings::default()) == Some(id))
    }
}

fn candidates<'a>(root: &Field<'a>, warnings: &mut Warnings) -> Vec<Field<'a>> {
    if root.get("tender").is_present() {
        return vec![root.clone()];
    }
    if root.get("compiledRelease").is_present() {
        return vec![root.get("compiledRelease")];
    }
    if root.get("releases").is_present() {
        return root.get("releases").items(warnings);
    }
    let mut releases = vec![];
    for record in root.get("records").items(warnings) {
        if record.get("compiledRelease").is_present() {
            releases.push(record.get("compiledRelease"));
        } else {
            releases.extend(record.get("releases").items(warnings));
        }
    }
    if releases.is_empty() {
        vec![root.clone()]
    } else {
        releases
    }
}

/// The bare text of a field, without markup; blank counts as missing.
pub(crate) fn words(field: &Field<'_>, warnings: &mut Warnings) -> Option<String> {
    let text = plain(field.text(warnings)?);
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn title(json: &str) -> Result<(String, String, usize), FormatError> {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let release = Release::find("f.json", &Field::root(&node), &mut warnings)?;
        let title = release.section("tender").get("title");
        let text = words(&title, &mut warnings).unwrap_or_default();
        Ok((text, title.path().to_owned(), warnings.finish().len()))
    }

    #[test]
    fn a_release_is_found_in_every_kind_of_file() {
        let release = r#"{"ocid": "o-1", "tender": {"title": "T"}}"#;
        for (file, path) in [
            (release.to_owned(), "tender/title"),
            (
                format!(r#"{{"releases": [{release}]}}"#),
                "releases/0/tender/title",
            ),
            (
                format!(r#"{{"records": [{{"compiledRelease": {release}}}]}}"#),
                "records/0/compiledRelease/tender/title",
            ),
            (
                format!(r#"{{"records": [{{"releases": [{release}]}}]}}"#),
                "records/0/releases/0/tender/title",
            ),
            (
                format!(r#"{{"compiledRelease": {release}}}"#),
                "compiledRelease/tender/title",
            ),
        ] {
            assert_eq!(title(&file).unwrap(), ("T".to_owned(), path.to_owned(), 0));
        }
    }

    #[test]
    fn of_several_releases_the_latest_with_the_section_counts() {
        let file = r#"{"releases": [
            {"ocid": "o-1", "date": "2020-01-01T00:00:00Z", "tender": {"title": "old"}},
            {"ocid": "o-1", "date": "2020-03-01T00:00:00Z"},
            {"ocid": "o-1", "date": "2020-02-01T00:00:00Z", "tender": {"title": "new"}},
            {"ocid": "o-2", "date": "2021-02-01T00:00:00Z", "tender": {"title": "other"}}]}"#;
        let (title, path, warnings) = title(file).unwrap();
        assert_eq!(
            (title.as_str(), path.as_str()),
            ("new", "releases/2/tender/title")
        );
        assert_eq!(warnings, 1, "the other tender is named");
    }

    #[test]
    fn a_file_without_a_tender_is_an_error_that_says_so() {
        let error = title(r#"{"ocid": "o-1"}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "f.json: tender: holds no tender; give a release that does"
        );
        assert!(title(r#"{"releases": []}"#).is_err());
        assert!(title(r#"{"ocid": "o", "tender": [1]}"#).is_err());
    }
}
