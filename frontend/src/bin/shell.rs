//! The portal's first load: frame, menu, first screen and the way in.
fn main() {
    rekey_frontend::features::shell::start("app");
}
