//! `opener api`: one question to a running peer.

use std::{io::Read, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};
use opener_api::{ApiError, METHODS};
use serde_json::{Value, json};

use crate::{args::ApiArguments, client::Gateway, output, ready::Door};

/// Asks, and prints the answer.
///
/// # Errors
/// The arguments are wrong, or the output cannot be written.
pub async fn run(arguments: ApiArguments) -> Result<ExitCode> {
    if arguments.list {
        return list();
    }
    let method = arguments
        .method
        .as_deref()
        .context("name a method; --list shows all")?;
    let params = params(arguments.params.as_deref())?;
    let gateway = Gateway::new(door(
        arguments.data.as_deref(),
        arguments.gateway.as_deref(),
        arguments.token.as_deref(),
    )?);
    match gateway.call(method, params).await {
        Ok(answer) => {
            output::json(&answer)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => refused(&error),
    }
}

/// Says why not.
pub(crate) fn refused(error: &anyhow::Error) -> Result<ExitCode> {
    let refusal = match error.downcast_ref::<ApiError>() {
        Some(refusal) => json!({ "error": refusal }),
        None => json!({ "error": { "message": format!("{error:#}") } }),
    };
    eprintln!("{}", serde_json::to_string_pretty(&refusal)?);
    Ok(ExitCode::FAILURE)
}

fn list() -> Result<ExitCode> {
    let width = METHODS
        .iter()
        .map(|method| method.name.len())
        .max()
        .unwrap_or_default();
    for method in METHODS {
        output::line(&format!("{:width$}  {}", method.name, method.about))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the peer that is meant has its gateway.
pub(crate) fn door(
    data: Option<&Path>,
    gateway: Option<&str>,
    token: Option<&str>,
) -> Result<Door> {
    match (data, gateway, token) {
        (Some(data), _, _) => Door::find(data),
        (None, Some(gateway), Some(token)) => Ok(Door {
            gateway: gateway.to_owned(),
            token: token.to_owned(),
        }),
        _ => bail!("say which peer: --data DIR, or --gateway URL with --token T"),
    }
}

/// The parameters: JSON, or `@FILE`, or nothing.
fn params(given: Option<&str>) -> Result<Value> {
    let text = match given {
        None => return Ok(json!({})),
        Some("@-") => {
            let mut text = String::new();
            std::io::stdin()
                .lock()
                .read_to_string(&mut text)
                .context("cannot read standard input")?;
            text
        }
        Some(given) => match given.strip_prefix('@') {
            Some(file) => {
                std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?
            }
            None => given.to_owned(),
        },
    };
    serde_json::from_str(&text)
        .context("the parameters are no JSON: give an object such as '{\"deal\":\"…\"}', or @FILE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_from_the_line_or_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("params.json");
        std::fs::write(&file, "{\"limit\": 5}").unwrap();
        assert_eq!(params(None).unwrap(), json!({}));
        assert_eq!(
            params(Some("{\"limit\":5}")).unwrap(),
            json!({ "limit": 5 })
        );
        assert_eq!(
            params(Some(&format!("@{}", file.display()))).unwrap(),
            json!({ "limit": 5 })
        );
        assert!(
            params(Some("limit=5"))
                .unwrap_err()
                .to_string()
                .contains("no JSON")
        );
        assert!(
            params(Some("@nowhere.json"))
                .unwrap_err()
                .to_string()
                .contains("nowhere.json")
        );
    }
}
