//! RFP files of our own, written by hand or by a script: `docs/rfp.schema.json`.

mod convert;
mod model;
mod moment;
mod words;

use crate::{
    FormatError,
    node::Node,
    reading::{Reading, Source, Timing},
    warning::Warnings,
};

/// Reads an RFP file.
pub(crate) fn read(file: &str, node: Node, timing: &Timing) -> Result<Reading, FormatError> {
    let request: model::Request =
        serde_path_to_error::deserialize(node.into_value()).map_err(|error| {
            let field = path(error.path());
            FormatError::new(file, field, error.into_inner().to_string())
        })?;
    let mut warnings = Warnings::default();
    let rfp = convert::rfp(file, request, timing, &mut warnings)?;
    Ok(Reading {
        rfp,
        source: Source::Own,
        recorded: vec![],
        awards: vec![],
        warnings: warnings.finish(),
    })
}

fn path(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    segments.collect::<Vec<_>>().join("/")
}
