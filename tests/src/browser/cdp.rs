//! Commands of the DevTools protocol, through chromedriver.

use serde_json::{Value, json};
use thirtyfour::{RequestData, SessionId, common::command::FormatRequestData};

/// One command.
#[derive(Debug)]
pub struct Execute {
    /// Such as `Page.getNavigationHistory`.
    pub command: &'static str,
    /// Its parameters.
    pub parameters: Value,
}

impl FormatRequestData for Execute {
    fn format_request(&self, session_id: &SessionId) -> RequestData {
        let path = format!("/session/{session_id}/goog/cdp/execute");
        RequestData::new("POST".parse().expect("a method"), path)
            .add_body(json!({ "cmd": self.command, "params": self.parameters }))
    }
}
