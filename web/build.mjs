// Builds what the gateway serves. `node build.mjs [folder]` writes there instead of bot/gateway/web; `node build.mjs tests` bundles the
// unit tests; `node build.mjs watch` rebuilds on every change.
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const SERVED = resolve(HERE, "../bot/gateway/web");
/** Browsers of the last five years, and the older Chromium inside Chinese desktop browsers. */
const BROWSERS = ["es2020", "chrome87", "edge88", "firefox78", "safari15"];
const NOTICE = "/*! Contains qrcode-generator, © Kazuhiko Arase, MIT License: https://github.com/kazuhikoarase/qrcode-generator */";

function product(folder) {
  const common = { bundle: true, minify: true, target: BROWSERS, legalComments: "none", charset: "utf8", logLevel: "warning", absWorkingDir: HERE };
  return [
    { ...common, entryPoints: ["src/chat/main.ts"], outfile: join(folder, "chat.js"), format: "esm", banner: { js: NOTICE } },
    { ...common, entryPoints: ["src/preview/main.ts"], outfile: join(folder, "preview.js"), format: "esm", banner: { js: NOTICE } },
    { ...common, entryPoints: ["src/launcher/main.ts"], outfile: join(folder, "widget.js"), format: "iife" },
    { ...common, entryPoints: ["src/style/chat.css"], outfile: join(folder, "chat.css"), external: ["*.svg"] },
  ];
}

function tests() {
  const folder = join(HERE, "node_modules/.cache/tests");
  mkdirSync(folder, { recursive: true });
  const entryPoints = readdirSync(join(HERE, "tests")).filter((name) => name.endsWith(".test.ts")).map((name) => `tests/${name}`);
  return [{ entryPoints, outdir: folder, outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm", target: "node20", logLevel: "warning", absWorkingDir: HERE }];
}

const wanted = process.argv[2];
if (wanted === "watch") {
  for (const options of product(SERVED)) await (await context({ ...options, logLevel: "info" })).watch();
} else {
  await Promise.all((wanted === "tests" ? tests() : product(wanted ? resolve(wanted) : SERVED)).map((options) => build(options)));
}
