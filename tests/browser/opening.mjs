// How long Chromium takes until the list of a page can be used: node tests/browser/opening.mjs PAGE…
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { launch, open } from "./browser.mjs";

const ROUNDS = 5;
for (const path of process.argv.slice(2)) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const browser = await launch();
    const { page } = await open(browser, resolve(path));
    const told = await page.evaluate(async () => {
      const [navigation] = performance.getEntriesByType("navigation");
      const [list] = performance.getEntriesByName("flowproof-list");
      const query = document.getElementById("query");
      const begun = performance.now();
      query.value = "applicant 17";
      query.dispatchEvent(new Event("input"));
      const searched = performance.now() - begun;
      const clicked = performance.now();
      document.querySelector(".row").click();
      while (!document.querySelector(".step")) await new Promise((done) => setTimeout(done));
      const opened = performance.now() - clicked;
      return { paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0, list: list.startTime, whole: navigation.loadEventEnd, searched, opened };
    });
    times.push(told);
    await browser.close();
  }
  const median = (name) => times.map((one) => one[name]).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)].toFixed(0);
  const size = (statSync(path).size / 1e6).toFixed(2);
  console.log(`${path} (${size} MB): first paint ${median("paint")} ms, list usable ${median("list")} ms, all read ${median("whole")} ms, a search ${median("searched")} ms, a scenario opened ${median("opened")} ms (medians of ${ROUNDS})`);
}
