import { packageName } from "../python/name.ts";
import { jsonDocument } from "../reports/json-document.ts";
import {
  type Figure,
  renderFigures,
  renderReleases,
  renderVerification,
} from "../reports/results.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { knowledgePlace } from "./knowledge-place.ts";
import { withServices } from "./with-services.ts";

const shownReleases = 20;

/** `thoth knowledge show NAME`: the releases known of a package, per index. Exit 3 if none is. */
export function showKnowledge(raw: string, context: CommandContext): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, async ({ store, now }) => {
    const name = packageName(raw);
    const lists = store.indexes(name).flatMap((index) => store.releases(name, index) ?? []);
    if (lists.length === 0) {
      return {
        stdout: "",
        stderr: `nothing is known of ${name}; \`thoth solve ${name}\` learns it\n`,
        exitCode: 3,
      };
    }
    if (context.json) {
      const indexes = lists.map((list) => ({
        index: list.index,
        absent: list.absent ?? null,
        releases: Array.from({ length: list.count }, (_, position) => list.release(position)),
      }));
      return {
        stdout: jsonDocument({ schema: "thoth.knowledge", version: "1.0", name, indexes }),
        stderr: "",
        exitCode: 0,
      };
    }
    const options = { columns: context.columns, color: context.color.stdout, now: now() };
    const most = context.verbosity === "verbose" ? Number.POSITIVE_INFINITY : shownReleases;
    return {
      stdout: lists.map((list) => renderReleases(list, { ...options, most })).join("\n"),
      stderr: "",
      exitCode: 0,
    };
  });
}

/** `thoth knowledge stats`: how much is known, and what waits in the queue. */
export function countKnowledge(context: CommandContext): Promise<CommandResult> {
  return withServices(
    context,
    context.workingDirectory,
    async ({ store, queue, configuration }) => {
      const { packages, releases } = await store.count();
      const { ready, leased, dead } = await queue().stats();
      const figures: readonly Figure[] = [
        { name: "store", value: knowledgePlace(configuration, configuration.knowledge) },
        { name: "revision", value: store.revision() },
        { name: "packages", value: packages },
        { name: "releases", value: releases },
        { name: "advisories", value: store.advisoryDatabase()?.records ?? "none imported" },
        { name: "messages ready", value: ready },
        { name: "messages in work", value: leased },
        { name: "dead letters", value: dead },
      ];
      const stdout = context.json
        ? jsonDocument({
            schema: "thoth.knowledge-stats",
            version: "1.0",
            figures: Object.fromEntries(figures.map(({ name, value }) => [name, value])),
          })
        : renderFigures(figures, { columns: context.columns, color: context.color.stdout });
      return { stdout, stderr: "", exitCode: 0 };
    },
  );
}

/** `thoth knowledge verify`: reads every file. Exit 4 if one is damaged. */
export function verifyKnowledge(context: CommandContext): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, async ({ store }) => {
    const damaged = (await store.verify()).map(({ file, reason }) => ({ file, problem: reason }));
    const { packages } = await store.count();
    const result = { packages, damaged };
    const stdout = context.json
      ? jsonDocument({ schema: "thoth.knowledge-verification", version: "1.0", damaged })
      : renderVerification(result, { columns: context.columns, color: context.color.stdout });
    return { stdout, stderr: "", exitCode: damaged.length === 0 ? 0 : 4 };
  });
}
