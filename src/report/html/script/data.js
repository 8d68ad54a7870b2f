/** Data as it was packed: JSON, deflated, in base64. */
const unpack = async (element) => {
  const text = atob(element.textContent);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
};

/** The rows of the list. */
const readRows = async () => {
  const parts = await Promise.all([...document.querySelectorAll("script[data-list]")].map(unpack));
  const rows = [];
  for (const part of parts) {
    const name = (number) => (number < 0 ? "" : part.names[number]);
    part.id.forEach((id, at) => {
      rows.push({
        number: rows.length,
        id,
        title: part.title[at],
        kind: part.kind[at],
        millis: part.millis[at],
        attempts: part.attempts[at],
        cause: part.cause[at],
        told: part.told[at],
        past: part.past[at],
        owner: name(part.owner[at]),
        process: name(part.process[at]),
        tags: part.tags[at].map(name),
        activities: part.activities[at].map(name),
        text: `${part.title[at]}\n${id}\n${part.told[at]}`.toLowerCase(),
      });
    });
  }
  return rows;
};

/** The blocks that were looked into last, by the number of their first scenario. */
const blocks = new Map();
const MOST_BLOCKS = 8;

const whole = new Promise((done) => {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", done);
  else done();
});

/** What happened in a scenario, with the values that it shares with others. */
const readScenario = async (number) => {
  // The list is there before the rest of a large file.
  await whole;
  let block;
  for (const one of document.querySelectorAll("script[data-block]")) {
    if (Number(one.dataset.block) > number) break;
    block = one;
  }
  const first = Number(block.dataset.block);
  if (!blocks.has(first)) {
    const pairs = await unpack(block);
    blocks.set(first, { shared: pairs.flatMap(([added]) => added), scenarios: pairs.map(([, detail]) => detail) });
    if (blocks.size > MOST_BLOCKS) blocks.delete(blocks.keys().next().value);
  }
  const { shared, scenarios } = blocks.get(first);
  return { detail: scenarios[number - first], shared };
};
