import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../loop/manifest.ts";
import type { AdviceReport } from "../model/advice-report.ts";
import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import { programVersion } from "../util/program.ts";
import type { Services } from "../wiring.ts";

/** What an answer depends on. */
export interface AnswerQuestion {
  readonly services: Services;
  readonly manifest: Manifest;
  readonly project: Project;
  readonly runtime: Runtime;
  /** The flags that change what is advised. */
  readonly options: readonly string[];
}

interface LastAnswer {
  readonly key: string;
  readonly report: AdviceReport;
  /** When the oldest list of releases behind it was confirmed, ms since the epoch. */
  readonly confirmedAt: number;
  /** When a release becomes old enough to be taken that was not, ms since the epoch. */
  readonly validUntil?: number;
}

/** How long an answer stays one, ms since the epoch. */
export interface AnswerTimes {
  /** When the oldest list of releases behind it was confirmed. */
  readonly confirmedAt: number;
  /** When ages make it another one; undefined: never. */
  readonly validUntil: number | undefined;
}

/**
 * The answer to the same question on the same knowledge, if it was that the lock is right: advice
 * is a pure function, so it is the same again. Undefined where anything differs or is too old.
 */
export function lastAnswer(
  question: AnswerQuestion,
  everyReason: boolean,
): AdviceReport | undefined {
  const { services, manifest } = question;
  if (everyReason || manifest.lockText === undefined) return undefined;
  const answer = readAnswer(answerPath(question));
  if (answer === undefined || answer.key !== keyOf(question, manifest.lockText)) return undefined;
  const { configuration, now } = services;
  const age = now() - answer.confirmedAt;
  if (age > configuration.freshnessMs && !configuration.offline) return undefined;
  if (answer.validUntil !== undefined && now() >= answer.validUntil) return undefined;
  const knowledge = { ...answer.report.knowledge, oldestMs: age, offline: configuration.offline };
  return { ...answer.report, knowledge };
}

/** Keeps an answer for the next time; that it can't be kept is no harm. */
export function keepAnswer(
  question: AnswerQuestion,
  lockText: string,
  report: AdviceReport,
  { confirmedAt, validUntil }: AnswerTimes,
): void {
  const answer: LastAnswer = {
    key: keyOf(question, lockText),
    report,
    confirmedAt,
    ...(validUntil === undefined ? {} : { validUntil }),
  };
  try {
    writeAtomic(answerPath(question), JSON.stringify(answer));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

function answerPath({ services, manifest, options }: AnswerQuestion): string {
  const name = digest([manifest.directory, ...options]).slice(0, 16);
  return join(services.configuration.storeDirectory, "answers", `${name}.json`);
}

function keyOf(
  { services, manifest, project, runtime, options }: AnswerQuestion,
  lockText: string,
): string {
  const { requirements, indexes, settings } = project;
  return digest([
    programVersion,
    manifest.pipfilePath,
    manifest.text,
    ...manifest.included,
    lockText,
    services.store.revision(),
    runtime.id,
    runtime.pythonFull,
    runtime.interpreter ?? "",
    runtime.root ?? "",
    ...indexes,
    ...requirements.map(({ source = "", index = "" }) => `${source} ${index}`),
    settingsText(settings),
    ...options,
  ]);
}

/** What is set for an advice, but for the present moment: ages limit an answer by `validUntil`. */
function settingsText(settings: Project["settings"]): string {
  if (settings === undefined) return "";
  const { moment: _, prescriptions, ...lasting } = settings;
  return JSON.stringify(
    { ...lasting, prescriptions: prescriptions?.stamp },
    (_key, value: unknown) => {
      if (value instanceof Map || value instanceof Set) return [...value];
      return typeof value === "bigint" ? value.toString() : value;
    },
  );
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function readAnswer(path: string): LastAnswer | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isAnswer(value) ? value : undefined;
  } catch {
    // None yet, or damaged: the question is answered anew
    return undefined;
  }
}

function isAnswer(value: unknown): value is LastAnswer {
  return (
    typeof value === "object" &&
    value !== null &&
    "key" in value &&
    "report" in value &&
    "confirmedAt" in value &&
    typeof value.key === "string" &&
    typeof value.confirmedAt === "number"
  );
}
