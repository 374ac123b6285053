//! The connect page: somebody signs in at Microsoft, checks what will change, and saves.
