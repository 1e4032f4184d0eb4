//! The operations under way on one socket, by the ids that the client gave them.
//!
//! An id may be used again as soon as the client has let go of it, while what the former operation said is still on its
//! way. So that it does not pass for the new one's, each operation has a number that no other has.

use std::collections::HashMap;

use tokio::task::JoinHandle;

use crate::http::standing::Share;

/// One operation among all that have had its id.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// What the client calls it.
    pub(super) id: String,
    number: u64,
}

/// An operation under way.
struct Going {
    number: u64,
    work: JoinHandle<()>,
    /// The user's share, given back when the operation is taken out: the work itself may end a little later.
    _share: Option<Share>,
}

/// The operations of a socket; those under way end with it.
#[derive(Default)]
pub(super) struct Operations {
    going: HashMap<String, Going>,
    begun: u64,
}

impl Operations {
    /// Whether an id is in use.
    pub(super) fn has(&self, id: &str) -> bool {
        self.going.contains_key(id)
    }

    /// How many are under way.
    pub(super) fn count(&self) -> usize {
        self.going.len()
    }

    /// Names the next operation.
    pub(super) fn name(&mut self, id: String) -> Named {
        self.begun += 1;
        Named { id, number: self.begun }
    }

    /// Takes in an operation that has begun.
    pub(super) fn begin(&mut self, named: &Named, work: JoinHandle<()>, share: Option<Share>) {
        let going = Going { number: named.number, work, _share: share };
        if let Some(former) = self.going.insert(named.id.clone(), going) {
            former.work.abort();
        }
    }

    /// Whether an operation is still under way, so that the client is to hear what it says.
    pub(super) fn is_going(&self, named: &Named) -> bool {
        self.going.get(&named.id).is_some_and(|going| going.number == named.number)
    }

    /// Takes out an operation that has ended; false if the client has let go of it before.
    pub(super) fn end(&mut self, named: &Named) -> bool {
        let going = self.is_going(named);
        if going {
            self.going.remove(&named.id);
        }
        going
    }

    /// Ends the operation of an id, if there is one: the client wants no more of it.
    pub(super) fn let_go(&mut self, id: &str) {
        if let Some(going) = self.going.remove(id) {
            going.work.abort();
        }
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        self.going.values().for_each(|going| going.work.abort());
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        http::standing::{Kind, Standing},
        kernel::task::spawn,
    };

    #[tokio::test]
    async fn what_a_former_operation_says_is_not_its_successors() {
        let mut all = Operations::default();
        let former = all.name("1".into());
        all.begin(&former, spawn("test", async {}), None);
        assert!(all.is_going(&former) && all.has("1"));
        // Its end is on its way when the client lets go of it and begins another.
        all.let_go("1");
        assert!(!all.has("1"));
        let another = all.name("1".into());
        all.begin(&another, spawn("test", std::future::pending()), None);
        assert!(!all.is_going(&former) && !all.end(&former), "nobody waits for it any more");
        assert!(all.is_going(&another) && all.count() == 1, "and the new one goes on");
        assert!(all.end(&another) && !all.end(&another) && !all.has("1"), "until it ends, which it does once");
    }

    #[tokio::test]
    async fn the_place_of_an_operation_is_free_as_soon_as_the_client_lets_go_of_it() {
        let (standing, who) = (Standing::new(), (Uuid::from_u128(1), Uuid::from_u128(2)));
        let mut all = Operations::default();
        let mut number = 0;
        while let Some(share) = standing.share(who, Kind::Stream) {
            let named = all.name(number.to_string());
            all.begin(&named, spawn("test", std::future::pending()), Some(share));
            number += 1;
        }
        assert_eq!(all.count(), 20);
        all.let_go("7");
        assert!(standing.share(who, Kind::Stream).is_some());
        drop(all);
        let again: Vec<Option<Share>> = (0..20).map(|_| standing.share(who, Kind::Stream)).collect();
        assert!(again.iter().all(Option::is_some), "and all are when the socket ends");
    }
}
