//! Methods, media types and the form of a request.

use reqwest::Method;
use serde_json::json;
use zugong_tests::{Probe, Server, World};

use super::{GRAPHQL, JSON, document, header, post};

#[tokio::test]
async fn what_another_sites_form_can_send_is_never_read() {
    let world = World::start().await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let units = probe.count("unit").await;
    let query = "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } } }";
    let input = json!({ "parent": world.a.id("root"), "code": "11330602002567895Q", "name": "新设机构",
        "sequence": "GOVERNMENT", "kind": "ORGAN" });
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let bearer = format!("Bearer {}", world.a.superior.token.as_ref().unwrap());
    for kind in [
        None,
        Some("text/plain"),
        Some("text/plain; application/json"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/graphql"),
        Some("application/jsonp"),
        Some("application/json; charset=gbk"),
        Some("application/json; charset=utf-16"),
        Some(""),
    ] {
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        let reply = post(&world.server, body.clone(), &headers).await;
        assert_eq!((reply.status, reply.code()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{kind:?}: {}", reply.text);
        assert!(reply.body.get("data").is_none());
    }
    assert_eq!(probe.count("unit").await, units, "nothing was executed");
    for kind in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
        let body = json!({ "query": "{ __typename }" }).to_string();
        let reply = post(&world.server, body, &[("content-type", kind)]).await;
        assert_eq!(reply.text, r#"{"data":{"__typename":"Query"}}"#, "{kind}");
    }
    let good = post(&world.server, body, &[JSON, ("authorization", &bearer)]).await;
    assert!(good.body["data"]["unitCreate"]["unit"]["id"].is_string(), "{}", good.text);
    assert_eq!(probe.count("unit").await, units + 1);
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_allowed() {
    let server = Server::start().await;
    let url = format!("{}/graphql", server.url);
    for method in [Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let url = format!("{url}?query=%7B__typename%7D");
        let response = server.http.request(method.clone(), url).send().await.unwrap();
        let reply = zugong_tests::Reply::of(response).await;
        assert_eq!((reply.status, header(&reply, "allow")), (405, "GET, POST"), "{method}");
        if method != Method::HEAD {
            assert_eq!(reply.code(), "METHOD_NOT_ALLOWED", "{method}");
            assert!(reply.body.get("data").is_none());
        }
    }
}

#[tokio::test]
async fn a_request_is_one_json_object_with_a_query() {
    let server = Server::start().await;
    for body in [
        "",
        " ",
        "{",
        "null",
        "1",
        "\"{ __typename }\"",
        "[]",
        "[{\"query\":\"{ __typename }\"}]",
        "[{\"query\":\"{ __typename }\"},{\"query\":\"{ __typename }\"}]",
        "{}",
        "{\"query\":null}",
        "{\"query\":1}",
        "{\"query\":[\"{ __typename }\"]}",
        "{\"query\":\"{ __typename }\",\"variables\":[]}",
        "{\"query\":\"{ __typename }\",\"variables\":\"{}\"}",
        "{\"query\":\"{ __typename }\",\"operationName\":1}",
        "{\"query\":\"{ __typename }\",\"extensions\":[]}",
        "{\"query\":\"{ __typename }\"} {\"query\":\"{ __typename }\"}",
        &format!("{{\"query\":\"{{ __typename }}\",\"variables\":{{\"v\":{}}}}}", "[".repeat(5000)),
    ] {
        for headers in [vec![JSON], vec![JSON, GRAPHQL]] {
            let reply = post(&server, body.to_string(), &headers).await;
            let start: String = body.chars().take(80).collect();
            assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"), "{start}: {}", reply.text);
            assert!(reply.body.get("data").is_none(), "{start}");
        }
    }
    let reply = post(&server, b"{\"query\":\"{ __typename } # \xff\"}".to_vec(), &[JSON]).await;
    assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"));
    for body in [
        "{\"query\":\"{ __typename }\",\"variables\":null,\"operationName\":null,\"extensions\":null}",
        "{\"query\":\"{ __typename }\",\"variables\":{},\"extensions\":{\"any\":1},\"another\":true}",
    ] {
        assert_eq!(post(&server, body, &[JSON]).await.text, r#"{"data":{"__typename":"Query"}}"#, "{body}");
    }
}

#[tokio::test]
async fn the_operation_must_be_named_among_several() {
    let server = Server::start().await;
    let send = async |query: &str, name: Option<&str>| {
        post(&server, json!({ "query": query, "operationName": name }).to_string(), &[JSON]).await
    };
    let two = "query A { a: __typename } query B { b: __typename }";
    assert_eq!(send(two, Some("B")).await.text, r#"{"data":{"b":"Query"}}"#);
    assert_eq!(send("query A { a: __typename }", None).await.text, r#"{"data":{"a":"Query"}}"#);
    for (query, name) in [(two, None), (two, Some("C")), (two, Some("")), ("{ __typename }", Some("A"))] {
        let reply = send(query, name).await;
        assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"), "{query} {name:?}");
        assert_eq!(reply.body["errors"][0]["extensions"]["field"], "operationName");
    }
    for query in ["{ __typename } query A { __typename }", "query A { __typename } query A { __typename }"] {
        assert_eq!(send(query, Some("A")).await.code(), "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
}

#[tokio::test]
async fn the_status_tells_what_the_clients_media_type_can_say() {
    let server = Server::start().await;
    for (query, code, own_status) in [
        ("{", "GRAPHQL_PARSE_FAILED", 400),
        ("", "GRAPHQL_PARSE_FAILED", 400),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED", 400),
        ("{ ...Nothing }", "GRAPHQL_VALIDATION_FAILED", 400),
        ("query($v: Int!) { __typename }", "GRAPHQL_VALIDATION_FAILED", 400),
    ] {
        let body = json!({ "query": query }).to_string();
        let plain = post(&server, body.clone(), &[JSON]).await;
        assert_eq!((plain.status, plain.code()), (200, code), "{query}: {}", plain.text);
        assert_eq!(header(&plain, "content-type"), "application/json; charset=utf-8");
        for accept in ["application/graphql-response+json", "application/graphql-response+json, application/json;q=0.9"]
        {
            let own = post(&server, body.clone(), &[JSON, ("accept", accept)]).await;
            assert_eq!((own.status, own.code()), (own_status, code), "{query}: {}", own.text);
            assert_eq!(header(&own, "content-type"), "application/graphql-response+json; charset=utf-8");
            assert!(own.body.get("data").is_none());
        }
    }
    // Executed, though with an error: 200 in either media type, and the field is null.
    for headers in [vec![JSON], vec![JSON, GRAPHQL]] {
        let reply = post(&server, json!({ "query": "{ units { nodes { id } } }" }).to_string(), &headers).await;
        assert_eq!((reply.status, reply.code()), (200, "UNAUTHENTICATED"), "{}", reply.text);
        assert_eq!(
            (&reply.body["data"], &reply.body["errors"][0]["path"]),
            (&json!({ "units": null }), &json!(["units"]))
        );
    }
    let reply = document(&server, "{ __typename }").await;
    assert_eq!(header(&reply, "cache-control"), "no-store");
}
