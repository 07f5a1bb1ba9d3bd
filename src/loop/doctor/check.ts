import { setMaxListeners } from "node:events";
import type { Configuration, SettingOrigin } from "../../config.ts";
import type { CheckReport, Finding } from "../../model/checkup.ts";
import type { IndexProbe } from "../../package-index/index-probe.ts";
import { errorCode } from "../../util/atomic-write.ts";
import { type Problem, ThothError } from "../../util/errors.ts";
import type { Services } from "../../wiring.ts";

/** What came of asking one index; its address is without credentials. */
export interface IndexAnswer {
  readonly url: string;
  readonly probe: IndexProbe;
}

/** What came of asking the database. */
export interface DatabaseAnswer {
  /** Why nothing of it can be used. */
  readonly problem?: ThothError;
  readonly findings: readonly Finding[];
}

/** What checks look at. */
export interface Patient {
  /** Where the user stands: a project, or any folder. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configuration: Configuration;
  /** Every setting and where it comes from. Values may be secrets: they are never told. */
  readonly settings: readonly SettingOrigin[];
  /** Connects when first asked; every check is given the same. Throws as `connect`. */
  readonly services: () => Promise<Services>;
  /** Asks the database when first asked; undefined where none is configured. */
  readonly database: () => Promise<DatabaseAnswer | undefined>;
  /** Asks every index when first asked; every check is given the same. */
  readonly indexes: () => Promise<readonly IndexAnswer[]>;
}

/** One thing that `thoth doctor` looks at. */
export interface Check<Needed = Patient> {
  readonly name: string;
  /**
   * What it finds; none where the thing is not configured. What it throws that a user can mend, or
   * that the system refuses, is a finding, too. It has to come to an end soon after the signal.
   */
  readonly find: (patient: Needed, signal: AbortSignal) => Promise<readonly Finding[]>;
}

/** How long one check may take, ms. They run side by side, so this is about how long all take. */
export const checkLimitMs = 4000;

/** Runs one check within its time; what comes too late is not waited for. */
export async function examine<Needed>(
  { name, find }: Check<Needed>,
  patient: Needed,
  life: AbortSignal,
): Promise<CheckReport> {
  const start = performance.now();
  const end = new AbortController();
  // Many interpreters and requests wait for it at once
  setMaxListeners(0, end.signal);
  const timer = setTimeout(() => end.abort(tooSlow()), checkLimitMs);
  const stop = () => end.abort(life.reason);
  life.addEventListener("abort", stop, { once: true });
  try {
    const findings = await Promise.race([find(patient, end.signal), aborted(end.signal)]);
    return { name, findings, ms: Math.round(performance.now() - start) };
  } catch (error) {
    const ms = Math.round(performance.now() - start);
    return { name, findings: [failureOf(error)], ms };
  } finally {
    clearTimeout(timer);
    life.removeEventListener("abort", stop);
    end.abort(new ThothError("time-limit", "the check is over"));
  }
}

/** What a user can mend, as a finding. */
export function findingOf({ message, hint, place }: Problem): Finding {
  const where = place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `;
  return { condition: "broken", text: `${where}${message}`, hint };
}

function failureOf(error: unknown): Finding {
  if (error instanceof ThothError) return findingOf(error);
  if (errorCode(error) === undefined || !(error instanceof Error)) throw error;
  return { condition: "broken", text: error.message };
}

function tooSlow(): ThothError {
  return new ThothError("time-limit", `no answer within ${checkLimitMs / 1000} s`, {
    hint: "the machine may be busy, or what is asked is far away: try again",
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const pass = () => reject(signal.reason);
    if (signal.aborted) pass();
    signal.addEventListener("abort", pass, { once: true });
  });
}
