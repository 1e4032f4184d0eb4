//! Speaks to the server as one of the cast.

use serde_json::{Value as Json, json};

/// Somebody with a token, or nobody.
#[derive(Clone)]
pub struct Actor {
    pub name: &'static str,
    pub token: Option<String>,
    /// `usr_…`, to be named in other people's requests.
    pub user: String,
    pub url: String,
    pub http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Json,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Actor {
    /// Sends a document with variables.
    pub async fn gql(&self, query: &str, variables: Json) -> Reply {
        self.send(json!({ "query": query, "variables": variables }), &[]).await
    }

    /// Sends a document and expects data without any error.
    pub async fn ok(&self, query: &str, variables: Json) -> Json {
        let reply = self.gql(query, variables).await;
        assert!(reply.body.get("errors").is_none(), "{} got {}", self.name, reply.text);
        reply.body["data"].clone()
    }

    /// Sends a mutation of one root field and returns its payload, refusals and all.
    pub async fn mutate(&self, field: &str, input: Json, selection: &str) -> Json {
        let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let query = format!(
            "mutation($input: {ty}!) {{ {field}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
        );
        let reply = self.gql(&query, json!({ "input": input })).await;
        assert!(reply.body.get("errors").is_none(), "{} got {}", self.name, reply.text);
        reply.body["data"][field].clone()
    }

    /// The same, and nothing may be refused.
    pub async fn done(&self, field: &str, input: Json, selection: &str) -> Json {
        let payload = self.mutate(field, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{} {field}: {payload}", self.name);
        payload
    }

    /// Sends any body, with more headers.
    pub async fn send(&self, body: Json, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.http.post(format!("{}/graphql", self.url)).json(&body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::of(request.send().await.unwrap()).await
    }

    /// Nobody in particular, at the same server.
    pub fn anonymous(&self) -> Self {
        Self { name: "anonymous", token: None, ..self.clone() }
    }

    /// The same person at another replica.
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_string(), ..self.clone() }
    }
}

impl Reply {
    pub async fn of(response: reqwest::Response) -> Self {
        Self::heard(response).await.unwrap()
    }

    /// The same where the connection may break before the end.
    pub async fn heard(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Json::Null);
        let kind = headers.get("content-type").map_or(&b""[..], |kind| kind.as_bytes());
        // Events, and errors in plain text.
        if body.is_null() && (status >= 400 || kind.starts_with(b"text/event-stream")) {
            crate::leaks::search(text.as_bytes());
        } else {
            crate::leaks::check(&body);
        }
        Ok(Self { status, body, text, headers })
    }

    /// The code of the first top-level error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
    }
}

/// The codes of a payload's refusals.
pub fn codes(payload: &Json) -> Vec<&str> {
    payload["userErrors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect()
}

/// The fields of a payload's refusals.
pub fn fields(payload: &Json) -> Vec<&str> {
    payload["userErrors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect()
}
