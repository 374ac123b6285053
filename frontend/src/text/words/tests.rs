use super::*;
use crate::features::connect::machine::fixtures::view;
use shared::api::authorizations::SignInState;

#[path = "../../../languages/parse.rs"]
mod parse;

use parse::{Entry, parse, section};

const FILES: [(&str, &str); 5] = [
    ("en", include_str!("../../../languages/en.txt")),
    ("de", include_str!("../../../languages/de.txt")),
    ("fr", include_str!("../../../languages/fr.txt")),
    ("es", include_str!("../../../languages/es.txt")),
    ("ja", include_str!("../../../languages/ja.txt")),
];

fn entries(code: &str) -> Vec<Entry> {
    let (_, file) = FILES.iter().find(|(found, _)| *found == code).unwrap();
    parse(file).unwrap()
}

/// The three files of a language, as the build makes them.
fn files(code: &str) -> (String, String, String) {
    let entries = entries(code);
    let lines = |of: &str, coded: [&str; 3]| {
        let plain = section(&entries, of).into_iter().map(|entry| entry.text.clone());
        let coded = coded.into_iter().flat_map(|of| section(&entries, of));
        let coded = coded.map(|entry| format!("{}.{}={}", entry.section, entry.key, entry.text));
        plain.chain(coded).collect::<Vec<_>>()
    };
    let mut page = lines("page", ["steps", "scopes", "roles"]);
    page.push("/assets/more.txt sha384-x /assets/frame.txt sha384-y".to_owned());
    (page.join("\n"), lines("more", ["remedies", "refusals", ""]).join("\n"), lines("frame", [""; 3]).join("\n"))
}

/// Every test reads English unless it asks for another language.
pub fn speak_english() {
    if PAGE.get().is_empty() {
        speak_language("en");
    }
}

/// Speaks a language for the rest of this test.
pub fn speak_language(code: &'static str) {
    let (page, more, frame) = files(code);
    speak(code, page);
    add(more);
    add_frame(frame);
}

fn names_in(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn i7_every_language_has_every_text_in_the_same_place_with_the_same_names() {
    let english = entries("en");
    for (code, _) in FILES {
        let own = entries(code);
        for of in ["html", "page", "more", "frame", "connected"] {
            let keys = |entries: &[Entry]| section(entries, of).iter().map(|one| one.key.clone()).collect::<Vec<_>>();
            assert_eq!(keys(&own), keys(&english), "{code} [{of}]");
        }
        for entry in own.iter().filter(|entry| ["page", "more", "frame", "connected"].contains(&entry.section.as_str()))
        {
            let model = english.iter().find(|one| one.section == entry.section && one.key == entry.key).unwrap();
            let mut names = names_in(&model.text);
            // A noun with its number may stand for either form.
            names.retain(|name| *name != "n");
            let mut found = names_in(&entry.text);
            found.retain(|name| *name != "n");
            assert_eq!(found, names, "{code} {}", entry.key);
            assert!(!entry.text.contains(['!', '！']) && !entry.text.contains("  "), "{code} {}", entry.key);
        }
    }
}

#[test]
fn i7_every_translation_knows_every_code_of_the_server() {
    let of = |code: &str, name: &str| {
        let mut keys: Vec<String> = section(&entries(code), name).iter().map(|one| one.key.clone()).collect();
        keys.sort();
        keys
    };
    for code in ["fr", "es", "ja"] {
        for name in ["steps", "scopes", "roles", "remedies", "refusals"] {
            assert_eq!(of(code, name), of("de", name), "{code} [{name}]");
        }
    }
    let read = |path: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let json = |path: &str| serde_json::from_str::<serde_json::Value>(&read(path)).unwrap();
    for permission in json("shared/data/permissions.json")["permissions"].as_array().unwrap() {
        assert!(of("de", "scopes").contains(&permission["value"].as_str().unwrap().to_owned()), "{permission}");
    }
    for permission in json("shared/data/manifest.json")["permissions"].as_array().unwrap() {
        let is_graph = permission["resource"] == "graph";
        let value = format!("{}{}", if is_graph { "" } else { "SharePoint_" }, permission["value"].as_str().unwrap());
        assert!(of("de", "roles").contains(&value), "{permission}");
    }
    let remedies: String = of("de", "remedies").join(" ");
    let remedies: Vec<&str> = remedies.split(' ').collect();
    for help in json("shared/data/aadsts.json")["helps"].as_array().unwrap() {
        for number in help["codes"].as_array().unwrap() {
            assert!(remedies.contains(&number.to_string().as_str()), "AADSTS{number}");
        }
    }
    // The server's own remedies: the first text of each call that makes one.
    let services = [
        "help.rs",
        "connect.rs",
        "own_keys.rs",
        "save.rs",
        "set_up/run.rs",
        "set_up/accept.rs",
        "set_up/make.rs",
        "set_up/drive.rs",
        "set_up/grant.rs",
        "set_up/prove.rs",
        "set_up/remove.rs",
        "waves.rs",
    ];
    for file in services {
        let source = read(&format!("server/src/services/{file}"));
        let calls = ["help::own(", " own(", "person(", "known("];
        for call in calls.iter().flat_map(|call| source.split(call).skip(1)) {
            let Some(code) = call.trim_start().strip_prefix('"').and_then(|text| text.split_once('"')) else {
                continue;
            };
            assert!(remedies.contains(&code.0), "{file}: {}", code.0);
        }
    }
    let steps = of("de", "steps");
    for source in ["server/src/services/save/steps.rs", "server/src/services/set_up/steps.rs"].map(read) {
        for call in ["step(\"", "add(\"", "=> \"proved_", "code(\""].iter().flat_map(|call| source.split(call).skip(1))
        {
            let code = call.split('"').next().unwrap();
            let known = steps.iter().any(|step| step == code || *step == format!("proved_{code}"));
            assert!(known, "{code}");
        }
    }
}

#[test]
fn i7_counts_follow_the_language() {
    let sets = |code, n| {
        speak_language(code);
        count(keys::SETS, n, None)
    };
    assert_eq!([sets("en", 1), sets("en", 0)], ["1 backup set", "0 backup sets"]);
    assert_eq!([sets("fr", 0), sets("fr", 2)], ["0 jeu de sauvegarde", "2 jeux de sauvegarde"]);
    assert_eq!(sets("de", 5_000), "5.000 Sicherungssätze");
    assert_eq!(sets("fr", 1_234), "1\u{202f}234 jeux de sauvegarde");
    assert_eq!([sets("ja", 1), sets("ja", 14)], ["1 件のバックアップ セット", "14 件のバックアップ セット"]);
}

#[test]
fn b11_a_value_is_never_read_as_a_name() {
    let mut view = view(SignInState::Waiting);
    view.customer = "{organization}".into();
    assert_eq!(fill("{customer}, {domain}, {unknown}", Some(&view), &[]), "{organization}, contoso.com, ");
    assert_eq!(fill("a } b", None, &[]), "a } b");
}

#[test]
fn i7_a_german_administrator_reads_the_servers_words_in_german() {
    use crate::text::connect::{help_words, permission, step_title};
    use shared::api::authorizations::{Consenter, PermissionView, StepState, StepView};
    use shared::api::problem::{Help, HelpAction, MicrosoftIds};
    let view = crate::features::connect::machine::fixtures::modern(SignInState::Waiting);
    speak_language("de");
    let step =
        |code: &str| StepView { code: code.into(), title: "english".into(), state: StepState::Waiting, detail: None };
    assert_eq!(step_title(&step("token_restore"), &view), "Rekey Restore bekommt ein eigenes Token");
    assert_eq!(step_title(&step("proved_groups"), &view), "Gruppen lassen sich lesen");
    assert_eq!(step_title(&step("new_here"), &view), "english");
    let help = |code: &str| Help {
        code: code.into(),
        title: "english".into(),
        text: String::new(),
        action: HelpAction::Retry,
        ids: MicrosoftIds::default(),
    };
    assert_eq!(help_words(&help("aadsts_51004"), None).0, "Dieses Konto gibt es im Mandanten nicht");
    assert!(help_words(&help("wrong_account"), Some(&view)).1.contains(&view.sign_in.account));
    assert_eq!(help_words(&help("new_here"), None).0, "english");
    let of = |value: &str| PermissionView {
        value: value.into(),
        title: "english".into(),
        reason: "r".into(),
        without: "w".into(),
        consent: Consenter::Administrator,
    };
    assert_eq!(permission(&of("Mail.Read"), &view).0, "E-Mails in allen Postfächern lesen");
    assert_eq!(permission(&of("SharePoint Sites.Read.All"), &view).0, "Alle Websites über SharePoint selbst lesen");
    speak_language("en");
    assert_eq!(permission(&of("Mail.Read"), &view), ("english".into(), "r w".into()));
}

/// Every text file below a folder of the repository, with its path.
fn files_below(path: &std::path::Path, found: &mut Vec<(std::path::PathBuf, String)>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            files_below(&entry.unwrap().path(), found);
        }
    } else if !path.ends_with("tests.rs") {
        found.push((path.to_owned(), std::fs::read_to_string(path).unwrap()));
    }
}

/// A-08, H9: the product's name is a setting. What Entra calls the applications stays, and so does a type of ours.
#[test]
fn h9_no_text_names_the_product() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in [
        "server/src/services",
        "server/src/http",
        "server/src/http.rs",
        "server/letters",
        "frontend/src/text",
        "frontend/languages",
        "shared/data",
    ] {
        files_below(&root.join(folder), &mut found);
    }
    assert!(found.len() > 100, "{}", found.len());
    let entra =
        ["Setup Sign-in", "Setup", "Sign-in", "Access", "Backup", "Restore"].map(|name| format!("Rekey {name}"));
    for (path, text) in found {
        let own = text.split("#[cfg(test)]").next().unwrap();
        for line in own.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let mut rest = line.replace("Actor::Rekey", "").replace("self_signed(\"Rekey\"", "");
            for name in &entra {
                rest = rest.replace(name, "");
            }
            assert!(!rest.contains("Rekey"), "{}: {}", path.display(), line.trim());
        }
    }
}
