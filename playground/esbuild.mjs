// Bundles the page into the Python package that serves it; with --tests the unit tests instead, one file each.
// Everything comes from node_modules: no network is needed, and the page asks no other host for anything.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const OUT = "../server/meno_server/playground/static";
const loader = { ".py": "text", ".woff2": "file" };

if (process.argv.includes("--tests")) {
  rmSync("out/test", { recursive: true, force: true });
  const entryPoints = readdirSync("test").map((name) => `test/${name}`);
  await build({
    entryPoints,
    outdir: "out/test",
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outExtension: { ".js": ".mjs" },
    loader,
    sourcemap: "inline",
    logLevel: "warning",
  });
} else {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const { metafile } = await build({
    entryPoints: { playground: "src/main.ts" },
    outdir: OUT,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "iife",
    target: ["chrome109", "firefox115", "safari16"],
    loader,
    assetNames: "[name]",
    metafile: true,
    logLevel: "warning",
  });
  for (const name of readdirSync("static")) {
    copyFileSync(path.join("static", name), path.join(OUT, name));
  }
  writeFileSync(path.join(OUT, "licences.txt"), licences(metafile));
}

/** The licences of everything that went into the bundle, as they ask for. */
function licences(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) {
      packages.add(found[1]);
    }
  }
  const texts = [...packages].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (file === undefined) {
      throw new Error(`${name} comes without a licence text.`);
    }
    return `${name} ${version}\n\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  });
  return `The page of Meno's playground contains the following, each under its own licence.\n\n${texts.join("\n\n")}`;
}
