import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type IndexSources, indexSources } from "../loop/index-sources.ts";
import { type Manifest, readManifest, shownPath } from "../loop/manifest.ts";
import { projectOf } from "../loop/project-of.ts";
import { chooseRuntime } from "../loop/runtime-choice.ts";
import type { Advice, Pin } from "../model/advice.ts";
import type { AdviceReport, LockResult, ReportedPin } from "../model/advice-report.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import { writeLock } from "../python/pipfile-lock.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import type { Services } from "../wiring.ts";
import type { Obtained } from "./advice-question.ts";
import { adviceReport } from "./advice-report.ts";
import { obtainAdvice } from "./advice-source.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { type AnswerQuestion, keepAnswer, lastAnswer } from "./last-answer.ts";
import { lockOf } from "./lock-of.ts";
import { withServices } from "./with-services.ts";

export interface AdviseFlags {
  readonly directory: string;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly upgrade: boolean;
  readonly upgradePackages: readonly string[];
  readonly dev: boolean;
  /** `re_run_adviser_id` of the trigger that asks for this run, if one does. */
  readonly triggeredBy?: string | undefined;
}

/** One run of `thoth advise`, for `cli.ts` and for triggers that ask for it again. */
export interface AdviceRun {
  readonly report: AdviceReport;
  readonly manifest: Manifest;
}

/** Exit code of each outcome; `--check` that would change something answers "no", too. */
const exitCodes = { locked: 0, unsatisfiable: 1, incomplete: 3 } satisfies Record<
  Advice["outcome"],
  number
>;

/** `thoth advise`: from a Pipfile to a lock, learning what is missing on the way. */
export async function runAdvise(
  flags: AdviseFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const { report, manifest } = await adviseProject(flags, context);
  const exitCode = report.lock === "would-change" ? 1 : exitCodes[report.outcome];
  if (context.json) {
    const { adviceJson } = await import("../reports/advice-json.ts");
    const { programVersion } = await import("../util/program.ts");
    return { stdout: adviceJson(report, programVersion), stderr: "", exitCode };
  }
  const { renderAdvice } = await import("../reports/advice-terminal.ts");
  const { result, notices } = renderAdvice(report, {
    columns: context.columns,
    verbosity: context.verbosity,
    color: context.color.stdout,
    sourceText: (file) => (file === report.project.manifest ? manifest.text : undefined),
  });
  return { stdout: result, stderr: notices, exitCode };
}

/** Reads the project, obtains advice and writes the lock. Throws ThothError for what stops it. */
export async function adviseProject(
  flags: AdviseFlags,
  context: CommandContext,
): Promise<AdviceRun> {
  const startedAt = Date.now();
  const directory = resolve(context.workingDirectory, flags.directory);
  const manifest = readManifest(directory, context.workingDirectory);
  return withServices(context, directory, (services) =>
    adviseWith(flags, {
      manifest,
      services,
      context,
      startedAt,
    }),
  );
}

interface Setting {
  readonly manifest: Manifest;
  readonly services: Services;
  readonly context: CommandContext;
  readonly startedAt: number;
}

async function adviseWith(flags: AdviseFlags, setting: Setting): Promise<AdviceRun> {
  const { manifest, services, context, startedAt } = setting;
  const { configuration } = services;
  const { pipfile } = manifest;
  const sources = await indexSources(pipfile.sources, services);
  const runtime = await chooseRuntime(services, pipfile.requires);
  const categories = flags.dev ? undefined : new Set(["packages"]);
  const { project, inactive } = projectOf(manifest, {
    runtime,
    ...(categories === undefined ? {} : { categories }),
    upgrade: upgraded(flags),
    indexes: sources.order,
    indexNames: sources.byName,
  });
  const everyReason = context.json || context.verbosity === "verbose";
  const upgrades = flags.upgrade ? ["everything"] : flags.upgradePackages;
  const options = [...(categories ?? ["all"]), configuration.verify, ...upgrades];
  const question = { services, manifest, project, runtime, options };
  const same = lastAnswer(question, everyReason);
  if (same !== undefined) return { report: retold(same, setting), manifest };
  const obtained = await obtainAdvice({
    services,
    runtime,
    sources,
    project,
    manifest,
    dev: flags.dev,
    runId: flags.triggeredBy ?? newRunId(flags, context),
  });
  throwFailure(obtained);
  const { advice } = obtained;
  const settled = { advice, runtime, sources, project, categories };
  const { lock, text } = lockResult(flags, setting, settled);
  await obtained.end();
  const report = adviceReport({
    ...{ manifest, advice, runtime, lock, everyReason, startedAt },
    shown: shownPaths(manifest, context.workingDirectory),
    knowledge: services.store,
    consulted: obtained.consulted,
    verify: configuration.verify,
    offline: configuration.offline,
    warnings: [...manifestWarnings(manifest, inactive), ...damageWarnings(services)],
    now: services.now(),
  });
  keepSettled(question, { report, text, consulted: obtained.consulted });
  return { report, manifest };
}

function shownPaths(manifest: Manifest, from: string): AdviceReport["project"] {
  return {
    manifest: shownPath(manifest.pipfilePath, from),
    lock: shownPath(manifest.lockPath, from),
  };
}

/** An answer of before, told as one of now. */
function retold(report: AdviceReport, setting: Setting): AdviceReport {
  const { manifest, context, startedAt, services } = setting;
  return {
    ...report,
    project: shownPaths(manifest, context.workingDirectory),
    startedAt: new Date(startedAt).toISOString(),
    durationMs: services.now() - startedAt,
  };
}

/** A lock that is right is remembered as such, with what it stands on. */
function keepSettled(
  question: AnswerQuestion,
  settled: {
    readonly report: AdviceReport;
    readonly text: string;
    readonly consulted: readonly ReleaseList[];
  },
): void {
  const { report, text, consulted } = settled;
  if (report.lock !== "unchanged" && report.lock !== "written") return;
  const times = consulted.map(({ checkedAt }) => checkedAt);
  const pins = report.pins.flatMap((pin) => (pin.change === "removed" ? [] : [keptPin(pin)]));
  keepAnswer(question, text, { ...report, lock: "unchanged", pins }, Math.min(...times));
}

/** A pin as the next run will find it. */
function keptPin(pin: ReportedPin): ReportedPin {
  const { previous: _, newest: __, whyNotNewest: ___, ...kept } = pin;
  return { ...kept, change: "kept" };
}

/** What the lock's text stands on. */
interface Settled {
  readonly advice: Advice;
  readonly runtime: Runtime;
  readonly sources: IndexSources;
  readonly project: Project;
  readonly categories: ReadonlySet<string> | undefined;
}

function lockResult(
  flags: AdviseFlags,
  setting: Setting,
  settled: Settled,
): { readonly lock: LockResult; readonly text: string } {
  const { manifest, services } = setting;
  const { advice, runtime, sources, project, categories } = settled;
  if (advice.outcome !== "locked") return { lock: "not-written", text: "" };
  const made = lockOf(manifest, advice.product, {
    runtime,
    defaultUrl: sources.defaultUrl,
    categories,
    source: (key) => services.store.source(key),
    indexName: indexNames(sources, manifest, project),
  });
  const text = writeLock(made);
  return { lock: settleLock(flags, manifest, text), text };
}

/** A trigger says nothing of other flags, and who only asked wants no lock afterwards. */
function newRunId(flags: AdviseFlags, context: CommandContext): string | undefined {
  const { python, indexUrl, verify } = context.flags;
  const asked = flags.check || flags.dryRun || flags.upgrade || flags.upgradePackages.length > 0;
  const own = python !== undefined || indexUrl !== undefined || verify !== undefined;
  return asked || own ? undefined : randomUUID();
}

function upgraded(flags: AdviseFlags): ReadonlySet<PackageName> | "all" {
  return flags.upgrade ? "all" : new Set(flags.upgradePackages.map(packageName));
}

/** An index, a disk or a sandbox that failed is the user's to mend; missing knowledge is an answer. */
function throwFailure({ advice, failure }: Obtained): void {
  if (advice.outcome === "incomplete" && failure !== undefined) throw failure;
}

function indexNames(
  sources: IndexSources,
  manifest: Manifest,
  project: Project,
): (pin: Pin) => string | undefined {
  const tied = new Map<string, string>();
  for (const { entries } of manifest.pipfile.categories) {
    for (const entry of entries) {
      if (entry.kind === "index" && entry.index !== undefined)
        tied.set(entry.canonical, entry.index);
    }
  }
  const byUrl = new Map<string, string>();
  for (const [name, url] of sources.byName) if (!byUrl.has(url)) byUrl.set(url, name);
  const direct = new Set<string>(project.requirements.map(({ name }) => name));
  return ({ release }) => {
    if (sources.byUrl.size < 2 && !direct.has(release.name)) return undefined;
    return (
      tied.get(release.name) ?? byUrl.get(release.index) ?? (byUrl.size === 0 ? "pypi" : undefined)
    );
  };
}

function settleLock(flags: AdviseFlags, manifest: Manifest, text: string): LockResult {
  if (text === manifest.lockText) return "unchanged";
  if (flags.check) return "would-change";
  if (flags.dryRun) return "dry-run";
  try {
    writeAtomic(manifest.lockPath, text, { durable: true });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw storageError(error, manifest.lockPath, "store-unwritable");
  }
  return "written";
}

function manifestWarnings(
  manifest: Manifest,
  inactive: readonly PipfileEntry[],
): AdviceReport["warnings"] {
  const told = manifest.pipfile.warnings.map(({ message, hint, place }) => ({
    message: place === undefined ? message : `${place.file}:${place.line}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  }));
  const left = inactive.map(({ name, markers = "", place }) => ({
    message: `${place.file}:${place.line}: ${name} is left out: \`${markers}\` does not hold on this runtime`,
  }));
  return [...told, ...left];
}

function damageWarnings(services: Services): AdviceReport["warnings"] {
  return services.store.damaged().map(({ file, reason }) => ({
    message: `a damaged file of the store was set aside: ${file}: ${reason}`,
    hint: "what it held is learnt again; see `thoth knowledge verify`",
  }));
}
