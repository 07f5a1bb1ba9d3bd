import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { hardCase, hardCases, manifestOf, recorded } from "../../fixtures/hard-cases.ts";
import { advise } from "../adviser/advise.ts";
import type { Conflict } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import { renderConflict } from "../reports/diagnostic.ts";
import { palette } from "../reports/palette.ts";
import { type Attempt, remediesOf } from "./fixes.ts";
import { readManifest } from "./manifest.ts";
import { remedyText } from "./remedy-text.ts";

/** Each line of a Pipfile that a message says how to write: `flask = "~=3.0" (Pipfile:7)`. */
const named = /(?:^| and )(leaving out \S+|.+?) \(Pipfile:(\d+)\)/g;

const unsatisfiable = hardCases().filter((name) => recorded()[name]?.outcome === "unsatisfiable");

test.each(unsatisfiable)("%s: what is offered locks once it is written", async (name) => {
  const conflict = await conflictOf(name);
  const { text } = manifestOf(name);

  for (const fix of conflict.fixes) {
    const folder = temporaryFolder();
    writeFiles(folder, { Pipfile: written(text, fix) });
    const context = hardCase(name, readManifest(folder, folder));
    expect([fix, advise(context, { verify: false, stop: () => true }).outcome]).toEqual([
      fix,
      "locked",
    ]);
  }
  // Each can be ended by another version of something; nothing has to go
  expect(conflict.fixes.filter((fix) => !fix.includes("leaving out"))).not.toEqual([]);
});

test.each(unsatisfiable)("%s: the conflict is told in twelve lines", async (name) => {
  const conflict = await conflictOf(name);
  const { text } = manifestOf(name);
  const options = { color: palette(false), file: "Pipfile", sourceText: () => text };

  for (const above of [0, 2]) {
    const lines = renderConflict(conflict, { ...options, above }).split("\n");
    // One more is the closing sentence
    expect(above + lines.length + 1).toBeLessThanOrEqual(12);
    expect(lines.filter((line) => line.startsWith("help: "))).toHaveLength(conflict.fixes.length);
  }
});

const conflicts = new Map<string, Promise<Conflict>>();

function conflictOf(name: string): Promise<Conflict> {
  const conflict = conflicts.get(name) ?? foundConflict(name);
  conflicts.set(name, conflict);
  return conflict;
}

async function foundConflict(name: string): Promise<Conflict> {
  const context = hardCase(name);
  const attempt = (project: Project): Attempt => {
    const advice = advise({ ...context, project }, { verify: false, stop: () => true });
    if (advice.outcome === "locked") return { outcome: "stack", product: advice.product };
    if (advice.outcome === "incomplete") return { outcome: "unknown" };
    return { outcome: "conflict", conflict: advice.conflict };
  };
  const failed = attempt(context.project);
  if (failed.outcome !== "conflict") throw new Error(`${name}: ${failed.outcome}`);
  const { conflict } = failed;
  const { remedies } = await remediesOf({
    project: context.project,
    conflict,
    resolve: async (changed) => attempt(changed),
    pythons: [],
    spent: () => false,
  });
  const manifest = manifestOf(name);
  return { ...conflict, fixes: remedies.map((remedy) => remedyText(remedy, manifest)) };
}

/** A Pipfile as somebody leaves it who does what a message says. */
function written(text: string, fix: string): string {
  const [told = ""] = fix.split(/ resolves?: /);
  if (told.includes("allow_prereleases = true"))
    return `${text}\n[pipenv]\nallow_prereleases = true\n`;
  const lines = text.split("\n");
  for (const [, line = "", at = ""] of told.matchAll(named))
    lines[Number(at) - 1] = line.startsWith("leaving out") ? "" : line;
  return lines.join("\n");
}
