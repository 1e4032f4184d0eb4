//! A WebSocket client that speaks `graphql-transport-ws` word by word.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, protocol::CloseFrame},
};

pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What the server said next.
#[derive(Debug)]
pub enum Heard {
    Word(Json),
    Closed(Option<CloseFrame>),
}

impl Socket {
    pub async fn open(url: &str, protocol: &str) -> Self {
        let mut request = format!("{}/graphql/ws", url.replace("http://", "ws://")).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        Self(connect_async(request).await.unwrap().0)
    }

    /// Opened and introduced.
    pub async fn greeted(url: &str, token: Option<&str>) -> Self {
        let mut socket = Self::open(url, "graphql-transport-ws").await;
        let payload = token.map(|t| json!({ "authorization": format!("Bearer {t}") })).unwrap_or(json!({}));
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        match socket.hear().await {
            Heard::Word(word) if word["type"] == "connection_ack" => socket,
            other => panic!("expected connection_ack, heard {other:?}"),
        }
    }

    pub async fn say(&mut self, word: Json) {
        self.0.send(Message::Text(word.to_string().into())).await.unwrap();
    }

    pub async fn say_text(&mut self, text: &str) {
        self.0.send(Message::Text(text.to_string().into())).await.unwrap();
    }

    pub async fn say_binary(&mut self, bytes: &'static [u8]) {
        self.0.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// Ends the conversation from this side, as the protocol wants it.
    pub async fn bid_farewell(&mut self) {
        let frame = CloseFrame { code: 1000.into(), reason: "".into() };
        self.0.send(Message::Close(Some(frame))).await.unwrap();
    }

    /// The next word, or the close, within ten seconds.
    pub async fn hear(&mut self) -> Heard {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let word = serde_json::from_str(&text).unwrap();
                        crate::leaks::check(&word);
                        return Heard::Word(word);
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let told = frame.as_ref().map_or_else(Vec::new, |frame| crate::leaks::told(&frame.reason));
                        assert!(told.is_empty(), "a reason tells {told:?}: {frame:?}");
                        return Heard::Closed(frame);
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Heard::Closed(None),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(15), next).await.expect("the server says nothing")
    }
}
