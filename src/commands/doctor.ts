import { setMaxListeners } from "node:events";
import { loadConfiguration, settingOrigins } from "../config.ts";
import { checkLimitMs, type Patient } from "../loop/doctor/check.ts";
import { examineAll } from "../loop/doctor/checks.ts";
import { askDatabase } from "../loop/doctor/database.ts";
import { askIndexes } from "../loop/doctor/indexes.ts";
import { checkupJson, renderCheckup, worstOf } from "../reports/checkup.ts";
import { ThothError } from "../util/errors.ts";
import { pause } from "../util/pause.ts";
import { connect, type Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";

/** `thoth doctor`: looks at everything that Thoth needs here. Exit 4 if something of it is broken. */
export async function runDoctor(context: CommandContext): Promise<CommandResult> {
  const start = performance.now();
  // A question to a name server can't be taken back, and glibc would wait 10 s for its answer
  process.env["RES_OPTIONS"] ??= "timeout:2 attempts:1";
  const limit = new AbortController();
  const signal = AbortSignal.any([context.signal, limit.signal]);
  setMaxListeners(0, signal);
  const timer = setTimeout(
    () => limit.abort(new ThothError("time-limit", "no time left")),
    checkLimitMs,
  );
  const opened: Promise<Services>[] = [];
  try {
    const patient = await patientOf(context, signal, opened);
    const reports = await examineAll(patient, context.signal);
    const ms = Math.round(performance.now() - start);
    const { color, verbosity } = context;
    const stdout = context.json
      ? checkupJson(reports, ms)
      : renderCheckup(reports, { color: color.stdout, verbosity, ms });
    const exitCode = worstOf(reports) === "broken" ? 4 : 0;
    return { stdout, stderr: "", exitCode, atOnce: true };
  } finally {
    clearTimeout(timer);
    limit.abort(new ThothError("time-limit", "the checks are over"));
    // What hangs is not waited for
    await Promise.race([Promise.allSettled(opened.map(closed)), pause(closeMs, context.signal)]);
  }
}

const closeMs = 300;

async function closed(services: Promise<Services>): Promise<void> {
  await (await services).close();
}

/** What there is to look at, or the mistakes of the settings. */
async function patientOf(
  context: CommandContext,
  signal: AbortSignal,
  opened: Promise<Services>[],
): Promise<Patient | ThothError> {
  const { flags, environment, workingDirectory: directory, emit } = context;
  const sources = { flags, environment, projectDirectory: directory };
  try {
    const configuration = await loadConfiguration(sources);
    const settings = await settingOrigins(sources);
    const surroundings = { environment, signal, emit };
    const services = once(() => {
      const connecting = connect(configuration, surroundings);
      opened.push(connecting);
      return connecting;
    });
    const database = once(() => askDatabase(configuration));
    const indexes = once(() => askIndexes(directory, { configuration, environment, signal }));
    return { directory, environment, configuration, settings, services, database, indexes };
  } catch (error) {
    if (error instanceof ThothError) return error;
    throw error;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
