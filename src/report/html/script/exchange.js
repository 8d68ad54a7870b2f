/** In which way there is no answer. */
const BROKEN = {
  request: "not sent",
  dns: "host not found",
  connect: "no connection",
  tls: "TLS failed",
  timeout: "no answer in time",
  cut: "cut off",
  protocol: "no usable answer",
};

const pathOf = (url) => /^[a-z]+:\/\/[^/]*(\/.*)$/i.exec(url)?.[1] ?? url;

const bodyOf = (body, places, label) => {
  switch (body?.kind) {
    case "json":
      return el("pre", { tabindex: "0", "aria-label": label }, jsonLines(body.value, places));
    case "text":
      return [
        el("pre", { tabindex: "0", "aria-label": label }, body.text),
        body.cut && el("p", { class: "faint" }, `… cut here; the whole is ${count(body.bytes, "byte")}`),
      ];
    case "binary":
      return el("p", { class: "binary" }, `${body.media}, ${count(body.bytes, "byte")}, sha256 `, el("code", null, body.sha256));
    default:
      return el("p", { class: "faint" }, "no body");
  }
};

const headersOf = (headers) =>
  headers.length
    ? el("dl", { class: "headers" }, headers.map(([name, value]) => [el("dt", null, name), el("dd", null, value)]))
    : null;

const sizeOf = (body) => (body?.bytes ? `, ${count(body.bytes, "byte")}` : "");

/** A request with its answer. */
const exchangeOf = (exchange, shared, places, opened) => {
  const { request, response, error } = exchange;
  const came = response ? String(response.status) : (BROKEN[error?.phase] ?? "nothing");
  const good = response && response.status < 400;
  const asked = shared[request.body];
  const answered = response && shared[response.body];
  const folded = el(
    "details",
    { class: "exchange", open: opened },
    el(
      "summary",
      null,
      el("b", null, request.method),
      el("code", { class: "url" }, pathOf(request.url)),
      el("span", { class: good ? "status" : "status bad" }, `→ ${came}`),
      exchange.attempt > 1 && el("span", { class: "faint" }, `try ${exchange.attempt}`),
      el("span", { class: "took" }, duration(exchange.millis)),
    ),
  );
  whenOpened(folded, () => [
    el("h4", null, `Request${sizeOf(asked)}`),
    el("p", { class: "whole" }, el("code", null, `${request.method} ${request.url}`)),
    headersOf(request.headers),
    bodyOf(asked, new Set(), "Body of the request"),
    response && [
      el("h4", null, `Answer: ${response.status}${sizeOf(answered)}`),
      headersOf(response.headers),
      bodyOf(answered, places, "Body of the answer"),
    ],
    error && [el("h4", null, "No answer"), el("p", { class: "message" }, error.message)],
    exchange.first_byte_millis !== undefined &&
      el("p", { class: "faint" }, `first byte after ${duration(exchange.first_byte_millis)}, last after ${duration(exchange.millis)} · ${exchange.name} · `, el("code", null, request.id)),
    el("h4", null, "Repeat it"),
    copied(request.curl, "Command line"),
  ]);
  return folded;
};

/** Makes what is inside when it is first looked at. */
const whenOpened = (details, make) => {
  let made = false;
  const build = () => {
    if (made) return;
    made = true;
    fill(details, [make()]);
  };
  details.build = build;
  if (details.open) build();
  details.addEventListener("toggle", () => details.open && build());
};
