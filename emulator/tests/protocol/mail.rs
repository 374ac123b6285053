//! Mail as a small backup program reads it: folders, pages, whole messages, changes since.

use std::collections::BTreeSet;

use rekey_emulator::ControlError;
use reqwest::Method;
use serde_json::{Value, json};

use crate::driver::Answer;
use crate::setup::{admin, assign_at, make, own_token, send, without_delay};
use crate::world::{GRAPH, TOM, World, credential};

async fn reader(role: &str) -> (World, String) {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    assert_eq!(assign_at(&world, &token, &made, &GRAPH.to_string(), role).await.status, 201);
    let own = own_token(&world, &made, &key).await.ok().text("access_token");
    (world, own)
}

async fn get(world: &World, path: &str, token: &str) -> Answer {
    let path = if path.starts_with("http") { path.to_owned() } else { format!("v1.0/users/{TOM}/{path}") };
    world.http().graph(&path, token).await
}

/// Follows the pages of a round; the items and the link for the next round.
async fn round(world: &World, path: &str, token: &str) -> (Vec<Value>, String) {
    let (mut items, mut path) = (Vec::new(), path.to_owned());
    loop {
        let page = get(world, &path, token).await.ok();
        items.extend(page.body["value"].as_array().unwrap().clone());
        match page.body["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return (items, page.body["@odata.deltaLink"].as_str().unwrap_or_default().to_owned()),
        }
    }
}

fn ids(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn folders_hold_every_message_once() {
    let (world, token) = reader("Mail.Read").await;
    let (folders, _) = round(&world, "mailFolders?$top=3", &token).await;
    assert_eq!(folders.len(), 7);
    let mut all = BTreeSet::new();
    for folder in &folders {
        let id = folder["id"].as_str().unwrap();
        let (messages, _) = round(&world, &format!("mailFolders/{id}/messages?$top=5"), &token).await;
        assert_eq!(folder["totalItemCount"], messages.len(), "{}", folder["displayName"]);
        assert!(messages.iter().all(|message| message["parentFolderId"] == id));
        let before = all.len();
        all.extend(ids(&messages));
        assert_eq!(all.len(), before + messages.len(), "no message lies in two folders");
    }
    let (listed, _) = round(&world, "messages", &token).await;
    assert_eq!(ids(&listed), all);
    let inbox = get(&world, "mailFolders/inbox", &token).await.ok();
    assert_eq!(inbox.body["displayName"], "Inbox");
    assert_eq!(get(&world, "mailFolders/none", &token).await.status, 404);
}

#[tokio::test]
async fn a_message_comes_whole_and_as_mime() {
    let (world, token) = reader("Mail.Read").await;
    let page = get(&world, "mailFolders/inbox/messages?$top=1", &token).await.ok();
    let id = page.body["value"][0]["id"].as_str().unwrap();
    let message = get(&world, &format!("messages/{id}"), &token).await.ok();
    let text = message.body["body"]["content"].as_str().unwrap();
    let url = format!("{}v1.0/users/{TOM}/messages/{id}/$value", world.emulator.graph());
    let mime = world.http().client.get(url).bearer_auth(&token).send().await.unwrap();
    assert_eq!((mime.status().as_u16(), mime.headers()["content-type"].to_str().unwrap()), (200, "text/plain"));
    let mime = mime.text().await.unwrap();
    assert!(mime.contains(&format!("Subject: {}", message.text("subject"))) && mime.ends_with(text));
    assert_eq!(get(&world, "messages/none", &token).await.status, 404);
}

#[tokio::test]
async fn headers_only_means_no_text() {
    let (world, token) = reader("Mail.ReadBasic.All").await;
    let page = get(&world, "messages?$top=1", &token).await.ok();
    let message = &page.body["value"][0];
    assert!(message["subject"].is_string() && message.get("body").is_none());
    let path = format!("messages/{}/$value", message["id"].as_str().unwrap());
    assert_eq!(get(&world, &path, &token).await.status, 403);
}

#[tokio::test]
async fn delta_tells_everything_once_and_then_what_changed() {
    let (world, token) = reader("Mail.Read").await;
    let path = "mailFolders/inbox/messages/delta";
    let (first, link) = round(&world, &format!("{path}?$top=4"), &token).await;
    let inbox = get(&world, "mailFolders/inbox", &token).await.ok();
    assert_eq!(inbox.body["totalItemCount"], first.len());
    let (nothing, link) = round(&world, &link, &token).await;
    assert!(nothing.is_empty());
    let gone = first[0]["id"].as_str().unwrap().to_owned();
    let new = world.emulator.deliver_mail(TOM, "inbox", "New", "Hello").unwrap();
    world.emulator.deliver_mail(TOM, "Archive", "Elsewhere", "Hello").unwrap();
    assert!(world.emulator.remove_mail(TOM, &gone).unwrap());
    assert!(!world.emulator.remove_mail(TOM, &gone).unwrap());
    let (changed, next) = round(&world, &link, &token).await;
    assert_eq!(ids(&changed), BTreeSet::from([gone.clone(), new.clone()]));
    let removed = changed.iter().find(|item| item["id"] == gone).unwrap();
    assert_eq!(removed["@removed"]["reason"], "deleted");
    assert!(round(&world, &next, &token).await.0.is_empty());
    let (again, _) = round(&world, path, &token).await;
    assert_eq!(again.len(), first.len());
    assert!(ids(&again).contains(&new) && !ids(&again).contains(&gone));
    assert_eq!(get(&world, &format!("{path}?$deltatoken=rubbish"), &token).await.status, 410);
    let unknown = world.emulator.deliver_mail(TOM, "none", "", "");
    assert_eq!(unknown, Err(ControlError::NoFolder("none".to_owned())));
}

#[tokio::test]
async fn a_change_during_the_pages_of_a_round_is_told_in_the_next() {
    let (world, token) = reader("Mail.Read").await;
    let page = get(&world, "mailFolders/inbox/messages/delta?$top=2", &token).await.ok();
    let new = world.emulator.deliver_mail(TOM, "inbox", "New", "Hello").unwrap();
    let (_, link) = round(&world, page.body["@odata.nextLink"].as_str().unwrap(), &token).await;
    let (changed, _) = round(&world, &link, &token).await;
    assert_eq!(ids(&changed), BTreeSet::from([new]));
}

#[tokio::test]
async fn a_restore_writes_a_message_back_with_the_role_for_it() {
    let (world, token) = reader("Mail.ReadWrite").await;
    let path = format!("users/{TOM}/mailFolders/inbox/messages");
    let body = json!({ "subject": "Back again", "body": { "contentType": "text", "content": "Saved before" } });
    let made = send(&world, Method::POST, &path, &token, body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let read = get(&world, &format!("messages/{}", made.text("id")), &token).await.ok();
    assert_eq!((&read.body["subject"], &read.body["body"]["content"]), (&json!("Back again"), &json!("Saved before")));
    let path = format!("users/{TOM}/messages/{}", made.text("id"));
    assert_eq!(send(&world, Method::DELETE, &path, &token, json!({})).await.status, 204);
    let (world, reading) = reader("Mail.Read").await;
    let path = format!("users/{TOM}/mailFolders/inbox/messages");
    assert_eq!(send(&world, Method::POST, &path, &reading, body).await.status, 403);
}
