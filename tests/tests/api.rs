//! The API as callers and people see it, with a real server, a real database and the emulator behind it.

mod api {
    mod activity;
    mod approval;
    mod audit_export;
    mod binding;
    mod brand;
    mod certificates;
    mod choosing;
    mod collisions;
    mod consent;
    mod customer_page;
    mod disconnect;
    mod embed;
    mod exposure;
    mod fleet;
    mod headers;
    mod heartbeat;
    mod imports;
    mod input;
    mod invitations;
    mod jobs;
    mod links;
    mod live;
    mod members;
    mod misbehaviour;
    mod off_boarding;
    mod overload;
    mod policies;
    mod programs;
    mod removing;
    mod road;
    mod rotation;
    mod secrets;
    mod set_up;
    mod set_up_proofs;
    mod sixty;
    mod support;
    mod waves;
    mod webhooks;
}
