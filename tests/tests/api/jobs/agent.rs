//! The sample agent of docs/agent.
