//! The connect page, as small as it can be: no router, no Leptos views.

fn main() {
    rekey_frontend::features::connect::start("app");
}
