//! The user interface, where the door serves one: from a folder, or from inside the program.

use std::{fmt, path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use tower_http::services::{ServeDir, ServeFile};

use crate::door::{not_found, wrong_verb};

/// The first page, which every unknown one is: the interface finds its own way.
const FIRST: &str = "index.html";

/// A page of the user interface.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: String,
}

/// Finds a page by its path, without a slash before it; nothing where there is none.
pub type FindPage = dyn Fn(&str) -> Option<Page> + Send + Sync;

/// The user interface that a door serves.
#[derive(Clone, Default)]
pub enum Pages {
    /// None.
    #[default]
    None,
    /// Built into this folder.
    Folder(PathBuf),
    /// Built into the program.
    BuiltIn(Arc<FindPage>),
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pages::None => f.write_str("None"),
            Pages::Folder(folder) => f.debug_tuple("Folder").field(folder).finish(),
            Pages::BuiltIn(_) => f.write_str("BuiltIn"),
        }
    }
}

impl Pages {
    /// Whatever no other page of the door is.
    pub(crate) fn behind(&self, router: Router) -> Router {
        match self {
            Pages::None => router.fallback(not_found),
            Pages::Folder(folder) => {
                let first = ServeFile::new(folder.join(FIRST));
                router.fallback_service(ServeDir::new(folder).fallback(first))
            }
            Pages::BuiltIn(find) => router.merge(
                Router::new()
                    .fallback(built_in)
                    .with_state::<()>(find.clone()),
            ),
        }
    }
}

async fn built_in(State(find): State<Arc<FindPage>>, method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return wrong_verb().await.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let wanted = (!path.is_empty()).then(|| find(path)).flatten();
    let Some(page) = wanted.or_else(|| find(FIRST)) else {
        return not_found().await.into_response();
    };
    let kind = HeaderValue::from_str(&page.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(header::CONTENT_TYPE, kind)], page.bytes).into_response()
}
