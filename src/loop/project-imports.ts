import type { ImportFinding, ImportUse, LibraryUsage, Provider } from "../model/library-usage.ts";
import type { LockedPin } from "../model/stack-graph.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { seenProviders, supposed } from "./providers.ts";

/** What the project asks for and what came of it. */
export interface ImportedProject {
  readonly entries: readonly PipfileEntry[];
  readonly pins: readonly LockedPin[];
}

/** Requirements that a project's sources never import, and imports that no requirement provides. */
export function importFindings(
  usage: LibraryUsage,
  project: ImportedProject,
  store: KnowledgeStore,
): readonly ImportFinding[] {
  const direct = new Map(project.entries.map((entry) => [entry.canonical, entry]));
  const modules = lockedModules(project.pins, store);
  let walked: ReturnType<Known["seen"]> | undefined;
  const seen = () => {
    walked ??= seenProviders(store);
    return walked;
  };
  const used = new Map<PackageName, ImportUse[]>();
  const findings: ImportFinding[] = [];
  for (const [module, uses] of usage.uses) {
    const found = providerIn(module, { direct, modules, project, seen });
    used.set(found.name, [...(used.get(found.name) ?? []), ...uses]);
    const finding = direct.has(found.name) ? undefined : absent(module, uses, found);
    if (finding !== undefined) findings.push(finding);
  }
  for (const entry of project.entries) {
    const finding = ofEntry(entry, used.get(entry.canonical), modules.get(entry.canonical));
    if (finding !== undefined) findings.push(finding);
  }
  const order = ["missing", "transitive", "misplaced", "unused", "perhaps-unused"];
  return findings.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

interface Found {
  readonly name: PackageName;
  readonly evidence: ImportFinding["evidence"];
}

interface Known {
  readonly direct: ReadonlyMap<PackageName, PipfileEntry>;
  readonly modules: ReadonlyMap<PackageName, ReadonlySet<string>>;
  readonly project: ImportedProject;
  /** The walk through the store is long, and mostly the lock knows. */
  readonly seen: () => ReadonlyMap<string, readonly Provider[]>;
}

/** The package that a module is of: in the lock by what was seen, else by habit or name, else in the store. */
function providerIn(module: string, { direct, modules, project, seen }: Known): Found {
  const owners = [...modules].filter(([, has]) => has.has(module)).map(([name]) => name);
  const owner = owners.find((name) => direct.has(name)) ?? owners[0];
  if (owner !== undefined) return { name: owner, evidence: "locked" };
  const locked = new Set(project.pins.map(({ name }) => name));
  const guesses: readonly Provider[] = supposed(module);
  const here = guesses.find(({ name }) => direct.has(name) || locked.has(name));
  if (here !== undefined) return here;
  const [elsewhere] = seen().get(module) ?? guesses;
  return elsewhere ?? { name: packageName(module), evidence: "name" };
}

/** Top-level modules of the locked releases that were installed on some runtime. */
function lockedModules(
  pins: readonly LockedPin[],
  store: KnowledgeStore,
): ReadonlyMap<PackageName, ReadonlySet<string>> {
  const modules = new Map<PackageName, ReadonlySet<string>>();
  for (const { name, version } of pins) {
    if (version === undefined) continue;
    for (const index of store.indexes(name)) {
      for (const runtime of store.runtimes(name, index)) {
        const fact = store.installed({ name, version, index }, runtime);
        if (fact === undefined || fact.modules.length === 0) continue;
        modules.set(name, new Set(fact.modules.map((one) => one.split(".")[0] ?? one)));
      }
    }
  }
  return modules;
}

/** An import that the project does not ask for by itself. */
function absent(
  module: string,
  uses: readonly ImportUse[],
  { name, evidence }: Found,
): ImportFinding | undefined {
  const use = uses.find(({ optional, typing }) => !optional && !typing);
  if (use === undefined) return undefined;
  const transitive = evidence === "locked";
  return {
    kind: transitive ? "transitive" : "missing",
    module,
    package: name,
    evidence,
    use,
    reason: transitive
      ? `is imported, but only what the project asks for brings ${name}`
      : "is imported, and nothing that the project asks for provides it",
  };
}

/** A line of the project of which no import, or none but those of tests, makes use. */
function ofEntry(
  { canonical, category, place }: PipfileEntry,
  uses: readonly ImportUse[] | undefined,
  modules: ReadonlySet<string> | undefined,
): ImportFinding | undefined {
  const shared = {
    package: canonical,
    evidence: modules === undefined ? ("name" as const) : ("locked" as const),
    where: `${place.file}:${place.line}`,
  };
  if (uses === undefined) {
    const sure = modules !== undefined && category === "packages" && !isTool(canonical);
    return {
      ...shared,
      kind: sure ? "unused" : "perhaps-unused",
      reason: sure
        ? "is imported nowhere"
        : "is imported nowhere, which tools, plugins and stubs need not be",
    };
  }
  const [use] = uses;
  if (category !== "packages" || use === undefined || !uses.every(({ test }) => test))
    return undefined;
  return { ...shared, kind: "misplaced", use, reason: "is imported by tests alone" };
}

/** Packages that work without being imported. */
function isTool(name: PackageName): boolean {
  return /^(types-|pytest|flake8|gunicorn$|uvicorn$|uwsgi$|waitress$|black$|mypy$|ruff$)|(-stubs|-plugin)$|psycopg|^mysqlclient$|backend/.test(
    name,
  );
}
