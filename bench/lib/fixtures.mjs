// The test rig's index and packages, for measurements: they are TypeScript, so they are built first.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { folder } from "./world.mjs";

/** `startIndex`, `wheel` and `sdist` of fixtures/. */
export async function fixtures() {
  const place = (name) => fileURLToPath(new URL(`../../fixtures/${name}.ts`, import.meta.url));
  const outfile = join(folder("fixtures"), "fixtures.mjs");
  buildSync({
    stdin: {
      contents: ["index-server", "packages"]
        .map((name) => `export * from ${JSON.stringify(place(name))};`)
        .join("\n"),
      resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}
