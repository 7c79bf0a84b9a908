//! What a revision of a request changes.

use std::collections::BTreeMap;

use super::{BidRules, Line, Rfp, Schedule};

/// Names the fields in which two values of a struct differ. All its fields are named, in the list or apart from it.
macro_rules! differing {
    ($type:ident, $prefix:literal, $new:expr, $old:expr; $($field:ident),*; apart $($apart:ident),*) => {{
        let $type { $($field: _,)* $($apart: _,)* } = $new;
        let mut names: Vec<String> = Vec::new();
        $(if $new.$field != $old.$field {
            names.push(concat!($prefix, stringify!($field)).to_owned());
        })*
        names
    }};
}

impl Rfp {
    /// The fields in which this revision differs from an older one, for screens; the number of the revision is not among
    /// them. Moments and rules are named one by one (`schedule.bid_deadline`), lines by their number (`lines.7` is line
    /// 7, whether it is new, gone or different), everything else as the document's field. Lines that only stand in
    /// another order are `lines`. Empty if nothing changed.
    pub fn changes_from(&self, old: &Rfp) -> Vec<String> {
        let mut names = differing!(Rfp, "", self, old;
            title, description, language, buyer; apart
            revision, schedule, rules, currencies, delivery, incoterm, payment, criteria, disclosure, attachments, lots,
            lines, stamps);
        names.extend(
            differing!(Schedule, "schedule.", &self.schedule, &old.schedule;
            open, question_cutoff, bid_deadline, award_by; apart),
        );
        names.extend(differing!(BidRules, "rules.", &self.rules, &old.rules;
            commitment, validity, partial, alternatives, repeated, max_rounds, extension, tax_basis; apart));
        names.extend(differing!(Rfp, "", self, old;
            currencies, delivery, incoterm, payment, criteria, disclosure, attachments, lots, stamps; apart
            revision, title, description, language, buyer, schedule, rules, lines));
        names.extend(changed_lines(&self.lines, &old.lines));
        names
    }
}

fn changed_lines(new: &[Line], old: &[Line]) -> Vec<String> {
    let (new_lines, old_lines) = (by_number(new), by_number(old));
    let mut numbers: Vec<u32> = new_lines.keys().chain(old_lines.keys()).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.retain(|number| new_lines.get(number) != old_lines.get(number));
    if numbers.is_empty() && new != old {
        return vec!["lines".to_owned()];
    }
    numbers
        .iter()
        .map(|number| format!("lines.{number}"))
        .collect()
}

fn by_number(lines: &[Line]) -> BTreeMap<u32, &Line> {
    lines.iter().map(|line| (line.number, line)).collect()
}
