import { join, resolve } from "node:path";
import { auditProject } from "../loop/audit.ts";
import { readAuditedProject } from "../loop/audit-project.ts";
import { shownPath } from "../loop/manifest.ts";
import { type PolicyFile, policyFileName, readPolicyFile } from "../loop/policy-file.ts";
import type { Audit } from "../model/audit.ts";
import type { FailOn } from "../model/policy.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { programVersion } from "../util/program.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { fails } from "./fail-on.ts";
import { withServices } from "./with-services.ts";

export type AuditFormat = "text" | "json" | "sarif" | "cyclonedx";

export interface AuditFlags {
  readonly directory: string;
  readonly lock: string | undefined;
  readonly format: AuditFormat | undefined;
  /** Undefined: the policy of the project decides, else `any`. */
  readonly failOn: FailOn | undefined;
  /** Whatever is unknown counts, be it for the nature of a source. */
  readonly strict: boolean;
  readonly output: string | undefined;
}

const help =
  "help: bring the store a database of advisories: `thoth advisories update --from FILE`\n";

/** `thoth audit`: what is known against the releases that a lock pins. Reads the store and no network. */
export async function runAudit(flags: AuditFlags, context: CommandContext): Promise<CommandResult> {
  const { workingDirectory } = context;
  const directory = resolve(workingDirectory, flags.directory);
  const format = flags.format ?? (context.json ? "json" : "text");
  const { audit, policy } = await withServices(context, directory, async (services) => {
    const asked = { directory, lock: flags.lock };
    const project = readAuditedProject(asked, workingDirectory, services.configuration);
    const policy =
      policyAt(project.directory, workingDirectory) ?? policyAt(directory, workingDirectory);
    const dependencies = format === "cyclonedx";
    const ignores = policy?.ignores ?? [];
    return { audit: await auditProject(project, services, { dependencies, ignores }), policy };
  });
  const text = await rendered(audit, format, context);
  const stderr = await warnings(audit, context);
  const failOn = flags.failOn ?? policy?.failOn ?? "any";
  const exitCode = exitCodeOf(audit, { failOn, strict: flags.strict });
  if (flags.output === undefined) return { stdout: text, stderr, exitCode };
  const path = resolve(workingDirectory, flags.output);
  write(path, text);
  const { auditClosing } = await import("../reports/audit-terminal.ts");
  return { stdout: auditClosing(audit, context.color.stdout), stderr, exitCode };
}

function policyAt(folder: string, from: string): PolicyFile | undefined {
  return readPolicyFile(folder, shownPath(join(folder, policyFileName), from));
}

/** What makes "nothing known" worth less. */
async function warnings({ database }: Audit, { color }: CommandContext): Promise<string> {
  if (database === undefined) return help;
  const { advisoryWarnings } = await import("../reports/advisories.ts");
  return advisoryWarnings(database, Date.now(), color.stderr);
}

async function rendered(
  audit: Audit,
  format: AuditFormat,
  context: CommandContext,
): Promise<string> {
  switch (format) {
    case "text": {
      const { renderAudit } = await import("../reports/audit-terminal.ts");
      const { columns, verbosity } = context;
      return renderAudit(audit, { columns, verbosity, color: context.color.stdout });
    }
    case "json": {
      const { auditJson } = await import("../reports/audit-json.ts");
      return auditJson(audit, programVersion);
    }
    case "sarif": {
      const { auditSarif } = await import("../reports/audit-sarif.ts");
      return auditSarif(audit);
    }
    case "cyclonedx": {
      const { auditCycloneDx } = await import("../reports/cyclonedx.ts");
      return auditCycloneDx(audit);
    }
  }
}

function write(path: string, text: string): void {
  try {
    writeAtomic(path, text);
  } catch (error) {
    const reason = errorCode(error);
    if (reason === undefined) throw error;
    if (reason === "ENOSPC" || reason === "EDQUOT") throw storageError(error, path, "disk-full");
    throw new ThothError("usage", `the report can't be written to \`${path}\``, {
      hint: "name a file in a folder that you may write to: `-o FILE`",
      cause: error,
    });
  }
}

function exitCodeOf(
  audit: Audit,
  { failOn, strict }: { readonly failOn: FailOn; readonly strict: boolean },
): number {
  const advisories = audit.pins.flatMap(({ findings }) => findings.map(({ advisory }) => advisory));
  if (advisories.some((advisory) => fails(advisory, failOn))) return 1;
  if (audit.database === undefined || audit.kind === "pipfile") return 3;
  const unknown = audit.pins.filter(({ reason }) => reason !== undefined);
  // Where all are unknown nothing was looked at
  const blind = unknown.length > 0 && unknown.length === audit.pins.length;
  return blind || unknown.some(({ pin }) => strict || pin.origin === "index") ? 3 : 0;
}
