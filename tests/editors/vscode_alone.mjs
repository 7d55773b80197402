// The packaged extension with no server installed anywhere: it brings its own. Prints what a person would see.
// Called by test_vscode_surfaces.py: node vscode_alone.mjs WORKBENCH PORT FILE PICTURES

import path from "node:path";
import { hoverUntil, inWorkbench, until } from "./workbench.mjs";

const [, , workbench, port, file, pictures] = process.argv;
const screenshot = path.join(pictures, "vscode-alone.png");

await inWorkbench({ workbench, port, file, screenshot }, async (page, seen) => {
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });
  const name = page.locator(".view-line span span", { hasText: /^nope$/ }).first();
  const hover = page.locator(".monaco-hover-content", { hasText: "misspelled-name" }).first();
  await hoverUntil(page, name, hover);
  seen.hover = await hover.innerText();
  await page.keyboard.press("Escape");
  await page
    .locator(".statusbar-item", { has: page.locator(".codicon-bracket, .codicon-bracket-dot, .codicon-bracket-error") })
    .first()
    .hover();
  const status = page.locator(".hover-language-status", { hasText: "Meno" }).first();
  seen.status = await until(
    () => status.innerText(),
    (text) => text.includes("Meno"),
    "the status",
  );
});
