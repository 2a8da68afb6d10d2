//! Readers that scenarios take turns with: one at a time has each.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Condvar, Mutex, PoisonError},
};

/// All of them, and those that nobody has now.
pub struct Places<T> {
    free: Mutex<Vec<T>>,
    returned: Condvar,
    count: usize,
}

impl<T> Places<T> {
    /// Nobody has any of these.
    pub fn new(free: Vec<T>) -> Arc<Self> {
        let count = free.len();
        Arc::new(Self { free: Mutex::new(free), returned: Condvar::new(), count })
    }

    /// How many there are, free or not.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Waits for a free one.
    pub fn take(self: &Arc<Self>) -> Lease<T> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match free.pop() {
                Some(held) => return Lease { held: Some(held), home: Arc::clone(self) },
                None => free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// One of them, until this is dropped.
pub struct Lease<T> {
    /// Empty only while it is being dropped.
    held: Option<T>,
    home: Arc<Places<T>>,
}

/// Why a lease is never seen empty.
const HELD: &str = "only dropping a lease takes out what it holds";

impl<T> Deref for Lease<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.held.as_ref().expect(HELD)
    }
}

impl<T> DerefMut for Lease<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().expect(HELD)
    }
}

impl<T> Drop for Lease<T> {
    fn drop(&mut self) {
        self.home.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.held.take());
        self.home.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn who_comes_when_all_are_taken_gets_the_first_that_is_given_back() {
        let places = Places::new(vec!['a', 'b']);
        let (first, second) = (places.take(), places.take());
        assert_eq!((places.count(), *first, *second), (2, 'b', 'a'));
        let later = thread::spawn({
            let places = Arc::clone(&places);
            move || *places.take()
        });
        drop(second);
        assert_eq!(later.join().unwrap(), 'a');
        drop(first);
        assert_eq!(places.free.lock().unwrap().len(), 2);
    }
}
