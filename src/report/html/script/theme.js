// Before anything is painted: that scripts run, and which colours were chosen.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  try {
    const chosen = localStorage.getItem("flowproof-theme");
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  } catch {
    // Some browsers keep nothing for files.
  }
})();
