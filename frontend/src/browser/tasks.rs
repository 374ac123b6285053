//! Waiting for promises and timers, and the small pages' own way to run what waits: the one of `wasm_bindgen_futures` can
//! do more, in several times the code.

use super::js::{self, Callback, Promise};
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use wasm_bindgen::JsValue;

/// Something that a promise or a timer settles. Works with any executor.
pub struct Settled(Rc<Settling>);

/// What came; none of a promise that was rejected.
type Outcome = Option<JsValue>;

struct Settling {
    outcome: Cell<Poll<Outcome>>,
    waker: Cell<Option<Waker>>,
    /// Alive until one of them was called, whether or not anybody still waits.
    callbacks: Cell<Vec<Callback>>,
}

impl Settling {
    fn new() -> Rc<Self> {
        let (waker, callbacks) = (Cell::default(), Cell::default());
        Rc::new(Self { outcome: Cell::new(Poll::Pending), waker, callbacks })
    }
}

/// Waits for a promise; none when it was rejected.
pub fn settled(promise: &Promise) -> Settled {
    let settling = Settling::new();
    let (fulfilled, rejected) = (callback(&settling, true), callback(&settling, false));
    promise.then(&fulfilled, &rejected);
    settling.callbacks.set(vec![fulfilled, rejected]);
    Settled(settling)
}

/// Waits `ms` milliseconds.
pub fn timer(ms: i32) -> Settled {
    let settling = Settling::new();
    let rung = callback(&settling, false);
    js::later(&rung, ms);
    settling.callbacks.set(vec![rung]);
    Settled(settling)
}

fn callback(settling: &Rc<Settling>, is_fulfilled: bool) -> Callback {
    let settling = settling.clone();
    Callback::new(move |value| {
        settling.outcome.set(Poll::Ready(if is_fulfilled { Some(value) } else { None }));
        drop(settling.callbacks.take());
        if let Some(waker) = settling.waker.take() {
            waker.wake();
        }
    })
}

impl Future for Settled {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = self.0.outcome.replace(Poll::Pending);
        if outcome.is_pending() {
            self.0.waker.set(Some(context.waker().clone()));
        }
        outcome
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// What is not done yet.
struct Tasks {
    /// Each under its number; the one that runs now is out.
    waiting: Cell<Vec<(usize, Task)>>,
    /// The numbers of those that may go on.
    ready: Cell<Vec<usize>>,
    /// How many there were so far.
    count: Cell<usize>,
    /// One callback for all, however often they go on.
    go_on: Callback,
}

thread_local! {
    /// As long as the page lives.
    static TASKS: &'static Tasks = Box::leak(Box::new(Tasks {
        waiting: Cell::default(),
        ready: Cell::default(),
        count: Cell::new(0),
        go_on: Callback::new(|_| tasks().go_on()),
    }));
}

fn tasks() -> &'static Tasks {
    TASKS.with(|tasks| *tasks)
}

/// Lets the task of this number go on. Only the browser's callbacks wake, and they never come while a task runs.
struct Alarm(usize);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        tasks().make_ready(self.0);
    }
}

/// Runs `task` soon, bit by bit.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let tasks = tasks();
    let number = tasks.count.get();
    tasks.count.set(number + 1);
    tasks.put(number, Box::pin(task));
    tasks.make_ready(number);
}

impl Tasks {
    fn put(&self, number: usize, task: Task) {
        let mut waiting = self.waiting.take();
        waiting.push((number, task));
        self.waiting.set(waiting);
    }

    fn make_ready(&self, number: usize) {
        let mut ready = self.ready.take();
        ready.push(number);
        self.ready.set(ready);
        js::soon(&self.go_on);
    }

    fn go_on(&self) {
        let ready = self.ready.take();
        for (number, mut task) in self.waiting.take() {
            if !ready.contains(&number) || Self::poll(number, &mut task).is_pending() {
                self.put(number, task);
            }
        }
    }

    fn poll(number: usize, task: &mut Task) -> Poll<()> {
        let waker = Waker::from(Arc::new(Alarm(number)));
        task.as_mut().poll(&mut Context::from_waker(&waker))
    }
}
