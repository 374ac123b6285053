//! The first run: three steps, the first of them done.

use crate::features::shell::parts::link;
use crate::markup::{Tag, of, tag};
use crate::text::portal::home;

/// The three steps.
pub fn steps() -> Tag {
    let done = of("span", "ok-text").with(home::STEP_1_DONE);
    let first = tag("p").with(done).with(" ").with(home::STEP_1_WHY);
    let upload = link("button primary", "/backup-sets/import", home::STEP_2_UPLOAD).attr("data-test", "first-import");
    let actions = of("div", "actions").with(upload).with(link("button", "/api-keys", home::STEP_2_API));
    let later = tag("div").with(of("h2", "later").with(home::STEP_3)).with(of("p", "later").with(home::STEP_3_WHY));
    of("ol", "three")
        .with(step("done", "n", "1", tag("div").with(tag("h2").with(home::STEP_1)).with(first)))
        .with(
            step("now", "n", "2", {
                tag("div").with(tag("h2").with(home::STEP_2)).with(tag("p").with(home::STEP_2_WHY)).with(actions)
            })
            .attr("aria-current", "step"),
        )
        .with(step("", "n later", "3", later))
}

fn step(class: &'static str, number_class: &'static str, number: &'static str, inside: Tag) -> Tag {
    of("li", class).with(of("span", number_class).attr("aria-hidden", "true").with(number)).with(inside)
}
