//! Requests of one kind that come at the same time are carried out together: one transaction and a few statements for all
//! of them, where each alone would take as many for itself. Who comes alone waits for nobody.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// The most that are carried out together: more would only wait longer for each other.
const MOST: usize = 64;

/// A line of inputs that wait to be carried out together. A clone is the same line.
pub struct Together<I, O>(Arc<Mutex<Line<I, O>>>);

struct Line<I, O> {
    waiting: VecDeque<(I, oneshot::Sender<O>)>,
    /// How many groups are being carried out.
    running: usize,
    /// How many may be.
    lanes: usize,
}

impl<I, O> Clone for Together<I, O> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<I: Send + 'static, O: Send + 'static> Together<I, O> {
    /// A line of which so many groups are carried out at a time.
    pub fn new(lanes: usize) -> Self {
        Self(Arc::new(Mutex::new(Line { waiting: VecDeque::new(), running: 0, lanes })))
    }

    /// Has `input` carried out with whatever waits beside it once `ready` has what `work` needs, such as a turn to write: who
    /// comes while it is awaited belongs to the group. `work` gives one output for each input, in their order; it goes on
    /// when the caller is gone. `None`: it came to no end, because it panicked or the process stops.
    pub async fn carry_out<P, R, F>(
        &self,
        input: I,
        ready: impl Fn() -> R + Send + 'static,
        work: impl Fn(P, Vec<I>) -> F + Send + 'static,
    ) -> Option<O>
    where
        P: Send + 'static,
        R: Future<Output = P> + Send + 'static,
        F: Future<Output = Vec<O>> + Send + 'static,
    {
        let (sender, output) = oneshot::channel();
        let lane = {
            let mut line = self.line();
            line.waiting.push_back((input, sender));
            let is_free = line.running < line.lanes;
            line.running += usize::from(is_free);
            is_free.then(|| Lane(self.clone()))
        };
        if let Some(lane) = lane {
            tokio::spawn(lane.run(ready, work));
        }
        output.await.ok()
    }

    fn line(&self) -> MutexGuard<'_, Line<I, O>> {
        // Nothing that is done under the lock can leave the line half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries out groups until nobody waits.
struct Lane<I: Send + 'static, O: Send + 'static>(Together<I, O>);

impl<I: Send + 'static, O: Send + 'static> Lane<I, O> {
    async fn run<P, R, F>(self, ready: impl Fn() -> R + Send, work: impl Fn(P, Vec<I>) -> F + Send)
    where
        P: Send,
        R: Future<Output = P> + Send,
        F: Future<Output = Vec<O>> + Send,
    {
        while self.goes_on() {
            let ready = ready().await;
            // Another lane may have taken them meanwhile.
            let (inputs, senders) = self.next();
            if inputs.is_empty() {
                continue;
            }
            for (sender, output) in senders.into_iter().zip(work(ready, inputs).await) {
                // Who is gone does not listen.
                let _ = sender.send(output);
            }
        }
        // The line knows already that this lane is over.
        std::mem::forget(self);
    }

    /// `false`, under the same lock as those who come: nobody waits, and the lane is over.
    fn goes_on(&self) -> bool {
        let mut line = self.0.line();
        let over = line.waiting.is_empty();
        line.running = line.running.saturating_sub(usize::from(over));
        !over
    }

    /// The next group.
    fn next(&self) -> (Vec<I>, Vec<oneshot::Sender<O>>) {
        let mut line = self.0.line();
        let count = line.waiting.len().min(MOST);
        line.waiting.drain(..count).unzip()
    }
}

impl<I: Send + 'static, O: Send + 'static> Drop for Lane<I, O> {
    /// The work panicked, or the process stops. Those who wait are told, unless another lane takes them.
    fn drop(&mut self) {
        let mut line = self.0.line();
        line.running = line.running.saturating_sub(1);
        if line.running == 0 {
            line.waiting.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Semaphore;

    /// Doubles numbers, each group when it is let through; remembers how large the groups were.
    #[derive(Clone)]
    struct Doubling {
        line: Together<u32, u32>,
        turns: Arc<Semaphore>,
        gate: Arc<Semaphore>,
        groups: Arc<Mutex<Vec<usize>>>,
        running: Arc<AtomicUsize>,
    }

    impl Doubling {
        fn new(lanes: usize) -> Self {
            let (turns, gate) = (Arc::new(Semaphore::new(100)), Arc::new(Semaphore::new(0)));
            Self { line: Together::new(lanes), turns, gate, groups: Arc::default(), running: Arc::default() }
        }

        fn ask(&self, number: u32) -> tokio::task::JoinHandle<Option<u32>> {
            let own = self.clone();
            tokio::spawn(async move {
                let (worker, turns) = (own.clone(), own.turns.clone());
                let ready = move || {
                    let turns = turns.clone();
                    async move { turns.acquire_owned().await.unwrap().forget() }
                };
                own.line
                    .carry_out(number, ready, move |(), numbers: Vec<u32>| {
                        let worker = worker.clone();
                        async move {
                            worker.running.fetch_add(1, Ordering::SeqCst);
                            worker.gate.acquire().await.unwrap().forget();
                            worker.running.fetch_sub(1, Ordering::SeqCst);
                            worker.groups.lock().unwrap().push(numbers.len());
                            assert!(!numbers.contains(&13), "as planned");
                            numbers.into_iter().map(|number| number * 2).collect()
                        }
                    })
                    .await
            })
        }

        async fn until(&self, what: impl Fn(&Self) -> bool) {
            while !what(self) {
                tokio::task::yield_now().await;
            }
        }

        fn waiting(&self) -> usize {
            self.line.line().waiting.len()
        }
    }

    #[tokio::test]
    async fn who_comes_meanwhile_is_carried_out_together() {
        let doubling = Doubling::new(1);
        let first = doubling.ask(1);
        doubling.until(|doubling| doubling.running.load(Ordering::SeqCst) == 1).await;
        let rest: Vec<_> = (20..120).map(|number| doubling.ask(number)).collect();
        doubling.until(|doubling| doubling.waiting() == 100).await;
        doubling.gate.add_permits(3);
        assert_eq!(first.await.unwrap(), Some(2));
        for (number, asked) in (20..120).zip(rest) {
            assert_eq!(asked.await.unwrap(), Some(2 * number), "each gets its own");
        }
        assert_eq!(*doubling.groups.lock().unwrap(), [1, 64, 36]);
        // The line is as it was.
        doubling.gate.add_permits(1);
        assert_eq!(doubling.ask(7).await.unwrap(), Some(14));
        assert_eq!(doubling.line.line().running, 0);
    }

    #[tokio::test]
    async fn lanes_go_on_beside_each_other() {
        let doubling = Doubling::new(2);
        let first = doubling.ask(1);
        doubling.until(|doubling| doubling.running.load(Ordering::SeqCst) == 1).await;
        let second = doubling.ask(2);
        doubling.until(|doubling| doubling.running.load(Ordering::SeqCst) == 2).await;
        doubling.gate.add_permits(2);
        for asked in [first, second] {
            assert!(asked.await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn who_comes_while_a_turn_is_awaited_belongs_to_the_group() {
        let doubling = Doubling::new(2);
        doubling.turns.forget_permits(100);
        let asked: Vec<_> = (20..23).map(|number| doubling.ask(number)).collect();
        doubling.until(|doubling| doubling.waiting() == 3).await;
        doubling.gate.add_permits(1);
        doubling.turns.add_permits(2);
        for asked in asked {
            assert!(asked.await.unwrap().is_some());
        }
        assert_eq!(*doubling.groups.lock().unwrap(), [3], "and the lane that found nobody left takes no group");
        doubling.until(|doubling| doubling.line.line().running == 0).await;
    }

    #[tokio::test]
    async fn who_is_gone_is_carried_out_and_holds_nobody_up() {
        let doubling = Doubling::new(1);
        let gone = doubling.ask(1);
        doubling.until(|doubling| doubling.running.load(Ordering::SeqCst) == 1).await;
        gone.abort();
        let next = doubling.ask(2);
        doubling.gate.add_permits(2);
        assert_eq!(next.await.unwrap(), Some(4));
        assert_eq!(*doubling.groups.lock().unwrap(), [1, 1]);
    }

    #[tokio::test]
    async fn a_panic_is_told_to_those_who_wait_and_the_line_goes_on() {
        let doubling = Doubling::new(1);
        let first = doubling.ask(13);
        doubling.until(|doubling| doubling.running.load(Ordering::SeqCst) == 1).await;
        let behind = doubling.ask(2);
        doubling.until(|doubling| doubling.waiting() == 1).await;
        doubling.gate.add_permits(2);
        assert_eq!(first.await.unwrap(), None);
        assert_eq!(behind.await.unwrap(), None);
        assert_eq!(doubling.ask(3).await.unwrap(), Some(6));
    }
}
