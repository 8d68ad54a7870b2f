use roxmltree::Node as Element;

use super::xml::{Reader, is};
use crate::diagnostic::{Diagnostic, Id};
use crate::process::model::Timer;
use crate::source::Spanned;

impl Reader<'_> {
    /// When a timer fires; else what it is instead.
    pub(super) fn timer(&mut self, definition: Element<'_, '_>) -> Result<Timer, &'static str> {
        let child = |name: &str| definition.children().find(|child| is(*child, name));
        let (form, element) = ["timeDuration", "timeDate", "timeCycle"]
            .into_iter()
            .find_map(|name| Some((name, child(name)?)))
            .ok_or("a timer without a time")?;
        let text = self.content(element);
        if text.value.contains("${") || text.value.contains("#{") {
            return Ok(Timer::Computed(self.template(Spanned::new(text.value.as_str(), text.span))));
        }
        let (read, help) = match form {
            "timeDuration" => (Timer::duration(&text.value), "write an ISO 8601 duration such as `PT4M30S` or `P5D`"),
            "timeDate" => {
                (Timer::date(&text.value), "write a date and time with an offset, such as `2030-01-01T00:00:00Z`")
            }
            _ if is_cron(&text.value) => return Err("a timer that is a cron expression"),
            _ => (Timer::cycle(&text.value), "write a repeated duration such as `R3/PT10M`"),
        };
        read.map_err(|reason| {
            let what = if form == "timeDuration" {
                "duration"
            } else if form == "timeDate" {
                "date"
            } else {
                "cycle"
            };
            let message = format!("`{}` is not a {what}: {reason}", text.value);
            self.found.push(Diagnostic::new(Id::PROCESS_DURATION, message).at(text.span).help(help));
            "a timer that cannot be read"
        })
    }
}

/// Whether a cycle is written as the engine also takes it: six or seven fields.
fn is_cron(text: &str) -> bool {
    text.split_whitespace().count() >= 6
}
