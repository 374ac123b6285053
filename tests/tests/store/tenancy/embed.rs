//! The rows of the embed, for the same proofs.

use rekey_tests::{clock::START, databases::next_id, records};
use server::store::{
    Scoped,
    api_keys::ApiKey,
    authorizations::Authorization,
    backup_sets::BackupSet,
    embed::{EmbedOrigin, EmbedSession, Popup},
};
use shared::api::embed::PopupState;

/// The origin of a second session.
const OTHER: &str = "https://other.example.com";

/// A row in every table of the embed.
pub struct Embed {
    origin: EmbedOrigin,
    session: EmbedSession,
    popup: Popup,
    authorization: Authorization,
}

/// Adds them.
pub async fn fill(tx: &Scoped, authorization: &Authorization, set: &BackupSet, key: &ApiKey) -> Embed {
    let origin = records::embed_origin("https://console.example.com");
    let session = EmbedSession { authorization: Some(authorization.id), ..records::embed_session(set, key, &origin) };
    let popup = Popup { challenge: Some([3; 32]), ..records::popup(&session) };
    assert!(tx.add_embed_origin(&origin).await.unwrap());
    tx.add_embed_session(&session).await.unwrap();
    let other = EmbedSession { id: next_id(), origin: OTHER.to_owned(), ..session.clone() };
    tx.add_embed_session(&other).await.unwrap();
    tx.add_popup(&popup).await.unwrap();
    Embed { origin, session, popup, authorization: authorization.clone() }
}

/// Names of the functions that found something.
pub async fn seen(tx: &Scoped, rows: &Embed) -> Vec<&'static str> {
    let (session, popup) = (rows.session.id, rows.popup.id);
    let found = [
        ("find_embed_origin", tx.find_embed_origin(&rows.origin.origin).await.unwrap().is_some()),
        ("list_embed_origins", !tx.list_embed_origins().await.unwrap().is_empty()),
        ("find_embed_session", tx.find_embed_session(session).await.unwrap().is_some()),
        ("find_last_embed_session", tx.find_last_embed_session(&rows.session).await.unwrap().is_some()),
        ("find_popup", tx.find_popup(popup).await.unwrap().is_some()),
        ("count_popups", tx.count_popups(session).await.unwrap() != 0),
        ("find_last_popup", tx.find_last_popup(session).await.unwrap().is_some()),
    ];
    found.iter().filter(|(_, found)| *found).map(|(name, _)| *name).collect()
}

/// Names of the functions that changed something.
pub async fn changed(tx: &Scoped, rows: &Embed) -> Vec<&'static str> {
    let session = rows.session.id;
    let here = Popup { state: PopupState::Here, ..rows.popup.clone() };
    let done = [
        ("touch_embed_session", tx.touch_embed_session(session).await.unwrap()),
        ("update_embed_authorization", tx.update_embed_authorization(session, rows.authorization.id).await.unwrap()),
        ("end_embed_sessions_of", tx.end_embed_sessions_of(OTHER, START).await.unwrap() != 0),
        ("end_embed_session", tx.end_embed_session(session, START).await.unwrap()),
        ("update_popup", tx.update_popup(&here, &rows.popup).await.unwrap()),
        ("end_open_popups", tx.end_open_popups(session).await.unwrap() != 0),
        ("remove_embed_origin", tx.remove_embed_origin(rows.origin.id).await.unwrap().is_some()),
        ("remove_old_embed_sessions", tx.remove_old_embed_sessions(START.plus(1_000_000)).await.unwrap() != 0),
    ];
    // The same origin in two organizations is two records.
    let same = EmbedOrigin { id: next_id(), ..rows.origin.clone() };
    assert!(tx.add_embed_origin(&same).await.unwrap());
    done.iter().filter(|(_, done)| *done).map(|(name, _)| *name).collect()
}
