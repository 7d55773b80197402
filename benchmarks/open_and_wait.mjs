// Opens a folder in the workbench, waits for the first mark, says so, and keeps it open until its input ends.
// Called by idle_cost.py: node open_and_wait.mjs WORKBENCH PORT FILE

import { inWorkbench } from "../tests/editors/workbench.mjs";

const [, , workbench, port, file] = process.argv;

await inWorkbench({ workbench, port, file, screenshot: "/dev/null" }, async (page) => {
  await page.locator(".squiggly-error").first().waitFor({ state: "attached" });
  console.log("open");
  await new Promise((resolve) => {
    process.stdin.on("end", resolve).resume();
  });
});
