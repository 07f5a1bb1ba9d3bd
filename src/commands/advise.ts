import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type AdviceQuestion, adviceQuestion, type Obtained } from "../loop/advice-question.ts";
import { type Manifest, shownPath } from "../loop/manifest.ts";
import { projectManifest } from "../loop/project-manifest.ts";
import type { Advice } from "../model/advice.ts";
import type { AdviceReport, ReportedPin, ReportedRun } from "../model/advice-report.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { FailOn } from "../model/policy.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { staleFrom } from "../reports/advisories-age.ts";
import { Interrupted } from "../util/interrupted.ts";
import type { Services } from "../wiring.ts";
import { adviceReport } from "./advice-report.ts";
import { obtainAdvice } from "./advice-source.ts";
import { adviceWarnings, shortcomings } from "./advice-warnings.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { type AnswerQuestion, keepAnswer, lastAnswer } from "./last-answer.ts";
import { learnUnknownLicences, obtainEnded } from "./learn-unknown-licences.ts";
import { policyOutcome } from "./policy-report.ts";
import { type LockMode, settleLock } from "./settle-lock.ts";
import { type AdviceWatch, stoppedAdvice, watchAdvice } from "./stopped-advice.ts";
import { withServices } from "./with-services.ts";

export interface AdviseFlags {
  readonly directory: string;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly upgrade: boolean;
  readonly upgradePackages: readonly string[];
  /** How many different stacks to tell, the best first. */
  readonly count: number;
  readonly dev: boolean;
  /** False: leave what is missing to the investigator, and say so. */
  readonly wait: boolean;
  /** From which severity on an advisory that stays makes it fail; undefined: the policy decides. */
  readonly failOn: FailOn | undefined;
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
  const { report, manifest } = await reportedAdvice(flags, context);
  return told(report, manifest, context);
}

/** The advice with its report; the lock is settled. */
export async function reportedAdvice(
  flags: AdviseFlags,
  context: CommandContext,
): Promise<{ readonly report: AdviceReport; readonly manifest: Manifest }> {
  const startedAt = Date.now();
  const directory = resolve(context.workingDirectory, flags.directory);
  return withServices(context, directory, async (services) => {
    const manifest = projectManifest(directory, context.workingDirectory, services.configuration);
    const watch = watchAdvice(services.emit);
    const watched = { ...services, emit: watch.emit };
    const setting = { manifest, services: watched, context, startedAt, watch };
    try {
      return { report: await adviseWith(flags, setting), manifest };
    } catch (error) {
      const { signal } = services;
      throw signal.aborted ? stoppedAdvice(watch, signal, context.workingDirectory) : error;
    }
  });
}

/** A report as the command prints it, with its exit code. */
export async function told(
  report: AdviceReport,
  manifest: Manifest,
  context: CommandContext,
): Promise<CommandResult> {
  const exitCode = exitCodeOf(report);
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

/** What fails counts before what is unknown. */
function exitCodeOf({ lock, outcome, policy }: AdviceReport): number {
  const failOn = policy?.failOn;
  if (lock === "would-change" || (failOn?.advisories.length ?? 0) > 0) return 1;
  const code = exitCodes[outcome];
  return code === 0 && failOn?.known === false && failOn.severity !== "none" ? 3 : code;
}

interface Setting {
  readonly manifest: Manifest;
  readonly services: Services;
  readonly context: CommandContext;
  readonly startedAt: number;
  readonly watch: AdviceWatch;
}

async function adviseWith(flags: AdviseFlags, setting: Setting): Promise<AdviceReport> {
  const { manifest, services, context, startedAt } = setting;
  const { configuration } = services;
  const question = await adviceQuestion(manifest, services, {
    dev: flags.dev,
    upgrade: upgraded(flags),
    count: flags.count,
  });
  setting.watch.question = question;
  const { runtime } = question;
  const everyReason = context.json || context.verbosity === "verbose";
  const upgrades = flags.upgrade ? ["everything"] : flags.upgradePackages;
  const { verify, recommendationType } = configuration;
  const options = [
    ...(question.categories ?? ["all"]),
    verify,
    recommendationType,
    flags.failOn ?? "",
    String(flags.count),
    JSON.stringify([...(question.project.settings?.libraryUsage ?? [])]),
    ...upgrades,
  ];
  const answered = { ...question, options };
  await services.store.expect([]);
  const same = lastAnswer(answered, everyReason);
  if (same !== undefined) return retold(same, setting);
  const { run, ...obtained } = await obtain(flags, question, setting);
  throwFailure(obtained);
  const { advice, consulted } = obtained;
  const { lock, text } = settleLock(question, advice, lockMode(flags, services.signal));
  await obtained.end();
  const policy = policyOutcome(question, advice, { consulted, failOn: flags.failOn });
  const report = adviceReport({
    ...{ manifest, advice, runtime, lock, everyReason, startedAt, consulted, run },
    shown: shownPaths(manifest, context.workingDirectory),
    knowledge: services.store,
    verify,
    recommendationType,
    offline: configuration.offline,
    warnings: [...adviceWarnings(question), ...policy.warnings, ...shortcomings(question, advice)],
    policy: policy.report,
    notes: obtained.notes,
    pipeline: obtained.pipeline,
    lockScore: obtained.lockScore,
    asOf: configuration.asOf,
    now: services.now(),
  });
  keepSettled(answered, {
    report,
    text,
    consulted,
    validUntil: earliest(policy.validUntil, staleAt(services)),
  });
  return report;
}

/** Advice, and the run that goes on with it where nobody waits. */
async function obtain(
  flags: AdviseFlags,
  question: AdviceQuestion,
  { context }: Setting,
): Promise<Obtained & { readonly run?: ReportedRun }> {
  if (flags.wait) {
    await learnUnknownLicences(question, obtainEnded);
    return obtainAdvice(question, resumable(flags, context));
  }
  const { adviseLater } = await import("./advise-later.ts");
  const { dev, upgrade, upgradePackages } = flags;
  return adviseLater(question, { dev, upgrade: upgrade ? "all" : upgradePackages });
}

/** Who stops the program sees the best so far, but wants nothing written. */
function lockMode({ check, dryRun }: AdviseFlags, { aborted, reason }: AbortSignal): LockMode {
  if (check) return "check";
  return dryRun || (aborted && reason instanceof Interrupted) ? "dry-run" : "write";
}

function shownPaths(manifest: Manifest, from: string): AdviceReport["project"] {
  return {
    manifest: shownPath(manifest.pipfilePath, from),
    lock: shownPath(manifest.lockPath, from),
  };
}

/** When the advisories will be so old that advice has to warn, ms; undefined: it does already, or never. */
function staleAt({ store, now }: Services): number | undefined {
  const database = store.advisoryDatabase();
  return database === undefined ? undefined : staleFrom(database, now());
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
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
    readonly validUntil: number | undefined;
  },
): void {
  const { report, text, consulted, validUntil } = settled;
  if (report.lock !== "unchanged" && report.lock !== "written") return;
  // The next run may know more
  if (report.score?.complete === false || report.others !== undefined) return;
  const times = consulted.map(({ checkedAt }) => checkedAt);
  const pins = report.pins.flatMap((pin) => (pin.change === "removed" ? [] : [keptPin(pin)]));
  // What moved has moved; what is known against the stack stays to be told
  const justifications = report.justifications.filter(({ type }) => type !== "INFO");
  const kept = { ...report, lock: "unchanged" as const, pins, justifications };
  keepAnswer(question, text, kept, { confirmedAt: Math.min(...times), validUntil });
}

/** A pin as the next run will find it. */
function keptPin(pin: ReportedPin): ReportedPin {
  const { previous: _, newest: __, whyNotNewest: ___, ...kept } = pin;
  return { ...kept, change: "kept" };
}

/** A trigger says nothing of other flags, and who only asked wants no lock afterwards. */
function resumable(
  flags: AdviseFlags,
  context: CommandContext,
): { readonly id: string; readonly dev: boolean } | undefined {
  const { python, indexUrl, verify, recommendationType, asOf, cooldown, blockUnit, update } =
    context.flags;
  const asked = flags.check || flags.dryRun || flags.upgrade || flags.upgradePackages.length > 0;
  const own = [
    python,
    indexUrl,
    verify,
    recommendationType,
    asOf,
    cooldown,
    blockUnit,
    update,
  ].some((flag) => flag !== undefined);
  return asked || own ? undefined : { id: randomUUID(), dev: flags.dev };
}

function upgraded(flags: AdviseFlags): ReadonlySet<PackageName> | "all" {
  return flags.upgrade ? "all" : new Set(flags.upgradePackages.map(packageName));
}

/** An index, a disk or a sandbox that failed is the user's to mend; missing knowledge is an answer. */
function throwFailure({ advice, failure }: Obtained): void {
  if (advice.outcome === "incomplete" && failure !== undefined) throw failure;
}
