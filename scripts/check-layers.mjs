// Checks the import rules of .dependency-cruiser.mjs, and that they were checked at all: with a
// `typescript` that has no API, dependency-cruiser reads no module and reports success; with other
// parsers it misses type-only imports. So every file and every relative import must have been seen.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import configuration from "../.dependency-cruiser.mjs";

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const folders = ["bin", "src"].filter((folder) => existsSync(join(root, folder)));

function sources() {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).map((entry) =>
        entry.isFile() ? relative(root, join(entry.parentPath, entry.name)) : "",
      ),
    )
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
}

function relativeImports(file) {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/^(?:import|export)\b[^;"]*?\bfrom "([.]{1,2}\/[^"]+)"/gm);
  return new Set([...found].map(([, specifier]) => specifier));
}

/** What the checker overlooked, one line each. */
function overlooked(modules) {
  const seen = new Map(modules.map((module) => [module.source, module.dependencies]));
  return sources().flatMap((file) => {
    const dependencies = seen.get(file);
    if (dependencies === undefined) return [`${file}: not read by the checker`];
    const known = new Set(dependencies.map((dependency) => dependency.module));
    return [...relativeImports(file)]
      .filter((specifier) => !known.has(specifier))
      .map((specifier) => `${file}: import of ${specifier} not seen by the checker`);
  });
}

process.chdir(root);
const { tsConfig, ...options } = configuration.options;
const { output } = await cruise(
  folders,
  { ...options, ruleSet: { forbidden: configuration.forbidden }, validate: true, baseDir: root },
  undefined,
  { tsConfig: existsSync(tsConfig.fileName) ? extractTSConfig(tsConfig.fileName) : undefined },
);
const violations = output.summary.violations.map(
  ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
);
const problems = [...violations, ...overlooked(output.modules)];
for (const problem of problems) process.stderr.write(`${problem}\n`);
const read = output.modules.filter(({ source }) => /^(bin|src)\//.test(source)).length;
const edges = output.summary.totalDependenciesCruised;
process.stdout.write(`${read} modules, ${edges} imports, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 || read === 0 ? 1 : 0;
