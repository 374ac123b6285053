//! The sealed form: `1 | key id 8 | wrap nonce 12 | wrapped data key 48 | nonce 12 | ciphertext and tag`.

use super::{KeyId, Keyring, SealContext, SealError};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use shared::secret::Secret;
use std::fmt;
use zeroize::Zeroizing;

const FORM: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 12;
const KEY: usize = 32;
const TAG: usize = 16;
const WRAPPED: usize = KEY + TAG;

/// A sealed secret, as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl Sealed {
    /// The master key that it needs; `None` if the form is not known.
    pub fn key_id(&self) -> Option<KeyId> {
        let (form, rest) = self.0.split_first()?;
        (*form == FORM).then(|| rest.first_chunk::<KEY_ID>()).flatten().map(|id| KeyId::from_bytes(*id))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Keyring {
    /// Seals a secret for one version of one record.
    pub fn seal(&self, context: &SealContext, secret: &[u8]) -> Result<Sealed, SealError> {
        let (id, master) = self.use_active()?;
        let mut data_key = Zeroizing::new([0; KEY]);
        let (mut wrap_nonce, mut nonce) = ([0; NONCE], [0; NONCE]);
        self.random().fill(&mut *data_key);
        self.random().fill(&mut wrap_nonce);
        self.random().fill(&mut nonce);
        let bound = context.associated_data(id);
        let wrapped = encrypt(&master, wrap_nonce, &bound, &*data_key)?;
        let body = encrypt(&data_key, nonce, &bound, secret)?;
        let mut sealed = Vec::with_capacity(1 + KEY_ID + NONCE + WRAPPED + NONCE + body.len());
        sealed.push(FORM);
        for part in [id.as_bytes().as_slice(), &wrap_nonce, &wrapped, &nonce, &body] {
            sealed.extend_from_slice(part);
        }
        Ok(Sealed(sealed))
    }

    /// Opens what was sealed for exactly this version of this record.
    pub fn open(&self, context: &SealContext, sealed: &Sealed) -> Result<Secret<Vec<u8>>, SealError> {
        let id = sealed.key_id().ok_or(SealError::NotThisRecord)?;
        let master = self.master(id).ok_or(SealError::UnknownKey(id))?;
        let parts = sealed.0.get(1 + KEY_ID..).and_then(split).ok_or(SealError::NotThisRecord)?;
        let bound = context.associated_data(id);
        let data_key = decrypt(&master, parts.wrap_nonce, &bound, parts.wrapped)?;
        let data_key = data_key.expose().first_chunk::<KEY>().ok_or(SealError::NotThisRecord)?;
        decrypt(data_key, parts.nonce, &bound, parts.content)
    }
}

struct Parts<'a> {
    wrap_nonce: [u8; NONCE],
    wrapped: &'a [u8],
    nonce: [u8; NONCE],
    content: &'a [u8],
}

fn split(body: &[u8]) -> Option<Parts<'_>> {
    let (wrap_nonce, rest) = body.split_first_chunk::<NONCE>()?;
    let (wrapped, rest) = rest.split_first_chunk::<WRAPPED>()?;
    let (nonce, content) = rest.split_first_chunk::<NONCE>()?;
    Some(Parts { wrap_nonce: *wrap_nonce, wrapped, nonce: *nonce, content })
}

fn key(bytes: &[u8; KEY]) -> Result<LessSafeKey, SealError> {
    UnboundKey::new(&AES_256_GCM, bytes).map(LessSafeKey::new).map_err(|_| SealError::Library)
}

fn encrypt(bytes: &[u8; KEY], nonce: [u8; NONCE], bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut buffer = Vec::with_capacity(plain.len().saturating_add(TAG));
    buffer.extend_from_slice(plain);
    key(bytes)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut buffer)
        .map_err(|_| SealError::Library)?;
    Ok(buffer)
}

fn decrypt(bytes: &[u8; KEY], nonce: [u8; NONCE], bound: &[u8], content: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
    let mut buffer = Zeroizing::new(content.to_vec());
    let plain = key(bytes)?
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut buffer)
        .map_err(|_| SealError::NotThisRecord)?;
    Ok(Secret::new(plain.to_vec()))
}
