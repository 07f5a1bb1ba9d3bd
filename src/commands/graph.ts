import { resolve } from "node:path";
import { openLock } from "../loop/locked-stack.ts";
import { stackDot, stackJson, stackMermaid, stackTree } from "../reports/stack-graph.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { askedName, offline } from "./why.ts";
import { withServices } from "./with-services.ts";

export interface GraphFlags {
  readonly directory: string;
  readonly depth: string | undefined;
  readonly invert: string | undefined;
  readonly format: "text" | "json" | "dot" | "mermaid" | undefined;
}

/** `thoth graph`: from the lock and the store alone. */
export async function runGraph(flags: GraphFlags, context: CommandContext): Promise<CommandResult> {
  const depth = depthOf(flags.depth);
  const directory = resolve(context.workingDirectory, flags.directory);
  const format = flags.format ?? (context.json ? "json" : "text");
  return withServices(offline(context), directory, async (services) => {
    const { graph } = await openLock(directory, context.workingDirectory, services);
    const target = flags.invert === undefined ? undefined : askedName(flags.invert);
    if (target !== undefined && !graph.nodes.has(target)) {
      const meant = didYouMean(target, graph.nodes.keys());
      throw new ThothError("usage", `the lock has no package \`${target}\``, {
        hint: meant === undefined ? "`thoth graph` shows what it has" : `did you mean ${meant}?`,
      });
    }
    const shape = { graph, depth, target };
    const text = { text: stackTree, json: stackJson, dot: stackDot, mermaid: stackMermaid };
    const options = { color: context.color.stdout, verbosity: context.verbosity };
    return { stdout: text[format](shape, options), stderr: "", exitCode: 0 };
  });
}

function depthOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new ThothError("usage", `\`${text}\` is no depth`, {
    hint: "give a number, e.g. --depth 2",
  });
}
