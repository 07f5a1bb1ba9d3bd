// Bundles bin/thoth.ts into dist/: one small start file and chunks that are loaded when needed.
// Chunks lie as deep below the package's root as src/<folder>/<file>.ts does, so that a path such as
// new URL("../../python/x.py", import.meta.url) means the same file before and after bundling.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { requireNode } from "./require-node.mjs";

requireNode();
const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = join(root, "dist");

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: { "bin/thoth": "bin/thoth.ts" },
  outdir,
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  legalComments: "none",
  // Packages in CommonJS call require(), which ESM lacks.
  banner: {
    js: 'import{createRequire as thothRequire}from"node:module";const require=thothRequire(import.meta.url);',
  },
  write: false,
  logLevel: "warning",
});

/** Unchanged files are left alone and others renamed into place, for a thoth that runs meanwhile. */
function put(path, contents) {
  if (readIfThere(path)?.equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents, { mode: path.endsWith("bin/thoth.js") ? 0o755 : 0o644 });
  renameSync(temporary, path);
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (cause.code !== "ENOENT") throw cause;
    return undefined;
  }
}

for (const { path, contents } of outputFiles) put(path, Buffer.from(contents));
const wanted = new Set(outputFiles.map(({ path }) => path));
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !wanted.has(path)) rmSync(path, { force: true });
}
const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
process.stdout.write(
  `${relative(root, outdir)}: ${outputFiles.length} files, ${Math.ceil(bytes / 1000)} kB\n`,
);
