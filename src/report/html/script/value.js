/** Lines of text that can be copied. */
const copied = (text, label) => {
  const shown = el("pre", { tabindex: "0", "aria-label": label }, text);
  const button = el("button", { type: "button", class: "copy", click: () => copy(text, shown, button) }, "Copy");
  return el("div", { class: "copied" }, shown, button);
};

const copy = async (text, shown, button) => {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  } catch {
    // Where a page may not copy, its reader still can.
    getSelection().selectAllChildren(shown);
    button.textContent = "Selected";
  }
};

/** The steps of a JSONPath, joined so that two ways of writing the same are the same. */
const placeOf = (path) => {
  const steps = [...(path ?? "").matchAll(/\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.([^.[\]]+)/g)];
  return steps.map(([, single, double, index, plain]) => single ?? double ?? index ?? plain).join("\u0000");
};

/** JSON on lines, those marked that are about one of some places. */
const jsonLines = (value, places) => {
  const lines = [];
  const line = (depth, text, place) => {
    const here = places.has(place.join("\u0000")) && places.size > 0 && place.length > 0;
    lines.push(here ? el("mark", null, "  ".repeat(depth) + text) : "  ".repeat(depth) + clean(text), "\n");
  };
  const write = (item, depth, before, after, place) => {
    const members = item !== null && typeof item === "object" ? Object.entries(item) : [];
    if (!members.length) {
      line(depth, before + JSON.stringify(item) + after, place);
      return;
    }
    const array = Array.isArray(item);
    line(depth, before + (array ? "[" : "{"), place);
    members.forEach(([name, member], at) => {
      const comma = at < members.length - 1 ? "," : "";
      write(member, depth + 1, array ? "" : `${JSON.stringify(name)}: `, comma, [...place, name]);
    });
    line(depth, (array ? "]" : "}") + after, []);
  };
  write(value, 0, "", "", []);
  return lines;
};

const inline = (value) => (value === undefined ? "" : JSON.stringify(value));

/** Lines of the author's file, with their numbers and what is meant marked. */
const excerptOf = (excerpt) => {
  if (!excerpt) return null;
  const bytes = new TextEncoder().encode(excerpt.text);
  const part = (from, to) => new TextDecoder().decode(bytes.slice(from, to));
  const pieces = [[part(0, excerpt.start), false], [part(excerpt.start, excerpt.end), true], [part(excerpt.end), false]];
  const lines = [[]];
  for (const [text, marked] of pieces) {
    text.split("\n").forEach((piece, at) => {
      if (at) lines.push([]);
      if (piece) lines[lines.length - 1].push(marked ? el("mark", null, piece) : clean(piece));
    });
  }
  const wide = String(excerpt.first_line + lines.length - 1).length;
  const drawn = lines.map((line, at) => [
    el("span", { class: "no" }, String(excerpt.first_line + at).padStart(wide)),
    line,
    "\n",
  ]);
  const place = `${excerpt.file}:${excerpt.line}:${excerpt.column}`;
  return el("figure", { class: "excerpt" }, el("figcaption", null, place), el("pre", { tabindex: "0", "aria-label": `Lines of ${place}` }, drawn));
};

const WAYS = { missing: "missing", unexpected: "unexpected", changed: "changed" };

/** Where two values differ, place by place. */
const differencesOf = (differences, path) => {
  // Of two whole values the message has said it.
  if (!differences?.some((one) => one.path !== "$")) return null;
  const rows = differences.map((one) =>
    el(
      "tr",
      null,
      el("th", { scope: "row" }, el("code", null, path ? one.path.replace("$", () => path) : one.path)),
      el("td", null, WAYS[one.kind] ?? one.kind),
      el("td", { class: "expected" }, el("code", null, "expected" in one ? inline(one.expected) : "nothing")),
      el("td", { class: "actual" }, el("code", null, "actual" in one ? inline(one.actual) : "nothing")),
    ),
  );
  return tableOf("Differences", ["place", "what", "expected", "actual"], rows);
};

/** A table that scrolls by itself where it is too wide. */
const tableOf = (caption, heads, rows) =>
  el(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      null,
      el("caption", null, caption),
      el("thead", null, el("tr", null, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", null, rows),
    ),
  );
