//! A whole set-up of a tenant: from Save to modern backup sets, with the stand-in's delays off.
//!
//! The stand-in works in this process and shares its cores: the figure is an upper bound of the server's own share.

use crate::{
    app::{Backend, TestApp, set_up::ADMINISTRATOR},
    bench::{
        BenchError,
        report::{Line, Table},
    },
};
use shared::api::authorizations::SignInState;
use std::time::Duration;
use tokio::time::Instant;

/// How often; each time in a world of its own.
const ROUNDS: usize = 5;
/// Sets of one tenant, of mail and of sites.
const SETS: [&str; 2] = ["CON-015", "CON-007"];

/// Both databases.
pub async fn measure(table: &mut Table) -> Result<(), BenchError> {
    for (name, backend) in [("SQLite", Backend::Sqlite), ("PostgreSQL", Backend::Postgres)] {
        let mut times = Vec::with_capacity(ROUNDS);
        let mut calls = 0;
        for _ in 0..ROUNDS {
            let (took, sent) = one(backend).await?;
            times.push(took);
            calls = sent;
        }
        times.sort_unstable();
        let middle = times.get(ROUNDS / 2).copied().unwrap_or_default();
        let (least, most) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
        let note = format!("{:.0} to {:.0} ms, {calls} requests to Microsoft", millis(least), millis(most));
        table.add(Line::of(&format!("a whole set-up, no delays, {name}"), millis(middle), "ms").note(note));
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// From Save to done, and how many requests Microsoft got for it.
async fn one(backend: Backend) -> Result<(Duration, usize), BenchError> {
    let mut app = TestApp::start(backend).await;
    app.import_sample().await;
    let authorization = app.authorize_modern(&SETS).await;
    let before = app.administrator_before_save(authorization, ADMINISTRATOR).await;
    let earlier = app.emulator.requests().len();
    let begun = Instant::now();
    let view = app.save_and_settle(&before).await;
    let took = begun.elapsed();
    let sent = app.emulator.requests().len() - earlier;
    app.stop().await;
    if view.sign_in.state != SignInState::Done {
        return Err(format!("the set-up ended {:?}: {:?}", view.sign_in.state, view.sign_in.problem).into());
    }
    Ok((took, sent))
}
