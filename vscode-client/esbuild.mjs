// Bundles the extension to out/extension.js; with --tests the unit tests instead, one file each.
import { readdirSync } from "node:fs";
import { build } from "esbuild";

const shared = { bundle: true, platform: "node", format: "cjs", target: "node20", logLevel: "warning" };

if (process.argv.includes("--tests")) {
  const entryPoints = readdirSync("test").map((name) => `test/${name}`);
  await build({ ...shared, entryPoints, outdir: "out/test", sourcemap: "inline" });
} else {
  const entryPoints = ["src/extension.ts"];
  await build({ ...shared, entryPoints, outfile: "out/extension.js", external: ["vscode"], minify: true });
}
