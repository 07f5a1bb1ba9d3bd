import { resolve } from "node:path";
import { WhyNot } from "../adviser/why-not.ts";
import { openLock } from "../loop/locked-stack.ts";
import type { RejectedRelease } from "../model/why.ts";
import { parseVersion } from "../python/version.ts";
import { renderWhyNot, whyNotJson } from "../reports/why-not.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { askedName, offline } from "./why.ts";
import { withServices } from "./with-services.ts";

export interface WhyNotFlags {
  /** NAME or NAME==VERSION. */
  readonly wanted: string;
  readonly directory: string;
}

/**
 * `thoth why-not`: every newer release, or one, with what keeps it out. Exit 1 if there is no such
 * release or package, 3 if something is not known.
 */
export async function runWhyNot(
  flags: WhyNotFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const { name, version } = wantedRelease(flags.wanted);
  const directory = resolve(context.workingDirectory, flags.directory);
  return withServices(offline(context), directory, async (services) => {
    const stack = await openLock(directory, context.workingDirectory, services);
    const question = new WhyNot(stack, name);
    const rejected: readonly RejectedRelease[] =
      version === undefined
        ? question.newer()
        : [{ version: version.text, verdict: question.verdictOn(version, true) }];
    const answer = {
      name,
      locked: stack.locked.get(name),
      isLocked: stack.graph.nodes.get(name)?.locked === true,
      isKnown: question.isKnown,
      one: version !== undefined,
      rejected,
    };
    const { columns, verbosity, color } = context;
    const stdout = context.json
      ? whyNotJson(answer)
      : renderWhyNot(answer, { columns, verbosity, color: color.stdout });
    return { stdout, stderr: "", exitCode: exitCodeOf(answer.isKnown, rejected) };
  });
}

function exitCodeOf(isKnown: boolean, rejected: readonly RejectedRelease[]): number {
  if (!isKnown || rejected.some(({ verdict }) => verdict.rule === "unknown")) return 3;
  return rejected.some(({ verdict }) => verdict.rule === "no-such-release") ? 1 : 0;
}

function wantedRelease(text: string) {
  const [raw = "", written, more] = text.split("==");
  const name = askedName(raw);
  if (written === undefined) return { name, version: undefined };
  const version = parseVersion(written.trim());
  if (version !== undefined && more === undefined) return { name, version };
  throw new ThothError("usage", `\`${text}\` is no release`, {
    hint: "write NAME or NAME==VERSION, e.g. flask==3.0.3",
  });
}
