import { basename } from "node:path";
import { AcceptingKnowledge } from "../adviser/accepting-knowledge.ts";
import type { Audit, AuditPin } from "../model/audit.ts";
import type { AcceptedAdvisory } from "../model/policy.ts";
import type { Runtime } from "../model/runtime.ts";
import type { LockTable } from "../python/pipfile-lock.ts";
import type { PipfileRequires } from "../python/pipfile-sections.ts";
import { auditPins } from "../security/audit.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { auditLines, lockPins, namedIndexes, pipfilePins } from "./audit-pins.ts";
import type { AuditedProject } from "./audit-project.ts";
import { indexSources } from "./index-sources.ts";
import { lockHash } from "./lock-hash.ts";
import { byExpiry } from "./project-policy.ts";
import { chooseRuntime } from "./runtime-choice.ts";

/** What an audit does beside looking at pins. */
export interface AuditOptions {
  /** Say what needs what, too. */
  readonly dependencies: boolean;
  /** Advisories that somebody accepted; expired ones do not count. */
  readonly ignores: readonly AcceptedAdvisory[];
}

/** Audits what a project pins, from the store alone. */
export async function auditProject(
  project: AuditedProject,
  services: Services,
  { dependencies, ignores }: AuditOptions,
): Promise<Audit> {
  const { store } = services;
  const lines = auditLines(project);
  const { live, expired } = byExpiry(ignores, services.now());
  const met = new Map<string, AcceptedAdvisory>();
  const pins = await pinsOf(project, services);
  const isPinned = (name: string, version: string) =>
    pins.some((pin) => pin.name === name && pin.version === version);
  const knowledge = new AcceptingKnowledge(store, live, (by, name, version) => {
    if (isPinned(name, version)) met.set(`${by.id} of ${name} ${version}`, by);
  });
  const answer = await auditPins({
    pins,
    lines,
    knowledge,
    runtime: () => runtimeOf(project, services),
    dependencies,
  });
  return {
    project: basename(project.directory),
    file: project.file,
    kind: project.kind,
    ...(project.pipfileName === undefined ? {} : { pipfile: project.pipfileName }),
    database: store.advisoryDatabase(),
    ...answer,
    direct: [...new Set(lines.map(({ name }) => name))],
    notes: [
      ...notesOf(project),
      ...ignoreNotes(met, { live, expired, known: store.advisoryDatabase() !== undefined }),
      ...damageNotes(store),
    ],
  };
}

/** What was left out for an ignore, and which ignores are good for nothing. */
function ignoreNotes(
  met: ReadonlyMap<string, AcceptedAdvisory>,
  ignores: ReturnType<typeof byExpiry> & { readonly known: boolean },
): readonly string[] {
  const used = new Set([...met.values()].map(({ where }) => where));
  const stale = ignores.known ? ignores.live.filter(({ where }) => !used.has(where)) : [];
  return [
    ...[...met].map(([what, { reason, until, where }]) => {
      const end = until === undefined ? where : `until ${until}, ${where}`;
      return `ignored: ${what}: ${reason} (${end})`;
    }),
    ...ignores.expired.map(
      ({ id, until, where }) =>
        `${where}: the ignore of ${id} expired on ${until} and no longer counts`,
    ),
    ...stale.map(({ id, where }) => `${where}: the ignore of ${id} matches no release of the lock`),
  ];
}

async function pinsOf(project: AuditedProject, services: Services): Promise<readonly AuditPin[]> {
  const { lock, lockText, pinned = project.pipfile } = project;
  const ofLock = lock?.meta.sources.map(({ name, url }) => ({
    ...{ name: String(name), url: String(url) },
  }));
  // Only pipenv writes its indexes into the lock
  const named = ofLock === undefined || ofLock.length === 0 ? sourcesOf(project) : ofLock;
  const { indexUrl } = services.configuration;
  const only = indexUrl ?? (named.length === 0 ? await usualIndex(services) : undefined);
  const indexes = { variables: services.environment, only };
  const places = namedIndexes(named, indexes);
  return lock === undefined || lockText === undefined
    ? pipfilePins(pinned, places)
    : lockPins({ lock, lockText }, places);
}

function sourcesOf({ pinned, pipfile }: AuditedProject) {
  const own = pinned?.sources ?? [];
  return own.length > 0 ? own : (pipfile?.sources ?? []);
}

/** The index that counts where none is named; undefined: nobody says. */
async function usualIndex(services: Services): Promise<string | undefined> {
  try {
    return (await indexSources([], services)).order[0];
  } catch (error) {
    if (error instanceof ThothError) return undefined;
    throw error;
  }
}

/** The runtime that the lock names, else the one that advice would take; undefined: there is none. */
async function runtimeOf(
  { lock, pipfile }: AuditedProject,
  services: Services,
): Promise<Runtime | undefined> {
  try {
    const told = lock === undefined ? {} : lock.meta.requires;
    const isTold = Object.keys(told).length > 0;
    const requires = isTold ? requiresOf(told) : pipfile?.requires;
    return await chooseRuntime(services, requires ?? { written: {} });
  } catch (error) {
    const told = services.configuration.runtime ?? services.configuration.python;
    if (error instanceof ThothError && told === undefined) return undefined;
    throw error;
  }
}

function requiresOf(table: LockTable): PipfileRequires {
  const { python_version: version, python_full_version: full } = table;
  return {
    ...(typeof version === "string" && { pythonVersion: version }),
    ...(typeof full === "string" && { pythonFullVersion: full }),
    written: {},
  };
}

/** Whoever has damaged advisories must not be told only that there are none. */
function damageNotes(store: Services["store"]): readonly string[] {
  if (store.advisoryDatabase() !== undefined) return [];
  return store
    .damaged()
    .map(({ file, reason }) => `a file of the store is damaged: ${file}: ${reason}`);
}

function notesOf(project: AuditedProject): readonly string[] {
  const { lock, kind, pipfileText, pipfile, pipfileName = "the Pipfile" } = project;
  if (kind === "pipfile")
    return [`there is no lock: what ${pipfileName} does not pin by \`==\` is unknown`];
  if (pipfileText === undefined)
    return ["there is no Pipfile beside the lock: how a release came into it is unknown"];
  // Only pipenv's lock says what it was made of
  if (lock?.meta.sha256 === undefined) return [];
  const [source] = lock.meta.sources;
  const defaultUrl = pipfile?.sources.length === 0 ? String(source?.["url"]) : undefined;
  return lock.meta.sha256 === lockHash(pipfileText, defaultUrl)
    ? []
    : [`the lock was made of another ${pipfileName} than this one`];
}
