import { resolve } from "node:path";
import type { Configuration } from "../config.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderExport, renderImport } from "../reports/knowledge-archive.ts";
import { exportKnowledge } from "../store/knowledge-export.ts";
import { importKnowledge } from "../store/knowledge-import.ts";
import { ThothError } from "../util/errors.ts";
import { programVersion } from "../util/program.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/**
 * `thoth knowledge export -o FILE`: all that the store knows in one archive, or what the archives
 * of `since` don't hold. Exit 4 if damaged files were left out; the rest is written.
 */
export function runExport(
  request: { readonly output: string; readonly since: readonly string[] },
  context: CommandContext,
): Promise<CommandResult> {
  const { workingDirectory } = context;
  return withServices(context, workingDirectory, async ({ configuration, now, signal }) => {
    requireFolder(configuration);
    context.emit({ type: "stage", stage: "exporting", detail: configuration.storeDirectory });
    const result = await exportKnowledge({
      store: configuration.storeDirectory,
      output: resolve(workingDirectory, request.output),
      since: request.since.map((archive) => resolve(workingDirectory, archive)),
      program: programVersion,
      now: now(),
      signal,
    });
    const stdout = context.json
      ? jsonDocument({
          schema: "thoth.knowledge-export",
          version: "1.0",
          output: request.output,
          ...result,
        })
      : renderExport(result, request.output, context.color.stdout);
    return { stdout, stderr: "", exitCode: result.leftOut.length === 0 ? 0 : 4 };
  });
}

/** `thoth knowledge import ARCHIVE`: merges an archive into the store, or only verifies it. */
export function runImport(
  request: { readonly archive: string; readonly verifyOnly: boolean },
  context: CommandContext,
): Promise<CommandResult> {
  const { workingDirectory } = context;
  return withServices(context, workingDirectory, async ({ configuration, now, signal }) => {
    requireFolder(configuration);
    const { manifest, content, merged, damaged } = await importKnowledge({
      store: configuration.storeDirectory,
      archive: resolve(workingDirectory, request.archive),
      verifyOnly: request.verifyOnly,
      now: now(),
      signal,
      onStage: (stage) =>
        context.emit({
          type: "stage",
          stage: stage === "verify" ? "verifying" : "merging",
          detail: request.archive,
        }),
    });
    const { store, revision, since, program } = manifest;
    const figures = {
      origin: { store, revision },
      since,
      packages: content.packages,
      releases: content.releases,
      facts: content.facts,
      damaged,
      ...(merged === undefined
        ? {}
        : {
            merged: {
              packages: merged.packages,
              releases: merged.releases,
              ...merged.facts,
              outdated: merged.outdated,
            },
          }),
    };
    const stdout = context.json
      ? jsonDocument({
          schema: "thoth.knowledge-import",
          version: "1.0",
          archive: request.archive,
          program,
          ...figures,
        })
      : renderImport(figures, request.archive, context.color.stdout);
    return { stdout, stderr: "", exitCode: 0 };
  });
}

/** An archive is made of a folder's files, and merged into them. */
function requireFolder({ knowledge }: Configuration): void {
  if (knowledge === "json") return;
  throw new ThothError("usage", "archives are of a folder, and knowledge is in PostgreSQL here", {
    hint: "`thoth knowledge copy` goes between both; with THOTH_KNOWLEDGE=json the folder is meant",
  });
}
