use std::sync::Arc;

use serde_json::Value;
use url::Url;

use super::activity::Reading;
use super::delivery::Delivered;
use super::exchange::{body_of, text_of};
use super::problem::Trouble;
use super::rehearsing::is_unknown;
use super::walker::Walker;
use crate::http::{Request, RequestBody};
use crate::scenario::RequestLine;

impl Walker<'_> {
    /// A request that is no activity.
    pub(super) fn request_of(&mut self, line: &RequestLine) -> Result<Request, Trouble> {
        let mut templates = vec![&line.target];
        templates.extend(line.headers.iter().chain(&line.query).map(|(_, template)| template));
        templates.extend(&line.json);
        self.prepare(templates.into_iter().flat_map(|template| template.references()))?;
        let scope = self.scope();
        let target = text_of(&self.evaluate(&line.target, &scope)?);
        let whole = if self.rehearsing && !target.contains("://") && is_unknown(&target) && !target.starts_with('/') {
            self.below_base(&target)
        } else if target.starts_with('/') {
            format!("{}{target}", self.run.target.base_url)
        } else {
            target
        };
        let mut url = Url::parse(&whole).map_err(|error| {
            let trouble = Trouble::errored("run/request", format!("`{whole}` is no URL: {error}"));
            trouble.note("write a path that begins with `/`, or a whole URL").at(&self.run.sources, line.target.span())
        })?;
        for (name, template) in &line.query {
            let value = text_of(&self.evaluate(template, &scope)?);
            url.query_pairs_mut().append_pair(&name.value, &value);
        }
        let mut request = Request::new(line.method.value.clone(), url);
        for (name, template) in &line.headers {
            let value = self.evaluate(template, &scope)?;
            request.headers.push((name.value.clone(), text_of(&value)));
        }
        if let Some(json) = &line.json {
            request.body = RequestBody::Json(self.evaluate(json, &scope)?);
        }
        if line.credential && self.planned.catalogue.is_some() {
            self.add_credential(&mut request)?;
        }
        Ok(request)
    }

    /// Sends a request that is no activity.
    pub(super) async fn send_line(&mut self, line: &RequestLine) -> Result<Reading, Trouble> {
        let request = self.request_of(line)?;
        let Delivered { answer, millis, .. } = self.deliver("request", request, None).await?;
        if line.method.value != "GET" {
            self.doubt_positions("a request may have moved the process");
        }
        // A request may be answered with anything; what is not JSON is text.
        let body = body_of(&answer, None)
            .unwrap_or_else(|_| Arc::new(Value::String(String::from_utf8_lossy(&answer.body).into_owned())));
        let (status, headers) = (answer.status, answer.headers);
        Ok(Reading {
            outcome: None,
            code: None,
            status,
            headers,
            body,
            fields: Arc::default(),
            message: None,
            millis,
            earlier: Vec::new(),
        })
    }
}
