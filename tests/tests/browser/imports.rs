//! A list is given to the import page by dropping it.

use rekey_tests::browser::{Browser, Stage};
use serde_json::{Value, json};
use std::path::Path;

/// How the portal learns that nobody is signed in.
const SIGNED_OUT: &str = "401 (Unauthorized)";
const ZONE: &str = "[data-test=drop]";

/// Drags a file of this machine over a place.
async fn drags(window: &Browser, file: &Path, place: &str, moves: &[&str]) {
    window.see(place).await;
    let middle = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2]";
    let middle = window.script(middle, vec![json!(place)]).await.json().clone();
    let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
    for kind in moves {
        let event = json!({ "type": kind, "x": middle[0], "y": middle[1], "data": data });
        window.execute("Input.dispatchDragEvent", event).await;
    }
}

async fn drops(window: &Browser, file: &Path) {
    drags(window, file, ZONE, &["dragEnter", "dragOver", "drop"]).await;
}

/// A list that is dropped is read like one that is chosen; a file of another kind is refused before anything is sent; over
/// the place, the place says so, and what is dragged away again is not taken.
#[tokio::test]
async fn a_list_that_is_dropped_is_read_like_one_that_is_chosen() {
    let stage = Stage::empty();
    let window = stage.browser().await;
    window.enter_portal(&stage.demo.account(&stage.demo.ready.owner_sign_in)).await;
    window.offer_list(&stage.demo.sample()).await;
    let chosen = window.texts("[data-test=import-numbers] b").await;
    assert_eq!(chosen, ["23", "0", "0", "0"]);
    assert_eq!(window.sent_to("POST", "/api/v1/imports").await.len(), 1);

    let foreign = stage.demo.data().join("list.pdf");
    std::fs::write(&foreign, "external_id,name\n").expect("a file");
    window.open("/backup-sets/import").await;
    drops(&window, &foreign).await;
    window.hears("neither a CSV nor a JSON Lines file").await;
    assert_eq!(window.sent_to("POST", "/api/v1/imports").await.len(), 1, "a file of another kind was sent");

    drags(&window, &stage.demo.sample(), ZONE, &["dragEnter", "dragOver"]).await;
    window.see(&format!("{ZONE}.over")).await;
    drags(&window, &stage.demo.sample(), "main h1", &["dragOver"]).await;
    window.see(&format!("{ZONE}:not(.over)")).await;
    drops(&window, &stage.demo.sample()).await;
    window.see("[data-test=import-numbers]").await;
    assert_eq!(window.texts("[data-test=import-numbers] b").await, chosen);
    assert_eq!(window.sent_to("POST", "/api/v1/imports").await.len(), 2);
    window.confirm_list().await;
    assert_eq!(stage.demo.api("/api/v1/backup-sets/counts").await["total"], Value::from(23));
    window.is_quiet(&[SIGNED_OUT]).await;
}
