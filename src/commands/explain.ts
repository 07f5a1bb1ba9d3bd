import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explainedRules } from "../model/why.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { lines } from "../reports/wording.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { errorCodes, ThothError } from "../util/errors.ts";
import { packageRoot } from "../util/package-root.ts";
import type { CommandContext, CommandResult } from "./command.ts";

/** `thoth explain`: a page that ships with the package, or the list of all pages. */
export async function runExplain(
  asked: string | undefined,
  context: CommandContext,
): Promise<CommandResult> {
  const schema = { schema: "thoth.explanation", version: "1.0" };
  if (asked === undefined) {
    const pages = pageNames().map((name) => ({ name, title: titleOf(pageText(name)) }));
    const text = lines(pages.map(({ name, title }) => `${name.padEnd(16)} ${title}`));
    return done(context.json ? jsonDocument({ ...schema, pages }) : text);
  }
  const name = pageOf(asked);
  const page = pageText(name);
  return done(context.json ? jsonDocument({ ...schema, name, title: titleOf(page), page }) : page);
}

function done(stdout: string): CommandResult {
  return { stdout, stderr: "", exitCode: 0 };
}

/** The folder of the pages; each is called after what it explains. */
function folder(): string {
  return join(packageRoot(), "docs", "explain");
}

/** Codes first, then rules. */
function pageNames(): readonly string[] {
  const names = readdirSync(folder()).map((file) => file.replace(/\.md$/, ""));
  const codes = names.filter((name) => name.startsWith("THOTH-"));
  return [...codes.sort(), ...names.filter((name) => !codes.includes(name)).sort()];
}

function pageText(name: string): string {
  return readFileSync(join(folder(), `${name}.md`), "utf8");
}

function titleOf(page: string): string {
  return page.split("\n", 1)[0]?.replace(/^# (?:[^:]*: )?/, "") ?? "";
}

/** `thoth-e0201`, `E0201`, `201`, `unsatisfiable` and `kept` all name a page. */
function pageOf(asked: string): string {
  const word = asked.trim();
  const names = pageNames();
  const number = /^(?:thoth-?)?e?0*(\d{1,4})$/i.exec(word)?.[1];
  const code = number === undefined ? undefined : `THOTH-E${number.padStart(4, "0")}`;
  const ids = new Map<string, string>(
    Object.entries(errorCodes).map(([kind, { id }]) => [kind, id]),
  );
  const wanted = code ?? ids.get(word.toLowerCase()) ?? word.toLowerCase();
  if (names.includes(wanted)) return wanted;
  const meant = didYouMean(word, [...names, ...ids.keys(), ...explainedRules]);
  throw new ThothError("usage", `there is no page on \`${asked}\``, {
    hint:
      meant === undefined ? "`thoth explain` lists what is explained" : `did you mean ${meant}?`,
  });
}
