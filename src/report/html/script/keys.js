const help = byId("keys");

const inText = (target) => target.matches("input, select, textarea, [contenteditable]");

/** The step with a problem after or before the one where the focus is. */
const trouble = (by) => {
  const steps = [...page.querySelectorAll(".step[data-trouble]")];
  if (!steps.length) return;
  const at = steps.findIndex((step) => step.contains(document.activeElement));
  const next = steps[at < 0 ? (by > 0 ? 0 : steps.length - 1) : (at + by + steps.length) % steps.length];
  for (let above = next; above && above !== page; above = above.parentElement) if (above.matches("details")) expand(above);
  go({ step: next.dataset.step, attempt: next.dataset.attempt });
  next.scrollIntoView({ block: "start" });
  next.querySelector("summary").focus({ preventScroll: true });
};

/** Opens all steps; closes them if all are open. */
const unfold = () => {
  const folded = [...page.querySelectorAll(".step, .section")];
  const all = folded.every((one) => one.open);
  for (const one of folded) if (all) one.open = false; else expand(one);
};

const step = (by) => {
  move(by);
  // Beside an open scenario, the next one is what is wanted.
  if (state.scenario && list.shown[list.active]) open(list.shown[list.active]);
};

const escape = () => {
  if (state.scenario) close();
  else if (state.q) narrow({ q: "" });
  listed.focus();
};

const KEYS = {
  "/": () => {
    toList();
    byId("query").focus();
    byId("query").select();
  },
  j: () => step(1),
  k: () => step(-1),
  o: () => list.shown[list.active] && open(list.shown[list.active]),
  n: () => trouble(1),
  p: () => trouble(-1),
  e: unfold,
  w: () => state.scenario && walking?.toggle(),
  "]": () => state.scenario && walking?.step(1),
  "[": () => state.scenario && walking?.step(-1),
  g: () => {
    toList();
    listed.focus();
  },
  t: () => turn(),
  "?": () => help.showModal(),
  Escape: escape,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (inText(event.target)) {
    if (event.key === "Escape") {
      event.preventDefault();
      listed.focus();
    } else if (event.target.id === "query" && (event.key === "ArrowDown" || event.key === "Enter")) {
      event.preventDefault();
      if (event.key === "Enter" && list.shown[list.active]) open(list.shown[list.active]);
      else listed.focus();
    }
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

listed.addEventListener("keydown", (event) => {
  const rows = Math.max(1, Math.floor(listed.clientHeight / ROW) - 1);
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: rows, PageUp: -rows, Home: -Infinity, End: Infinity };
  if (event.key === "Enter" && list.shown[list.active]) open(list.shown[list.active]);
  else if (event.key in moves) move(moves[event.key]);
  else return;
  event.preventDefault();
});
