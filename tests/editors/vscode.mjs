// Drives the packaged extension in a real VS Code workbench (code-server) in Chromium, and prints what a person
// would see as JSON. Called by test_vscode.py: node vscode.mjs WORKBENCH PORT FILE PICTURES

import path from "node:path";
import { choose, command, hoverUntil, inWorkbench, textInAnyFrame, until } from "./workbench.mjs";

const [, , workbench, port, file, pictures] = process.argv;
const screenshot = path.join(pictures, "vscode-failure.png");

await inWorkbench({ workbench, port, file, screenshot }, async (page, seen) => {
  // A mistake is typed, key by key.
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("print(nope)", { delay: 20 });
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });

  // Hovering shows the ladder.
  const name = page.locator(".view-line span span", { hasText: /^nope$/ }).first();
  const hover = page.locator(".monaco-hover-content", { hasText: "misspelled-name" }).first();
  await hoverUntil(page, name, hover);
  seen.hover = await hover.innerText();
  await page.keyboard.press("Escape");

  // The question is behind the light bulb.
  await page.mouse.move(5, 5);
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  for (let column = 0; column < 7; column += 1) {
    await page.keyboard.press("ArrowRight");
  }
  seen.actions = await choose(page, "Ask me a question");
  // The dialogue is held in a thread at the finding.
  const turns = page.locator(".review-widget .review-comment");
  await turns.first().waitFor();
  seen.question = await turns.first().innerText();
  await page.locator(".review-widget .review-thread-reply-button").click();
  await page.keyboard.type("it is never made, I think", { delay: 10 });
  await page.locator(".review-widget .monaco-button", { hasText: /^Answer$/ }).click();
  const said = (number) =>
    until(
      () => turns.nth(number).innerText({ timeout: 1_000 }),
      (text) => !text.includes("is thinking"),
      `turn ${number}`,
    );
  await said(2);
  seen.dialogue = await turns.allInnerTexts();
  seen.buttons = await page.locator(".review-widget .form-actions .monaco-button").allInnerTexts();
  await page.screenshot({ path: path.join(pictures, "vscode-dialogue.png") });
  await page.locator(".review-widget .review-thread-reply-button").click();
  await page.locator(".review-widget .monaco-button", { hasText: /^Just Tell Me$/ }).click();
  seen.told = await said(4);
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
  await command(page, "Meno: Explain This Failure");
  await page.locator(".tab", { hasText: "Why it fails" }).first().waitFor();
  seen.explanation = await textInAnyFrame(page, /Step by step/);
  const mark = page.locator(".markers-panel-container .monaco-list-row", { hasText: "meno (run)" }).first();
  await mark.waitFor();
  seen.mark = await mark.innerText();
});
