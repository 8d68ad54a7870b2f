/** How long a move is shown where a walk goes on by itself, and how long a token takes along a flow, in milliseconds. */
const PACE = 900;
const GLIDE = 600;

/** The walk that is shown, for keys. */
let walking = null;

/** What an event throws or catches: `the message order`. */
const occurrenceOf = (occurrence) => {
  const [[kind, about]] = typeof occurrence === "object" && occurrence ? Object.entries(occurrence) : [[occurrence]];
  return ["the", kind, about?.name ?? about?.code].filter(Boolean).join(" ");
};

/** What the page shows of a move: the element, and what is done there. */
const moveOf = (move) => {
  if (typeof move !== "object" || !move) return null;
  const [[kind, about]] = Object.entries(move);
  switch (kind) {
    case "entered":
      return { element: about.node, does: about.visit > 1 ? `is reached again (visit ${about.visit})` : "is reached" };
    case "taken":
      return { element: about.flow, does: "is taken", flow: true };
    case "error":
      return { element: about.node, does: `throws ${about.code}${about.boundary ? "" : ", which nothing catches"}` };
    case "cancelled":
      return { element: about.node, does: "is ended by something else" };
    case "timer-fired":
      return { element: about.boundary, does: "fires" };
    case "thrown":
      return { element: about.node, does: `throws ${occurrenceOf(about.occurrence)}` };
    case "caught":
      return { element: about.event, does: `catches ${occurrenceOf(about.occurrence)}` };
    case "ended":
      return { element: about.node, does: "ends it" };
    case "incident":
      return { element: about.node, does: `cannot go on: ${inline(about.incident)}` };
    default:
      return null;
  }
};

/** Where the token went in an attempt, move by move, each with the step and the exchange that caused it. */
const movesOn = (stage, attempt, shared) => {
  const moves = [];
  const exchangesOf = (step) => step.events.filter((event) => event.event === "exchanged").map((event) => event.exchange);
  for (const step of attempt.told) {
    const exchanges = exchangesOf(step);
    for (const event of step.events.filter((one) => one.event === "token-moved")) {
      for (const move of shared[event.moves].map(moveOf)) {
        if (move && stage.of.has(move.element)) moves.push({ ...move, step, exchange: exchanges[event.exchange] });
      }
    }
  }
  if (moves.length) return moves;
  // Other engines tell where they stand, and not how they came there.
  const named = new Map(stage.elements.map((element) => [element.name, element.id]));
  for (const step of attempt.told) {
    for (const event of step.events.filter((one) => one.event === "position-read" && one.element)) {
      const element = stage.of.has(event.element.id) ? event.element.id : named.get(event.element.name);
      if (element !== undefined) moves.push({ element, does: "is where it stands", step, exchange: exchangesOf(step).at(-1), stands: true });
    }
  }
  return moves;
};

/** The process on which a scenario went. */
const stageOf = (all, row, detail, shared) => {
  const last = detail.attempts.at(-1);
  if (!last) return null;
  const named = all.find((stage) => stage.name === row.process);
  const found = row.process ? [named] : all;
  for (const stage of found.filter(Boolean)) {
    const moves = movesOn(stage, last, shared);
    if (moves.length) return { stage, moves };
  }
  return null;
};

/** A picture on which nothing is painted yet. */
const plain = (picture) => {
  const copy = picture.cloneNode(true);
  for (const one of copy.querySelectorAll(".legend, .hatch")) one.remove();
  for (const one of copy.querySelectorAll("[data-state]")) {
    one.removeAttribute("data-state");
    one.removeAttribute("data-hits");
    const title = one.querySelector("title");
    if (title) title.textContent = title.textContent.split(" · ")[0];
  }
  for (const one of copy.querySelectorAll(".sequence > .flow")) one.setAttribute("stroke-width", "1.5");
  return copy;
};

/** Where a scenario went on its process, move by move. */
const walkOn = ({ stage, moves }, attempt, shared) => {
  const picture = plain(stage.picture);
  const { frame, buttons, reveal, readable } = viewOf(picture, `Walk on ${stage.name}`);
  const nodes = new Map([...picture.querySelectorAll("[data-element]")].map((node) => [node.dataset.element, node]));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const said = el("p", { role: "status", class: "said" });
  const caused = el("div", { class: "caused" });
  const problems = attempt.problems ?? [];
  const token = svg("circle", { class: "token", r: 7 });
  let at = 0;
  let timer = null;
  let drawn = null;

  const glide = (flow) => {
    const line = flow.querySelector(".flow");
    const length = line.getTotalLength();
    const begun = performance.now();
    flow.parentNode.append(token);
    const go = (time) => {
      if (!token.isConnected || moves[at].element !== flow.dataset.element) return token.remove();
      const part = Math.min(1, Math.max(0, (time - begun) / GLIDE));
      const { x, y } = line.getPointAtLength(length * part);
      token.setAttribute("cx", x);
      token.setAttribute("cy", y);
      if (part < 1) requestAnimationFrame(go);
    };
    go(begun);
  };
  const show = (place, by) => {
    at = Math.min(Math.max(place, 0), moves.length - 1);
    const move = moves[at];
    token.remove();
    for (const node of nodes.values()) node.classList.remove("walked", "now");
    for (const one of moves.slice(0, at + 1)) nodes.get(one.element)?.classList.add("walked");
    const node = nodes.get(move.element);
    node?.classList.add("now");
    if (node) reveal(node);
    if (node && move.flow && by === 1 && !still.matches && picture.getScreenCTM()) glide(node);
    const element = stage.of.get(move.element);
    said.replaceChildren();
    fill(said, [el("b", null, nameOf(element)), ` ${move.does}`]);
    range.value = at;
    range.setAttribute("aria-valuetext", `${at + 1} of ${moves.length}: ${clean(nameOf(element))} ${move.does}`);
    number.textContent = `${at + 1} of ${moves.length}`;
    back.disabled = at === 0;
    forth.disabled = at === moves.length - 1;
    const cause = move.exchange ?? move.step;
    if (cause === drawn) return;
    drawn = cause;
    const { step } = move;
    caused.replaceChildren();
    fill(caused, [
      el("h3", null, "In ", el("a", { href: addressOf({ step: step.number, attempt: attempt.attempt ?? 1 }) }, `step ${step.number}`), `: ${step.kind} ${step.subject}`),
      move.exchange ? exchangeOf(move.exchange, shared, placesOf(problems.filter((problem) => problem.step === step.number)), true) : el("p", { class: "faint" }, "No request of it is kept."),
    ]);
  };
  const hold = () => {
    clearTimeout(timer);
    timer = null;
    play.textContent = "▶ Play";
  };
  const next = () => {
    if (page.hidden || !frame.isConnected || at === moves.length - 1) return hold();
    show(at + 1, 1);
    timer = setTimeout(next, PACE);
  };
  const toggle = () => {
    if (timer !== null) return hold();
    play.textContent = "❚❚ Hold";
    if (at === moves.length - 1) show(0);
    timer = setTimeout(next, PACE);
  };
  const step = (by) => {
    hold();
    show(at + by, by);
  };
  const button = (act, text, name, key) => el("button", { type: "button", click: act, "aria-label": name, "aria-keyshortcuts": key, title: `${name ?? text} (${key})` }, text);
  const play = button(toggle, "▶ Play", null, "w");
  const back = button(() => step(-1), "‹", "Previous move", "[");
  const forth = button(() => step(1), "›", "Next move", "]");
  const range = el("input", { type: "range", min: 0, max: moves.length - 1, value: 0, "aria-label": "Move", input: () => step(Number(range.value) - at) });
  const number = el("span", { class: "took" });
  walking = { toggle, step };
  return {
    node: el(
      "div",
      { class: "walking" },
      el("div", null, el("div", { class: "seen" }, frame, buttons), el("div", { class: "player" }, play, back, forth, range, number)),
      el("div", { class: "told" }, said, caused),
    ),
    begin: () => {
      readable();
      show(0);
    },
  };
};

/** The walk, made when it is looked at. It is open where nothing else is to be looked at first. */
const walkSection = (found, attempt, shared) => {
  walking = null;
  if (!found) return null;
  const what = found.moves[0].stands ? count(found.moves.length, "place") + " where it was seen to stand" : count(found.moves.length, "move");
  const folded = el("details", { class: "section on-stage" }, el("summary", null, `Walk on ${found.stage.name}: ${what}`));
  whenOpened(folded, () => {
    const { node, begin } = walkOn(found, attempt, shared);
    // What is not yet on the page has no size.
    requestAnimationFrame(begin);
    return node;
  });
  if (state.walk || !attempt.problems?.length) expand(folded);
  return folded;
};
