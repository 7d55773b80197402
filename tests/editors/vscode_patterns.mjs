// Makes a slip in a real VS Code workbench, mends it, and looks at the panel that tells of it, in three themes.
// Called by test_vscode_patterns.py: node vscode_patterns.mjs WORKBENCH PORT FILE PICTURES AXE

import { readFileSync } from "node:fs";
import path from "node:path";
import { command, inWorkbench, PATIENCE } from "./workbench.mjs";

const [, , workbench, port, file, pictures, axe] = process.argv;
const screenshot = path.join(pictures, "vscode-patterns-failure.png");
const THEMES = { light: "Light Modern", dark: "Dark Modern", contrast: "Dark High Contrast" };

await inWorkbench({ workbench, port, file, screenshot }, async (page, seen) => {
  const mark = page.locator(".squiggly-error").first();

  // A slip, long enough to be seen, and mended without a hint.
  await mark.waitFor({ state: "attached" });
  await page.locator(".view-line", { hasText: "totl" }).first().click();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("al", { delay: 20 });
  await mark.waitFor({ state: "detached" });
  await page.keyboard.press("Control+S");

  // It is told of, in words that a screen reader can read, in every theme.
  const source = readFileSync(axe, "utf-8");
  seen.violations = {};
  for (const [look, theme] of Object.entries(THEMES)) {
    await until(() => choose(page, look, theme));
    await command(page, "Meno: My Patterns");
    const frame = await panel(page);
    seen.text = await frame.locator("main").innerText();
    seen.violations[look] = await violations(frame, source);
    await page.screenshot({ path: path.join(pictures, `vscode-patterns-${look}.png`) });
  }

  // What is stored can be read, and deleted after a question.
  await command(page, "Meno: Delete What Is Stored");
  await page.locator(".monaco-dialog-box .monaco-button", { hasText: "Delete" }).first().click();
  await until(async () => (await (await panel(page)).locator("main").innerText()).includes("Nothing is noted yet"));
  seen.deleted = true;
});

/** Chooses a theme, and says whether the workbench has it: a slow one may lose what is typed into its list. */
async function choose(page, look, theme) {
  const worn = page.locator(`.monaco-workbench.${{ light: "vs", dark: "vs-dark", contrast: "hc-black" }[look]}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+K");
  await page.keyboard.press("Control+T");
  const rows = page.locator(".quick-input-list .monaco-list-row");
  await rows.filter({ hasText: "Modern" }).first().waitFor({ timeout: PATIENCE / 4 });
  await page.keyboard.type(theme, { delay: 10 });
  await rows.filter({ hasText: theme }).first().waitFor({ timeout: PATIENCE / 4 });
  await page.keyboard.press("Enter");
  await worn.waitFor({ timeout: PATIENCE / 4 });
  return true;
}

/** The frame that holds the panel, once it does. */
async function panel(page) {
  let found;
  await until(async () => {
    for (const frame of page.frames()) {
      if ((await frame.title()) === "My patterns") {
        found = frame;
      }
    }
    return found !== undefined;
  });
  return found;
}

/** The serious and critical violations that axe-core reports, and how many checks passed. */
async function violations(frame, source) {
  await frame.evaluate(source);
  return frame.evaluate(async () => {
    const { violations: found, passes } = await globalThis.axe.run();
    const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
    return { serious: serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), passes: passes.length };
  });
}

async function until(condition) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    if (await condition().catch(() => false)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the panel did not become what it should");
}
