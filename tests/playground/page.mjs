// Drives the playground's page in Chromium as a person does, and prints what a person would see as JSON.
// Called by test_page.py: node page.mjs WORKBENCH SCENARIO ADDRESS PICTURES [ARGUMENTS AS JSON]

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [, , workbench, scenario, address, pictures, more] = process.argv;
const { chromium } = createRequire(path.join(workbench, "package.json"))("playwright-core");
const PATIENCE = 40_000;
const options = JSON.parse(more ?? "{}");
const seen = { violations: [], requests: [] };

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

const scenarios = { job, keyboard, loss, waiting, accessibility, picture, phone };
let page;
try {
  page = await open();
  await scenarios[scenario]();
} catch (error) {
  seen.failure = String(error);
  await page?.screenshot({ path: path.join(pictures, `failed-${scenario}.png`) }).catch(() => undefined);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));

async function open(context = {}) {
  const made = await (
    await browser.newContext({ viewport: { width: 1200, height: 750 }, ...context })
  ).newPage();
  made.setDefaultTimeout(PATIENCE);
  // Whatever the policy stops is told on the console, and so is every error.
  made.on("console", (message) => {
    if (message.type() === "error" && !/WebSocket|ERR_CONNECTION/.test(message.text())) {
      seen.violations.push(message.text());
    }
  });
  made.on("pageerror", (error) => seen.violations.push(String(error)));
  made.on("request", (request) => {
    const { host } = new URL(request.url());
    if (host !== new URL(address).host) {
      seen.requests.push(request.url());
    }
  });
  await made.goto(address);
  await ready(made);
  return made;
}

function ready(where = page) {
  return where.locator('#status[data-state="ready"]').waitFor();
}

function squiggle() {
  return page.locator(".squiggle").first();
}

function next() {
  return page.locator(".finding .next button");
}

function turns() {
  return page.locator(".turn.meno:not(.thinking)");
}

function action(words) {
  return page.locator(".finding .actions button", { hasText: words }).first();
}

async function text() {
  // Lines that are far away are not in the page, but no program here is that long.
  return (await page.locator(".cm-line").allInnerTexts()).join("\n").replaceAll("\u200b", "");
}

async function lesson(name) {
  await page.locator('select[name="lesson"]').selectOption(name);
}

async function setting(name, value) {
  await page.locator(`select[name="${name}"]`).selectOption(value);
}

async function choose(title) {
  const dialog = page.locator("dialog[open]");
  await dialog.waitFor();
  const words = await dialog.innerText();
  await dialog.locator("button", { hasText: title }).click();
  await dialog.waitFor({ state: "detached" });
  return words;
}

/** The main job: a mistake is typed, seen, hovered, climbed, asked about; a failing run; the change. */
async function job() {
  seen.address = page.url();
  await page.reload();
  await ready();
  await lesson("own");
  await page.locator(".cm-content").click();
  await page.keyboard.type("print(nope)", { delay: 20 });
  await squiggle().waitFor();
  seen.squiggle = await squiggle().innerText();

  await squiggle().hover();
  const card = page.locator(".card");
  await card.locator(".next button").click();
  await card.locator(".rung.reached").nth(1).waitFor();
  seen.card = await card.innerText();
  await page.mouse.move(5, 5);
  await card.waitFor({ state: "detached" });
  seen.rungs = await page.locator(".finding .rung.reached .name").allInnerTexts();

  await action("Ask me a question").click();
  await turns().first().waitFor();
  await page.locator("textarea").fill("it is never made, I think");
  await page.locator(".reply button", { hasText: /^Answer$/ }).click();
  await turns().nth(1).waitFor();
  seen.dialogue = await page.locator(".turn").allInnerTexts();
  await page.locator(".dialogue .end").click();
  await page.locator(".dialogue").waitFor({ state: "detached" });

  await setting("language", "de");
  await page
    .locator(".finding .notice", { hasText: "nope" })
    .filter({ hasNotText: "is used here" })
    .waitFor();
  seen.german = await page.locator(".finding .notice").innerText();
  seen.lang = await page.locator(".finding .notice").getAttribute("lang");
  await setting("language", "en");

  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("print(1)");
  await squiggle().waitFor({ state: "detached" });
  seen.status = await page.locator("#status-text").innerText();

  await run();
  await modelLooks();
}

async function run() {
  await lesson("search");
  await page.locator("button", { hasText: "Run my tests" }).click();
  seen.consent = await choose("Run it");
  const said = page.locator(".said", { hasText: "small change" });
  await said.waitFor();
  seen.run = await said.innerText();
  await page.locator("button", { hasText: "Why does it fail?" }).click();
  await page.locator(".panel .note h2", { hasText: "Why it fails" }).waitFor();
  seen.explanation = await page.locator(".panel .note").first().innerText();
  seen.focus = await page.evaluate(() => document.activeElement?.textContent);
  await page.locator(".note .close").first().click();

  seen.without = await page.locator(".finding .actions button", { hasText: "Change it" }).count();
  await setting("maxHintLevel", "5");
  // The run before was for hints: one that may change something is made anew.
  await page.locator("button", { hasText: "Run my tests" }).click();
  await page.locator(".finding .head", { hasText: "It is decided here" }).click();
  await action("Change it").click();
  const before = await text();
  seen.preview = await choose("Make this change");
  seen.changed = await text();
  await page.keyboard.press("Control+z");
  seen.undone = (await text()) === before;
  await page.keyboard.press("Control+Shift+z");
  await page.locator("button", { hasText: "Run my tests" }).click();
  await page.locator(".said", { hasText: "passed" }).waitFor();
  seen.passed = await page.locator(".said").first().innerText();
  seen.left = await page.locator(".finding").count();
}

async function modelLooks() {
  await lesson("words");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+s");
  await page.locator("#status-text", { hasText: "the model is ready" }).waitFor();
  await squiggle().waitFor();
  await action("Why does the model think so").click();
  await page.locator(".panel .note", { hasText: "These words move that most" }).waitFor();
  seen.because = await page.locator(".panel .note").first().innerText();
}

/** All of it without a pointer. */
async function keyboard() {
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.keyboard.press("Tab");
  seen.first = await focused();
  seen.order = [];
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press("Tab");
    seen.order.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent,
      ),
    );
    if (seen.order.at(-1)?.startsWith("Python program")) {
      break;
    }
  }
  await squiggle().waitFor();
  await page.keyboard.press("F8");
  await page.keyboard.press("F1");
  const climb = page.locator(".card .next button");
  await climb.waitFor();
  await page.waitForFunction(() => document.activeElement?.closest(".card .next") !== null);
  await page.keyboard.press("Enter");
  await page.locator(".card .rung.reached").nth(1).waitFor();
  await page.waitForFunction(() => document.activeElement?.closest(".card .next") !== null);
  seen.climbed = await focused();
  seen.announced = await page.locator("#announcer").innerText();
  await page.keyboard.press("Tab");
  seen.then = await focused();
  await page.keyboard.press("Enter");
  await turns().first().waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.keyboard.type("it stops at once");
  await page.keyboard.press("Enter");
  await turns().nth(1).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  seen.said = await page.locator(".turn.learner").innerText();

  // Out of the dialogue, back to the editor, and out of it again.
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Shift+h");
  await page.locator(".card").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".card").waitFor({ state: "detached" });
  seen.back = await page.evaluate(() => document.activeElement?.className.includes("cm-content"));
  await page.keyboard.press("Control+Enter");
  await page.locator("dialog[open]").waitFor();
  seen.careful = await focused();
  await page.keyboard.press("Escape");
  await page.locator(".said", { hasText: "Nothing was run" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  seen.left = await page.evaluate(() => !document.activeElement?.className.includes("cm-content"));
}

/** The server of the tab dies, then the whole playground does, and another one is started in its place. */
async function loss() {
  await squiggle().waitFor();
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("# mine");
  const children = readFileSync(`/proc/${options.process}/task/${options.process}/children`, "utf8").trim();
  for (const child of children.split(" ")) {
    process.kill(Number(child), "SIGKILL");
  }
  await page.locator(".lost").waitFor();
  seen.died = await page.locator(".lost").innerText();
  await ready();
  await squiggle().waitFor();
  seen.recovered = await page.locator(".lost").count();

  process.kill(options.process, "SIGINT");
  await page.locator(".lost", { hasText: "does not run any more" }).waitFor();
  seen.stopped = await page.locator(".lost").innerText();
  seen.disabled = await page.locator("button", { hasText: "Run my tests" }).isDisabled();
  const port = new URL(address).port;
  const [program, ...rest] = options.command;
  const again = spawn(program, [...rest, "--port", port, "--no-open"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const line = await new Promise((resolve) => again.stdout.once("data", (data) => resolve(String(data))));
    await page.locator(".lost", { hasText: "another start" }).waitFor();
    seen.refused = await page.locator(".lost").innerText();
    await page.goto("about:blank");
    await page.goto(/http\S+/.exec(line)[0]);
    await ready();
    seen.kept = (await text()).endsWith("# mine");
  } finally {
    const ended = new Promise((resolve) => again.once("exit", resolve));
    again.kill("SIGINT");
    await ended;
  }
}

/** A program that never ends is stopped, and nothing is sent to a tutor before its preview was answered. */
async function waiting() {
  await lesson("own");
  await page.locator(".cm-content").click();
  await page.keyboard.type("while True:\nprint(nope)");
  await squiggle().waitFor();
  await action("Ask me a question").click();
  seen.preview = await choose("Not now");
  await turns().first().waitFor();
  await page.locator("button", { hasText: "Run my tests" }).click();
  await choose("Run it");
  const doing = page.locator("#progress");
  await doing.waitFor();
  seen.doing = await doing.innerText();
  await doing.locator("button").click();
  await page.locator(".said", { hasText: "Stopped" }).waitFor();
  await doing.waitFor({ state: "hidden" });
}

/** axe-core in every look, with the dialogue, a card and a question open. */
async function accessibility() {
  const source = readFileSync(options.axe, "utf8");
  await squiggle().waitFor();
  await action("Ask me a question").click();
  await turns().first().waitFor();
  await page.evaluate(source);
  seen.axe = {};
  for (const look of ["light", "dark", "contrast"]) {
    for (const scheme of look === "contrast" ? ["light", "dark"] : ["light"]) {
      await page.emulateMedia({ colorScheme: scheme });
      await setting("theme", look);
      seen.axe[`${look} ${scheme}`] = await violations();
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await setting("theme", "light");
  await page.locator(".cm-content").focus();
  await page.keyboard.press("F8");
  await page.keyboard.press("F1");
  await page.locator(".card .next button").waitFor();
  seen.axe.card = await violations();
  await page.keyboard.press("Escape");
  await page.locator("button", { hasText: "Run my tests" }).click();
  await page.locator("dialog[open]").waitFor();
  seen.axe.question = await violations();
  await choose("Run it");
  await page.locator(".said").waitFor();
  await page.locator("button", { hasText: "Why does it fail?" }).click();
  await page.locator(".panel .note h2").waitFor();
  seen.axe.explanation = await violations();
}

function violations() {
  return page.evaluate(async () => {
    const { violations: found, passes } = await window.axe.run();
    return {
      passes: passes.length,
      found: found.map(({ id, impact, nodes }) => ({
        id,
        impact,
        at: nodes.map((node) => node.html.slice(0, 150)),
      })),
    };
  });
}

/** What the README shows. */
async function picture() {
  for (const [scheme, name] of [
    ["light", "playground.png"],
    ["dark", "playground-dark.png"],
  ]) {
    page = await open({ viewport: { width: 1280, height: 850 }, colorScheme: scheme });
    await next().waitFor();
    await action("Ask me a question").click();
    await turns().first().waitFor();
    await page.locator("textarea").fill("True, as soon as it finds the last one.");
    await page.keyboard.press("Enter");
    await turns().nth(1).waitFor();
    await page.locator(".cm-line", { hasText: "return False" }).click();
    await page.mouse.move(640, 5);
    await page.locator(".panel").evaluate((panel) => panel.scrollTo(0, 0));
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    await page.screenshot({ path: path.join(pictures, name) });
  }
  seen.turns = await page.locator(".turn").allInnerTexts();
}

/** At the width of a phone nothing is cut off. */
async function phone() {
  page = await open({ viewport: { width: 375, height: 740 }, hasTouch: true });
  await next().waitFor();
  await page.screenshot({ path: path.join(pictures, "playground-phone.png"), fullPage: true });
  await next().tap();
  await page.locator(".finding .rung.reached").nth(1).waitFor();
  seen.wide = await page.evaluate(() => document.documentElement.scrollWidth);
  await squiggle().tap();
  seen.small = await page.evaluate(() =>
    [...document.querySelectorAll("button, select")]
      .filter((one) => one.offsetParent !== null && one.getBoundingClientRect().height < 24)
      .map((one) => one.outerHTML.slice(0, 120)),
  );
}
