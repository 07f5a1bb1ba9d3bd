import { resolve } from "node:path";
import { updateAdvisories } from "../loop/advisory-update.ts";
import { renderAdvisoryUpdate } from "../reports/advisories.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** `thoth advisories update`: imports a database, and queues advice for whom it concerns. */
export function runAdvisoryUpdate(
  from: string | undefined,
  context: CommandContext,
): Promise<CommandResult> {
  const { workingDirectory, emit } = context;
  return withServices(context, workingDirectory, async (services) => {
    const place = from ?? services.configuration.advisories;
    if (place === undefined)
      throw new ThothError("usage", "no database is named", {
        hint: "name OSV's `all.zip` for PyPI, or a folder of records, with --from",
      });
    const isAddress = /^https?:\/\//i.test(place);
    emit({ type: "stage", stage: "reading advisories" });
    const update = await updateAdvisories(
      isAddress ? place : resolve(workingDirectory, place),
      services,
    );
    const { database, changed, told } = update;
    const damaged = update.damaged.map(({ name, reason }) => ({ name, reason }));
    const stdout = context.json
      ? jsonDocument({
          schema: "thoth.advisories-update",
          version: "1.0",
          database,
          changed,
          damaged,
          told,
        })
      : renderAdvisoryUpdate(update, context.color.stdout);
    return { stdout, stderr: "", exitCode: 0 };
  });
}
