//! What must never be committed: folders of one machine, hosts that packages came from, private keys.

use super::tree::File;

/// Cut in two, so that this list does not find itself.
const HOSTS: [(&str, &str); 8] = [
    ("index.", "crates.io"),
    ("static.", "crates.io"),
    ("registry.", "npmjs.org"),
    ("files.", "pythonhosted.org"),
    ("pypi.", "org"),
    ("proxy.", "golang.org"),
    ("arti", "factory"),
    ("verd", "accio"),
];

/// Top folders that exist on one machine only.
const FOLDERS: [(&str, &str); 5] = [("/wo", "rk/"), ("/ro", "ot/"), ("/tm", "p/w/"), ("/ho", "me/"), ("/Us", "ers/")];

const KEY: (&str, &str) = ("PRIVATE ", "KEY-----");

/// What is wrong, a line each.
pub fn findings(files: &[File]) -> Vec<String> {
    let lines = files.iter().flat_map(|file| file.text.lines().enumerate().map(move |(at, line)| (file, at + 1, line)));
    lines.filter_map(|(file, at, line)| Some(format!("{}:{at}: {}", file.path, wrong(line)?))).collect()
}

fn wrong(line: &str) -> Option<String> {
    if let Some(folder) = FOLDERS.iter().map(joined).find(|folder| names_folder(line, folder)) {
        return Some(format!("names a folder of one machine ({folder})"));
    }
    if let Some(host) = HOSTS.iter().map(joined).find(|host| line.contains(host.as_str())) {
        return Some(format!("names a package host ({host})"));
    }
    line.contains(&joined(&KEY)).then(|| "holds a private key".to_owned())
}

fn joined((first, second): &(&str, &str)) -> String {
    format!("{first}{second}")
}

/// At the start of a path; in `store/work/claim.rs` it is a part of one.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "_-./}*~)>".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forbidden_thing_is_found() {
        for pair in FOLDERS.iter().chain(&HOSTS) {
            assert!(wrong(&format!("see \"{}\"", joined(pair))).is_some(), "{pair:?}");
        }
        assert!(wrong(&format!("-----BEGIN RSA {}", joined(&KEY))).is_some());
    }

    #[test]
    fn parts_of_relative_paths_are_no_folders_of_a_machine() {
        let folder = joined(&FOLDERS[0]);
        for before in ["server/src/store", "https://rekey.example", "..", "{root}"] {
            assert_eq!(wrong(&format!("{before}{folder}x")), None, "{before}");
        }
    }

    #[test]
    fn a_finding_says_where() {
        let text = format!("one\ntwo {}x\n", joined(&FOLDERS[1]));
        let found = findings(&[File { path: "a/b.md".into(), text }]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a/b.md:2: "), "{found:?}");
    }
}
