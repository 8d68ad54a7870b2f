/** Narrow windows show the overview or the list. */
const toList = () => {
  if (!state.scenario) document.documentElement.dataset.view = "list";
};

/** Dark or light, whatever the system says. */
const turn = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("flowproof-theme", root.dataset.theme);
  } catch {
    // It holds until the page is left.
  }
};

byId("theme").addEventListener("click", turn);
byId("help").addEventListener("click", () => help.showModal());
byId("print").addEventListener("click", () => window.print());
byId("clear").addEventListener("click", () => narrow({ q: "", kind: "", cause: "", tag: "", owner: "", process: "", activity: "" }));
byId("query").addEventListener("input", (event) => narrow({ q: event.target.value.trim() }));
byId("to-overview").addEventListener("click", () => {
  document.documentElement.dataset.view = "overview";
  if (state.scenario) close();
});
byId("to-list").addEventListener("click", () => {
  document.documentElement.dataset.view = "list";
  if (state.scenario) close();
  listed.focus();
});

// What the reader's own address bar, links and buttons ask for.
window.addEventListener("hashchange", () => follow());
window.addEventListener("popstate", () => follow());
const follow = () => {
  const before = addressOf({});
  state = readAddress();
  if (addressOf({}) === before) return;
  if (!state.scenario && (state.kind || state.cause || state.q)) document.documentElement.dataset.view = "list";
  showChoices();
  find();
  show(true);
};

// Paper has everything that is folded on the screen.
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = page.hidden ? [] : [...page.querySelectorAll(".step, .section, .attempt")].filter((one) => !one.open);
  for (const one of unfolded) expand(one);
});
window.addEventListener("afterprint", () => {
  for (const one of unfolded) one.open = false;
});

const start = async () => {
  for (const message of document.querySelectorAll("#overview .message")) message.replaceChildren(...prose(message.textContent));
  list.rows = await readRows();
  offer();
  showChoices();
  find();
  performance.mark("flowproof-list");
  await Promise.all([show(true), setStages()]);
  performance.mark("flowproof-ready");
};
start();
