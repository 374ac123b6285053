//! The master keys: a directory of files, one active key (S3, S5). It is read at the start, every minute, and when something
//! is sealed by a key that is not known yet, so that nodes that run learn of a new key by themselves (S4).
//!
//! `<id>.key` holds 32 bytes as base64url, `active` holds the id of the key that seals. The key files must
//! be readable by their owner alone, and the directory changeable by nobody else. An old key stays until nothing is sealed by it.

use super::SealError;
use crate::random::{Random, SharedRandom};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::secret::Secret;
use std::{
    collections::BTreeMap,
    fmt, fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use zeroize::Zeroizing;

const ACTIVE: &str = "active";
const SUFFIX: &str = ".key";
/// Random nonces: fewer than 2^32 under one key (NIST SP 800-38D §8.3), with room to spare: a process that is killed has not
/// counted its last minute.
pub const MOST_USES: u64 = (1 << 32) - (1 << 27);
const ALARM_AT: u64 = 1 << 31;

/// The id of a master key: 8 random bytes, shown as 16 hexadecimal digits. Not a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    pub(super) const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }

    /// Reads the 16 digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        plain.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(|number| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Why there is no keyring. Without one the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The directory or a file cannot be read or written.
    #[error("the master key directory: {0}")]
    Io(#[from] io::Error),
    /// Others could read it.
    #[error("{0} must be its owner's alone: mode 0600 for keys, no writing by others for the directory")]
    Mode(String),
    /// No `active` file, or not an id.
    #[error("expected a file active with the id of a master key")]
    NoActive,
    /// The active key is not there.
    #[error("the active master key {0} is missing")]
    Missing(KeyId),
    /// Not a key.
    #[error("{0} must hold 32 bytes as base64url")]
    NotAKey(String),
    /// `create` on a directory that has keys.
    #[error("the directory already holds master keys")]
    Exists,
}

/// The master keys of this installation.
pub struct Keyring {
    directory: PathBuf,
    known: RwLock<Arc<Known>>,
    uses: AtomicU64,
    /// Of those, what storage does not count yet.
    uncounted: AtomicU64,
    random: SharedRandom,
}

/// What was in the directory.
#[derive(PartialEq, Eq)]
struct Known {
    active: KeyId,
    keys: BTreeMap<KeyId, Zeroizing<[u8; 32]>>,
}

impl Known {
    fn read(directory: &Path) -> Result<Self, KeyringError> {
        unchangeable(directory)?;
        let active = read_active(directory)?;
        let mut keys = BTreeMap::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(id) = name.strip_suffix(SUFFIX).and_then(KeyId::parse) else { continue };
            keys.insert(id, read_key(&path)?);
        }
        if !keys.contains_key(&active) {
            return Err(KeyringError::Missing(active));
        }
        Ok(Self { active, keys })
    }
}

impl Keyring {
    /// Reads the directory.
    pub fn load(directory: &Path, random: SharedRandom) -> Result<Self, KeyringError> {
        let known = RwLock::new(Arc::new(Known::read(directory)?));
        Ok(Self {
            directory: directory.to_owned(),
            known,
            uses: AtomicU64::new(0),
            uncounted: AtomicU64::new(0),
            random,
        })
    }

    /// Reads the directory again; what was known stays when it cannot be read.
    pub fn reload(&self) -> Result<(), KeyringError> {
        let read = Known::read(&self.directory)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.active != read.active {
            self.uses.store(0, Ordering::Relaxed);
            self.uncounted.store(0, Ordering::Relaxed);
            tracing::info!(key = %read.active, "another master key is active");
        }
        if **known != read {
            *known = Arc::new(read);
        }
        Ok(())
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the directory with a first key, for a new installation and for the demo.
    pub fn create(directory: &Path, random: SharedRandom) -> Result<Self, KeyringError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        if directory.join(ACTIVE).exists() {
            return Err(KeyringError::Exists);
        }
        add_key(directory, &*random)?;
        Self::load(directory, random)
    }

    /// The id of the key that seals.
    pub fn active(&self) -> KeyId {
        self.known().active
    }

    /// The ids of all keys.
    pub fn ids(&self) -> Vec<KeyId> {
        self.known().keys.keys().copied().collect()
    }

    /// A key for another purpose, made from a master key: `HMAC-SHA256(master key, label ‖ subject)`, each preceded by
    /// its length. `None` when the master key is not here.
    pub fn derive(&self, master: KeyId, label: &[u8], subject: &[u8]) -> Option<Secret<[u8; 32]>> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.master(master)?.as_slice());
        let mut context = hmac::Context::with_key(&key);
        for part in [label, subject] {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().ok().map(Secret::new)
    }

    /// How often the active key has sealed, as far as this process knows.
    pub fn uses(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }

    /// Tells of earlier uses of the active key, or of other nodes', counted in storage; keeps the larger number.
    pub fn learn_uses(&self, uses: u64) {
        self.uses.fetch_max(uses, Ordering::Relaxed);
    }

    /// The uses of the active key that storage does not count yet; from now on they are the caller's to count.
    pub fn take_uncounted(&self) -> (KeyId, u64) {
        (self.active(), self.uncounted.swap(0, Ordering::Relaxed))
    }

    /// Takes back what could not be counted.
    pub fn give_back(&self, key: KeyId, uses: u64) {
        if key == self.active() {
            self.uncounted.fetch_add(uses, Ordering::Relaxed);
        }
    }

    /// Whether it is time for a new active key.
    pub fn is_wearing_out(&self) -> bool {
        self.uses() >= ALARM_AT
    }

    pub(super) fn use_active(&self) -> Result<(KeyId, Zeroizing<[u8; 32]>), SealError> {
        let known = self.known();
        let active = known.active;
        let uses = self.uses.fetch_add(1, Ordering::Relaxed);
        self.uncounted.fetch_add(1, Ordering::Relaxed);
        if uses >= MOST_USES {
            self.uses.store(MOST_USES, Ordering::Relaxed);
            return Err(SealError::KeyWornOut);
        }
        Ok((active, known.keys.get(&active).cloned().ok_or(SealError::UnknownKey(active))?))
    }

    /// A key by its id; if it is not known, another node may have been given it a moment ago.
    pub(super) fn master(&self, id: KeyId) -> Option<Zeroizing<[u8; 32]>> {
        if let Some(key) = self.known().keys.get(&id) {
            return Some(key.clone());
        }
        if let Err(error) = self.reload() {
            tracing::error!(%error, key = %id, "a master key is not known, and the keys cannot be read again");
        }
        self.known().keys.get(&id).cloned()
    }

    pub(super) fn random(&self) -> &dyn Random {
        &*self.random
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.known();
        f.debug_struct("Keyring")
            .field("active", &known.active)
            .field("keys", &known.keys.len())
            .finish_non_exhaustive()
    }
}

/// Adds a new master key to a directory and makes it the active one; running servers use it within a minute.
pub fn add_key(directory: &Path, random: &dyn Random) -> Result<KeyId, KeyringError> {
    let id = add_key_for_later(directory, random)?;
    activate_key(directory, id)?;
    Ok(id)
}

/// Adds a new master key to a directory; it seals nothing until it is made the active one.
pub fn add_key_for_later(directory: &Path, random: &dyn Random) -> Result<KeyId, KeyringError> {
    let mut id = [0; 8];
    let mut key = Zeroizing::new([0; 32]);
    random.fill(&mut id);
    random.fill(&mut *key);
    let id = KeyId(id);
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(*key));
    write_new(&directory.join(format!("{id}{SUFFIX}")), text.as_bytes())?;
    fs::File::open(directory)?.sync_all()?;
    Ok(id)
}

/// Makes a master key of a directory the active one.
pub fn activate_key(directory: &Path, id: KeyId) -> Result<(), KeyringError> {
    if !directory.join(format!("{id}{SUFFIX}")).exists() {
        return Err(KeyringError::Missing(id));
    }
    let next = directory.join("active.new");
    fs::remove_file(&next)
        .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    write_new(&next, id.to_string().as_bytes())?;
    fs::rename(&next, directory.join(ACTIVE))?;
    fs::File::open(directory)?.sync_all()?;
    Ok(())
}

/// Deletes a master key from a directory; never the active one.
pub fn remove_key(directory: &Path, id: KeyId) -> Result<(), KeyringError> {
    if read_active(directory)? == id {
        return Err(KeyringError::Exists);
    }
    fs::remove_file(directory.join(format!("{id}{SUFFIX}")))?;
    fs::File::open(directory)?.sync_all()?;
    Ok(())
}

fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    io::Write::write_all(&mut file, text)?;
    file.sync_all()
}

fn read_active(directory: &Path) -> Result<KeyId, KeyringError> {
    let path = directory.join(ACTIVE);
    match fs::read_to_string(&path) {
        Ok(text) => KeyId::parse(text.trim()).ok_or(KeyringError::NoActive),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(KeyringError::NoActive),
        Err(error) => Err(error.into()),
    }
}

fn read_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyringError> {
    private(path)?;
    let not_a_key = || KeyringError::NotAKey(path.display().to_string());
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| not_a_key())?);
    let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| not_a_key())?;
    Ok(Zeroizing::new(key))
}

/// No change by group and others: nobody else may swap keys. Listing names is harmless, and secret mounts allow it.
fn unchangeable(directory: &Path) -> Result<(), KeyringError> {
    let mode = fs::metadata(directory)?.permissions().mode();
    if mode & 0o022 == 0 { Ok(()) } else { Err(KeyringError::Mode(directory.display().to_string())) }
}

/// No access for group and others, who have the six lowest bits (S5).
fn private(path: &Path) -> Result<(), KeyringError> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode.trailing_zeros() >= 6 { Ok(()) } else { Err(KeyringError::Mode(path.display().to_string())) }
}
