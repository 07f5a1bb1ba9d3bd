import type { ImportFinding, ImportUse, LibraryUsage, Provider } from "../model/library-usage.ts";
import type { LockedPin } from "../model/stack-graph.ts";
import { isNormalizedName, type PackageName, packageName } from "../python/name.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { type Means, meansOf, withTop } from "./import-means.ts";
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
  const known = { direct, modules, project, seen };
  const used = new Map<PackageName, ImportUse[]>();
  const findings: ImportFinding[] = [];
  for (const [module, uses] of usage.uses) {
    for (const [found, own] of byProvider(uses, known)) {
      used.set(found.name, [...(used.get(found.name) ?? []), ...own]);
      const finding = direct.has(found.name) ? undefined : absent(module, own, found, usage.asked);
      if (finding !== undefined) findings.push(finding);
    }
  }
  const means = meansOf(usage.mentions, project.pins, store);
  for (const entry of project.entries) {
    const name = entry.canonical;
    const finding = ofEntry(entry, used.get(name), modules.get(name), means);
    if (finding !== undefined) findings.push(finding);
  }
  const order = [
    "missing",
    "transitive",
    "misplaced",
    "unused",
    "perhaps-missing",
    "perhaps-unused",
  ];
  return findings.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Parts of a namespace come from several packages. */
function byProvider(uses: readonly ImportUse[], known: Known): ReadonlyMap<Found, ImportUse[]> {
  const found = new Map<string, Found>();
  const grouped = new Map<Found, ImportUse[]>();
  for (const use of uses) {
    const provider = providerIn(use.module, known);
    const first = found.get(provider.name) ?? provider;
    found.set(first.name, first);
    grouped.set(first, [...(grouped.get(first) ?? []), use]);
  }
  return grouped;
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
  const owners = ownersOf(module, modules);
  const owner = owners.find((name) => direct.has(name)) ?? owners[0];
  if (owner !== undefined) return { name: owner, evidence: "locked" };
  const locked = new Set(project.pins.map(({ name }) => name));
  const [top = module] = module.split(".");
  const guesses: readonly Provider[] = [...dashed(module), ...supposed(top)];
  const here = guesses.find(({ name }) => direct.has(name) || locked.has(name));
  if (here !== undefined) return here;
  const like = [...direct.keys()].find((name) => !modules.has(name) && isLike(name, top));
  if (like !== undefined) return { name: like, evidence: "name" };
  const [elsewhere] = seen().get(top) ?? supposed(top);
  return elsewhere ?? { name: packageName(top), evidence: "name" };
}

/**
 * Whether a package that nobody saw installed may well have a module: `acoustid` of pyacoustid,
 * `opentelemetry` of opentelemetry-sdk.
 */
function isLike(name: PackageName, module: string): boolean {
  const plain = module.toLowerCase().replaceAll("_", "");
  return plain.length > 2 && name.replaceAll("-", "").includes(plain);
}

/** Locked packages that have a module; of a namespace those that have the most of its name. */
function ownersOf(
  module: string,
  modules: ReadonlyMap<PackageName, ReadonlySet<string>>,
): readonly PackageName[] {
  const parts = module.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const wanted = parts.slice(0, length).join(".");
    const owners = [...modules].filter(([, has]) => has.has(wanted)).map(([name]) => name);
    if (owners.length > 0) return owners;
  }
  return [];
}

/** `google.cloud.storage`: google-cloud-storage, google-cloud. */
function dashed(module: string): readonly Provider[] {
  const parts = module.split(".");
  const names: Provider[] = [];
  for (let length = Math.min(parts.length, 4); length > 1; length -= 1) {
    const name = packageName(parts.slice(0, length).join("-"));
    if (isNormalizedName(name)) names.push({ name, evidence: "name" });
  }
  return names;
}

/** Modules of the locked releases that were installed on some runtime. */
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
        modules.set(name, new Set(fact.modules.flatMap(withTop)));
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
  asked: LibraryUsage["asked"],
): ImportFinding | undefined {
  const needed = uses.filter(({ optional, typing, doubtful }) => !optional && !typing && !doubtful);
  const isAsked = asked.has(name) || asked.has(packageName(module));
  const sure = isAsked ? undefined : needed.find(({ late, aside }) => !late && !aside);
  const use = sure ?? needed[0];
  if (use === undefined) return undefined;
  const shared = { module, package: name, evidence, use };
  if (evidence === "locked") {
    const reason = `is imported, but only what the project asks for brings ${name}`;
    return { ...shared, kind: "transitive", reason };
  }
  if (sure !== undefined) {
    const reason = "is imported, and nothing that the project asks for provides it";
    return { ...shared, kind: "missing", reason };
  }
  const where = use.late ? "within functions" : "beside the project's own code";
  const reason = isAsked
    ? "is imported, and asked for in another file alone"
    : `is imported ${where} alone, and nothing that the project asks for provides it`;
  return { ...shared, kind: "perhaps-missing", reason };
}

/** A line of the project of which no import, or none but those of tests, makes use. */
function ofEntry(
  entry: PipfileEntry,
  uses: readonly ImportUse[] | undefined,
  modules: ReadonlySet<string> | undefined,
  means: Means,
): ImportFinding | undefined {
  const { canonical, category, place } = entry;
  const shared = {
    package: canonical,
    evidence: modules === undefined ? ("name" as const) : ("locked" as const),
    where: `${place.file}:${place.line}`,
  };
  const bounds = entry.kind !== "index" || entry.version !== "*";
  if (uses === undefined) {
    const certain = modules !== undefined && category === "packages" && !isTool(canonical);
    const { doubt, broughtBy } = certain
      ? means(canonical, modules, bounds)
      : { doubt: "which tools, plugins and stubs need not be" };
    const reason = "is imported nowhere";
    if (doubt !== undefined)
      return { ...shared, kind: "perhaps-unused", reason: `${reason}, ${doubt}` };
    const why = broughtBy === undefined ? reason : `${reason}, and ${broughtBy} brings it anyway`;
    return { ...shared, kind: "unused", reason: why };
  }
  const [use] = uses;
  if (category !== "packages" || use === undefined || !uses.every(({ test }) => test))
    return undefined;
  const { doubt, broughtBy } = means(canonical, modules ?? new Set(), bounds);
  return doubt === undefined && broughtBy === undefined
    ? { ...shared, kind: "misplaced", use, reason: "is imported by tests alone" }
    : undefined;
}

/** Packages that work without being imported. */
function isTool(name: PackageName): boolean {
  return /^(types-|pytest|flake8|gunicorn$|uvicorn$|uwsgi$|waitress$|black$|mypy$|ruff$|pip$|setuptools$|wheel$|tox$|nox$|coverage$|isort$|pylint$|twine$|pre-commit$|tzdata$|certifi$)|(-stubs|-plugin)$|psycopg|^mysqlclient$|backend/.test(
    name,
  );
}
