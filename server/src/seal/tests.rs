use super::{keyring::add_key, *};
use crate::random::SystemRandom;
use proptest::prelude::*;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

fn directory() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("keys");
    (parent, directory)
}

fn keyring() -> &'static Keyring {
    static KEYRING: OnceLock<Keyring> = OnceLock::new();
    KEYRING.get_or_init(|| {
        let (_parent, directory) = directory();
        Keyring::create(&directory, Arc::new(SystemRandom)).unwrap()
    })
}

fn context(organization: u128, kind: &'static str, row: u128, version: i64) -> SealContext {
    SealContext {
        organization: OrganizationId(Uuid::from_u128(organization)),
        kind,
        row: Uuid::from_u128(row),
        version,
    }
}

#[test]
fn s2_a_sealed_value_opens_in_its_own_place_only() {
    let mut contexts = Vec::new();
    for organization in [1, 2] {
        for kind in ["refresh_token", "refresh_toke", "delegated_key"] {
            for row in [1, 2] {
                contexts.extend([1, 2].map(|version| context(organization, kind, row, version)));
            }
        }
    }
    let sealed: Vec<_> = contexts.iter().map(|context| keyring().seal(context, b"secret").unwrap()).collect();
    for (from, value) in sealed.iter().enumerate() {
        for (to, context) in contexts.iter().enumerate() {
            let opened = keyring().open(context, value);
            if from == to {
                assert_eq!(opened.unwrap().expose(), b"secret");
            } else {
                assert_eq!(opened.unwrap_err(), SealError::NotThisRecord, "{from} opened as {to}");
            }
        }
    }
}

#[test]
fn s2_every_changed_byte_and_every_cut_is_noticed() {
    let context = context(1, "refresh_token", 1, 1);
    let sealed = keyring().seal(&context, b"secret").unwrap();
    for position in 0..sealed.0.len() {
        let mut changed = sealed.clone();
        changed.0[position] ^= 1;
        assert!(keyring().open(&context, &changed).is_err(), "byte {position}");
        let cut = Sealed(sealed.0[..position].to_vec());
        assert!(keyring().open(&context, &cut).is_err(), "cut at {position}");
    }
    let longer = Sealed([sealed.0.as_slice(), &[0]].concat());
    assert!(keyring().open(&context, &longer).is_err());
}

#[test]
fn s1_parts_of_two_envelopes_cannot_be_mixed() {
    let context = context(1, "refresh_token", 1, 1);
    let (one, two) = (keyring().seal(&context, b"one").unwrap(), keyring().seal(&context, b"two").unwrap());
    let mixed = Sealed([&one.0[..69], &two.0[69..]].concat());
    assert_eq!(keyring().open(&context, &mixed).unwrap_err(), SealError::NotThisRecord);
}

#[test]
fn s1_nonces_and_data_keys_differ_each_time() {
    let context = context(1, "refresh_token", 1, 1);
    let sealed: Vec<_> = (0..2000).map(|_| keyring().seal(&context, b"same").unwrap().0).collect();
    for range in [9..21, 21..69, 69..81, 81..85] {
        let mut parts: Vec<_> = sealed.iter().map(|sealed| sealed[range.clone()].to_vec()).collect();
        parts.sort();
        parts.dedup();
        assert_eq!(parts.len(), sealed.len(), "{range:?}");
    }
}

#[test]
fn s1_a_worn_out_key_seals_nothing_more_and_still_opens() {
    let (_parent, directory) = directory();
    let keyring = Keyring::create(&directory, Arc::new(SystemRandom)).unwrap();
    let context = context(1, "refresh_token", 1, 1);
    let sealed = keyring.seal(&context, b"secret").unwrap();
    assert_eq!(keyring.uses(), 1);
    keyring.learn_uses(1 << 31);
    assert!(keyring.is_wearing_out());
    keyring.seal(&context, b"still").unwrap();
    keyring.learn_uses(MOST_USES);
    for _ in 0..3 {
        assert_eq!(keyring.seal(&context, b"no").unwrap_err(), SealError::KeyWornOut);
    }
    assert!(keyring.uses() < 1 << 32);
    assert!(keyring.open(&context, &sealed).is_ok());
}

#[test]
fn s1_what_could_not_be_counted_is_counted_the_next_time() {
    let (_parent, directory) = directory();
    let keyring = Keyring::create(&directory, Arc::new(SystemRandom)).unwrap();
    let first = keyring.active();
    for _ in 0..3 {
        keyring.seal(&context(1, "refresh_token", 1, 1), b"secret").unwrap();
    }
    assert_eq!(keyring.take_uncounted(), (first, 3));
    assert_eq!(keyring.take_uncounted(), (first, 0), "each use once");
    keyring.give_back(first, 3);
    keyring.seal(&context(1, "refresh_token", 1, 1), b"secret").unwrap();
    assert_eq!(keyring.take_uncounted(), (first, 4));
    // What is counted late is not the next key's.
    let next = add_key(&directory, &SystemRandom).unwrap();
    keyring.reload().unwrap();
    keyring.give_back(first, 3);
    assert_eq!(keyring.take_uncounted(), (next, 0));
}

#[test]
fn s3_without_a_key_there_is_no_keyring() {
    let (_parent, directory) = directory();
    let random: crate::random::SharedRandom = Arc::new(SystemRandom);
    assert!(matches!(Keyring::load(&directory, random.clone()), Err(KeyringError::Io(_))));
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(matches!(Keyring::load(&directory, random.clone()), Err(KeyringError::NoActive)));
    let active = add_key(&directory, &SystemRandom).unwrap();
    let key = directory.join(format!("{active}.key"));
    fs::write(&key, "short").unwrap();
    assert!(matches!(Keyring::load(&directory, random.clone()), Err(KeyringError::NotAKey(_))));
    fs::remove_file(&key).unwrap();
    assert!(matches!(Keyring::load(&directory, random), Err(KeyringError::Missing(id)) if id == active));
}

#[test]
fn s5_keys_that_others_can_read_are_refused() {
    let (_parent, directory) = directory();
    let random: crate::random::SharedRandom = Arc::new(SystemRandom);
    let active = Keyring::create(&directory, random.clone()).unwrap().active();
    let key = directory.join(format!("{active}.key"));
    for (path, bad, good) in
        [(&key, 0o640, 0o600), (&key, 0o604, 0o400), (&directory, 0o770, 0o755), (&directory, 0o757, 0o700)]
    {
        fs::set_permissions(path, fs::Permissions::from_mode(bad)).unwrap();
        assert!(matches!(Keyring::load(&directory, random.clone()), Err(KeyringError::Mode(_))), "{bad:o}");
        fs::set_permissions(path, fs::Permissions::from_mode(good)).unwrap();
        assert!(Keyring::load(&directory, random.clone()).is_ok());
    }
}

#[test]
fn a_new_key_seals_and_the_old_one_still_opens() {
    let (_parent, directory) = directory();
    let random: crate::random::SharedRandom = Arc::new(SystemRandom);
    let context = context(1, "refresh_token", 1, 1);
    let first = Keyring::create(&directory, random.clone()).unwrap();
    let (first_id, old) = (first.active(), first.seal(&context, b"old").unwrap());
    assert!(matches!(Keyring::create(&directory, random.clone()), Err(KeyringError::Exists)));
    let added = add_key(&directory, &SystemRandom).unwrap();
    let second = Keyring::load(&directory, random).unwrap();
    assert_eq!(second.active(), added);
    let new = second.seal(&context, b"new").unwrap();
    assert_eq!((old.key_id(), new.key_id()), (Some(first_id), Some(added)));
    assert_eq!(second.open(&context, &old).unwrap().expose(), b"old");
    // Whoever runs since before learns of it when it meets it, and seals by it once it looked again (S4).
    assert_eq!(first.active(), old.key_id().unwrap());
    assert_eq!(first.open(&context, &new).unwrap().expose(), b"new");
    assert_eq!((first.active(), first.uses()), (added, 0));
    assert_eq!(first.seal(&context, b"newer").unwrap().key_id(), Some(added));
    let gone = "00000000000000aa";
    let mut strange = new;
    strange.0[1..9].copy_from_slice(&0xaa_u64.to_be_bytes());
    assert_eq!(first.open(&context, &strange).unwrap_err(), SealError::UnknownKey(KeyId::parse(gone).unwrap()));
}

#[test]
fn s4_a_key_for_later_seals_nothing_until_it_is_made_the_active_one() {
    let (_parent, directory) = directory();
    let keyring = Keyring::create(&directory, Arc::new(SystemRandom)).unwrap();
    let first = keyring.active();
    let later = add_key_for_later(&directory, &SystemRandom).unwrap();
    keyring.reload().unwrap();
    assert_eq!((keyring.active(), keyring.ids().len()), (first, 2));
    activate_key(&directory, later).unwrap();
    keyring.reload().unwrap();
    assert_eq!(keyring.active(), later);
    assert!(matches!(
        activate_key(&directory, KeyId::parse("00000000000000aa").unwrap()),
        Err(KeyringError::Missing(_))
    ));
    // A folder that cannot be read changes nothing.
    fs::remove_file(directory.join("active")).unwrap();
    assert!(keyring.reload().is_err());
    assert_eq!(keyring.active(), later);
}

#[test]
fn s2_the_id_of_the_master_key_is_bound_too() {
    let (_parent, directory) = directory();
    let random: crate::random::SharedRandom = Arc::new(SystemRandom);
    let active = Keyring::create(&directory, random.clone()).unwrap().active();
    let same_key = directory.join("00000000000000ff.key");
    fs::copy(directory.join(format!("{active}.key")), same_key).unwrap();
    let keyring = Keyring::load(&directory, random).unwrap();
    let context = context(1, "refresh_token", 1, 1);
    let mut sealed = keyring.seal(&context, b"secret").unwrap();
    sealed.0[1..9].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0xff]);
    assert_eq!(sealed.key_id().unwrap().to_string(), "00000000000000ff");
    assert_eq!(keyring.open(&context, &sealed).unwrap_err(), SealError::NotThisRecord);
}

#[test]
fn s5_debug_shows_no_key() {
    let (_parent, directory) = directory();
    let keyring = Keyring::create(&directory, Arc::new(SystemRandom)).unwrap();
    let text = fs::read_to_string(directory.join(format!("{}.key", keyring.active()))).unwrap();
    assert!(!format!("{keyring:?}").contains(&text));
}

#[test]
fn looked_up_secrets_are_stored_as_sha_256() {
    // FIPS 180-2, appendix B.1.
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let expected: Vec<_> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&expected[at..at + 2], 16).unwrap()).collect();
    assert_eq!(hash_secret("abc").as_slice(), expected);
}

proptest! {
    #[test]
    fn s1_what_is_sealed_opens_again(secret in proptest::collection::vec(any::<u8>(), 0..4000), row: u128, version: i64) {
        let context = context(7, "refresh_token", row, version);
        let sealed = keyring().seal(&context, &secret).unwrap();
        let opened = keyring().open(&context, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), &secret);
        let other = SealContext { version: version.wrapping_add(1), ..context };
        prop_assert!(keyring().open(&other, &sealed).is_err());
        if secret.len() >= 8 {
            prop_assert!(!sealed.0.windows(secret.len()).any(|window| window == secret));
        }
    }

    #[test]
    fn s2_garbage_never_opens(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(keyring().open(&context(1, "refresh_token", 1, 1), &Sealed(bytes)).is_err());
    }
}
