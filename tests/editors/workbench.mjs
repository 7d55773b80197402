// A real VS Code workbench (code-server) in Chromium, as a person would use it: what the scripts that drive it share.

import { createRequire } from "node:module";
import path from "node:path";

export const PATIENCE = 60_000;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium, lets `drive` use a page of it, and prints what was `seen` as JSON. */
export async function inBrowser({ workbench, screenshot }, drive) {
  const { chromium } = createRequire(path.join(workbench, "package.json"))("playwright-core");
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
  const seen = {};
  let page;
  try {
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(PATIENCE);
    await drive(page, seen);
  } catch (error) {
    seen.failure = String(error);
    await page?.screenshot({ path: screenshot }).catch(() => undefined);
  } finally {
    await browser.close();
  }
  console.log(JSON.stringify(seen));
}

/** Opens a folder with one file in a workbench, lets `drive` use it, and prints what was `seen` as JSON. */
export async function inWorkbench({ workbench, port, file, screenshot }, drive) {
  await inBrowser({ workbench, screenshot }, async (page, seen) => {
    const payload = JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${file}`]]);
    const query = new URLSearchParams({ folder: path.dirname(file), payload });
    await page.goto(`http://127.0.0.1:${port}/?${query}`);
    await drive(page, seen);
  });
}

/** Runs a command from the palette by its title. */
export async function command(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().waitFor();
  await page.keyboard.type(title, { delay: 5 });
  // The first row need not be the one: what was chosen last stands above what is spelt alike.
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
}

/** Opens a file of the workspace by its name. */
export async function open(page, name) {
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first().dblclick();
  await page.locator(".tab.active", { hasText: name }).first().waitFor();
}

/** Chooses an entry of the light bulb's menu at the cursor. */
export async function choose(page, title) {
  await page.keyboard.press("Control+.");
  const entries = page.locator(".action-widget .monaco-list-row.action");
  await entries.filter({ hasText: title }).first().waitFor();
  const titles = await entries.allInnerTexts();
  // The first entry has the focus.
  for (let row = titles.findIndex((one) => one.includes(title)); row > 0; row -= 1) {
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  return titles;
}

/** Points at something until the hover is there: a redraw may swallow the first time, and a person would move again. */
export async function hoverUntil(page, target, shown) {
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

/** The text of the first frame within the page that holds what is wanted. */
export async function textInAnyFrame(page, wanted) {
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
  throw new Error(`no frame holds ${wanted}`);
}

/** Waits until a text of the page is as wanted, and returns it. */
export async function until(read, wanted, what) {
  const end = Date.now() + PATIENCE;
  let last;
  while (Date.now() < end) {
    last = await read().catch(() => undefined);
    if (last !== undefined && wanted(last)) {
      return last;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing came of ${what}; last: ${String(last)}`);
}
