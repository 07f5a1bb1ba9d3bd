import { lstatSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { FailureClass } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import { parseWheelName } from "../python/distribution-name.ts";
import { evaluateMarker } from "../python/marker.ts";
import { tryParseRequirement } from "../python/requirement.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import { temporaryName } from "../util/atomic-write.ts";
import { isWheel, keepWheel, keptWheel } from "./built-wheels.ts";
import { detailOf } from "./detail.ts";
import { type Fields, fieldsOf, numberField, textField, textsField } from "./fields.ts";
import { killed } from "./import-failure.ts";
import type { Installation } from "./installation.ts";
import { installationFor } from "./installations.ts";
import { type RunLimits, tryTwice } from "./limits.ts";
import { fallsShort, heed, judgeEnd } from "./run-end.ts";
import { withScratch } from "./scratch.ts";
import {
  inspectSource,
  type Source,
  type SourceInspection,
  sourceMount,
} from "./source-inspection.ts";
import { judgeArchive, judgeBuild } from "./tool-failure.ts";
import {
  inside,
  insideWheel,
  pipMount,
  runScript,
  type ScriptResult,
  toolVersions,
  wheelMounts,
} from "./workshop.ts";

export interface BuildOptions {
  readonly runtime: Runtime;
  readonly sandbox: Sandbox;
  readonly source: Source;
  /** Paths of wheels that hold the build requirements, theirs included; see `inspectSource`. */
  readonly buildWheels: readonly string[];
  readonly cacheDirectory: string;
  /** Of the source archive: with it the built wheel is kept and found again. */
  readonly sha256?: string | undefined;
  /** What `inspectSource` found, to save doing it again. */
  readonly inspection?: SourceInspection | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuildFailure {
  readonly ok: false;
  readonly failure: FailureClass;
  readonly detail: string;
  /** For "build-requirements": what else the build asks for, to be given in `buildWheels`. */
  readonly missing: readonly string[];
  readonly tools: Readonly<Record<string, string>>;
}

export interface BuiltMetadata {
  readonly ok: true;
  /** The text of METADATA. */
  readonly metadataText: string;
  /** The wheel, where one was built. */
  readonly wheelPath: string | undefined;
  readonly tools: Readonly<Record<string, string>>;
}

export interface BuiltWheel extends BuiltMetadata {
  readonly wheelPath: string;
}

const defaultTimeoutMs = 900_000;

/**
 * Builds a wheel of a source distribution or tree in the sandbox, without network. Kept in the
 * cache by sha256 and runtime.
 */
export async function buildWheel(options: BuildOptions): Promise<BuiltWheel | BuildFailure> {
  const result = await build(options, "wheel");
  if (!result.ok) return result;
  if (result.wheelPath === undefined) throw new Error("a build without a wheel passed for one");
  return { ...result, wheelPath: result.wheelPath };
}

/**
 * The metadata of a source distribution or tree, by the hook of PEP 517 that is there for it, or
 * by a whole build where the backend has none.
 */
export function prepareMetadata(options: BuildOptions): Promise<BuiltMetadata | BuildFailure> {
  return build(options, "metadata");
}

async function build(
  options: BuildOptions,
  want: "wheel" | "metadata",
): Promise<BuiltMetadata | BuildFailure> {
  const known = keptWheel(options);
  if (known !== undefined) return { ok: true, ...known, tools: {} };
  const installation = await installationFor(options.runtime);
  const tools = toolVersions(options.sandbox, installation);
  const inspection = options.inspection ?? (await inspectSource({ ...options, installation }));
  if ("failure" in inspection) return failed(inspection.failure, inspection.detail, tools);
  const absent = absentRequirements(inspection, options);
  if (absent.length > 0) return lacking(absent, tools);
  const job = { options, installation, inspection, want, tools };
  return tryTwice(
    (limits) =>
      withScratch(options.cacheDirectory, (scratch) => tryBuild({ ...job, limits, scratch })),
    (outcome) => !outcome.ok && fallsShort(outcome),
  );
}

interface BuildJob {
  readonly options: BuildOptions;
  readonly installation: Installation;
  readonly inspection: SourceInspection;
  readonly want: "wheel" | "metadata";
  readonly tools: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
  readonly scratch: string;
}

async function tryBuild(job: BuildJob): Promise<BuiltMetadata | BuildFailure> {
  const { options, tools, limits } = job;
  const first = await runBuild(job, false);
  const asked = textsField(first.answer, "missing");
  const missing = asked.filter((line) => applies(line, options.runtime));
  // What the build asks for besides is for other systems only: it may go on without.
  const useless = textField(first.answer, "state") === "lacking" && missing.length === 0;
  const { answer, run, out } = useless ? await runBuild(job, true) : first;
  const end = judgeEnd(run, "the build");
  const outcome =
    end === undefined
      ? outcomeOf({ options, answer, stderr: run.stderr, out, missing, tools })
      : failed(end.failure, end.detail, tools);
  return outcome.ok ? outcome : { ...outcome, ...heed(end ?? outcome, run, limits) };
}

interface BuildRun {
  readonly answer: Fields;
  readonly run: ScriptResult;
  /** The folder that the build wrote its result to. */
  readonly out: string;
}

async function runBuild(
  { options, installation, inspection, want, limits, scratch }: BuildJob,
  anyRequirements: boolean,
): Promise<BuildRun> {
  const pip = pipMount(installation);
  const [work, out] = [freshFolder(scratch, "work"), freshFolder(scratch, "out")];
  const run = await runScript({
    sandbox: options.sandbox,
    installation,
    script: "build.py",
    request: {
      ...sourceMount(options.source).request,
      want,
      target: `${inside.work}/source`,
      environment: `${inside.work}/environment`,
      venv: installation.hasVenv,
      wheels: options.buildWheels.map(insideWheel),
      pip: pip.command,
      backend: inspection.backend,
      backendPath: inspection.backendPath,
      anyRequirements,
      out: inside.out,
    },
    readOnly: [pip.mount, sourceMount(options.source).mount, ...wheelMounts(options.buildWheels)],
    writable: [{ from: out, to: inside.out }],
    scratch: work,
    limits,
    expectedBytes: 1024 ** 3,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    signal: options.signal,
  });
  return { answer: run.exitCode === 0 ? fieldsOf(JSON.parse(run.stdout)) : {}, run, out };
}

function freshFolder(parent: string, name: string): string {
  const folder = temporaryName(join(parent, name));
  mkdirSync(folder);
  return folder;
}

interface BuildAnswer {
  readonly options: BuildOptions;
  readonly answer: Fields;
  readonly stderr: string;
  readonly out: string;
  readonly missing: readonly string[];
  readonly tools: Readonly<Record<string, string>>;
}

function outcomeOf(build: BuildAnswer): BuiltMetadata | BuildFailure {
  const { answer, missing, tools } = build;
  const output = textField(answer, "output") ?? build.stderr;
  switch (textField(answer, "state")) {
    case "built":
    case "prepared":
      return takeResult(build);
    case "lacking":
      return lacking(missing, tools);
    case "requirements-failed":
      return failed("build-requirements", detailOf(output), tools);
    case "bad-archive": {
      const { failure, detail } = judgeArchive(output);
      return failed(failure, detail, tools);
    }
    default: {
      const ended = numberField(answer, "code") === -sigkill;
      const { failure, detail } = ended ? killed : judgeBuild(output);
      return failed(failure, detail, tools);
    }
  }
}

const sigkill = 9;

function lacking(missing: readonly string[], tools: BuildFailure["tools"]): BuildFailure {
  const detail = detailOf(`the build also needs ${missing.join(", ")}`);
  return { ...failed("build-requirements", detail, tools), missing };
}

/** Without all of them a build may still end, with a wheel that lacks its compiled parts. */
function absentRequirements(
  { requires }: SourceInspection,
  { buildWheels, runtime }: BuildOptions,
): readonly string[] {
  const given = new Set(buildWheels.map((path) => parseWheelName(basename(path))?.name));
  return requires.filter((line) => {
    const requirement = tryParseRequirement(line);
    // setuptools has its own `bdist_wheel` since 70.1.
    if (requirement === undefined || requirement.canonical === "wheel") return false;
    return !given.has(requirement.canonical) && applies(line, runtime);
  });
}

function takeResult({ options, answer, out, tools }: BuildAnswer): BuiltMetadata | BuildFailure {
  const metadataText = textField(answer, "metadata");
  const wheel = textField(answer, "wheel");
  if (metadataText === undefined) {
    return failed("bad-metadata", "the build made no METADATA", tools);
  }
  if (wheel === undefined) return { ok: true, metadataText, wheelPath: undefined, tools };
  const made = join(out, basename(wheel));
  // A build is hostile until shown otherwise: a link here would lead to a file of the user's.
  if (!isWheel(wheel) || !(lstatSync(made, { throwIfNoEntry: false })?.isFile() ?? false)) {
    return failed("build-failed", `the build made no wheel, but ${detailOf(wheel)}`, tools);
  }
  return { ok: true, metadataText, wheelPath: keepWheel(options, { made, metadataText }), tools };
}

function applies(line: string, runtime: Runtime): boolean {
  const marker = tryParseRequirement(line)?.marker;
  return marker === undefined || evaluateMarker(marker, runtime.markers, undefined);
}

function failed(
  failure: FailureClass,
  detail: string,
  tools: Readonly<Record<string, string>>,
): BuildFailure {
  return { ok: false, failure, detail, missing: [], tools };
}
