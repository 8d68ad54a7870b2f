/** What a scenario or a step can come to, in the order of gravity: its letter, its sign and its word. */
const KINDS = [
  ["f", "✗", "failed"],
  ["e", "!", "errored"],
  ["a", "■", "aborted"],
  ["o", "…", "not finished"],
  ["w", "~", "flaky"],
  ["q", "○", "in quarantine"],
  ["k", "×", "failed as is known"],
  ["s", "–", "skipped"],
  ["p", "✓", "passed"],
];
const SIGN = Object.fromEntries(KINDS.map(([letter, sign]) => [letter, sign]));
const WORD = Object.fromEntries(KINDS.map(([letter, , word]) => [letter, word]));
const GRAVITY = Object.fromEntries(KINDS.map(([letter], place) => [letter, place]));
const LETTER = { passed: "p", skipped: "s", failed: "f", errored: "e", aborted: "a" };

const letterOf = (verdict, flaky) => (flaky ? "w" : (LETTER[verdict] ?? "o"));

const mark = (letter) => el("span", { class: `mark k-${letter}` }, icon(SIGN[letter]), " ", WORD[letter]);

const thousands = (number) => Number(number).toLocaleString("en");

const count = (number, noun) => `${thousands(number)} ${noun}${number === 1 ? "" : "s"}`;

const duration = (millis) => {
  if (!(millis >= 0)) return "";
  if (millis < 999.5) return `${millis < 10 && millis % 1 ? millis.toFixed(1) : Math.round(millis)} ms`;
  const seconds = millis / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};

/** `PT1M30S` as people say it. */
const span = (iso) => {
  const parts = /^PT?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(iso ?? "");
  if (!parts) return iso;
  const told = parts.slice(1).flatMap((part, place) => (part ? `${part} ${["d", "h", "min", "s"][place]}` : []));
  return told.join(" ") || "0 s";
};

const when = (at) => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

/** Marks of the last runs, the latest last: the less it was in order, the higher. */
const runs = (letters) => {
  const high = { p: 4, s: 2, w: 7, e: 10 };
  const drawn = [...letters].map((letter, place) => {
    const height = high[letter] ?? 12;
    return svg("rect", { class: `k-${letter}`, x: place * 5, y: 12 - height, width: 4, height });
  });
  const told = [...letters].map((letter) => WORD[letter]).join(", ");
  const label = `last runs, the latest last: ${told}`;
  return svg("svg", { class: "runs", width: letters.length * 5, height: 12, role: "img", "aria-label": label }, svg("title", null, label), drawn);
};
