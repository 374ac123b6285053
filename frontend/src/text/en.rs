//! Words that many parts of the portal use, in English.

use shared::method::Method;

/// No answer.
pub const OFFLINE_TITLE: &str = "No connection to the server";
/// No answer: what to do.
pub const OFFLINE_DETAIL: &str = "Nothing was changed. Check the network, then try again.";
/// The session has ended.
pub const SIGNED_OUT_TITLE: &str = "You are signed out";
/// The session has ended: what to do.
pub const SIGNED_OUT_DETAIL: &str = "Sign in again; you come back to this page.";

/// On a button that copies.
pub const COPY: &str = "Copy";
/// After copying.
pub const COPIED: &str = "Copied";
/// The browser did not let us copy.
pub const COPY_BY_HAND: &str = "Press Ctrl+C to copy";
/// On a button that tries the same again.
pub const TRY_AGAIN: &str = "Try again";
/// For a screen reader, between an old and a new state.
pub const MOVES_TO: &str = "to";
/// For a screen reader, after a finished stage.
pub const STAGE_DONE: &str = ", done";
/// For a screen reader, after a stage that did not go on.
pub const STAGE_STOPPED: &str = ", stopped";
/// While something loads.
pub const LOADING: &str = "Loading";

/// Beside a permission that the account holder cannot give alone.
pub const ADMINISTRATOR_APPROVES: &str = "An administrator approves it once.";

/// Microsoft's number.
pub const MICROSOFT_CODE: &str = "Microsoft’s code";
/// Microsoft's correlation id.
pub const CORRELATION_ID: &str = "Correlation id";
/// Microsoft's trace id.
pub const TRACE_ID: &str = "Trace id";
/// Microsoft's time.
pub const MICROSOFT_TIME: &str = "Time";
/// The id of a request to our server.
pub const REQUEST_ID: &str = "Request id";

/// Microsoft's number as support knows it.
pub fn aadsts(code: u32) -> String {
    format!("AADSTS{code}")
}

/// A method's name.
pub const fn method(method: Method) -> &'static str {
    match method {
        Method::Basic => "Basic",
        Method::Hybrid => "Hybrid",
        Method::Modern => "Modern",
    }
}

/// What a method's name means.
pub const fn method_meaning(method: Method) -> &'static str {
    match method {
        Method::Basic => "Stored password",
        Method::Hybrid => "Signed in once as one account",
        Method::Modern => "App with a certificate",
    }
}

/// A number with its noun: `plural(1, "set", "sets")` is `1 set`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A number with its thousands apart.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A name's owner: `Contoso’s`, `Fabrikam Sales’`.
pub fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}’") } else { format!("{name}’s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(1_234_567), "1,234,567");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(plural(1, "set", "sets"), "1 set");
        assert_eq!(plural(0, "set", "sets"), "0 sets");
    }

    #[test]
    fn names_that_end_in_s_get_no_second_one() {
        assert_eq!(possessive("Contoso"), "Contoso’s");
        assert_eq!(possessive("Adatum Sales"), "Adatum Sales’");
    }
}
