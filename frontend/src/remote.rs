//! What a page reads from the server, and what it does there: [`Remote`] and [`Action`].
//!
//! They do what Leptos' `LocalResource` and `Action` do, in one piece of code for all types: those are made anew for
//! each type, which was a quarter of the portal's program (docs/decisions/0009).

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::task::spawn_local;
use std::any::Any;
use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

/// A value of a type that only its reader knows.
type Kept = Rc<dyn Any>;
type Work = Pin<Box<dyn Future<Output = Kept>>>;
/// Begins something with what a person gave.
type Begin<I> = Rc<dyn Fn(&I) -> Work>;

/// The last value that arrived.
struct Newest<T> {
    kept: RwSignal<Option<Kept>, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Newest<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Newest<T> {}

impl<T: Clone + 'static> Newest<T> {
    fn new() -> Self {
        Self { kept: RwSignal::new_local(None), of: PhantomData }
    }

    fn get(self) -> Option<T> {
        self.kept.with(|kept| kept.as_ref()?.downcast_ref().cloned())
    }
}

/// Something that is read from the server, again whenever a signal changes that its request was made of.
///
/// What was read before stays until the new is here; when it is read twice at once, the later request counts.
pub struct Remote<T> {
    newest: Newest<T>,
    again: Trigger,
}

impl<T> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Remote<T> {}

impl<T: Clone + 'static> Remote<T> {
    /// Reads with `fetch`: the signals that it reads before it gives its future are followed.
    pub fn new<F: Future<Output = T> + 'static>(fetch: impl Fn() -> F + 'static) -> Self {
        let newest = Newest::new();
        let again = Trigger::new();
        follow(newest.kept, again, Box::new(move || erased(fetch())));
        Self { newest, again }
    }

    /// What was read last; `None` before the first answer.
    pub fn get(self) -> Option<T> {
        self.newest.get()
    }

    /// Reads again.
    pub fn refetch(self) {
        self.again.notify();
    }
}

fn erased<T: 'static>(work: impl Future<Output = T> + 'static) -> Work {
    Box::pin(async move { Rc::new(work.await) as Kept })
}

fn follow(kept: RwSignal<Option<Kept>, LocalStorage>, again: Trigger, fetch: Box<dyn Fn() -> Work>) {
    let newest = Rc::new(Cell::new(0_u32));
    Effect::new(move |_: Option<()>| {
        again.track();
        let mine = newest.get().wrapping_add(1);
        newest.set(mine);
        let work = ScopedFuture::new_untracked(fetch());
        let newest = Rc::clone(&newest);
        spawn_local(async move {
            let value = work.await;
            if newest.get() == mine {
                let _ = kept.try_set(Some(value));
            }
        });
    });
}

/// Something that a person does: [`Action::dispatch`] begins it, the rest is followed.
pub struct Action<I: 'static, O> {
    newest: Newest<O>,
    under_way: RwSignal<u32>,
    begin: StoredValue<Begin<I>, LocalStorage>,
}

impl<I, O> Clone for Action<I, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I, O> Copy for Action<I, O> {}

impl<I: 'static, O: Clone + 'static> Action<I, O> {
    /// Does `work`.
    pub fn new<F: Future<Output = O> + 'static>(work: impl Fn(&I) -> F + 'static) -> Self {
        let begin: Begin<I> = Rc::new(move |input| erased(untrack(|| work(input))));
        Self { newest: Newest::new(), under_way: RwSignal::new(0), begin: StoredValue::new_local(begin) }
    }

    /// Begins.
    #[expect(clippy::needless_pass_by_value, reason = "what is done is given away")]
    pub fn dispatch(self, input: I) {
        if let Some(begin) = self.begin.try_get_value() {
            carry_out(self.newest.kept, self.under_way, begin(&input));
        }
    }

    /// It is going on.
    pub fn pending(self) -> Signal<bool> {
        let under_way = self.under_way;
        Signal::derive(move || under_way.get() > 0)
    }

    /// Forgets how it ended.
    pub fn clear(self) {
        let _ = self.newest.kept.try_set(None);
    }

    /// How it ended last; `None` before the first end.
    pub fn value(self) -> Ended<O> {
        Ended(self.newest)
    }
}

fn carry_out(kept: RwSignal<Option<Kept>, LocalStorage>, under_way: RwSignal<u32>, work: Work) {
    under_way.update(|count| *count += 1);
    let work = ScopedFuture::new_untracked(work);
    spawn_local(async move {
        let value = work.await;
        let _ = kept.try_set(Some(value));
        let _ = under_way.try_update(|count| *count = count.saturating_sub(1));
    });
}

/// How an [`Action`] ended.
pub struct Ended<O>(Newest<O>);

impl<O: Clone + 'static> Ended<O> {
    /// The last outcome, followed as it changes.
    pub fn get(self) -> Option<O> {
        self.0.get()
    }
}
