//! How the page around wants the frame to look: light or dark, and an accent of its own.

use crate::browser;
use crate::text::{digits, join};

/// Forces light or dark; anything else leaves it to the system.
pub fn set_theme(theme: &str) {
    let forced = Some(theme).filter(|theme| matches!(*theme, "light" | "dark"));
    browser::set_root_attribute("data-theme", forced);
}

/// Sets the colour of the main button. What is no colour is left out.
pub fn set_accent(accent: &str) {
    let Some(rgb) = parse(accent) else { return };
    browser::set_root_property("--accent-fill", accent);
    browser::set_root_property("--accent-press", &darker(rgb));
    browser::set_root_property("--on-accent", ink_on(rgb));
}

/// `#rrggbb` and nothing else.
fn parse(text: &str) -> Option<[u8; 3]> {
    let hex =
        text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

fn darker(rgb: [u8; 3]) -> String {
    let [r, g, b] = rgb.map(|part| digits(usize::from(part) * 4 / 5));
    join(&["rgb(", &r, " ", &g, " ", &b, ")"])
}

/// Black or white, whichever is read better on it: the better of the two has at least 4.5:1 (WCAG 2.2, 1.4.3).
fn ink_on(rgb: [u8; 3]) -> &'static str {
    // Relative luminance; 0.179 is where both are equally good.
    let [r, g, b] = rgb.map(linear);
    if 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 { "#000" } else { "#fff" }
}

/// A part of sRGB as light: an approximation of WCAG's curve, right to a hundredth.
fn linear(part: u8) -> f64 {
    let x = f64::from(part) / 255.0;
    x * (x * (x * 0.305_306_011 + 0.682_171_111) + 0.012_522_878)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i7_only_a_colour_is_an_accent() {
        assert_eq!(parse("#0a6E9f"), Some([10, 110, 159]));
        for wrong in ["", "red", "#fff", "#0a6e9f;", "url(x)", "#0a6e9g", "0a6e9f"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(darker([100, 200, 5]), "rgb(80 160 4)");
    }

    #[test]
    fn i8_the_button_can_be_read_on_every_accent() {
        let luminance = |rgb: [u8; 3]| {
            let exact = |part: u8| {
                let x = f64::from(part) / 255.0;
                if x <= 0.040_45 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
            };
            let [r, g, b] = rgb.map(exact);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let (own, ink) = (luminance([r, g, b]), ink_on([r, g, b]));
                    let contrast = if ink == "#000" { (own + 0.05) / 0.05 } else { 1.05 / (own + 0.05) };
                    assert!(contrast >= 4.5, "{r} {g} {b}: {contrast}");
                }
            }
        }
    }
}
