//! How many requests are carried out at once. Two counts of an atomic number: every request passes here.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The room.
#[derive(Debug)]
pub struct Room {
    inside: AtomicUsize,
    most: usize,
}

/// One request's seat, free again when it is dropped.
#[derive(Debug)]
pub struct Seat(Arc<Room>);

impl Room {
    /// Empty.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { inside: AtomicUsize::new(0), most })
    }

    /// Lets one in, if there is a seat.
    pub fn enter(self: &Arc<Self>) -> Option<Seat> {
        let before = self.inside.fetch_add(1, Ordering::Relaxed);
        // Dropped at once when there is none, which takes the count back.
        let seat = Seat(self.clone());
        (before < self.most).then_some(seat)
    }
}

impl Seat {
    /// The room that it is in.
    pub fn room(&self) -> Arc<Room> {
        self.0.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
    }
}
