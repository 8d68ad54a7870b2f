/** Height of a row; the style says the same. */
const ROW = 56;
const SORTS = {
  "": ["gravity", (a, b) => GRAVITY[a.kind] - GRAVITY[b.kind] || a.number - b.number],
  slow: ["duration", (a, b) => b.millis - a.millis || a.number - b.number],
  id: ["id", (a, b) => a.number - b.number],
};

const list = { rows: [], shown: [], active: -1, drawn: new Map() };
const listed = byId("list");
const canvas = el("div", { role: "presentation", class: "canvas" });
listed.append(canvas);

const matches = () => {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const cause = state.cause === "" ? null : Number(state.cause);
  return (row) =>
    (!state.kind || state.kind.includes(row.kind)) &&
    (cause === null || row.cause === cause) &&
    (!state.tag || row.tags.includes(state.tag)) &&
    (!state.owner || row.owner === state.owner) &&
    (!state.process || row.process === state.process) &&
    (!state.activity || row.activities.includes(state.activity)) &&
    words.every((word) => row.text.includes(word));
};

/** Finds anew what is to be shown. */
const find = () => {
  const [, order] = SORTS[state.sort] ?? SORTS[""];
  const current = list.shown[list.active]?.number;
  list.shown = list.rows.filter(matches()).sort(order);
  const open = list.shown.findIndex((row) => row.id === state.scenario);
  const kept = list.shown.findIndex((row) => row.number === current);
  list.active = Math.max(open, kept, list.shown.length ? 0 : -1);
  canvas.style.height = `${list.shown.length * ROW}px`;
  const all = list.rows.length;
  const found = list.shown.length;
  byId("number").textContent = found === all ? count(all, "scenario") : `${thousands(found)} of ${count(all, "scenario")}`;
  byId("clear").hidden = found === all;
  // A list without anything to choose from is none.
  listed.hidden = found === 0;
  byId("nothing").hidden = found > 0;
  byId("nothing").textContent = all ? "No scenario is like that." : "The run tells of no scenario.";
  redraw();
  if (list.active > 0) reveal();
  else listed.scrollTop = 0;
  draw();
};

/** Draws the rows anew that are in sight. */
const redraw = () => {
  list.drawn.clear();
  canvas.replaceChildren();
  draw();
};

/** Draws the rows that have come into sight, and takes out those that have left it. */
const draw = () => {
  const first = Math.max(0, Math.floor(listed.scrollTop / ROW) - 8);
  const last = Math.min(list.shown.length, Math.ceil((listed.scrollTop + listed.clientHeight) / ROW) + 8);
  for (const [place, node] of list.drawn) {
    if (place < first || place >= last) {
      node.remove();
      list.drawn.delete(place);
    }
  }
  for (let place = first; place < last; place += 1) {
    if (list.drawn.has(place)) continue;
    const node = rowOf(list.shown[place], place);
    list.drawn.set(place, node);
    canvas.append(node);
  }
  for (const [place, node] of list.drawn) {
    node.classList.toggle("active", place === list.active);
    node.setAttribute("aria-selected", String(list.shown[place].id === state.scenario));
  }
  if (list.drawn.has(list.active)) listed.setAttribute("aria-activedescendant", `row-${list.active}`);
  else listed.removeAttribute("aria-activedescendant");
};

const rowOf = (row, place) => {
  const node = el(
    "div",
    {
      id: `row-${place}`,
      class: `row k-${row.kind}`,
      role: "option",
      "aria-posinset": place + 1,
      "aria-setsize": list.shown.length,
      click: () => {
        list.active = place;
        open(row);
      },
    },
    el("span", { class: "line" }, mark(row.kind), el("span", { class: "title" }, row.title)),
    el(
      "span",
      { class: "line under" },
      el("span", { class: "id" }, row.id),
      row.attempts > 1 && el("span", { class: "tries" }, `${row.attempts} attempts`),
      row.past && runs(row.past.slice(-8)),
      el("span", { class: "took" }, duration(row.millis)),
    ),
  );
  node.style.top = `${place * ROW}px`;
  return node;
};

/** Scrolls no further than needed for the active row to be seen. */
const reveal = () => {
  const top = list.active * ROW;
  if (top < listed.scrollTop) listed.scrollTop = top;
  else if (top + ROW > listed.scrollTop + listed.clientHeight) listed.scrollTop = top + ROW - listed.clientHeight;
};

const move = (by) => {
  if (!list.shown.length) return;
  list.active = Math.min(Math.max(list.active + by, 0), list.shown.length - 1);
  reveal();
  draw();
};

/** What can be chosen, with how many scenarios have it. */
const offer = () => {
  const kinds = new Map();
  const values = Object.fromEntries(CHOICES.map((name) => [name, new Map()]));
  const add = (map, value) => value && map.set(value, (map.get(value) ?? 0) + 1);
  for (const row of list.rows) {
    add(kinds, row.kind);
    add(values.owner, row.owner);
    add(values.process, row.process);
    for (const tag of row.tags) add(values.tag, tag);
    for (const activity of row.activities) add(values.activity, activity);
  }
  const chips = KINDS.filter(([letter]) => kinds.has(letter)).map(([letter, sign, word]) =>
    el(
      "button",
      { type: "button", class: `chip k-${letter}`, "data-kind": letter, click: () => toggle(letter) },
      icon(sign), " ", word, " ", el("b", null, thousands(kinds.get(letter))),
    ),
  );
  byId("kinds").replaceChildren(...chips);
  const selects = CHOICES.filter((name) => values[name].size).map((name) => {
    const options = [...values[name]].sort(([a], [b]) => (a < b ? -1 : 1));
    return choice(name, [["", "all"], ...options.map(([value, number]) => [value, `${value} (${thousands(number)})`])]);
  });
  byId("choices").replaceChildren(...selects, choice("sort", Object.entries(SORTS).map(([value, [word]]) => [value, word])));
};

const choice = (name, options) => {
  const select = el("select", { "data-choice": name, change: () => narrow({ [name]: select.value }) });
  for (const [value, text] of options) select.append(el("option", { value }, text));
  return el("label", null, el("span", null, name === "sort" ? "sorted by" : name), select);
};

const toggle = (letter) => {
  const kinds = new Set(state.kind);
  if (!kinds.delete(letter)) kinds.add(letter);
  narrow({ kind: [...kinds].join("") });
};

/** Changes what is searched for. */
const narrow = (changes) => {
  go(changes);
  showChoices();
  find();
};

/** Shows in the controls what is searched for. */
const showChoices = () => {
  const query = byId("query");
  if (query.value.trim() !== state.q) query.value = state.q;
  for (const chip of document.querySelectorAll("[data-kind]")) {
    chip.setAttribute("aria-pressed", String(state.kind.includes(chip.dataset.kind)));
  }
  let chosen = false;
  for (const select of document.querySelectorAll("[data-choice]")) {
    select.value = state[select.dataset.choice];
    chosen ||= Boolean(select.value);
  }
  if (chosen) byId("more").open = true;
};

listed.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
new ResizeObserver(() => draw()).observe(listed);
