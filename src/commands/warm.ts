import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { adviceQuestion } from "../loop/advice-question.ts";
import { shownPath } from "../loop/manifest.ts";
import { projectManifest } from "../loop/project-manifest.ts";
import { ByteBudget } from "../loop/warm-budget.ts";
import {
  type WarmedProject,
  type WarmSettings,
  type WarmTarget,
  warmProject,
} from "../loop/warm-project.ts";
import { type WheelhouseFile, writeWheelhouse } from "../loop/wheelhouse.ts";
import type { WarmMode, WarmReport } from "../model/warm-report.ts";
import { renderWarm, warmJson } from "../reports/warm.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export interface WarmFlags {
  /** Directories or Pipfiles. */
  readonly projects: readonly string[];
  readonly mode: WarmMode;
  readonly depth: "ranges" | "lock";
  /** Infinity: all. Undefined: what is usual. */
  readonly latest: number | undefined;
  readonly artifacts: boolean;
  readonly limitBytes: number | undefined;
  readonly wheelhouse: string | undefined;
}

/** Of what releases need; what conflicts lead to beyond, trying shows (bench/warm.mjs). */
const usualLatest = 10;

/** `thoth warm`: what advice and installation will need without network. Exit 3 if some is missing. */
export async function runWarm(flags: WarmFlags, context: CommandContext): Promise<CommandResult> {
  const startedAt = Date.now();
  const done: Warmings[] = [];
  for (const project of flags.projects) {
    const directory = projectDirectory(resolve(context.workingDirectory, project));
    const before = done.reduce((sum, { traffic }) => sum + traffic.bytes, 0);
    done.push(
      await withServices(contextFor(flags, context), directory, (services) =>
        warmDirectory(flags, { directory, from: context.workingDirectory, services, before }),
      ),
    );
  }
  const warmed = done.flatMap(({ projects }) => projects);
  const house = await housed(flags, warmed, context);
  const oldest = Math.min(...warmed.map((one) => one.oldest));
  const report: WarmReport = {
    ...{ mode: flags.mode, depth: flags.depth },
    latest: finite(flags.latest ?? usualLatest),
    boundsPipfile: finite(flags.latest ?? Number.POSITIVE_INFINITY) !== null,
    coverage: warmed.map(({ coverage }) => coverage),
    overBudget: warmed.some(({ overBudget }) => overBudget),
    wheelhouse: house,
    knowledge: {
      revision: done.at(-1)?.revision ?? "",
      oldestMs: Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) : undefined,
    },
    traffic: {
      requests: done.reduce((sum, { traffic }) => sum + traffic.requests, 0),
      bytes: done.reduce((sum, { traffic }) => sum + traffic.bytes, 0),
    },
    durationMs: Date.now() - startedAt,
  };
  const stdout = context.json
    ? warmJson(report)
    : renderWarm(report, { columns: context.columns, color: context.color.stdout });
  const short = flags.wheelhouse !== undefined && house === undefined;
  const stderr = short ? `No wheelhouse was written: files of a stack are missing\n` : "";
  return { stdout, stderr, exitCode: exitCode(report) };
}

interface Warmings {
  readonly projects: readonly WarmedProject[];
  readonly revision: string;
  readonly traffic: { readonly requests: number; readonly bytes: number };
}

interface Setting {
  readonly directory: string;
  readonly from: string;
  readonly services: Services;
  /** Bytes fetched for the projects before this one. */
  readonly before: number;
}

async function warmDirectory(flags: WarmFlags, setting: Setting): Promise<Warmings> {
  const { directory, from, services, before } = setting;
  const limit = flags.limitBytes ?? Number.POSITIVE_INFINITY;
  const budget = new ByteBudget(limit - before, services);
  const settings: WarmSettings = {
    ...{ mode: flags.mode, depth: flags.depth, artifacts: flags.artifacts },
    direct: flags.latest ?? Number.POSITIVE_INFINITY,
    needed: flags.latest ?? usualLatest,
  };
  const targets: WarmTarget[] = [];
  for (const own of servicesByRuntime(services)) targets.push(await targetOf(directory, from, own));
  const projects: WarmedProject[] = [];
  // One after the other: what the first one learnt is not asked again
  for (const target of distinct(targets))
    projects.push(await warmProject(target, settings, budget));
  await services.store.flush();
  return { projects, revision: services.store.revision(), traffic: services.client.traffic() };
}

/** One for each name of `--runtime A,B`, else for the runtime that advice would be for. */
function servicesByRuntime(services: Services): readonly Services[] {
  const { configuration } = services;
  const names = configuration.runtime?.split(",").map((name) => name.trim()) ?? [undefined];
  return names.map((runtime) => ({ ...services, configuration: { ...configuration, runtime } }));
}

/** What advice on one runtime would be of: each may have files of its own. */
async function targetOf(directory: string, from: string, services: Services): Promise<WarmTarget> {
  const { configuration } = services;
  const manifest = projectManifest(directory, from, configuration);
  const { project, runtime, sources } = await adviceQuestion(manifest, services, {
    dev: true,
    upgrade: new Set(),
  });
  const shown = shownPath(manifest.pipfilePath, from);
  return { services, manifest, shown, project, runtime, sources };
}

/** Two names may mean one runtime. */
function distinct(targets: readonly WarmTarget[]): readonly WarmTarget[] {
  const keyOf = ({ shown, runtime }: WarmTarget) => `${shown} ${runtime.id}`;
  return [...new Map(targets.map((target) => [keyOf(target), target])).values()];
}

/** `--check` asks nobody: with an offline client, every request would be a bug. */
function contextFor({ mode }: WarmFlags, context: CommandContext): CommandContext {
  if (mode !== "check") return context;
  return { ...context, flags: { ...context.flags, offline: true } };
}

function projectDirectory(path: string): string {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile && basename(path) === "Pipfile" ? dirname(path) : path;
}

async function housed(
  { wheelhouse }: WarmFlags,
  warmed: readonly WarmedProject[],
  context: CommandContext,
): Promise<WarmReport["wheelhouse"]> {
  if (wheelhouse === undefined || warmed.some(isShort)) return undefined;
  const files = new Map<string, WheelhouseFile>();
  for (const file of warmed.flatMap(({ fetched }) => fetched)) files.set(file.filename, file);
  const folder = resolve(context.workingDirectory, wheelhouse);
  return { folder: wheelhouse, ...(await writeWheelhouse(folder, [...files.values()])) };
}

/** A tree that lacks files of a stack would look whole: better none. */
function isShort({ coverage: { files } }: WarmedProject): boolean {
  return files === undefined || files.missing.length > 0;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function exitCode({ mode, coverage, overBudget }: WarmReport): number {
  if (mode === "plan") return 0;
  const short = coverage.some(
    ({ missing, files, noStack }) =>
      missing.length > 0 || noStack !== undefined || (files?.missing.length ?? 0) > 0,
  );
  return short || overBudget ? 3 : 0;
}
