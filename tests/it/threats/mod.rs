//! The list of threats, and where each is met. A test says in its first line which one it is about.
//!
//! | threat | met by |
//! | --- | --- |
//! | 1 aliases, 3 depth, 4 nested literals, 5 fragments, 6 directives, 7 copies, 8 floods | `documents`, `fields`, `front::hostile`, `front::limits`, the guard's own tests |
//! | 2 guessing by the bundle | `logins`, `identity::login` |
//! | 9 introspection and hints | `words`, `front::surroundings`, `front::errors` |
//! | 10 requests forged by other sites | `sites`, `front::media`, `sockets` |
//! | 11 errors that tell | every reply of every test (`zugong_tests::leaks`), `errors`, `front::errors` |
//! | 14 ids and cursors | `inputs`, `invariants::isolation`, `engine::cursors` |
//! | 15 input that sets what is the server's | `fields`, `invariants::schema` (INV-12) |
//! | 16 whether a log-in exists | `logins`, `identity::login` |
//! | 17 being locked out by others | `logins`, unit tests of `identity` |
//! | 18 slow and greedy subscribers | `slow`, `progress`, `sockets`, `front::sockets`, `front::frames`, `faults::idle` |
//! | 19 half requests and idle connections | `hesitant`, `front::connections` |
//! | 20 floods of streams | `streams`, `front::connections` |
//! | 21 compressed bombs | `bodies` |
//! | 23 forged tokens | `tokens`, `identity::tokens` |
//! | 24 their key ids | `kids`, `tokens` |
//! | 27 the wrong audience, tenant or program | `tenants`, `programs`, `tokens`, `invariants::isolation` |
//! | 25 replayed refresh tokens | `replays`, `identity::sessions` |
//! | 26 rotating keys | `identity::rotation`, unit tests of `identity` |
//! | 28 log-in with WeChat | `identity::wechat` |
//! | 29 mistakes in the policy | tests of the crate `policies`: 100,000 questions to a reference model and to Casbin |
//! | 31 another tenant's answer from a cache | `caches` |
//! | 32 secrets in the log | `logs`, `canaries` |
//!
//! 12, 13 and 22 belong to plug-ins with code and to imports, which are not there yet.

mod bodies;
mod caches;
mod canaries;
mod documents;
mod errors;
mod fields;
mod hesitant;
mod inputs;
mod kids;
mod logins;
mod logs;
mod programs;
mod replays;
mod sites;
mod slow;
mod streams;
mod tenants;
mod tokens;
mod words;
