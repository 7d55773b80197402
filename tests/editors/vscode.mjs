// Drives the packaged extension in a real VS Code workbench (code-server) in Chromium, and prints what a person
// would see as JSON. Called by test_vscode.py: node vscode.mjs WORKBENCH PORT FILE SCREENSHOT

import { createRequire } from "node:module";
import path from "node:path";

const [, , workbench, port, file, screenshot] = process.argv;
const { chromium } = createRequire(path.join(workbench, "package.json"))("playwright-core");
const PATIENCE = 60_000;

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
const seen = {};
let page;
try {
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(PATIENCE);
  const folder = path.dirname(file);
  const payload = JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${file}`]]);
  const query = new URLSearchParams({ folder, payload });
  await page.goto(`http://127.0.0.1:${port}/?${query}`);

  // A mistake is typed, key by key.
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("print(nope)", { delay: 20 });
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });

  // Hovering shows the ladder.
  const name = page.locator(".view-line span span", { hasText: /^nope$/ }).first();
  const hover = page.locator(".monaco-hover-content", { hasText: "misspelled-name" }).first();
  await hoverUntil(name, hover);
  seen.hover = await hover.innerText();
  await page.keyboard.press("Escape");

  // The question is behind the light bulb.
  await page.mouse.move(5, 5);
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  for (let column = 0; column < 7; column += 1) {
    await page.keyboard.press("ArrowRight");
  }
  await page.keyboard.press("Control+.");
  const action = page.locator(".action-widget .monaco-list-row", { hasText: "Ask me a question" }).first();
  await action.waitFor();
  seen.actions = await page.locator(".action-widget .monaco-list-row").allInnerTexts();
  // The first entry has the focus, the question is the second.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  // The dialogue is held in a thread at the finding.
  const turns = page.locator(".review-widget .review-comment");
  await turns.first().waitFor();
  seen.question = await turns.first().innerText();
  await page.locator(".review-widget .review-thread-reply-button").click();
  await page.keyboard.type("it is never made, I think", { delay: 10 });
  await page.locator(".review-widget .monaco-button", { hasText: /^Answer$/ }).click();
  await turns.nth(2).waitFor();
  seen.dialogue = await turns.allInnerTexts();
  seen.buttons = await page.locator(".review-widget .form-actions .monaco-button").allInnerTexts();
  await page.screenshot({ path: path.join(path.dirname(screenshot), "dialogue.png") });
  await page.locator(".review-widget .review-thread-reply-button").click();
  await page.locator(".review-widget .monaco-button", { hasText: /^Just Tell Me$/ }).click();
  await turns.nth(4).waitFor();
  seen.told = await turns.nth(4).innerText();
  // The thread's head is scrolled out of sight by now.
  await page.locator(".review-widget .codicon-close").dispatchEvent("click");
  await turns.first().waitFor({ state: "detached" });

  // What the status item and the Problems panel say.
  await page.keyboard.press("Control+Shift+M");
  const problem = page.locator(".markers-panel-container .monaco-list-row", { hasText: "nope" }).first();
  await problem.waitFor();
  seen.problem = await problem.innerText();

  // The program is run on command: the error is marked, and the explanation opens beside it.
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("F1");
  await page.keyboard.type("Meno: Explain This Failure", { delay: 10 });
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "Explain This Failure" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tab", { hasText: "Why it fails" }).first().waitFor();
  seen.explanation = await textInAnyFrame(/Step by step/);
  const mark = page.locator(".markers-panel-container .monaco-list-row", { hasText: "meno (run)" }).first();
  await mark.waitFor();
  seen.mark = await mark.innerText();
} catch (error) {
  seen.failure = String(error);
} finally {
  await page?.screenshot({ path: screenshot }).catch(() => undefined);
  await browser.close();
}
console.log(JSON.stringify(seen));

// The editor may still be redrawing when the mouse arrives; a person would move it once more.
async function hoverUntil(target, shown) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    await page.mouse.move(5, 5);
    await target.hover();
    const arrived = await shown.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
    if (arrived) {
      return;
    }
  }
  throw new Error("the hover did not appear");
}

async function textInAnyFrame(wanted) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    for (const frame of page.frames()) {
      const text = await frame
        .locator("body")
        .innerText({ timeout: 500 })
        .catch(() => "");
      if (frame !== page.mainFrame() && wanted.test(text)) {
        return text;
      }
    }
    await page.waitForEvent("frameattached", { timeout: 250 }).catch(() => undefined);
  }
  throw new Error("the hint did not appear");
}
