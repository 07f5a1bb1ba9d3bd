// From top to bottom: a folder imports the ones below it, never above, never beside.
export const layers = [
  ["bin"],
  ["src/cli.ts"],
  ["src/commands"],
  ["src/loop"],
  ["src/wiring.ts"],
  ["src/config.ts"],
  ["src/settings"],
  ["src/adviser", "src/solver", "src/investigator", "src/security"],
  ["src/store", "src/messaging", "src/workflow", "src/sandbox", "src/package-index", "src/reports"],
  ["src/advisory", "src/prescription", "src/library-usage", "src/kubernetes", "src/postgres"],
  ["src/model"],
  ["src/python", "src/python-syntax"],
  ["src/util"],
];

// Each third-party package has its place; one without a line here may not be used in src at all.
const owners = {
  "@sigstore/bundle": ["security"],
  "@sigstore/protobuf-specs": ["security"],
  "@sigstore/verify": ["security"],
  "@cyclonedx/cyclonedx-library": ["reports"],
  "ae-cvss-calculator": ["advisory"],
  commander: ["cli.ts", "commands"],
  execa: ["sandbox"],
  kafkajs: ["messaging"],
  lowdb: ["store"],
  ora: ["reports"],
  "p-limit": ["loop", "package-index"],
  "p-retry": ["package-index"],
  pg: ["postgres"],
  "prom-client": ["reports"],
  semver: ["store"],
  "smol-toml": ["python", "config.ts"],
  "tar-stream": ["package-index", "solver", "security"],
  undici: ["package-index"],
  "web-tree-sitter": ["python-syntax"],
  yaml: ["util"],
  yauzl: ["package-index", "solver", "security", "investigator"],
};

const escaped = (path) => path.replaceAll(".", "[.]");
const inside = (paths) => `^(${paths.map(escaped).join("|")})(/|$)`;
const error = (name, from, to) => ({ name, severity: "error", from, to });
// A suite that every back end runs is a test, too.
const tests = "([.]test|-suite|-suite-facts)[.]ts$";

const importsOnlyBelow = layers.flatMap((layer, depth) =>
  layer.map((folder) =>
    error(
      `${folder.split("/").at(-1)}-imports-only-below`,
      { path: inside([folder]), pathNot: tests },
      {
        path: inside([
          ...layers.slice(0, depth).flat(),
          ...layer.filter((other) => other !== folder),
        ]),
      },
    ),
  ),
);

const packagesHaveOwners = Object.entries(owners).map(([name, places]) =>
  error(
    `${name}-has-an-owner`,
    { path: "^(bin|src)/", pathNot: inside(places.map((place) => `src/${place}`)) },
    { path: `node_modules/(@types/)?${escaped(name)}/` },
  ),
);

export default {
  forbidden: [
    error("no-cycles", {}, { circular: true }),
    error("no-orphans", { orphan: true, path: "^src/", pathNot: tests }, {}),
    // sarif has types alone, which nothing runs
    error("imports-resolve", {}, { couldNotResolve: true, pathNot: "^sarif$" }),
    error(
      "src-uses-no-fixtures",
      { path: "^(bin|src)/", pathNot: tests },
      { path: "^(fixtures|scripts|bench)/" },
    ),
    error(
      "advice-is-offline",
      { path: "^src/adviser/", pathNot: tests },
      {
        path: [
          "^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|net|os|process|timers|tls|worker_threads)(/|$)",
          "node_modules/",
        ],
      },
    ),
    error(
      "back-ends-only-from-wiring",
      { path: "^(bin|src)/", pathNot: `^src/(wiring[.]ts|store|messaging|workflow)|${tests}` },
      { path: "^src/(store|messaging|workflow)/(json|memory|postgres|local|kafka|argo)-" },
    ),
    ...importsOnlyBelow,
    ...packagesHaveOwners,
    error(
      "packages-are-listed",
      { path: "^(bin|src)/", pathNot: tests },
      {
        path: "node_modules/",
        pathNot: `node_modules/(@types/)?(${Object.keys(owners).map(escaped).join("|")}|node)/`,
      },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".json"],
    },
  },
};
