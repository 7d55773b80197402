// Runs a learner's tests in a real VS Code workbench, and looks at the hint that was checked by running them; then
// asks where the code is from. Prints what a person would see as JSON.
// Called by test_vscode_surfaces.py: node vscode_verified.mjs WORKBENCH PORT FILE PICTURES

import path from "node:path";
import { command, hoverUntil, inWorkbench, textInAnyFrame, until } from "./workbench.mjs";

const [, , workbench, port, file, pictures] = process.argv;
const screenshot = path.join(pictures, "vscode-verified-failure.png");

await inWorkbench({ workbench, port, file, screenshot }, async (page, seen) => {
  const lenses = page.locator(".codelens-decoration a");
  await lenses.filter({ hasText: "Run my tests and hint" }).first().click();
  await lenses.filter({ hasText: "small change is enough" }).first().waitFor();
  seen.lenses = await lenses.allInnerTexts();
  const mark = page.locator(".squiggly-error, .squiggly-warning, .squiggly-info").first();
  await mark.waitFor({ state: "attached" });
  const words = page.locator(".view-line", { hasText: "while low < high" }).locator("span span").nth(1);
  const hover = page.locator(".monaco-hover-content", { hasText: "seen in a run" }).first();
  await hoverUntil(page, words, hover);
  seen.hover = await hover.innerText();
  await page.screenshot({ path: path.join(pictures, "vscode-verified.png") });
  await page.keyboard.press("Escape");

  await page.locator(".view-line", { hasText: "while low < high" }).first().click();
  await command(page, "Meno: Where Is This Code From?");
  seen.origin = await textInAnyFrame(page, /Where is this code from/);
  const paint = page.locator('.view-overlays [class*="ced-"]');
  seen.painted = await until(
    () => paint.count(),
    (count) => count >= 3,
    "the paint",
  );
  await page.screenshot({ path: path.join(pictures, "vscode-origin.png") });
  await command(page, "Meno: Hide the Paint");
  await paint.first().waitFor({ state: "detached" });
});
