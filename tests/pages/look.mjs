// Looks at a page in Chromium in three looks, as a person and as axe-core do, and prints what was seen as JSON.
// Called by conftest.py: node look.mjs WORKBENCH AXE ADDRESS PICTURES NAME [HEADERS AS JSON]

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [, , workbench, axe, address, pictures, name, headers] = process.argv;
const { chromium } = createRequire(path.join(workbench, "package.json"))("playwright-core");
const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  contrast: { colorScheme: "dark", forcedColors: "active" },
};
const flags = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync";
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: flags.split(" ").map((flag) => `--${flag}`),
});
const seen = { text: "", broken: [], requests: [], looks: {} };
try {
  for (const [look, chosen] of Object.entries(LOOKS)) {
    // The page's policy forbids scripts, and axe-core is one: the check alone may pass it.
    const context = await browser.newContext({ ...chosen, bypassCSP: true, viewport: { width: 960, height: 900 } });
    await context.setExtraHTTPHeaders(JSON.parse(headers ?? "{}"));
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && seen.broken.push(message.text()));
    page.on("pageerror", (error) => seen.broken.push(String(error)));
    page.on("request", (request) => seen.requests.push(request.url()));
    await page.goto(address);
    seen.text = await page.locator("body").innerText();
    await page.screenshot({ path: path.join(pictures, `${name}-${look}.png`), fullPage: true });
    await page.evaluate(readFileSync(axe, "utf-8"));
    const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
    seen.looks[look] = {
      passes: passes.length,
      violations: violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`),
    };
    // Everything that can be reached with the keyboard is seen to have the focus.
    seen.looks[look].unseen = await page.evaluate(() =>
      [...document.querySelectorAll("a, summary, button, input, select")]
        .filter((one) => {
          one.focus({ focusVisible: true });
          return getComputedStyle(one).outlineStyle === "none";
        })
        .map(({ outerHTML }) => outerHTML),
    );
    await context.close();
  }
} catch (error) {
  seen.failure = String(error);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
