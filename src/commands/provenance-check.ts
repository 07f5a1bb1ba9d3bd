import { resolve } from "node:path";
import { sender } from "../investigator/gaps.ts";
import { checkProject, provenancePath } from "../loop/check-project.ts";
import { readManifest } from "../loop/manifest.ts";
import { createMessage } from "../messaging/codec.ts";
import { indexUrl } from "../model/release.ts";
import { provenanceJson, renderProvenance } from "../reports/provenance.ts";
import type { ProvenanceAnswer } from "../security/provenance.ts";
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
    const answer = await checkProject({ ...flags, directory }, context.workingDirectory, services);
    const stdout = context.json
      ? provenanceJson(answer)
      : renderProvenance(answer, { columns: context.columns, color: context.color.stdout });
    return { stdout, stderr: "", exitCode: exitCode(answer) };
  });
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
  const path = provenancePath(services, directory);
  const stderr = `The check waits for \`thoth investigate\`; its result will be in ${path}\n`;
  return { stdout: "", stderr, exitCode: 3 };
}

function exitCode({ findings, unknown }: ProvenanceAnswer): number {
  if (findings.some(({ type }) => type === "ERROR")) return 1;
  return unknown.length > 0 ? 3 : 0;
}
