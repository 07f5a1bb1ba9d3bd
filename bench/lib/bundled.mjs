// Parts of Thoth for benches that look inside, from the sources as they are now.
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What files of the sources export together; `outfile`: where their bundle goes. */
export async function bundled(files, outfile, define = {}) {
  await build({
    stdin: {
      contents: files.map((file) => `export * from "./${file}";`).join("\n"),
      resolveDir: root,
    },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    define,
    outfile,
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}
