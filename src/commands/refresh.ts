import { type Refreshed, refresh } from "../loop/refresh.ts";
import { packageName } from "../python/name.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderRefresh } from "../reports/refresh.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** What the command line says of a refresh. */
export interface RefreshFlags {
  readonly names: readonly string[];
  readonly projects: boolean;
  readonly max: number;
  readonly dryRun: boolean;
}

/** `thoth refresh [NAME…]`: asks the indexes what changed, and queues what follows from it. */
export async function runRefresh(
  flags: RefreshFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const startedAt = Date.now();
  const names = flags.names.map(readName);
  return withServices(context, context.workingDirectory, async (services) => {
    const { projects, max, dryRun } = flags;
    const refreshed = await refresh(services, { names, projects, max, dryRun });
    const report = { ...refreshed, dryRun, durationMs: Date.now() - startedAt };
    const options = { columns: context.columns, color: context.color.stdout };
    const { durationMs, requests, bytes, ...found } = report;
    const meta = { durationMs, requests, bytes };
    const stdout = context.json
      ? jsonDocument({ schema: "thoth.refresh", version: "1.0", ...found, meta })
      : renderRefresh(report, options);
    return { stdout, stderr: "", exitCode: exitCodeOf(refreshed) };
  });
}

function exitCodeOf({ down, failed }: Refreshed): number {
  if (down.length > 0) return 4;
  return failed.length > 0 ? 3 : 0;
}

function readName(raw: string) {
  if (/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(raw)) return packageName(raw);
  throw new ThothError("usage", `\`${raw}\` is no name of a package`, {
    hint: "write names alone, e.g. `thoth refresh flask requests`",
  });
}
