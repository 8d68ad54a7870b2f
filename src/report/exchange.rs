use super::focus::Focus;
use super::ledger::Exchanges;
use super::look::Look;
use super::text::{clean, command, count, cut, duration, fill, thousands, width, wrap};
use crate::event::{BodyRecord, ErrorPhase, ExchangeRecord, Problem, ResponseRecord};

/// Most lines of one body.
const MOST_BODY_LINES: usize = 6;

/// Characters of a hash that are shown.
const HASH: usize = 12;

/// What a step sent: earlier exchanges on a line each, the last one whole, with what the problems are about in sight.
pub(super) fn of_step(exchanges: &Exchanges, problems: &[Problem], look: &Look) -> String {
    let mut text = String::new();
    if exchanges.left_out > 0 {
        text += &format!("  {}\n", look.faint(&format!("… {} before", thousands(exchanges.left_out))));
    }
    let (last, earlier) = match exchanges.last.as_slices() {
        (earlier, [later @ .., last]) => (last, earlier.iter().chain(later)),
        ([earlier @ .., last], []) => (last, earlier.iter().chain(&[])),
        ([], []) => return text,
    };
    for exchange in earlier {
        text += &format!("  {}\n", look.faint(&line(exchange, look.width - 2)));
    }
    text + &whole(last, problems, look)
}

/// `POST /continue → 200 after 7 ms`, in at most `columns` if the path can be cut to that.
pub(super) fn line(exchange: &ExchangeRecord, columns: usize) -> String {
    let attempt = if exchange.attempt > 1 { format!(" (try {})", exchange.attempt) } else { String::new() };
    let came = match (&exchange.response, &exchange.error) {
        (Some(response), _) => response.status.to_string(),
        (None, Some(error)) => broken(error.phase).to_owned(),
        (None, None) => "nothing".to_owned(),
    };
    let came = format!("{attempt} → {came} after {}", duration(exchange.millis));
    format!("{}{came}", cut(&clean(&subject(exchange)), columns.saturating_sub(width(&came))))
}

/// The method and the path.
fn subject(exchange: &ExchangeRecord) -> String {
    let url = &exchange.request.url;
    let path = url.splitn(4, '/').nth(3).map_or_else(|| url.clone(), |path| format!("/{path}"));
    format!("{} {path}", exchange.request.method)
}

/// In which way there is no answer.
fn broken(phase: ErrorPhase) -> &'static str {
    match phase {
        ErrorPhase::Request => "not sent",
        ErrorPhase::Dns => "host not found",
        ErrorPhase::Connect => "no connection",
        ErrorPhase::Tls => "TLS failed",
        ErrorPhase::Timeout => "no answer in time",
        ErrorPhase::Cut => "cut off",
        ErrorPhase::Protocol => "no usable answer",
    }
}

/// A request with its answer, and the command line that repeats it.
fn whole(exchange: &ExchangeRecord, problems: &[Problem], look: &Look) -> String {
    let mut text = format!("  {}\n", look.strong(&clean(&subject(exchange))));
    text += &body(&exchange.request.body, &[], look);
    match (&exchange.response, &exchange.error) {
        (Some(response), _) => {
            let told = format!("← {} after {}", response.status, duration(exchange.millis));
            text += &format!("  {}{}\n", look.strong(&told), look.faint(&clean(&kind(response))));
            text += &body(&response.body, problems, look);
        }
        (None, Some(error)) => {
            let told = format!("← {} after {}", broken(error.phase), duration(exchange.millis));
            text += &format!("  {}\n", look.strong(&told));
            if problems.iter().all(|problem| !problem.message.contains(error.parts().0)) {
                let lines = wrap(&clean(&error.message), look.width - 4);
                text.extend(lines.iter().map(|line| format!("    {line}\n")));
            }
        }
        (None, None) => {}
    }
    text += &format!("  {}\n", look.faint("repeat it:"));
    let lines = command(&clean(&exchange.request.curl), look.width - 4);
    text.extend(lines.iter().map(|line| format!("    {line}\n")));
    text
}

/// A request with its answer, of which nothing is to be said in particular.
pub(crate) fn exchange_text(exchange: &ExchangeRecord, look: &Look) -> String {
    whole(exchange, &[], look)
}

/// The media type and the size of an answer.
fn kind(response: &ResponseRecord) -> String {
    let bytes = match &response.body {
        BodyRecord::Json { bytes, .. } | BodyRecord::Text { bytes, .. } => *bytes,
        // It says so itself, or there is nothing to be said.
        BodyRecord::None | BodyRecord::Binary { .. } => return String::new(),
    };
    let media = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let media = media.and_then(|(_, value)| value.split(';').next()).map(|media| format!(", {}", media.trim()));
    format!("{}, {}", media.unwrap_or_default(), count(bytes, "byte"))
}

fn body(body: &BodyRecord, problems: &[Problem], look: &Look) -> String {
    let columns = look.width - 4;
    // Lines that are broken between words are not all full.
    let told = told(body, problems, columns * (MOST_BODY_LINES - 1));
    let lines = fill(&clean(&told), columns, MOST_BODY_LINES);
    lines.iter().filter(|line| !line.is_empty()).map(|line| format!("    {}\n", look.faint(line))).collect()
}

/// A body on one line of about `limit` characters; empty if there is none.
pub(super) fn told(body: &BodyRecord, problems: &[Problem], limit: usize) -> String {
    match body {
        BodyRecord::None => String::new(),
        BodyRecord::Json { value, .. } => Focus::of(value, problems).shown(value, limit),
        BodyRecord::Text { text, cut, .. } => text.clone() + if *cut { "…" } else { "" },
        BodyRecord::Binary { media, bytes, sha256 } => {
            let hash = &sha256[..sha256.floor_char_boundary(HASH)];
            format!("({media}, {}, sha256 {hash}…)", count(*bytes, "byte"))
        }
    }
}

/// An exchange with all that is known of it: headers, and bodies as they are stored.
pub(super) fn whole_text(exchange: &ExchangeRecord) -> String {
    let (request, millis) = (&exchange.request, duration(exchange.millis));
    let mut text = format!("{} {}\n", request.method, request.url);
    text += &headers(&request.headers);
    text += &stored_body(&request.body);
    match (&exchange.response, &exchange.error) {
        (Some(response), _) => {
            text += &format!("\n← {} after {millis}\n", response.status);
            text += &headers(&response.headers);
            text += &stored_body(&response.body);
        }
        (None, Some(error)) => text += &format!("\n← {} after {millis}: {}\n", broken(error.phase), error.message),
        (None, None) => {}
    }
    text + &format!("\nrepeat it:\n{}\n", request.curl)
}

fn headers(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

fn stored_body(body: &BodyRecord) -> String {
    match body {
        BodyRecord::None => String::new(),
        BodyRecord::Json { value, .. } => format!("\n{value:#}\n"),
        other => format!("\n{}\n", told(other, &[], usize::MAX)),
    }
}
