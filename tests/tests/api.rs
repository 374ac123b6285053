//! The API as callers and people see it, with a real server, a real database and the emulator behind it.

mod api {
    mod binding;
    mod choosing;
    mod consent;
    mod policies;
    mod road;
}
