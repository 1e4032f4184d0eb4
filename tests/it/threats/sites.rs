//! What a page of another site can make a visitor's browser send.

use reqwest::Method;
use serde_json::json;
use zugong_tests::{Probe, Reply, World};

const CREATE: &str = "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } } }";

/// A request as a browser or somebody worse makes it.
struct Forged {
    name: &'static str,
    method: Method,
    /// What follows the address of the API.
    query: Vec<(&'static str, String)>,
    kind: Option<&'static str>,
    body: String,
    /// Statuses with which it is refused.
    refused: &'static [u16],
}

/// The mutation in every form that a page can give it without asking first, and in some that it cannot.
fn forged(variables: &str) -> Vec<Forged> {
    let body = json!({ "query": CREATE, "variables": serde_json::from_str::<serde_json::Value>(variables).unwrap() });
    let (json, query) = (body.to_string(), vec![("query", CREATE.to_string()), ("variables", variables.to_string())]);
    let url = reqwest::Url::parse_with_params("http://x/", &query).unwrap();
    let encoded = url.query().unwrap().to_string();
    let part =
        |name: &str, value: &str| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let multipart = format!("{}{}--x--\r\n", part("query", CREATE), part("variables", variables));
    // The form in which GraphQL's uploads are sent elsewhere.
    let upload = format!("{}{}--x--\r\n", part("operations", &json), part("map", "{}"));
    let form = Some("application/x-www-form-urlencoded");
    let parts = Some("multipart/form-data; boundary=x");
    let posted = |name, kind, body: &str| Forged {
        name,
        method: Method::POST,
        query: vec![],
        kind,
        body: body.into(),
        refused: &[415],
    };
    let mut out = vec![
        posted("no type", None, &json),
        posted("an empty type", Some(""), &json),
        posted("text", Some("text/plain"), &json),
        posted("text that calls itself JSON", Some("text/plain; application/json"), &json),
        posted("a form of a text field, as enctype=text/plain writes it", Some("text/plain"), &format!("{json}=\r\n")),
        posted("a form", form, &encoded),
        posted("JSON as a form", form, &json),
        posted("a form of parts", parts, &multipart),
        posted("an upload", parts, &upload),
        posted("parts called mixed", Some("multipart/mixed; boundary=x"), &upload),
        posted("a document", Some("application/graphql"), CREATE),
        posted("two types", Some("application/json, text/plain"), &json),
        posted("JSON's cousin", Some("application/json-patch+json"), &json),
        posted("Chinese characters of another set", Some("application/json; charset=gbk"), &json),
        posted("16 bits", Some("application/json; charset=utf-16"), &json),
        posted("7 bits", Some("application/json; charset=utf-7"), &json),
        posted("a set after blanks", Some("application/json; charset = utf-16"), &json),
        posted("a set in another form", Some("application/json; charset*=utf-16''"), &json),
        posted("two sets", Some("application/json; charset=utf-8; charset=utf-16"), &json),
    ];
    for kind in [None, form, Some("text/plain")] {
        out.push(Forged {
            name: "in the address of a POST",
            method: Method::POST,
            query: query.clone(),
            kind,
            body: String::new(),
            refused: &[415],
        });
    }
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let refused: &[u16] = if method == Method::GET { &[400, 405] } else { &[405] };
        let query = query.clone();
        out.push(Forged { name: "in an address", method, query, kind: None, body: String::new(), refused });
    }
    out
}

/// Threat 10: a mutation in every form that a page of another site can make a browser send is refused unread, with the
/// visitor's token or with what a browser would send by itself, and nothing is carried out.
#[tokio::test]
async fn no_form_of_another_site_carries_anything_out() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = (probe.count("unit").await, probe.count("audit").await);
    let input = json!({ "parent": world.a.id("root"), "code": "11330602002567895Q", "name": "新设机构",
        "sequence": "GOVERNMENT", "kind": "ORGAN" });
    let variables = json!({ "input": input }).to_string();
    let token = world.a.superior.token.clone().unwrap();
    let bearer = format!("Bearer {token}");
    let carried = format!("token={token}; accessToken={token}; authorization={bearer}");
    for path in ["/graphql", "/graphql/stream"] {
        for forged in forged(&variables) {
            for credentials in [("authorization", &bearer), ("cookie", &carried)] {
                // With the header of our own pages a GET is read, and still changes nothing.
                for own in [false, true] {
                    let request =
                        world.server.http.request(forged.method.clone(), format!("{}{path}", world.server.url));
                    let mut request = request.query(&forged.query).body(forged.body.clone());
                    request = request.header(credentials.0, credentials.1).header("origin", "https://evil.example");
                    if let Some(kind) = forged.kind {
                        request = request.header("content-type", kind);
                    }
                    if own {
                        request = request.header("x-graphql-csrf", "1");
                    }
                    let reply = Reply::of(request.send().await.unwrap()).await;
                    let what = format!("{path} {} {} {:?} {own}", forged.method, forged.name, forged.kind);
                    let stream = path.ends_with("stream") && forged.method == Method::GET;
                    // Whoever brings no token is refused for that before, where the form would do.
                    let stranger = own && credentials.0 == "cookie" && reply.status == 401;
                    let refused = forged.refused.contains(&reply.status) || stream && reply.status == 405 || stranger;
                    assert!(refused, "{what}: {} {}", reply.status, reply.text);
                    assert!(reply.body["data"].is_null() && reply.text.len() < 4_096, "{what}: {}", reply.text);
                    assert!(!reply.headers.contains_key("access-control-allow-origin"), "{what}");
                    assert!(!reply.headers.contains_key("set-cookie"), "{what}");
                }
            }
        }
    }
    assert_eq!((probe.count("unit").await, probe.count("audit").await), before, "nothing was carried out");
    let good = world.a.superior.ok(CREATE, json!({ "input": input })).await;
    assert!(good["unitCreate"]["unit"]["id"].is_string(), "{good}");
}

/// Threat 10: of a GET, a mutation is refused as such and a query without our own header is not read; a cookie is
/// nobody's token.
#[tokio::test]
async fn a_get_reads_for_our_own_pages_and_never_changes_anything() {
    let world = World::start().await;
    let bearer = format!("Bearer {}", world.a.superior.token.as_ref().unwrap());
    let cookie = format!("token={}", world.a.superior.token.as_ref().unwrap());
    let names = "{ units(first: 1) { nodes { name } } }";
    let rename = "mutation { unitUpdate(input: {id: \"uni_x\", expectedVersion: 1, name: \"x\"}) { unit { id } } }";
    let ask = async |query: &str, headers: &[(&str, &str)]| {
        let request = world.server.http.get(format!("{}/graphql", world.server.url)).query(&[("query", query)]);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Reply::of(request.send().await.unwrap()).await
    };
    let own = ("x-graphql-csrf", "1");
    let mine = ("authorization", bearer.as_str());
    let refused = ask(names, &[mine]).await;
    assert_eq!((refused.status, refused.code()), (400, "BAD_USER_INPUT"), "{}", refused.text);
    for empty in [("x-graphql-csrf", ""), ("content-type", "text/plain"), ("content-type", "multipart/form-data")] {
        assert_eq!(ask(names, &[mine, empty]).await.status, 400, "{empty:?}");
    }
    assert_eq!(ask(names, &[mine, own]).await.body["data"]["units"]["nodes"][0]["name"], "区A");
    let changing = ask(rename, &[mine, own]).await;
    assert_eq!((changing.status, changing.code()), (405, "METHOD_NOT_ALLOWED"), "{}", changing.text);
    assert_eq!(ask(names, &[("cookie", cookie.as_str()), own]).await.code(), "UNAUTHENTICATED");
    // A query and a mutation in one document: the one that is named decides.
    let both = format!("query A {names} {}", rename.replace("mutation", "mutation B"));
    let request = world.server.http.get(format!("{}/graphql", world.server.url));
    let request = request.query(&[("query", both.as_str()), ("operationName", "B")]).header(own.0, own.1);
    let reply = Reply::of(request.header(mine.0, mine.1).send().await.unwrap()).await;
    assert_eq!((reply.status, reply.code()), (405, "METHOD_NOT_ALLOWED"), "{}", reply.text);
}
