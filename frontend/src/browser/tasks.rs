//! Waiting for promises and timers, and the small pages' own way to run what waits: the one of `wasm_bindgen_futures` can
//! do more, in several times the code.

use super::js::{self, Callback, Promise};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use wasm_bindgen::JsValue;

/// Something that a promise or a timer settles. Works with any executor.
pub struct Settled(Rc<RefCell<Settling>>);

#[derive(Default)]
struct Settling {
    /// What came; none of a promise that was rejected.
    outcome: Option<Option<JsValue>>,
    waker: Option<Waker>,
    /// Alive until one of them was called, whether or not anybody still waits.
    callbacks: Vec<Callback>,
}

/// Waits for a promise; none when it was rejected.
pub fn settled(promise: &Promise) -> Settled {
    let settling = Rc::new(RefCell::new(Settling::default()));
    let (fulfilled, rejected) = (callback(&settling, true), callback(&settling, false));
    promise.then(&fulfilled, &rejected);
    settling.borrow_mut().callbacks = vec![fulfilled, rejected];
    Settled(settling)
}

/// Waits `ms` milliseconds.
pub fn timer(ms: i32) -> Settled {
    let settling = Rc::new(RefCell::new(Settling::default()));
    let rung = callback(&settling, false);
    js::later(&rung, ms);
    settling.borrow_mut().callbacks = vec![rung];
    Settled(settling)
}

fn callback(settling: &Rc<RefCell<Settling>>, is_fulfilled: bool) -> Callback {
    let settling = settling.clone();
    Callback::new(move |value| {
        let (waker, callbacks) = {
            let mut settling = settling.borrow_mut();
            settling.outcome = Some(if is_fulfilled { Some(value) } else { None });
            (settling.waker.take(), std::mem::take(&mut settling.callbacks))
        };
        drop(callbacks);
        if let Some(waker) = waker {
            waker.wake();
        }
    })
}

impl Future for Settled {
    type Output = Option<JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut settling = self.0.borrow_mut();
        match settling.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                settling.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// What is not done yet.
#[derive(Default)]
struct Tasks {
    /// Each under its number; the one that runs now is out.
    waiting: Vec<(usize, Option<Task>)>,
    /// The numbers of those that may go on.
    ready: Vec<usize>,
    /// How many there were so far.
    count: usize,
}

thread_local! {
    static TASKS: RefCell<Tasks> = RefCell::new(Tasks::default());
    /// One callback for all tasks, however often they go on.
    static GO_ON: Callback = Callback::new(|_| go_on());
}

/// Lets the task of this number go on. Only the browser's callbacks wake, and they never come while a task runs.
struct Alarm(usize);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        make_ready(self.0);
    }
}

/// Runs `task` soon, bit by bit.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    add(Box::pin(task));
}

fn add(task: Task) {
    let number = TASKS.with_borrow_mut(|tasks| {
        tasks.count += 1;
        tasks.waiting.push((tasks.count, Some(task)));
        tasks.count
    });
    make_ready(number);
}

fn make_ready(number: usize) {
    TASKS.with_borrow_mut(|tasks| tasks.ready.push(number));
    GO_ON.with(js::soon);
}

fn go_on() {
    for number in TASKS.with_borrow_mut(|tasks| std::mem::take(&mut tasks.ready)) {
        if let Some(mut task) = exchange(number, None) {
            let waker = Waker::from(Arc::new(Alarm(number)));
            if task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                exchange(number, Some(task));
            } else {
                TASKS.with_borrow_mut(|tasks| tasks.waiting.retain(|(known, _)| *known != number));
            }
        }
    }
}

/// Puts `task` in the place of this number, and gives what was there.
#[inline(never)]
fn exchange(number: usize, task: Option<Task>) -> Option<Task> {
    TASKS.with_borrow_mut(|tasks| {
        let place = tasks.waiting.iter_mut().find(|(known, _)| *known == number);
        place.and_then(|(_, place)| std::mem::replace(place, task))
    })
}
