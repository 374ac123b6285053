//! One JSON object a line, with the request in hand and who sent it (L3): a refusal deep in a service is found by the id
//! that its caller was shown.

use crate::http::guard;
use std::fmt;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

/// Another format of JSON objects, each begun with what the request in hand is. Costs nothing where nothing is written.
#[derive(Debug)]
pub struct Lines<F>(pub F);

impl<S, N, F> FormatEvent<S, N> for Lines<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some((request, caller)) = guard::in_hand() else { return self.0.format_event(context, out, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let Some(rest) = line.strip_prefix('{') else { return out.write_str(&line) };
        write!(out, "{{\"request_id\":\"{request}\",")?;
        if let Some(named) = caller {
            if let Some(organization) = named.organization {
                write!(out, "\"organization\":\"{organization}\",")?;
            }
            write!(out, "\"actor\":\"{}:{}\",", named.kind, named.id)?;
        }
        out.write_str(rest)
    }
}
