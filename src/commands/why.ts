import { resolve } from "node:path";
import { absenceIn, whyIn } from "../adviser/why.ts";
import { openLock } from "../loop/locked-stack.ts";
import { isNormalizedName, type PackageName, packageName } from "../python/name.ts";
import { renderNotInStack, renderWhy, whyJson } from "../reports/why.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export interface WhyFlags {
  readonly name: string;
  readonly directory: string;
}

/** `thoth why`: from the lock and the store alone. Exit 1 if the package is not in the stack. */
export async function runWhy(flags: WhyFlags, context: CommandContext): Promise<CommandResult> {
  const name = askedName(flags.name);
  const directory = resolve(context.workingDirectory, flags.directory);
  return withServices(offline(context), directory, async (services) => {
    const stack = await openLock(directory, context.workingDirectory, services);
    const answer = whyIn(stack, name);
    const setting = {
      runtime: stack.context.runtime.id,
      database: services.store.advisoryDatabase(),
    };
    const meant = didYouMean(name, stack.locked.keys());
    const text =
      answer === undefined
        ? renderNotInStack(name, absenceIn(stack, name), meant, context.color.stdout)
        : renderWhy(answer, {
            ...setting,
            color: context.color.stdout,
            verbosity: context.verbosity,
          });
    const stdout = context.json ? whyJson(name, answer, setting) : text;
    return { stdout, stderr: "", exitCode: answer === undefined ? 1 : 0 };
  });
}

/** The name of a package as an argument. Throws `usage`. */
export function askedName(text: string): PackageName {
  const name = packageName(text.trim());
  if (isNormalizedName(name)) return name;
  throw new ThothError("usage", `\`${text}\` is no name of a package`, {
    hint: "write it as the Pipfile does, e.g. flask",
  });
}

/** Explanations ask nobody, whatever the configuration says. */
export function offline(context: CommandContext): CommandContext {
  return { ...context, flags: { ...context.flags, offline: true } };
}
