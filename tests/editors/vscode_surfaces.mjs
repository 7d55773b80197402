// Drives Meno's own places in a real VS Code workbench: climbing in the hover, lenses, painted words, the preview of
// the last rung, a notebook, the status, a run that is cancelled, the whole folder and the first steps. Prints what a
// person would see as JSON.
// Called by test_vscode_surfaces.py: node vscode_surfaces.mjs WORKBENCH PORT FILE PICTURES

import path from "node:path";
import { choose, command, hoverUntil, inWorkbench, open, textInAnyFrame, until } from "./workbench.mjs";

const [, , workbench, port, file, pictures] = process.argv;
const picture = (name) => path.join(pictures, `vscode-${name}.png`);

await inWorkbench({ workbench, port, file, screenshot: picture("last") }, async (page, seen) => {
  const shot = (name) => page.screenshot({ path: picture(name) });
  const lines = () => page.locator(".monaco-editor .view-lines").first().innerText();

  // Saving brings the model: its mark, its lenses, and the status.
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+S");
  // A gateway stands in the settings, so the server asks whether the file may be sent there.
  const question = page.locator(".notifications-toasts .notification-list-item", { hasText: "127.0.0.1" }).first();
  await question.waitFor();
  seen.question = await question.innerText();
  await question.locator(".monaco-button", { hasText: "Not now" }).click();
  const lens = page.locator(".codelens-decoration a");
  await lens.filter({ hasText: "Likely" }).first().waitFor();
  seen.lenses = await lens.allInnerTexts();

  // The hover's own link climbs, and the hover grows.
  const name = page.locator(".view-line span span", { hasText: /^totl$/ }).first();
  const hover = page.locator(".monaco-hover-content", { hasText: "misspelled-name" }).first();
  await hoverUntil(page, name, hover);
  seen.hover = await hover.innerText();
  await hover.locator("a", { hasText: "Next hint" }).click();
  seen.climbed = await until(
    () => hover.innerText(),
    (text) => text.length > seen.hover.length + 40,
    "climbing",
  );
  await shot("ladder");
  await page.keyboard.press("Escape");

  // Words are painted by what the model looks at, until the text changes.
  await page.locator(".view-line", { hasText: "word.length" }).first().click();
  await command(page, "Meno: Paint What the Model Looks At");
  const paint = page.locator('.view-overlays [class*="ced-"]');
  await paint.first().waitFor({ state: "attached" });
  seen.painted = await paint.count();
  await shot("attribution");
  await page.keyboard.press("End");
  await page.keyboard.type(" ");
  await paint.first().waitFor({ state: "detached" });
  await page.keyboard.press("Control+Z");

  // The last rung is seen beside the text before it is made; and it can be taken back.
  await open(page, "colon.py");
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await page.locator(".view-line", { hasText: "def double" }).first().click();
  seen.actions = await choose(page, "Change it");
  await page.locator(".monaco-diff-editor").first().waitFor();
  await page.locator(".monaco-diff-editor .line-insert, .monaco-diff-editor .char-insert").first().waitFor();
  await shot("change");
  await page.locator('.editor-actions a[aria-label^="Make This Change"]').first().click();
  await page.locator(".monaco-diff-editor").first().waitFor({ state: "detached" });
  seen.changed = await until(lines, (text) => text.includes("double(n):"), "the change");
  await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+Z");
  seen.undone = await until(lines, (text) => !text.includes("double(n):"), "undoing it");
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });

  // The question is worked out when it is chosen, and asked in a thread.
  await page.locator(".view-line", { hasText: "def double" }).first().click();
  await choose(page, "Ask me a question");
  await page.locator(".review-widget .review-comment").first().waitFor();
  await page.locator(".review-widget .codicon-close").dispatchEvent("click");
  await page.locator(".review-widget .review-comment").first().waitFor({ state: "detached" });

  // The status says how Meno is.
  await page.locator(".statusbar-item", { has: page.locator(".codicon-bracket, .codicon-bracket-dot, .codicon-bracket-error") })
    .first()
    .hover();
  const status = page.locator(".hover-language-status", { hasText: "Meno" }).first();
  seen.status = await until(
    () => status.innerText(),
    (text) => text.includes("ready"),
    "the status",
  );
  await page.mouse.move(700, 300);

  // A run without end is seen in the status bar, and cancelled there.
  await open(page, "endless.py");
  await command(page, "Meno: Run My Tests and Hint");
  await page.locator(".statusbar-item", { hasText: "Meno runs endless.py" }).first().click();
  const running = page.locator(".notification-list-item", { hasText: "Meno runs endless.py" }).first();
  await running.locator(".monaco-button", { hasText: "Cancel" }).click();
  const stopped = page.locator(".notification-list-item", { hasText: "Stopped." }).first();
  seen.stopped = await stopped.innerText();
  await command(page, "Notifications: Clear All Notifications");

  // The whole folder, as a page.
  await command(page, "Meno: Check the Whole Folder");
  seen.folder = await textInAnyFrame(page, /Look here first/);

  // Cells of a notebook are one program.
  await command(page, "View: Close All Editors");
  await open(page, "cells.ipynb");
  const cells = page.locator(".notebookOverlay .cell .monaco-editor");
  await cells.nth(1).waitFor();
  await page.locator(".notebookOverlay .squiggly-error").first().waitFor({ state: "attached" });
  seen.marks = await cells.evaluateAll((editors) =>
    editors.map((editor) => editor.querySelectorAll(".squiggly-error, .squiggly-warning").length),
  );
  const wrong = page.locator(".notebookOverlay .view-line span span", { hasText: /^totl$/ }).first();
  const inCell = page.locator(".monaco-hover-content", { hasText: "misspelled-name" }).first();
  await hoverUntil(page, wrong, inCell);
  seen.cell = await inCell.innerText();
  await shot("notebook");

  // A setting that changes is taken up at once.
  await open(page, "suspect.py");
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await page.keyboard.press("Control+,");
  await page.locator(".settings-editor .search-container .monaco-editor").first().waitFor();
  await page.keyboard.type("meno.enable", { delay: 20 });
  const setting = page.locator(".settings-editor .setting-item-contents", { hasText: "Analyse Python files" });
  await setting.locator(".setting-value-checkbox").first().click();
  await open(page, "suspect.py");
  await page.locator(".squiggly-error").first().waitFor({ state: "detached" });

  // The first steps.
  await command(page, "Meno: First Steps");
  const steps = page.locator(".gettingStartedContainer .step-title");
  await steps.first().waitFor();
  seen.steps = await steps.allInnerTexts();
  await shot("first-steps");
});
