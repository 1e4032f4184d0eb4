//! The GraphiQL page, served from the binary.
//!
//! Every file is our own and the policy below lets the page reach nothing else, so it works on a closed
//! network. It is static: whether it is served at all, and to whom the API answers, is decided elsewhere.

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderName, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
    routing::get,
};

mod assets {
    include!(concat!(env!("OUT_DIR"), "/graphiql_assets.rs"));
}

/// Path below `/graphiql/`, media type, content.
type Asset = (&'static str, &'static str, &'static [u8]);

const INDEX: &str = "index.html";

/// The editor sets styles on its elements, hence `unsafe-inline` for styles; scripts come from files only.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The bundler puts a hash of the content in every name below `assets/`, so what is behind a name never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";

const NOT_BUILT: &str = "<!doctype html>
<html lang=\"zh-CN\">
<meta charset=\"utf-8\">
<title>组工 Zugong · GraphiQL</title>
<h1>GraphiQL 页面尚未构建</h1>
<p>本服务编译时没有 GraphiQL 页面。请在源码目录执行以下命令，再重新编译服务：</p>
<p lang=\"en\">This server was compiled without the GraphiQL page. In the source folder run the following, then
rebuild the server:</p>
<pre>cd api/graphiql &amp;&amp; npm ci &amp;&amp; npm run build</pre>
</html>
";

/// The routes of the page: `/graphiql` and the files below it.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/graphiql", get(index)).route("/graphiql/", get(index)).route("/graphiql/{*path}", get(file))
}

async fn index() -> Response {
    answer(assets::ASSETS, INDEX)
}

async fn file(Path(path): Path<String>) -> Response {
    answer(assets::ASSETS, &path)
}

fn answer(assets: &[Asset], path: &str) -> Response {
    // Names are compared with the embedded list; no request reaches the file system.
    let found = assets.iter().find(|(name, ..)| *name == path);
    let (status, media_type, cache, content) = match found {
        Some((name, media_type, content)) => {
            let cache = if name.starts_with("assets/") { FOREVER } else { REVALIDATE };
            (StatusCode::OK, *media_type, cache, *content)
        }
        None if assets.is_empty() => {
            (StatusCode::NOT_FOUND, "text/html; charset=utf-8", REVALIDATE, NOT_BUILT.as_bytes())
        }
        None => (StatusCode::NOT_FOUND, "text/plain; charset=utf-8", REVALIDATE, b"not found\n".as_slice()),
    };
    let headers: [(HeaderName, &str); 6] = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, cache),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, content).into_response()
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use tower::ServiceExt;

    use super::*;

    const PAGE: &[Asset] = &[
        ("assets/index-Ab12.js", "text/javascript; charset=utf-8", b"let a;"),
        (INDEX, "text/html; charset=utf-8", b"<!doctype html>"),
    ];

    fn header(response: &Response, name: HeaderName) -> Option<&str> {
        response.headers().get(name).and_then(|value| value.to_str().ok())
    }

    async fn text(response: Response) -> Result<String, Box<dyn Error>> {
        Ok(String::from_utf8(to_bytes(response.into_body(), usize::MAX).await?.to_vec())?)
    }

    #[tokio::test]
    async fn serves_the_page_and_caches_only_hashed_names() -> Result<(), Box<dyn Error>> {
        let page = answer(PAGE, INDEX);
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(header(&page, CONTENT_TYPE), Some("text/html; charset=utf-8"));
        assert_eq!(header(&page, CACHE_CONTROL), Some("no-cache"));
        assert!(header(&page, CONTENT_SECURITY_POLICY).is_some_and(|policy| policy.starts_with("default-src 'self';")));
        assert_eq!(text(page).await?, "<!doctype html>");

        let script = answer(PAGE, "assets/index-Ab12.js");
        assert_eq!(header(&script, CONTENT_TYPE), Some("text/javascript; charset=utf-8"));
        assert_eq!(header(&script, CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
        Ok(())
    }

    #[tokio::test]
    async fn an_unknown_file_is_not_the_page() -> Result<(), Box<dyn Error>> {
        for path in ["assets/index-Cd34.js", "../Cargo.toml", "assets/../index.html", ""] {
            let response = answer(PAGE, path);
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(text(response).await?, "not found\n", "{path}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn says_how_to_build_a_missing_page() -> Result<(), Box<dyn Error>> {
        let response = answer(&[], INDEX);
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(text(response).await?.contains("npm ci &amp;&amp; npm run build"));
        Ok(())
    }

    #[tokio::test]
    async fn every_embedded_file_is_reached_and_nothing_comes_from_elsewhere() -> Result<(), Box<dyn Error>> {
        let app: Router = router();
        for (name, media_type, content) in assets::ASSETS {
            let request = Request::get(format!("/graphiql/{name}")).body(Body::empty())?;
            let response = app.clone().oneshot(request).await?;
            assert_eq!(response.status(), StatusCode::OK, "{name}");
            assert_eq!(header(&response, CONTENT_TYPE), Some(*media_type), "{name}");
            assert_eq!(to_bytes(response.into_body(), usize::MAX).await?, *content, "{name}");
            assert!(!name.ends_with(".map"), "{name}");
        }
        for path in ["/graphiql", "/graphiql/"] {
            let page = text(app.clone().oneshot(Request::get(path).body(Body::empty())?).await?).await?;
            assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "{page}");
        }
        Ok(())
    }
}
