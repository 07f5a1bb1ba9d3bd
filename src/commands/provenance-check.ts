import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { sender } from "../investigator/gaps.ts";
import { checkProject, provenancePath } from "../loop/check-project.ts";
import { projectManifest } from "../loop/project-manifest.ts";
import { createMessage } from "../messaging/codec.ts";
import { indexUrl } from "../model/release.ts";
import { provenanceJson, renderProvenance } from "../reports/provenance.ts";
import type { TrustRoot } from "../security/attestation.ts";
import type { ProvenanceAnswer } from "../security/provenance.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export interface ProvenanceFlags {
  readonly directory: string;
  readonly online: boolean;
  /** Indexes that files may come from; empty: any of the Pipfile's. */
  readonly allowed: readonly string[];
  /** File with a trusted root to verify signatures with. */
  readonly trustRoot: string | undefined;
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
    const trustRoot = await trustRootOf(flags, context);
    const question = { ...flags, directory, trustRoot };
    const answer = await checkProject(question, context.workingDirectory, services);
    const stdout = context.json
      ? provenanceJson(answer)
      : renderProvenance(answer, { columns: context.columns, color: context.color.stdout });
    return { stdout, stderr: "", exitCode: exitCode(answer) };
  });
}

async function trustRootOf(
  { trustRoot: file }: ProvenanceFlags,
  { workingDirectory }: CommandContext,
): Promise<TrustRoot | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(workingDirectory, file);
  const { readTrustRoot } = await import("../security/attestation-signature.ts");
  const root = readTrustRoot(readText(path, file));
  if (root !== undefined) return root;
  throw new ThothError("bad-configuration", `\`${file}\` holds no trusted root`, {
    hint: "--trust-root takes a `trusted_root.json` as Sigstore publishes it",
  });
}

function readText(path: string, written: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined) throw cause;
    throw new ThothError("bad-configuration", `\`${written}\` can't be read (${code})`, {
      hint: "--trust-root takes the path of a `trusted_root.json`",
      cause,
    });
  }
}

async function hand(
  flags: ProvenanceFlags,
  directory: string,
  services: Services,
): Promise<CommandResult> {
  if (flags.trustRoot !== undefined) {
    throw new ThothError("usage", "--trust-root does not go with --no-wait", {
      hint: "an investigator verifies no signatures; leave out one of the two",
    });
  }
  projectManifest(directory, directory, services.configuration);
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
