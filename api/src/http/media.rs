//! Which of the two media types of an answer a client wants, as RFC 9110 and GraphQL over HTTP say.

use axum::http::{HeaderMap, HeaderValue, header::ACCEPT};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`, which older clients understand: a document that does not fit is answered with 200.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was executed.
    Graphql,
}

/// Ranges of an `Accept` header that are looked at; no client has a reason for more.
const RANGES: usize = 50;

impl Media {
    /// The `Content-Type` of the answer.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
        })
    }

    const fn subtype(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Graphql => "graphql-response+json",
        }
    }
}

/// The type that the client likes best, or none if it takes neither.
///
/// Who says nothing, or that anything will do, gets `application/json`.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    let lines: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let ranges: Vec<Range> =
        lines.iter().flat_map(|line| line.split(',')).take(RANGES).filter_map(Range::parse).collect();
    if lines.iter().all(|line| line.trim().is_empty()) {
        return Some(Media::Json);
    }
    let wanted = |media: Media| {
        // The most specific range decides, whatever a broader one says.
        let best = ranges.iter().filter_map(|range| Some((range.specificity(media)?, range.weight)));
        best.reduce(|a, b| if b.0 > a.0 { b } else { a }).filter(|(_, weight)| *weight > 0)
    };
    match (wanted(Media::Json), wanted(Media::Graphql)) {
        (None, None) => None,
        (Some(_), None) => Some(Media::Json),
        (None, Some(_)) => Some(Media::Graphql),
        (Some((_, json)), Some((named, own))) => {
            // At equal weight whoever names the newer type has asked for it.
            let own_first = own > json || (own == json && named == NAMED);
            Some(if own_first { Media::Graphql } else { Media::Json })
        }
    }
}

/// Whether a client takes a stream of events; who says nothing does.
pub(super) fn takes_events(accept: &HeaderMap) -> bool {
    let lines: Vec<&str> = accept.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    lines.iter().all(|line| line.trim().is_empty())
        || lines.iter().flat_map(|line| line.split(',')).take(RANGES).filter_map(Range::parse).any(|range| {
            let named =
                matches!((range.family.as_str(), range.subtype.as_str()), ("text", "event-stream" | "*") | ("*", "*"));
            named && range.weight > 0
        })
}

const ANYTHING: u8 = 0;
const FAMILY: u8 = 1;
const NAMED: u8 = 2;

struct Range {
    family: String,
    subtype: String,
    /// In thousandths.
    weight: u16,
}

impl Range {
    /// A range of the header; none if it cannot be read or asks for another character set.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(';').map(|word| word.trim().to_ascii_lowercase());
        let name = words.next()?;
        let (family, subtype) = name.split_once('/')?;
        let mut weight = 1000;
        for word in words {
            match word.split_once('=') {
                Some(("q", value)) => weight = thousandths(value)?,
                Some(("charset", set)) if !matches!(set.trim_matches('"'), "utf-8" | "utf8") => return None,
                _ => {}
            }
        }
        Some(Self { family: family.into(), subtype: subtype.into(), weight })
    }

    fn specificity(&self, media: Media) -> Option<u8> {
        match (self.family.as_str(), self.subtype.as_str()) {
            ("*", "*") => Some(ANYTHING),
            ("application", "*") => Some(FAMILY),
            ("application", subtype) if subtype == media.subtype() => Some(NAMED),
            _ => None,
        }
    }
}

/// A weight of 0 to 1 in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let weight: f32 = text.parse().ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 1000")]
    (0.0..=1.0).contains(&weight).then(|| (weight * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Option<Media> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, line.parse().unwrap());
        }
        negotiate(&headers)
    }

    #[test]
    fn the_client_gets_what_it_likes_best() {
        for (accept, media) in [
            (vec![], Some(Media::Json)),
            (vec![""], Some(Media::Json)),
            (vec!["*/*"], Some(Media::Json)),
            (vec!["application/*"], Some(Media::Json)),
            (vec!["application/json"], Some(Media::Json)),
            (vec!["application/graphql-response+json"], Some(Media::Graphql)),
            (vec!["Application/GraphQL-Response+JSON; charset=UTF-8"], Some(Media::Graphql)),
            (vec!["application/graphql-response+json, application/json;q=0.9"], Some(Media::Graphql)),
            (vec!["application/json;q=0.9, application/graphql-response+json"], Some(Media::Graphql)),
            (vec!["application/json, application/graphql-response+json"], Some(Media::Graphql)),
            (vec!["application/json", "application/graphql-response+json"], Some(Media::Graphql)),
            (vec!["application/graphql-response+json;q=0.5, application/json"], Some(Media::Json)),
            (vec!["application/graphql-response+json;q=0, */*"], Some(Media::Json)),
            (vec!["application/json;q=0, */*"], Some(Media::Graphql)),
            (vec!["application/json;q=0, application/graphql-response+json;q=0, */*"], None),
            (vec!["text/html, application/xhtml+xml, */*;q=0.8"], Some(Media::Json)),
            (vec!["text/html"], None),
            (vec!["text/event-stream"], None),
            (vec!["*/*;q=0"], None),
            (vec!["application/json;q=2"], None),
            (vec!["application/json; charset=gbk"], None),
            (vec!["application/jsonp"], None),
            (vec!["json"], None),
        ] {
            assert_eq!(of(&accept), media, "{accept:?}");
        }
    }
}
