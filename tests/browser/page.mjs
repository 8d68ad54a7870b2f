// Looks at a page as its readers do: node tests/browser/page.mjs PAGE HOSTILE SCREENS ENGINE
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, open, ready, require } from "./browser.mjs";

const [path, hostile, screens, engine] = process.argv.slice(2);
mkdirSync(screens, { recursive: true });
const axe = require("axe-core").source;
const browser = await launch();

const rows = (page) => page.locator("#list .row");
const number = (page) => page.locator("#number").textContent();
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);
const shot = (page, name, options = {}) => page.screenshot({ path: join(screens, `${name}.png`), ...options });

/** Nothing that a tool finds wrong with who can read and use it. */
const accessible = async (page, what) => {
  await page.evaluate(axe);
  // What goes over from one colour to another has none yet.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const told = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).slice(0, 3).join(" | ")}`);
  assert.deepEqual(told, [], what);
};

const cases = {
  async "the overview tells the truth"() {
    const { page, told, close } = await open(browser, path);
    assert.match(await page.locator("h1").textContent(), /^. 3 of \d+ scenarios failed/);
    assert.match(await page.locator(".causes li").first().textContent(), /2 scenarios/);
    assert.equal(await page.locator("#failures").isVisible(), false);
    await accessible(page, "overview, light");
    await shot(page, "overview-light");
    await close();
    return told;
  },
  async "searching and filtering narrow the list, and the address keeps it"() {
    const { page, told, close } = await open(browser, path);
    const all = await number(page);
    await page.fill("#query", "wrong code");
    assert.match(await number(page), /^2 of /);
    await page.reload();
    await ready(page);
    assert.match(await number(page), /^2 of /);
    assert.equal(await page.inputValue("#query"), "wrong code");
    await page.click("#clear");
    assert.equal(await number(page), all);
    await page.click('[data-kind="f"]');
    assert.match(await number(page), /^3 of /);
    assert.match(page.url(), /kind=f/);
    await page.click("#more summary");
    await page.selectOption('[data-choice="tag"]', "broken");
    assert.match(await number(page), /^2 of /);
    await page.selectOption('[data-choice="sort"]', "id");
    const ids = await page.locator("#list .row .id").allTextContents();
    assert.deepEqual(ids, [...ids].sort());
    await page.fill("#query", "nothing is like this");
    assert.match(await page.locator("#nothing").textContent(), /No scenario is like that/);
    await accessible(page, "an empty list");
    await page.click("#clear");
    await page.click(".causes .cause >> nth=0");
    assert.match(await number(page), /^2 of /);
    await close();
    return told;
  },
  async "the keyboard alone is enough"() {
    const { page, told, close } = await open(browser, path);
    await page.keyboard.press("/");
    assert.equal(await focused(page), "query");
    await page.keyboard.type("wrong code");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(page), "list");
    const first = await page.getAttribute("#list", "aria-activedescendant");
    await page.keyboard.press("j");
    const second = await page.getAttribute("#list", "aria-activedescendant");
    assert.notEqual(first, second);
    await page.keyboard.press("k");
    assert.equal(await page.getAttribute("#list", "aria-activedescendant"), first);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#scenario-title");
    assert.equal(await focused(page), "scenario");
    await page.keyboard.press("n");
    assert.match(await page.evaluate(() => document.activeElement.closest(".step").className), /k-f/);
    assert.match(page.url(), /step=7/);
    await page.keyboard.press("e");
    assert.equal(await page.locator(".step:not([open])").count(), 0);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#overview:not([hidden])");
    assert.equal(await focused(page), "list");
    await page.keyboard.press("?");
    assert.equal(await page.locator("#keys").isVisible(), true);
    await accessible(page, "keys");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#keys").isVisible(), false);
    await page.keyboard.press("Escape");
    assert.equal(await page.inputValue("#query"), "");
    // Each stop is seen, and the last control can be left.
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== "none");
      assert.equal(seen, true, await focused(page));
    }
    await close();
    return told;
  },
  async "a link leads to a step, and survives a reload"() {
    const { page, told, close } = await open(browser, path, { hash: "#scenario=scenarios%2Fbroken%2Fcode.yaml%231&step=7" });
    for (const round of [1, 2]) {
      await page.waitForSelector("#step-1-7[open]");
      assert.match(await page.evaluate(() => document.activeElement.closest(".step")?.id), /step-1-7/, `round ${round}`);
      await page.reload();
      await ready(page);
    }
    await page.goto(page.url().replace(/#.*/, "#scenario=nobody"));
    await page.waitForFunction(() => document.getElementById("scenario").textContent.includes("There is no such scenario"));
    await page.goBack();
    await page.waitForSelector("#step-1-7[open]");
    await close();
    return told;
  },
  async "a scenario shows what happened"() {
    const { page, told, close } = await open(browser, path, { hash: "#scenario=scenarios%2Fbroken%2Fcode.yaml%231", colorScheme: "dark" });
    await page.waitForSelector("#scenario .step[data-trouble][open]");
    const text = await page.locator("#scenario").textContent();
    for (const part of ["Wrong code", "expect/code", "does not hold", "748", "quality-failure", "Repeat it", "curl -X POST", "Opening of the session", "Last runs", "moves of tokens"]) {
      assert.ok(text.includes(part), `${part} is not shown: ${text}`);
    }
    assert.match(await page.locator(".excerpt mark").first().textContent(), /802/);
    const grounds = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await grounds();
    await accessible(page, "a scenario, dark");
    await shot(page, "scenario-dark");
    await page.click("#theme");
    assert.notEqual(await grounds(), dark);
    await accessible(page, "a scenario, light");
    await shot(page, "scenario-light", { fullPage: true });
    await page.reload();
    await ready(page);
    assert.notEqual(await grounds(), dark, "the choice is kept");
    await close();
    return told;
  },
  async "a process shows what was gone through, and by whom"() {
    const { page, told, close } = await open(browser, path);
    const section = page.locator("#processes .process", { hasText: "Process face-onboarding" });
    assert.match(await section.locator(".figures").textContent(), /^\d+ of \d+ ways \(\d+ %\) and \d+ of \d+ activities/);
    assert.equal(await page.locator("body > .process").count(), 0);
    const covered = section.locator('[data-element].activity[data-state="covered"]').first();
    await covered.hover();
    assert.match(await section.locator(".about").textContent(), /covered, passed [\d,]+ times by [\d,]+ scenarios.*Covered by/s);
    // Of another process not all was gone through.
    const other = page.locator("#processes .process").last();
    await other.locator('.activity[data-state="uncovered"]').first().hover();
    assert.match(await other.locator(".about").textContent(), /not covered.*Nearest came/s);
    // What is kept by a click stays.
    await covered.click();
    await page.mouse.move(5, 5);
    assert.match(await section.locator(".about").textContent(), /Covered by/);
    await accessible(page, "processes, light");
    await section.scrollIntoViewIfNeeded();
    await shot(page, "process-light");
    await page.click("#theme");
    await accessible(page, "processes, dark");
    await shot(page, "process-dark");
    await section.locator(".about a").first().click();
    await page.waitForSelector("#scenario .walking");
    assert.match(page.url(), /walk=1/);
    await close();
    return told;
  },
  async "a picture is gone nearer to and about"() {
    const { page, told, close } = await open(browser, path);
    const section = page.locator("#processes .process").first();
    const seen = async () => (await section.locator("svg.bpmn").getAttribute("viewBox")).split(" ").map(Number);
    const whole = await seen();
    await section.locator('[aria-label="Nearer"]').click();
    const near = await seen();
    assert.ok(near[2] < whole[2] && near[0] > whole[0], `${near}`);
    await section.locator(".frame").focus();
    await page.keyboard.press("ArrowRight");
    assert.ok((await seen())[0] > near[0]);
    await page.keyboard.press("+");
    assert.ok((await seen())[2] < near[2]);
    const before = await seen();
    const box = await section.locator("svg.bpmn").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 60, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    assert.ok((await seen())[0] > before[0], "it is dragged");
    await page.keyboard.press("0");
    assert.deepEqual(await seen(), whole);
    // A wheel turns the page, and with Control the picture.
    await page.mouse.wheel(0, -100);
    assert.deepEqual(await seen(), whole);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await page.waitForFunction((wide) => Number(document.querySelector("#processes svg.bpmn").getAttribute("viewBox").split(" ")[2]) < wide, whole[2]);
    // By keys alone to an element, and to who covers it.
    await section.locator(".frame").focus();
    await page.keyboard.press("0");
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement.dataset.element);
    await page.keyboard.press("ArrowRight");
    const second = await page.evaluate(() => document.activeElement.dataset.element);
    assert.ok(first && second && first !== second);
    assert.ok((await section.locator(".about").textContent()).includes(second));
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.closest(".about") !== null), true);
    await close();
    return told;
  },
  async "a walk is followed move by move"() {
    const { page, told, close } = await open(browser, path, { hash: "#scenario=scenarios%2Fbroken%2Fcode.yaml%231&walk=1" });
    await page.waitForSelector(".walking .now");
    const now = () => page.evaluate(() => document.querySelector(".walking .now").dataset.element);
    const number = async () => Number(/^(\d+) of/.exec(await page.locator(".player .took").textContent())[1]);
    const first = await now();
    assert.equal(await number(), 1);
    await page.keyboard.press("]");
    await page.keyboard.press("]");
    assert.equal(await number(), 3);
    assert.notEqual(await now(), first);
    assert.equal(await page.locator(".walking .walked").count(), 3);
    const text = await page.locator(".caused").textContent();
    assert.ok(/In step \d+/.test(text) && text.includes("Request") && text.includes("Answer: 200"), text);
    await page.keyboard.press("[");
    assert.equal(await number(), 2);
    await page.locator(".player").getByText("Play").click();
    await page.waitForFunction(() => /^[4-9] of/.test(document.querySelector(".player .took").textContent));
    await page.locator(".player").getByText("Hold").click();
    const held = await number();
    // The last move is that of the step that went wrong.
    await page.locator(".player input").focus();
    await page.keyboard.press("End");
    assert.ok((await number()) > held);
    assert.match(await page.locator(".caused").textContent(), /748/);
    await accessible(page, "a walk, light");
    await shot(page, "walk-light");
    await page.click("#theme");
    await accessible(page, "a walk, dark");
    await shot(page, "walk-dark");
    await close();
    return told;
  },
  async "who wants nothing to move sees steps"() {
    const { page, told, close } = await open(browser, path, { hash: "#scenario=scenarios%2Fbroken%2Fcode.yaml%231&walk=1", reducedMotion: "reduce" });
    await page.waitForSelector(".walking .now");
    await page.keyboard.press("w");
    await page.waitForFunction(() => /^3 of/.test(document.querySelector(".player .took").textContent));
    assert.equal(await page.locator(".token").count(), 0);
    await close();
    return told;
  },
  async "of an engine that does not tell moves, it is shown where it stood"() {
    const { page, told, close } = await open(browser, engine);
    const section = page.locator("#processes .process").first();
    assert.match(await section.locator(".figures").textContent(), /scenarios went through it. Of [\d,]+ scenarios it is not known/);
    assert.equal(await section.locator("[data-element][data-state]").count(), 0);
    await section.locator(".activity").first().hover();
    assert.doesNotMatch(await section.locator(".about").textContent(), /covered/);
    await page.goto(page.url().replace(/#.*|$/, "#scenario=scenarios%2Fbroken%2Fcode.yaml%231&walk=1"));
    await page.waitForSelector(".walking .now");
    assert.match(await page.locator(".on-stage summary").first().textContent(), /\d+ places where it was seen to stand/);
    await page.keyboard.press("]");
    assert.match(await page.locator(".said").textContent(), /is where it stands/);
    assert.match(await page.locator(".caused").textContent(), /Answer: 200/);
    await close();
    return told;
  },
  async "a process fits a narrow window"() {
    const { page, told, close } = await open(browser, path, { viewport: { width: 360, height: 780 } });
    const fits = async (what) => {
      const wide = await page.evaluate(() => document.getElementById("main").scrollWidth > document.getElementById("main").clientWidth);
      assert.equal(wide, false, what);
    };
    await page.locator("#processes .frame").first().scrollIntoViewIfNeeded();
    await fits("a process");
    await shot(page, "narrow-process");
    await page.locator('#processes [data-element].activity[data-state="covered"]').first().click();
    await page.locator("#processes .about a").first().click();
    await page.waitForSelector(".walking .now");
    await fits("a walk");
    await accessible(page, "a walk, narrow");
    await page.locator(".walking").scrollIntoViewIfNeeded();
    await shot(page, "narrow-walk");
    await close();
    return told;
  },
  async "paper has the numbers and what failed"() {
    const { page, told, close } = await open(browser, path);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("#scenarios").isVisible(), false);
    assert.equal(await page.locator("#failures").isVisible(), true);
    assert.match(await page.locator("#failures").textContent(), /expected 802/);
    await shot(page, "print", { fullPage: true });
    assert.ok((await page.pdf()).length > 10_000);
    await close();
    return told;
  },
  async "a narrow window is enough"() {
    const { page, told, close } = await open(browser, path, { viewport: { width: 360, height: 780 } });
    const fits = async (what) => {
      assert.ok((await page.evaluate(() => document.scrollingElement.scrollWidth)) <= 360, what);
      const wide = await page.evaluate(() => document.getElementById("main").scrollWidth > document.getElementById("main").clientWidth);
      assert.equal(wide, false, what);
    };
    await fits("the overview");
    await accessible(page, "the overview, narrow");
    await shot(page, "narrow-overview");
    await page.click("#to-list");
    await rows(page).first().waitFor();
    await fits("the list");
    await shot(page, "narrow-list");
    await rows(page).first().click();
    await page.waitForSelector("#scenario-title");
    await fits("a scenario");
    await accessible(page, "a scenario, narrow");
    await shot(page, "narrow-scenario");
    await close();
    return told;
  },
  async "without scripts it tells what failed"() {
    const { page, told, close } = await open(browser, path, { javaScriptEnabled: false });
    assert.equal(await page.locator("#scenarios").isVisible(), false);
    assert.match(await page.locator("#failures").textContent(), /expected 802/);
    assert.equal(await page.locator("#print").isVisible(), false);
    const pictures = page.locator("body > .process svg.bpmn");
    assert.ok((await pictures.count()) > 0 && (await pictures.first().isVisible()));
    await shot(page, "no-script", { fullPage: true });
    await close();
    return told;
  },
  async "what is hostile stays text"() {
    const { page, told, close } = await open(browser, hostile);
    const all = await rows(page).count();
    assert.ok(all > 0);
    for (let at = 0; at < all; at += 1) {
      await rows(page).nth(at).click();
      await page.waitForSelector("#scenario-title");
      await page.keyboard.press("e");
      await page.evaluate(() => document.querySelectorAll("#scenario details").forEach((one) => (one.open = true)));
    }
    await page.waitForFunction(() => [...document.querySelectorAll("#scenario .exchange")].every((one) => one.querySelector("h4")));
    assert.equal(await page.evaluate(() => window.owned), undefined);
    assert.equal(await page.locator("img, iframe, object, embed, base, form[action]").count(), 0);
    assert.ok((await page.locator("#scenario").textContent()).includes("<img src=x onerror=owned=1>"));
    const bad = await page.evaluate(() => [...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith("on")));
    assert.deepEqual(bad, []);
    // Nor could it be otherwise.
    await page.evaluate(() => {
      const script = document.createElement("script");
      try {
        script.textContent = "window.owned = 1";
        document.body.append(script);
      } catch {
        // It is not even taken.
      }
    });
    assert.equal(await page.evaluate(() => window.owned), undefined);
    await close();
    // What is refused here is told by the browser.
    return told.filter((one) => !/TrustedScript|Content Security Policy/.test(one));
  },
};

let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  try {
    assert.deepEqual(await run(), [], "nothing is told that should not be");
    console.log(`ok - ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}\n${error.stack}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
