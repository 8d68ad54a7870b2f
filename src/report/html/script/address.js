/** What is shown, as it stands behind the # of the address: it survives a reload and can be sent to somebody. */
const CHOICES = ["tag", "owner", "process", "activity"];
const STATE = ["scenario", "step", "attempt", "walk", "q", "kind", "cause", "sort", ...CHOICES];

const readAddress = () => {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(STATE.map((name) => [name, given.get(name) ?? ""]));
};

let state = readAddress();

const addressOf = (changes) => {
  const told = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...state, ...changes })) if (value) told.set(name, value);
  return `#${told}`;
};

/** Changes what is shown; `kept` makes it a step that the browser's back button undoes. */
const go = (changes, kept) => {
  const address = addressOf(changes);
  state = { ...state, ...changes };
  if (address !== location.hash && !(address === "#" && !location.hash)) {
    history[kept ? "pushState" : "replaceState"](null, "", address);
  }
};
