//! The connect page, as small as it can be: no router.
fn main() {}
