const page = byId("scenario");

/** `face · outcome code`, from activity to activity. */
const walkOf = (walk, title) =>
  walk?.length
    ? el(
        "div",
        { class: "walk" },
        el("h2", null, title),
        el(
          "ol",
          null,
          walk.map((visit) =>
            el(
              "li",
              { class: visit.outcome === "success" ? null : "other" },
              visit.activity,
              visit.outcome !== "success" && el("span", { class: "badge" }, visit.outcome, visit.code !== undefined && ` ${visit.code}`),
              visit.actor && el("span", { class: "faint" }, ` as ${visit.actor}`),
            ),
          ),
        ),
      )
    : null;

const factsOf = (pairs) => {
  const told = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
  return told.length ? el("dl", { class: "facts" }, told.map(([name, value]) => [el("dt", null, name), el("dd", null, value)])) : null;
};

/** An attempt: its problems, then its steps in order. */
const attemptOf = (attempt, shared) => {
  const number = attempt.attempt ?? 1;
  const problems = attempt.problems ?? [];
  const tellStep = (step) => el("a", { href: addressOf({ step, attempt: number }) }, `step ${step}`);
  const whole = attempt.millis ?? Math.max(0, ...attempt.told.map((step) => (step.after ?? 0) + (step.millis ?? 0)));
  const told = { shared, attempt: number, whole, problems, tellStep };
  const known = new Set(attempt.told.map((step) => step.number));
  // What is told at its step is told there.
  const elsewhere = problems.filter((problem) => !known.has(problem.step));
  const sections = [];
  for (const step of attempt.told) {
    const last = sections[sections.length - 1];
    if (last?.name === step.section) last.steps.push(step);
    else sections.push({ name: step.section, steps: [step] });
  }
  const events = attempt.events ?? [];
  const moves = events.filter((event) => event.event === "token-moved").flatMap((event) => shared[event.moves]);
  return [
    problems.length > 0 &&
      el(
        "ul",
        { class: "problems" },
        problems.map((problem) => el("li", { class: `k-${letterOf(problem.verdict)}` }, icon(SIGN[letterOf(problem.verdict)]), " ", prose(problem.message), problem.step !== undefined && [" · ", tellStep(problem.step)])),
      ),
    elsewhere.map((problem) => problemOf(problem, shared, tellStep)),
    expectationsOf(events, problems),
    linesOf(events),
    attempt.steps > 0 && !attempt.told.length && el("p", { class: "faint" }, "Its steps were not kept: a run without a report keeps those of scenarios that did not pass. With a report, or with `runs: { detail: everything }` in the settings, it keeps all."),
    sections.map(({ name, steps }) => {
      const sound = steps.every((step) => step.verdict === "passed" || step.condition !== undefined);
      const title = SECTIONS[name] ?? name;
      const all = steps.map((step) => el("li", { class: step.within === undefined ? null : "within" }, stepOf(step, told)));
      const drawn = el("ol", { class: "steps" }, all);
      if (name === "session" && sound) {
        const took = steps.reduce((sum, step) => sum + (step.millis ?? 0), 0);
        return el("details", { class: "section" }, el("summary", null, `${title}: ${count(steps.length, "step")}, ${duration(took)}`), drawn);
      }
      return [el("h3", null, title), drawn];
    }),
    moves.length > 0 && el("details", { class: "moves" }, el("summary", null, `${count(moves.length, "move")} of tokens in the simulator`), el("ol", null, movesOf(moves))),
    attempt.left_out && el("p", { class: "faint" }, `${count(attempt.left_out, "further step")} are not kept on this page; the event stream has them.`),
  ];
};

const caseOf = (row) =>
  row && [`${row.number} at ${row.at}`, el("span", { class: "faint" }, Object.entries(row.values).map(([name, value]) => ` · ${name} ${inline(value)}`))];

const pastOf = (past, row) =>
  past?.length
    ? tableOf(
        "Last runs",
        ["run", "began", "verdict", "duration"],
        [...past].reverse().map((run) => el("tr", null, el("th", { scope: "row" }, el("code", null, run.run)), el("td", null, when(run.at)), el("td", null, mark(letterOf(run.verdict, run.flaky))), el("td", { class: "took" }, duration(run.millis)))),
      )
    : null;

const bannerOf = (detail) => {
  const { known_failure: known, quarantine } = detail;
  const findings = {
    confirmed: "It failed, as is known, which does not count",
    unexpected: "It passed, although a failure of it is known: remove known-failure from it",
    expired: "The time for which its failure was known is over: it counts again",
  };
  return [
    detail.reason && el("p", { class: "banner" }, el("strong", null, "Reason: "), detail.reason),
    known && el("p", { class: "banner" }, el("strong", null, "Known failure: "), `${findings[known.finding] ?? known.finding} (${known.ticket}, until ${known.until}).`),
    quarantine && el("p", { class: "banner" }, el("strong", null, "In quarantine: "), `${quarantine.reason} (until ${quarantine.until}${quarantine.expired ? ", which is over: it counts again" : ""}).`),
  ];
};

/** Everything that is known of a scenario. */
const drawScenario = (row, detail, shared, all) => {
  const attempts = detail.attempts;
  const last = attempts[attempts.length - 1];
  const earlier = attempts.slice(0, -1);
  const number = (value, noun) => value !== undefined && count(value, noun);
  const numbers = last && [number(last.steps, "step"), number(last.expectations, "expectation"), number(last.requests, "request"), last.retries > 0 && `${thousands(last.retries)} of them again`];
  fill(page, [
    el("button", { type: "button", class: "link", click: close }, "← Back to the overview"),
    el("h1", { id: "scenario-title" }, mark(row.kind), " ", row.title),
    el("p", { class: "faint" }, el("code", null, row.id), row.millis > 0 && ` · ${duration(row.millis)}`),
    bannerOf(detail),
    factsOf([
      ["Did", numbers?.filter(Boolean).join(", ")],
      ["Began", last?.at && when(last.at)],
      ["Attempts", row.attempts > 1 && String(row.attempts)],
      ["Owner", row.owner],
      ["Process", row.process],
      ["Tags", row.tags.join(", ")],
      ["Covers", detail.covers?.join(", ")],
      ["Case", caseOf(detail.case)],
    ]),
    walkOf(detail.walk, "Walk"),
    detail.others?.map((other) => walkOf(other.walk, `Walk of ${other.actor}`)),
    last && walkSection(stageOf(all, row, detail, shared), last, shared),
    attempts.length > 1 && el("h2", null, `Attempt ${last.attempt}, the last`),
    last && attemptOf(last, shared),
    earlier.length > 0 && el("h2", null, "Earlier attempts"),
    earlier.toReversed().map((attempt) => {
      const letter = letterOf(attempt.verdict);
      const pause = attempt.pause ? `, the next after ${span(attempt.pause)}` : "";
      const folded = el("details", { class: "attempt", "data-attempt": attempt.attempt }, el("summary", null, mark(letter), ` Attempt ${attempt.attempt}, ${duration(attempt.millis)}${pause}`));
      whenOpened(folded, () => attemptOf(attempt, shared));
      return folded;
    }),
    pastOf(detail.past, row),
    detail.fingerprint && el("p", { class: "faint" }, "made of ", el("code", { class: "hash" }, detail.fingerprint)),
  ]);
};

/** Opens what the address names, or else the steps with a problem; gives the step that is meant. */
const openSteps = () => {
  const last = page.querySelector(".step")?.dataset.attempt;
  const attempt = state.attempt || last;
  const early = page.querySelector(`.attempt[data-attempt="${CSS.escape(attempt ?? "")}"]`);
  if (early) expand(early);
  const named = state.step && byId(`step-${attempt}-${state.step}`);
  if (named) {
    for (let above = named; above && above !== page; above = above.parentElement) if (above.matches("details")) expand(above);
    return named;
  }
  for (const step of page.querySelectorAll('.step[data-trouble]')) expand(step);
  return null;
};

const expand = (details) => {
  details.build?.();
  details.open = true;
};

/** Counts what is asked to be shown, so that what comes late does not replace what was asked for later. */
let asked = 0;

/** Shows the scenario that the address names, or the overview. */
const show = async (focus) => {
  const row = state.scenario ? list.rows.find((one) => one.id === state.scenario) : null;
  const mine = (asked += 1);
  document.documentElement.dataset.view = state.scenario ? "scenario" : document.documentElement.dataset.view === "list" ? "list" : "overview";
  byId("overview").hidden = Boolean(state.scenario);
  page.hidden = !state.scenario;
  if (state.scenario) byId("to-overview").removeAttribute("aria-current");
  else byId("to-overview").setAttribute("aria-current", "page");
  draw();
  if (!state.scenario) return;
  if (!row) {
    page.removeAttribute("data-shown");
    page.replaceChildren();
    fill(page, [el("button", { type: "button", class: "link", click: close }, "← Back to the overview"), el("h1", { id: "scenario-title" }, "There is no such scenario"), el("p", null, "This run tells of none with the id ", el("code", null, state.scenario), ".")]);
    return;
  }
  if (page.dataset.shown !== row.id) {
    page.setAttribute("aria-busy", "true");
    const [{ detail, shared }, all] = await Promise.all([readScenario(row.number), stages]);
    if (mine !== asked) return;
    page.replaceChildren();
    page.removeAttribute("aria-busy");
    drawScenario(row, detail, shared, all);
    page.dataset.shown = row.id;
    byId("main").scrollTop = 0;
  }
  const named = openSteps();
  if (named) {
    named.scrollIntoView({ block: "start" });
    if (focus) named.querySelector("summary").focus({ preventScroll: true });
  } else if (focus) page.focus({ preventScroll: true });
};

const open = (row) => {
  go({ scenario: row.id, step: "", attempt: "", walk: "" }, state.scenario !== row.id);
  page.removeAttribute("data-shown");
  page.replaceChildren();
  show(true);
};

const close = () => {
  go({ scenario: "", step: "", attempt: "", walk: "" }, true);
  page.removeAttribute("data-shown");
  show();
  if (document.documentElement.dataset.view === "list") listed.focus();
  else byId("overview").focus({ preventScroll: true });
};

// The step that was opened last is the one that the address names. Only a click or a key opens one so.
page.addEventListener("click", (event) => {
  const step = event.target.closest("summary")?.parentElement;
  if (step?.matches(".step") && !step.open) go({ step: step.dataset.step, attempt: step.dataset.attempt });
});
