/** What an element came to: its sign, its word and the letter of its colour. */
const STATES = {
  covered: ["✓", "covered", "p"],
  partly: ["~", "covered in part", "w"],
  uncovered: ["✗", "not covered", "f"],
  infeasible: ["–", "cannot be covered", "s"],
};

const NOUNS = { activity: "activity", gateway: "gateway", "error-event": "error event", "timer-event": "timer", event: "event", flow: "flow" };

/** Why an element cannot be covered. */
const reasonOf = (reason) => {
  switch (reason.kind) {
    case "never-true":
      return ["its condition ", el("code", null, reason.condition), " is never true"];
    case "preceded":
      return ["the flow ", el("code", null, reason.by), " is asked before it and always holds"];
    case "closed-off":
      return ["all that leads to it is closed by the flow ", el("code", null, reason.by), reason.condition && [" with the condition ", el("code", null, reason.condition)]];
    case "unreachable":
      return "nothing leads to it";
    case "dead-end":
      return "no end can be reached from it";
    default:
      return reason.kind;
  }
};

/** What is known of the processes, with the picture of each. */
const stages = whole.then(async () => {
  const known = await Promise.all([...document.querySelectorAll("script[data-stage]")].map(unpack));
  const pictures = [...document.querySelectorAll(".process svg.bpmn")];
  return known.map((stage, place) => ({
    ...stage,
    picture: pictures[place].cloneNode(true),
    section: pictures[place].closest(".process"),
    of: new Map(stage.elements.map((element) => [element.id, element])),
  }));
});

const nameOf = (element) => element.name ?? element.id;

const times = (number) => (number === 1 ? "once" : `${thousands(number)} times`);

/** An element in words: what it came to, why, and by whom. */
const knownOf = (stage, element) => {
  const [sign, word, letter] = STATES[element.state] ?? ["", element.state, "o"];
  const { work, nearest } = element;
  const link = (place) => {
    const id = stage.scenarios[place];
    const row = list.rows.find((one) => one.id === id);
    return el("a", { href: addressOf({ scenario: id, step: "", attempt: "", walk: "1" }), title: id }, row?.title ?? id);
  };
  const by = element.by ?? [];
  const beyond = element.scenarios - by.length;
  const [from, to] = [element.from, element.to].map((id) => id && nameOf(stage.of.get(id) ?? { id }));
  return [
    el("h3", null, nameOf(element)),
    el(
      "p",
      { class: "faint" },
      NOUNS[element.kind] ?? element.kind,
      element.kind === "flow" && from && to && ` from ${from} to ${to}`,
      element.kind !== "flow" && from && ` on ${from}`,
      " · ",
      el("code", null, element.id),
    ),
    stage.seen &&
      el(
        "p",
        null,
        el("span", { class: `mark k-${letter}` }, icon(sign), " ", word),
        element.hits > 0 && `, passed ${times(element.hits)} by ${count(element.scenarios, "scenario")}`,
        element.evidence === "inferred" && ", as must be from where it was seen to stand",
        work && element.hits > 0 && ` · completed ${times(work.completed)}${work.cancelled > 0 ? `, left through an event ${times(work.cancelled)}` : ""}`,
      ),
    element.reason && el("p", null, "It cannot be covered: ", reasonOf(element.reason), "."),
    nearest && el("p", null, "Nearest came ", link(nearest.scenario), `, as far as ${nameOf(stage.of.get(nearest.at) ?? { id: nearest.at })}: ${count(nearest.arcs, "way")} from there.`),
    by.length > 0 && [
      el("h4", null, "Covered by"),
      el("ul", { class: "by" }, by.map((place) => el("li", null, link(place)))),
      beyond > 0 && el("p", { class: "faint" }, `and ${count(beyond, "further scenario")}`),
    ],
  ];
};

/** Makes a picture answer to whoever points at it. */
const enliven = (stage) => {
  const picture = stage.section.querySelector("svg.bpmn");
  const { frame, buttons, reveal } = viewOf(picture, `Process ${stage.name}`);
  const about = el("div", { class: "about" });
  const hint = "Point at an element, or go to it by Tab and arrows, to see what covers it; a click keeps it.";
  const nodes = new Map([...picture.querySelectorAll("[data-element]")].map((node) => [node.dataset.element, node]));
  const elements = stage.elements.map((element) => nodes.get(element.id)).filter(Boolean);
  let shown = null;
  let kept = null;
  const tell = (node) => {
    if (node === shown) return;
    shown?.classList.remove("chosen");
    shown = node;
    node.classList.add("chosen");
    about.replaceChildren();
    fill(about, [knownOf(stage, stage.of.get(node.dataset.element))]);
  };
  const keep = (node) => {
    kept = kept === node ? null : node;
    tell(node);
  };
  const meant = (event) => {
    const node = event.target.closest("[data-element]");
    return node && stage.of.has(node.dataset.element) ? node : null;
  };
  for (const node of elements) {
    // Its title names it; of what has no text beside, some programs do not take that.
    const label = node.querySelector("text") ? null : node.querySelector("title")?.textContent;
    dress(node, { role: "button", tabindex: "-1", "aria-label": label });
  }
  elements[0]?.setAttribute("tabindex", "0");
  const enter = (node) => {
    picture.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    node.setAttribute("tabindex", "0");
    reveal(node);
    tell(node);
  };
  picture.addEventListener("pointerover", (event) => {
    const node = meant(event);
    if (node && !kept && !event.buttons) tell(node);
  });
  // A picture that listens for this itself would be a stop of its own.
  frame.addEventListener("focusin", (event) => {
    const node = meant(event);
    if (node && node.matches(":focus-visible")) {
      kept = null;
      enter(node);
    }
  });
  picture.addEventListener("click", (event) => {
    const node = meant(event);
    if (node) keep(node);
    else kept = null;
  });
  picture.addEventListener("keydown", (event) => {
    const node = meant(event);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!node || (!by && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (by) elements[(elements.indexOf(node) + by + elements.length) % elements.length].focus();
    else {
      kept = node;
      tell(node);
      about.querySelector("a")?.focus();
    }
  });
  const place = stage.section.querySelector(".stage");
  fill(about, [el("p", { class: "faint" }, hint)]);
  place.append(el("div", { class: "seen" }, frame, buttons), about);
};

/** Shows the processes in the overview. They stand behind everything, since only there it is known what was gone through. */
const setStages = async () => {
  const all = await stages;
  const place = byId("processes");
  place.append(...document.querySelectorAll("body > .process"));
  place.hidden = !place.childElementCount;
  all.forEach(enliven);
};
