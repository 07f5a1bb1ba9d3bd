import { type Configuration, loadConfiguration } from "../config.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderCopy } from "../reports/knowledge-archive.ts";
import { copyKnowledge } from "../store/knowledge-copy.ts";
import { knowledgeEnds, migrateDatabase } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { knowledgePlace } from "./knowledge-place.ts";

/** `thoth knowledge copy --to BACK-END`. Exit 4 if something was left out or is missing there. */
export async function runCopy(
  to: Configuration["knowledge"],
  context: CommandContext,
): Promise<CommandResult> {
  const configuration = await configurationOf(context);
  const ends = await knowledgeEnds(configuration);
  const from = to === "json" ? "postgresql" : "json";
  try {
    const { merged, ...copied } = await copyKnowledge({
      from: ends[from],
      to: ends[to],
      now: Date.now(),
      signal: context.signal,
      onStage: (stage) =>
        context.emit({
          type: "stage",
          stage: stage === "verify" ? "verifying" : "copying",
          detail: knowledgePlace(configuration, from),
        }),
    });
    const { packages, releases, facts, outdated } = merged;
    const figures = { ...copied, merged: { packages, releases, ...facts, outdated } };
    const stdout = context.json
      ? jsonDocument({ schema: "thoth.knowledge-copy", version: "1.0", to, ...figures })
      : renderCopy(figures, knowledgePlace(configuration, to), context.color.stdout);
    const complete = figures.whole && figures.leftOut.length === 0;
    return { stdout, stderr: "", exitCode: complete ? 0 : 4 };
  } finally {
    await ends.json.close();
    await ends.postgresql.close();
  }
}

/** `thoth knowledge migrate`. */
export async function runMigrate(context: CommandContext): Promise<CommandResult> {
  const configuration = await configurationOf(context);
  const { schema } = await migrateDatabase(configuration);
  const stdout = context.json
    ? jsonDocument({ schema: "thoth.knowledge-migration", version: "1.0", name: schema })
    : `The tables in schema \`${schema}\` of ${knowledgePlace(configuration, "postgresql")} are up to date\n`;
  return { stdout, stderr: "", exitCode: 0 };
}

function configurationOf(context: CommandContext): Promise<Configuration> {
  const { flags, environment, workingDirectory } = context;
  return loadConfiguration({ flags, environment, projectDirectory: workingDirectory });
}
