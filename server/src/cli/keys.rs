//! `rekey keys`: the master keys of an installation, and their rotation (S4).

use super::{CommandError, Configured, serve};
use crate::{
    random::SystemRandom,
    seal::{KeyId, Keyring, MOST_USES, activate_key, add_key, add_key_for_later, remove_key},
    services::reseal,
};
use clap::Subcommand;
use std::sync::Arc;

/// What to do with the master keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lists the keys with their uses.
    List(Configured),
    /// Adds a key and makes it the active one: nodes use it within a minute. Then `reseal`.
    Add {
        /// Only adds it: where each node has a folder of its own, copy the key to all of them, then `activate` it on each.
        #[arg(long)]
        later: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Makes a key the active one.
    Activate {
        /// Its id.
        key: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Seals everything anew under the active key. Servers may run; it may be stopped and begun again.
    Reseal(Configured),
    /// Deletes a key that nothing uses any more.
    Remove {
        /// Its id.
        key: String,
        #[command(flatten)]
        configured: Configured,
    },
}

/// Runs it.
pub async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::List(configured) => list(&configured).await,
        Command::Add { later, configured } => {
            let (config, _) = serve::open(&configured).await?;
            if later {
                let id = add_key_for_later(&config.keys, &SystemRandom)?;
                println!("Added {id}. Copy it to every node's folder, then run `rekey keys activate {id}` on each.");
            } else {
                let id = add_key(&config.keys, &SystemRandom)?;
                println!(
                    "Added {id}; it is the active key. Wait a minute for the nodes, then run `rekey keys reseal`."
                );
            }
            Ok(())
        }
        Command::Activate { key, configured } => {
            let (config, _) = serve::open(&configured).await?;
            let id = key_id(&key)?;
            activate_key(&config.keys, id)?;
            println!("{id} is the active key. Wait a minute for the nodes, then run `rekey keys reseal`.");
            Ok(())
        }
        Command::Reseal(configured) => {
            let (_, app) = serve::open(&configured).await?;
            let changed = reseal::reseal(&app.store, &app.keyring).await;
            reseal::count_uses(&app.store, &app.keyring).await?;
            let changed = changed?;
            println!("Sealed {changed} values anew under {}.", app.keyring.active());
            Ok(())
        }
        Command::Remove { key, configured } => remove(&key, &configured).await,
    }
}

async fn list(configured: &Configured) -> Result<(), CommandError> {
    let (_, app) = serve::open(configured).await?;
    for (id, uses) in reseal::uses(&app.store, &app.keyring).await? {
        let active = if id == app.keyring.active() { ", active" } else { "" };
        println!("{id}: {} sealed values, {} batches of the audit log{active}", uses.sealed, uses.audit);
    }
    reseal::count_uses(&app.store, &app.keyring).await?;
    let (active, uses) = (app.keyring.active(), app.keyring.uses());
    println!("{active} has sealed {uses} times; at {MOST_USES} it seals no more.");
    if app.keyring.is_wearing_out() {
        println!("It is time for a new one: `rekey keys add`, then `rekey keys reseal`.");
    }
    Ok(())
}

fn key_id(text: &str) -> Result<KeyId, CommandError> {
    Ok(KeyId::parse(text).ok_or("key: expected an id as `rekey keys list` prints it")?)
}

async fn remove(key: &str, configured: &Configured) -> Result<(), CommandError> {
    let (config, app) = serve::open(configured).await?;
    let id = key_id(key)?;
    if id == app.keyring.active() {
        return Err("this is the active key: add another one first".into());
    }
    let uses = reseal::uses(&app.store, &app.keyring).await?.get(&id).copied().unwrap_or_default();
    if uses.sealed > 0 {
        return Err(format!("{} values are still sealed by it: run `rekey keys reseal` first", uses.sealed).into());
    }
    if uses.audit > 0 {
        return Err(
            format!("{} batches of the audit log were made with it: it stays to verify them", uses.audit).into()
        );
    }
    remove_key(&config.keys, id)?;
    Keyring::load(&config.keys, Arc::new(SystemRandom))?;
    println!("Deleted {id}.");
    Ok(())
}
