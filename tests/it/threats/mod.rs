//! The list of threats, and where each is met. A test says in its first line which one it is about.
//!
//! | threat | met by |
//! | --- | --- |
//! | 1 aliases, 3 depth, 4 nested literals, 5 fragments, 6 directives, 7 copies, 8 floods | `documents`, `front::hostile`, `front::limits`, the guard's own tests |
//! | 2 guessing by the bundle | `logins` |
//! | 9 introspection and hints | `words`, `front::surroundings`, `front::errors` |
//! | 10 requests forged by other sites | `front::media`, `sockets` |
//! | 11 errors that tell | every reply of every test (`zugong_tests::leaks`), `front::errors` |
//! | 14 ids and cursors | `inputs`, `invariants::isolation`, `engine::cursors` |
//! | 15 input that sets what is the server's | `invariants::schema` (INV-12) |
//! | 16 whether a log-in exists | `logins`, `identity::login` |
//! | 17 being locked out by others | `logins`, unit tests of `identity` |
//! | 18 slow and greedy subscribers | `slow`, `progress`, `sockets` |
//! | 19 half requests and idle connections, 20 floods of streams | `front::connections` |
//! | 21 compressed bombs | `bodies` |
//! | 23 forged tokens, 24 their key ids, 27 the wrong audience or tenant | `tokens`, `identity::tokens` |
//! | 25 replayed refresh tokens | `identity::sessions` |
//! | 26 rotating keys | unit tests of `identity` |
//! | 28 log-in with WeChat | `identity::wechat` |
//! | 29 mistakes in the policy | tests of the crate `policies`: 100,000 questions to a reference model and to Casbin |
//! | 31 another tenant's answer from a cache | `caches` |
//! | 32 secrets in the log | `logs` |
//!
//! 12, 13 and 22 belong to plug-ins with code and to imports, which are not there yet.

mod bodies;
mod caches;
mod documents;
mod inputs;
mod logins;
mod logs;
mod slow;
mod tokens;
mod words;
