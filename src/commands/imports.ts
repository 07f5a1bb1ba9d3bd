import { resolve } from "node:path";
import { libraryUsage } from "../loop/library-usage.ts";
import { lockedPins } from "../loop/locked-stack.ts";
import { importFindings } from "../loop/project-imports.ts";
import { projectManifest } from "../loop/project-manifest.ts";
import { providersOf } from "../loop/providers.ts";
import { chooseRuntime } from "../loop/runtime-choice.ts";
import {
  importsJson,
  importsText,
  isCertain,
  providersJson,
  providersText,
} from "../reports/imports.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { offline } from "./why.ts";
import { withServices } from "./with-services.ts";

export interface ImportsFlags {
  readonly directory: string;
  /** Exit with 1 for anything that is certain. */
  readonly check: boolean;
}

/** `thoth imports`: what a project's sources import against what it asks for. */
export async function runImports(
  { directory: given, check }: ImportsFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const directory = resolve(context.workingDirectory, given);
  return withServices(offline(context), directory, async (services) => {
    const manifest = projectManifest(directory, context.workingDirectory, services.configuration);
    const runtime = await chooseRuntime(services, manifest.pipfile.requires);
    const usage = await libraryUsage(directory, runtime.python);
    const entries = manifest.pipfile.categories.flatMap((category) => category.entries);
    const pins = manifest.lock === undefined ? [] : lockedPins(manifest.lock);
    const findings = importFindings(usage, { entries, pins }, services.store);
    const certain = findings.some(({ kind }) => isCertain(kind));
    const stdout = context.json
      ? importsJson(usage, findings)
      : importsText(usage, findings, context.verbosity === "verbose");
    return { stdout, stderr: "", exitCode: check && certain ? 1 : 0 };
  });
}

/** `thoth whatprovides`: exit 3 where nobody saw a package with that module. */
export async function runWhatProvides(
  module: string,
  context: CommandContext,
): Promise<CommandResult> {
  if (!/^[A-Za-z_][\w.]*$/.test(module)) {
    throw new ThothError("usage", `\`${module}\` is no name of a module`, {
      hint: "write it as an import does, e.g. yaml",
    });
  }
  return withServices(offline(context), context.workingDirectory, async ({ store }) => {
    const providers = providersOf(module, store);
    const seen = providers.some(({ evidence }) => evidence === "seen");
    const stdout = context.json
      ? providersJson(module, providers)
      : providersText(module, providers);
    const note = `nobody saw a package with ${module} installed: this is what such a module is usually of\n`;
    return { stdout, stderr: seen || context.json ? "" : note, exitCode: seen ? 0 : 3 };
  });
}
