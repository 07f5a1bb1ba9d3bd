import { resolve } from "node:path";
import { type PackageName, packageName } from "../python/name.ts";
import { type Pipfile, parsePipfile } from "../python/pipfile.ts";
import { parseRequirement, type Requirement } from "../python/requirement.ts";
import { type EditedFile, editedJson, editedText } from "../reports/edited-file.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { ThothError } from "../util/errors.ts";
import { runAdvise } from "./advise.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { editPipfile, type PipfileChange } from "./edit-pipfile.ts";

export interface ChangeFlags {
  readonly directory: string;
  /** The Pipfile's name of the category; undefined: `packages` to add to, any to remove from. */
  readonly category: string | undefined;
  /** Make a lock of it, and put the Pipfile back where there is none. */
  readonly advise: boolean;
  /** Leave the change in the Pipfile though there is no lock of it. */
  readonly keep: boolean;
}

/** `thoth add`: new lines in the Pipfile, the rest of it byte for byte as it was. */
export function runAdd(
  specs: readonly string[],
  flags: ChangeFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const category = flags.category ?? "packages";
  const requirements = specs.map(asked);
  return change("added", flags, context, (text, file) => {
    const pipfile = parsePipfile(text, file);
    const { sortPipfile: sorted } = pipfile.settings;
    return requirements.map(({ name, canonical, specifier, extras, markerText }, at) => {
      refuseTwice(pipfile, canonical, category);
      refuseRepeated(requirements.slice(0, at), canonical);
      const version = specifier.text === "" ? "*" : specifier.text;
      const markers = markerText === undefined ? {} : { markers: markerText };
      return { kind: "add", entry: { category, name, version, extras, sorted, ...markers } };
    });
  });
}

/** `thoth remove`: lines out of the Pipfile, comments on lines of their own stay. */
export function runRemove(
  names: readonly string[],
  flags: ChangeFlags,
  context: CommandContext,
): Promise<CommandResult> {
  return change("removed", flags, context, (text, file) => {
    const pipfile = parsePipfile(text, file);
    return names.flatMap((raw) => {
      const name = packageName(raw.trim());
      return categoriesWith(pipfile, name, flags.category, raw).map(
        (category) => ({ kind: "remove", category, name }) as const,
      );
    });
  });
}

/** Makes the changes, then a lock; where no stack has them they are taken back. */
async function change(
  kind: EditedFile["change"],
  { directory, advise, keep }: ChangeFlags,
  context: CommandContext,
  plan: (text: string, file: string) => readonly PipfileChange[],
): Promise<CommandResult> {
  const edited = await editPipfile(resolve(context.workingDirectory, directory), context, plan);
  const { file, lines } = edited;
  const told = { file, change: kind, lines };
  if (!advise) {
    const stdout = context.json ? editedJson(told) : editedText(told);
    return { stdout, stderr: "", exitCode: 0 };
  }
  let result: CommandResult;
  try {
    result = await runAdvise(plainAdvice(directory), context);
  } catch (error) {
    if (!keep) context.emit({ type: "warning", message: (await edited.putBack()).trimEnd() });
    throw error;
  }
  // What is missing may yet be learnt: only a "no" takes the change back
  const stays = result.exitCode !== 1 || keep;
  const back = stays ? "" : await edited.putBack();
  return { ...result, stderr: (stays ? editedText(told) : "") + result.stderr + back };
}

function plainAdvice(directory: string) {
  return {
    ...{ directory, check: false, dryRun: false, upgrade: false, upgradePackages: [], count: 1 },
    ...{ dev: true, wait: true, failOn: undefined },
  };
}

function asked(spec: string): Requirement & { readonly markerText?: string } {
  try {
    const requirement = parseRequirement(spec);
    if (requirement.url === undefined) {
      const [, markerText] = /;\s*(.+)$/.exec(spec) ?? [];
      return markerText === undefined ? requirement : { ...requirement, markerText };
    }
  } catch (error) {
    throw new ThothError(
      "usage",
      `\`${spec}\` is no requirement: ${error instanceof Error ? error.message : error}`,
      {
        hint: "write NAME, NAME[extra], or NAME and a version such as 'flask>=3,<4'",
      },
    );
  }
  throw new ThothError("usage", `\`${spec}\` comes from an address`, {
    hint: "write git, path and url entries into the Pipfile by hand",
  });
}

function refuseTwice({ categories }: Pipfile, name: PackageName, category: string): void {
  const own = categories.find((one) => one.name === category);
  const entry = own?.entries.find(({ canonical }) => canonical === name);
  if (entry === undefined) return;
  throw new ThothError("usage", `${entry.name} stands in [${category}] already`, {
    place: entry.place,
    hint: `change that line, or \`thoth remove ${name}\` first`,
  });
}

function refuseRepeated(before: readonly Requirement[], name: PackageName): void {
  if (!before.some(({ canonical }) => canonical === name)) return;
  throw new ThothError("usage", `${name} is given twice`, { hint: "write it once" });
}

function categoriesWith(
  { categories }: Pipfile,
  name: PackageName,
  wanted: string | undefined,
  raw: string,
): readonly string[] {
  const holding = categories.filter(
    (one) =>
      (wanted === undefined || one.name === wanted) &&
      one.entries.some(({ canonical }) => canonical === name),
  );
  if (holding.length > 0) return holding.map((one) => one.name);
  const all = categories.flatMap(({ entries }) => entries.map(({ canonical }) => canonical));
  const meant = didYouMean(name, all);
  throw new ThothError("usage", `the Pipfile does not ask for \`${raw}\``, {
    hint:
      meant === undefined
        ? "`thoth why NAME` says who needs a package"
        : `did you mean \`${meant}\`?`,
  });
}
