// The browser in which pages are looked at, and what of it is told. Modules stand where BROWSER_MODULES says, see .ci/run.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = process.env.BROWSER_MODULES;
if (!modules) throw new Error("BROWSER_MODULES names the node_modules with playwright-core and axe-core, as in .ci/run");
export const require = createRequire(join(modules, "any.js"));
const { chromium } = require("playwright-core");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });

/** Opens a page; `told` gathers what no page should give cause for. */
export const open = async (browser, path, { hash = "", ...options } = {}) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const told = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && told.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => told.push(`error: ${error.stack}`));
  page.on("dialog", (dialog) => {
    told.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) told.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href + hash);
  if (options.javaScriptEnabled !== false) await ready(page);
  return { page, told, close: () => context.close() };
};

/** Waits until the list is there, and what the address names. */
export const ready = (page) => page.waitForFunction(() => performance.getEntriesByName("flowproof-ready").length > 0);
