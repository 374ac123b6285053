//! Where an administrator lands after Microsoft's approval page. It proves nothing: the server asks Microsoft itself.

use super::frame::{around, brand};
use super::parts::{decision, heading_of, muted};
use crate::markup::{Tag, of};
use crate::text::{split, words::keys};

/// Thanks, and what happens now. `query` is Microsoft's answer, which can be forged: only an error in it is believed.
pub fn approved(query: &str, name: String) -> Tag {
    let was_refused = split(query, &['&']).any(|pair| pair.starts_with("error="));
    let key = if was_refused { keys::NOT_APPROVED } else { keys::APPROVED };
    let title = heading_of(key, None, &[("brand", &name)]);
    let hold = of("div", "hold").with(of("div", "asker").with(brand(name)));
    around(hold, decision().with(title).with(muted(keys::APPROVED_NEXT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_not_thanked_for() {
        let text = |query| approved(query, "Rekey".to_owned()).text();
        assert!(text("admin_consent=True&tenant=x&state=y").contains("Thank you"));
        assert!(text("admin_consent=True&error=consent_required").contains("Nothing was approved"));
    }
}
