//! The frame in another console’s page, as small as it can be: no router, no Leptos views.
//!
//! In the browser the glue starts it, and not the standard library's `main`, which first sets up threads and output.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());

/// Starts it.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen(start))]
pub fn main() {
    rekey_frontend::features::embed::start("app");
}
