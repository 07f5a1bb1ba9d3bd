// Bundles bin/thoth.ts into dist/: the start file, one bundle of our own code, a bundle for each large
// package that only some commands need, and bytecode of a lock from knowledge (docs/performance.md).
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { requireNode } from "./require-node.mjs";

requireNode();
const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = join(root, "dist");

/** Packages that a lock from knowledge does without. */
const vendored = [
  "ae-cvss-calculator",
  "@cyclonedx/cyclonedx-library",
  "@sigstore/bundle",
  "@sigstore/protobuf-specs",
  "@sigstore/verify",
  "execa",
  "lowdb",
  "ora",
  "p-limit",
  "p-retry",
  "pg",
  "prom-client",
  "semver",
  "tar-stream",
  "undici",
  "web-tree-sitter",
  "yaml",
  "yauzl",
];

const shared = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  // Within a script that V8 starts from bytecode, import() is not to be had
  supported: { "dynamic-import": false },
  minify: true,
  // The start file reads the bundle as Latin-1
  charset: "ascii",
  legalComments: "none",
  write: false,
  logLevel: "warning",
};

const besideTheBundle = {
  name: "beside-the-bundle",
  setup({ onResolve }) {
    const names = new RegExp(`^(${vendored.join("|")})$`);
    onResolve({ filter: names }, ({ path }) => ({ path: `./vendor/${path}.js`, external: true }));
  },
};

const program = await build({
  ...shared,
  entryPoints: { thoth: "bin/thoth.ts" },
  outExtension: { ".js": ".cjs" },
  plugins: [besideTheBundle],
  define: { "import.meta.url": "thothUrl" },
  banner: { js: 'const thothUrl=require("node:url").pathToFileURL(__filename).href;' },
});
// What reads foreign code has a process of its own, what waits for a database a thread
const scanner = await build({
  ...shared,
  entryPoints: { scan: "bin/scan.ts", "database-reader": "bin/database-reader.ts" },
  outExtension: { ".js": ".cjs" },
  plugins: [besideTheBundle],
  define: { "import.meta.url": "thothUrl" },
  banner: { js: 'const thothUrl=require("node:url").pathToFileURL(__filename).href;' },
});
const vendor = await build({
  ...shared,
  entryPoints: {
    ...Object.fromEntries(vendored.map((name) => [`vendor/${name}`, name])),
    // Its module asks for the address of its own file, which CommonJS has not
    "vendor/web-tree-sitter": join(root, "node_modules/web-tree-sitter/web-tree-sitter.cjs"),
  },
  // cyclonedx-library asks for these only where something is validated or written as XML, `pg` where
  // it is told to use a library of C
  external: [
    ...["ajv", "ajv-formats", "ajv-formats-draft2019", "libxmljs2", "xmlbuilder2"],
    "pg-native",
  ],
  // What a module exports as default is what import takes for it, as Node has it for CommonJS
  footer: {
    js: 'if(typeof module.exports.default==="function")module.exports=Object.assign(module.exports.default,module.exports);',
  },
});

const start = {
  path: join(outdir, "bin", "thoth.js"),
  contents: readFileSync(join(root, "scripts", "start.cjs")),
};
const commonJs = {
  path: join(outdir, "package.json"),
  contents: Buffer.from('{ "type": "commonjs" }\n'),
};
// The parser of Python and its grammar, which nothing has to compile
const grammars = [
  "web-tree-sitter/web-tree-sitter.wasm",
  "tree-sitter-python/tree-sitter-python.wasm",
].map((name) => ({
  path: join(outdir, "vendor", basename(name)),
  contents: readFileSync(join(root, "node_modules", name)),
}));
const bundles = [...vendor.outputFiles, ...program.outputFiles, ...scanner.outputFiles];
const files = [...bundles, ...grammars, commonJs, start];

/** Unchanged files are left alone and others renamed into place, for a thoth that runs meanwhile. */
function put(path, contents) {
  if (readIfThere(path)?.equals(contents)) return false;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents, { mode: path === start.path ? 0o755 : 0o644 });
  renameSync(temporary, path);
  return true;
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (cause.code !== "ENOENT") throw cause;
    return undefined;
  }
}

/** Runs a lock from the knowledge of a fixture, which leaves its bytecode beside the bundle. */
function keepBytecode(bundle) {
  const fixture = (name) => join(root, "fixtures", name);
  const home = join(tmpdir(), `thoth-build-${process.pid}`);
  const options = ["--offline", "--dry-run", "--verify", "none", "--python", "3.12"];
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      start.path,
      "advise",
      fixture("projects/warm-up"),
      ...options,
      "--store",
      fixture("stores/warm-up"),
    ],
    { env: { PATH: process.env.PATH, HOME: home, THOTH_KEEP_BYTECODE: bundle }, encoding: "utf8" },
  );
  rmSync(home, { recursive: true, force: true });
  if (status !== 0) throw new Error(`the fixture's lock failed with ${status}: ${stderr}`);
}

const [bundle] = program.outputFiles.map(({ path }) => path);
const bytecode = `${bundle}.bytecode`;
const wanted = new Set([...files.map(({ path }) => path), bytecode]);
const changed = files.map(({ path, contents }) => put(path, Buffer.from(contents)));
if (changed.includes(true) || readIfThere(bytecode) === undefined) keepBytecode(bundle);
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !wanted.has(path)) rmSync(path, { force: true });
}
const bytes = files.reduce((sum, { contents }) => sum + contents.length, 0);
process.stdout.write(
  `${relative(root, outdir)}: ${files.length + 1} files, ${Math.ceil(bytes / 1000)} kB\n`,
);
