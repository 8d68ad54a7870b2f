// Everything that is shown is made here, from text: nothing of a run is ever read as HTML.

/** Text from elsewhere, without characters that turn the direction of writing or are no text. */
const clean = (text) =>
  String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

const fill = (node, children) => {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : clean(child));
  }
  return node;
};

const dress = (node, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : clean(value));
  }
  return node;
};

/** An element; attributes that are functions listen to the event of their name. */
const el = (name, attributes, ...children) => fill(dress(document.createElement(name), attributes ?? {}), children);

const svg = (name, attributes, ...children) =>
  fill(dress(document.createElementNS("http://www.w3.org/2000/svg", name), attributes ?? {}), children);

/** A sentence in which names stand between backticks. */
const prose = (text) => clean(text).split("`").map((part, at, all) => (at % 2 && at < all.length - 1 ? el("code", null, part) : at % 2 ? `\`${part}` : part));

const byId = (id) => document.getElementById(id);

const icon = (sign) => el("span", { class: "sign", "aria-hidden": "true" }, sign);
