import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { sender } from "../investigator/gaps.ts";
import { indexSources } from "../loop/index-sources.ts";
import { readManifest } from "../loop/manifest.ts";
import { openBench } from "../loop/open-bench.ts";
import { ownProject } from "../loop/own-project.ts";
import { provenanceOf } from "../loop/provenance.ts";
import { chooseRuntime } from "../loop/runtime-choice.ts";
import { createMessage } from "../messaging/codec.ts";
import { indexUrl } from "../model/release.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderProvenance } from "../reports/provenance.ts";
import type { ProvenanceAnswer } from "../security/provenance.ts";
import { storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export interface ProvenanceFlags {
  readonly directory: string;
  readonly online: boolean;
  /** Indexes that files may come from; empty: any of the Pipfile's. */
  readonly allowed: readonly string[];
  /** Leave the check to the investigator. */
  readonly wait: boolean;
}

/**
 * `thoth provenance-check`: is every file that the lock admits where the lock says it comes from?
 * Exit 1 if one is not, 3 if something is not known.
 */
export async function runProvenanceCheck(
  flags: ProvenanceFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const directory = resolve(context.workingDirectory, flags.directory);
  return withServices(context, directory, async (services) => {
    if (!flags.wait) return await hand(flags, directory, services);
    const answer = await checkProject({ ...flags, directory }, context, services);
    const stdout = context.json
      ? provenanceJson(answer)
      : renderProvenance(answer, { columns: context.columns, color: context.color.stdout });
    return { stdout, stderr: "", exitCode: exitCode(answer) };
  });
}

/** Checks a project's lock. Throws `no-pipfile`, `bad-lock` and what an index may throw. */
export async function checkProject(
  flags: Pick<ProvenanceFlags, "directory" | "online" | "allowed">,
  context: Pick<CommandContext, "workingDirectory">,
  services: Services,
): Promise<ProvenanceAnswer> {
  const { text, pipfile, lock } = readManifest(flags.directory, context.workingDirectory);
  if (lock === undefined) {
    throw new ThothError("bad-lock", `no Pipfile.lock in \`${flags.directory}\``, {
      hint: "make one first: `thoth advise`",
    });
  }
  const sources = await indexSources(pipfile.sources, services);
  const runtime = await chooseRuntime(services, pipfile.requires);
  const project = ownProject([], sources.order);
  const bench = openBench({ services, runtime, sources, project });
  return provenanceOf(bench, { text, lock }, flags);
}

/** Checks what a message asks for and leaves the result in the store. */
export async function checkTriggered(
  trigger: { readonly project: string; readonly whitelisted_sources: readonly string[] },
  context: Pick<CommandContext, "workingDirectory">,
  services: Services,
): Promise<void> {
  const flags = { directory: trigger.project, online: true, allowed: trigger.whitelisted_sources };
  const answer = await checkProject(flags, context, services);
  const path = resultPath(services, trigger.project);
  try {
    writeAtomic(path, provenanceJson(answer));
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
}

async function hand(
  flags: ProvenanceFlags,
  directory: string,
  services: Services,
): Promise<CommandResult> {
  readManifest(directory, directory);
  const message = createMessage("provenance_checker_trigger", sender, {
    project: directory,
    whitelisted_sources: flags.allowed.map(indexUrl),
  });
  await services.queue().publish([message], { priority: 0 });
  const path = resultPath(services, directory);
  const stderr = `The check waits for \`thoth investigate\`; its result will be in ${path}\n`;
  return { stdout: "", stderr, exitCode: 3 };
}

function resultPath({ configuration }: Services, directory: string): string {
  const key = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  return join(configuration.storeDirectory, "provenance", `${key}.json`);
}

function provenanceJson({ findings, unknown, checked }: ProvenanceAnswer): string {
  return jsonDocument({
    schema: "thoth.provenance",
    version: "1.0",
    checked,
    findings,
    unknown: unknown.map(({ release, index }) => ({
      package_name: release.name,
      package_version: release.version,
      source: index,
    })),
  });
}

function exitCode({ findings, unknown }: ProvenanceAnswer): number {
  if (findings.some(({ type }) => type === "ERROR")) return 1;
  return unknown.length > 0 ? 3 : 0;
}
