const SECTIONS = { session: "Opening of the session", before: "Before", steps: "Steps", after: "After" };

/** What tokens did in a simulator. */
const movesOf = (moves) =>
  moves.map((move) => {
    const [[kind, about]] = typeof move === "object" && move ? Object.entries(move) : [[move, null]];
    const told = about !== null && typeof about === "object" ? Object.entries(about) : [["", about]];
    const words = told.map(([name, value]) => `${name} ${typeof value === "string" ? value : inline(value)}`.trim());
    return el("li", null, el("b", null, kind), " ", words.join(", "));
  });

const elementOf = (element) => {
  const name = element.name ? ` (${element.name})` : "";
  return `${element.activity ?? element.id ?? "an element without a name"}${name}`;
};

/** A line for what happened, where it is not shown in a way of its own. */
const lineOf = (event) => {
  switch (event.event) {
    case "outcome-read":
      return `${event.activity} gave ${event.outcome}${event.code === undefined ? "" : ` (code ${event.code})`}, status ${event.status}`;
    case "position-read":
      return `the process stands at ${event.element ? elementOf(event.element) : "its end"}${event.state ? `, ${event.state}` : ""}`;
    case "position-unknown":
      return `where the process stands is not known: ${event.reason}`;
    case "retried":
      return `sent again (try ${event.attempt}): ${event.reason}${event.may_have_arrived ? "; the one before may have arrived" : ""}`;
    case "branch-taken":
      return `branch ${event.outcome}: ${event.action} (${event.taken} of at most ${event.at_most})`;
    case "waited":
      return `waited ${span(event.duration)}${event.simulated ? " on the simulator's clock" : ""}`;
    case "called":
      return `the engine called ${event.call.method} ${event.call.path}: ${inline(event.call.body.value ?? event.call.body)}`;
    case "value-saved":
      return `saved ${event.name} = ${inline(event.value)} from ${event.from}`;
    case "noted":
      return event.message;
    case "instance-left":
      return `instance ${event.instance ?? "(unknown)"}${event.actor ? ` of ${event.actor}` : ""} was left ${event.state}${event.ended ? " and ended" : ""}`;
    default:
      return inline(event);
  }
};

const OWN_WAY = ["exchanged", "polled", "expectation-judged", "token-moved"];

/** What happened, but for what is shown in a way of its own. */
const linesOf = (events) => {
  const lines = events.filter((event) => !OWN_WAY.includes(event.event)).map((event) => el("li", { class: event.event }, lineOf(event)));
  return lines.length ? el("ul", { class: "lines" }, lines) : null;
};

const HELD = { yes: ["p", "holds"], no: ["f", "does not hold"], undecided: ["e", "undecided"] };

const expectationsOf = (events, problems) => {
  const judged = events.filter((event) => event.event === "expectation-judged").map((event) => event.expectation);
  if (!judged.length) return null;
  const rows = judged.map((one) => {
    const [letter, word] = HELD[one.held] ?? ["o", one.held];
    return el(
      "tr",
      { class: `k-${letter}` },
      el("td", { class: "held" }, icon(SIGN[letter]), " ", word),
      el("th", { scope: "row" }, el("code", null, one.subject)),
      el("td", { class: "expected" }, el("code", null, one.expected.replace(/^`([^`]*)`$/, "$1"))),
      el("td", { class: "actual" }, el("code", null, inline(one.actual))),
    );
  });
  // What a problem tells is told by it.
  const told = (one) => problems.some((problem) => problem.message.includes(one.message));
  const wrong = judged
    .filter((one) => one.held !== "yes" && !told(one))
    .map((one) => [el("p", { class: "message" }, prose(one.message)), differencesOf(one.differences)]);
  return [tableOf("Expectations", ["held", "of", "expected", "actual"], rows), wrong];
};

const pollsOf = (events) => {
  const polls = events.filter((event) => event.event === "polled").map((event) => event.poll);
  if (!polls.length) return null;
  const rows = polls.map((poll) =>
    el(
      "tr",
      null,
      el("th", { scope: "row" }, String(poll.number)),
      el("td", null, span(poll.after)),
      el("td", null, [poll.status, poll.outcome, poll.code].filter((part) => part !== undefined).join(" ")),
      el("td", null, poll.result.replace("-", " ")),
      el("td", null, poll.why ?? ""),
    ),
  );
  return tableOf("Looks at an answer that is waited for", ["look", "after", "came", "result", "why"], rows);
};

/** A problem, with what explains it. */
const problemOf = (problem, shared, tellStep, here) =>
  el(
    "section",
    { class: `problem k-${letterOf(problem.verdict)}` },
    el("p", { class: "message" }, mark(letterOf(problem.verdict)), " ", prose(problem.message)),
    el("p", { class: "faint" }, el("code", null, problem.id), problem.step !== undefined && problem.step !== here && [" · ", tellStep(problem.step)]),
    excerptOf(shared[problem.excerpt]),
    problem.notes?.length && el("ul", { class: "lines" }, problem.notes.map((note) => el("li", null, prose(note)))),
    differencesOf(problem.differences, problem.path),
    problem.values?.length &&
      tableOf(
        "Values that the step read",
        ["name", "value", "origin"],
        problem.values.map((value) =>
          el(
            "tr",
            null,
            el("th", { scope: "row" }, el("code", null, value.name)),
            el("td", null, el("code", null, inline(value.value))),
            el("td", null, value.origin, value.step !== undefined && [" in ", tellStep(value.step)], value.at && ` at ${value.at}`),
          ),
        ),
      ),
    problem.standing && el("p", null, prose(standingOf(problem.standing))),
  );

const standingOf = (standing) => {
  const activity = standing.element?.activity;
  const accepts = standing.inputs?.length ? standing.inputs.join(", ") : "no inputs";
  return `The process stands ${standing.told}${standing.state ? `; the instance is ${standing.state}` : ""}${activity ? `; it would accept \`activity: ${activity}\` (${accepts})` : ""}.`;
};

/** The places in answers that problems are about. */
const placesOf = (problems) => {
  const places = problems.flatMap((problem) => {
    if (!problem.path) return [];
    const within = (problem.differences ?? []).filter((one) => one.path !== "$").map((one) => problem.path + one.path.slice(1));
    return within.length ? within : [problem.path];
  });
  return new Set(places.map(placeOf).filter(Boolean));
};

/** A step on the line of time; what happened in it is made when it is opened. */
const stepOf = (step, told) => {
  const { shared, attempt, whole, problems } = told;
  const own = problems.filter((problem) => problem.step === step.number);
  const letter = step.condition !== undefined ? "s" : letterOf(step.verdict);
  const events = step.events;
  const last = (name) => events.findLast((event) => event.event === name);
  const many = (name) => events.filter((event) => event.event === name).length;
  const outcome = last("outcome-read");
  const branch = last("branch-taken");
  const polls = many("polled");
  const tries = many("retried");
  const about = [
    step.kind,
    step.visit > 1 && `visit ${step.visit}`,
    step.actor && `as ${step.actor}`,
    step.id && `id ${step.id}`,
    step.within !== undefined && `within step ${step.within}`,
  ].filter(Boolean);
  const details = el(
    "details",
    { class: `step k-${letter}`, id: `step-${attempt}-${step.number}`, "data-step": step.number, "data-attempt": attempt, "data-trouble": own.length > 0 },
    el(
      "summary",
      null,
      el("span", { class: "no" }, String(step.number)),
      mark(letter),
      el("span", { class: "what" }, el("b", null, step.name ?? step.subject), step.name && ` ${step.subject}`, " ", el("span", { class: "faint" }, about.join(" · "))),
      outcome && el("span", { class: "badge" }, outcome.outcome, outcome.code !== undefined && ` ${outcome.code}`),
      branch && el("span", { class: "badge" }, `⤷ ${branch.action}`),
      polls > 0 && el("span", { class: "badge" }, count(polls, "look")),
      tries > 0 && el("span", { class: "badge" }, `sent ${count(tries + 1, "time")}`),
      lane(step, whole),
      el("span", { class: "took" }, duration(step.millis)),
    ),
  );
  whenOpened(details, () => {
    const exchanges = events.filter((event) => event.event === "exchanged").map((event) => event.exchange);
    const moves = events.filter((event) => event.event === "token-moved").flatMap((event) => shared[event.moves]);
    return el(
      "div",
      { class: "inside" },
      step.condition !== undefined && el("p", null, "Left out, since its condition does not hold: ", el("code", null, step.condition)),
      own.map((problem) => problemOf(problem, shared, told.tellStep, step.number)),
      !own.length && excerptOf(shared[step.excerpt]),
      linesOf(events),
      expectationsOf(events, own),
      pollsOf(events),
      exchanges.map((exchange, at) => exchangeOf(exchange, shared, placesOf(own), own.length > 0 && at === exchanges.length - 1)),
      moves.length > 0 && el("details", { class: "moves" }, el("summary", null, `${count(moves.length, "move")} of tokens in the simulator`), el("ol", null, movesOf(moves))),
      step.left_out && el("p", { class: "faint" }, `${count(step.left_out, "further event")} of this step are not kept on this page; the event stream has them.`),
    );
  });
  return details;
};

/** When it was, and how long, as a part of the whole. */
const lane = (step, whole) => {
  if (step.after === undefined || !(whole > 0)) return null;
  const x = Math.min(98, (step.after / whole) * 100);
  const width = Math.max(2, Math.min(100 - x, ((step.millis ?? 0) / whole) * 100));
  return svg("svg", { class: "lane", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { class: "all", width: 100, height: 4 }), svg("rect", { class: "part", x, width, height: 4 }));
};
