//! The key mark: a small key cut from the SHA-256 of the tenant id. It helps the eye and is never the only sign.

use leptos::prelude::*;
use sha2::{Digest, Sha256};
use shared::id::TenantId;
use std::fmt::Write as _;

/// The bow of the key: a ring.
pub const BOW: &str =
    "M6.5 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13zM4.6 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6z";
/// Depths of a cut, from the deepest to the blade's full height, in twentieths.
const DEPTHS: [u32; 5] = [144, 175, 206, 237, 268];

/// The blade with its seven cuts, from the tip to the bow, as the data of a path.
pub fn blade(tenant: TenantId) -> String {
    let hash = Sha256::digest(tenant.to_string().as_bytes());
    let mut path = String::from("M10 4.3H38.6L40 5.6");
    for (place, byte) in hash.iter().take(7).enumerate() {
        let depth = DEPTHS.get(usize::from(*byte) % DEPTHS.len()).copied().unwrap_or(206);
        let (whole, hundredths) = (depth / 20, depth % 20 * 5);
        let _ = if place == 0 {
            write!(path, "V{whole}.{hundredths:02}H37")
        } else {
            let left = 40 - 4 * place;
            write!(path, "L{left} {whole}.{hundredths:02}H{}", left - 3)
        };
    }
    path.push_str("L12 11.4H10Z");
    path
}

/// The key of a tenant.
#[component]
pub fn Keymark(
    /// Whose.
    tenant: TenantId,
    /// Twice the size.
    #[prop(optional)]
    big: bool,
) -> impl IntoView {
    view! {
        <svg class=if big { "keymark big" } else { "keymark" } viewBox="0 0 40 16" aria-hidden="true">
            <path fill-rule="evenodd" d=BOW></path>
            <path d=blade(tenant)></path>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(text: &str) -> TenantId {
        text.parse().unwrap()
    }

    #[test]
    fn a_tenant_always_has_the_same_key() {
        let contoso = tenant("7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16");
        assert_eq!(
            blade(contoso),
            "M10 4.3H38.6L40 5.6V7.20H37L36 11.85H33L32 8.75H29L28 13.40H25L24 7.20H21L20 11.85H17L16 8.75H13L12 11.4H10Z"
        );
        assert_ne!(blade(contoso), blade(tenant("b2c81d90-55a4-4f27-a1f3-0d9a7e6b2c18")));
    }
}
