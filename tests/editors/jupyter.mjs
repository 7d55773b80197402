// Drives a real JupyterLab with jupyterlab-lsp in Chromium, and prints what a person would see as JSON.
// Called by test_jupyter.py: node jupyter.mjs WORKBENCH ADDRESS PICTURES

import path from "node:path";
import { hoverUntil, inBrowser, until } from "./workbench.mjs";

const [, , workbench, address, pictures] = process.argv;
const screenshot = path.join(pictures, "jupyter.png");

await inBrowser({ workbench, screenshot }, async (page, seen) => {
  await page.goto(address);
  const cells = page.locator(".jp-Notebook .jp-CodeCell");
  await cells.nth(2).waitFor();

  // A mistake in one cell, about a name that another cell gives a value.
  const mark = page.locator(".cm-lintRange-error, .cm-lsp-diagnostic, .cm-lintRange").first();
  await mark.waitFor();
  const marks = () =>
    cells.evaluateAll((all) => all.map((cell) => cell.querySelectorAll(".cm-lintRange").length));
  seen.marks = await until(marks, (found) => found.some((count) => count > 0), "the marks");
  const hover = page.locator(".cm-tooltip", { hasText: "totl" }).first();
  await hoverUntil(page, mark, hover);
  seen.hover = await hover.innerText();
  await page.screenshot({ path: screenshot });

  // The mistake is mended where it stands, and the mark goes.
  await cells.nth(1).locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("print(total)");
  seen.after = await until(marks, (found) => found.every((count) => count === 0), "the marks to go");
});
