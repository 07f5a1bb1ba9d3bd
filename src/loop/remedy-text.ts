import type { Remedy, RemedyEdit } from "../model/advice.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import type { Manifest } from "./manifest.ts";

/**
 * A remedy as people read it, the line as it is to be written, with whatever else it says:
 * `flask = "~=3.0" (Pipfile:7) resolves: flask 3.0.3, werkzeug 3.1.3`.
 */
export function remedyText({ edits, versions }: Remedy, manifest: Manifest): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const what = edits.map((edit) => editText(edit, manifest)).join(" and ");
  return `${what} ${edits.length > 1 ? "resolve" : "resolves"}: ${told(named)}`;
}

const mostNamed = 5;

function told(named: readonly string[]): string {
  if (named.length === 0) return "the rest";
  const hidden = named.length - mostNamed;
  const shown = named.slice(0, mostNamed).join(", ");
  return hidden > 0 ? `${shown} and ${hidden} more` : shown;
}

function editText(edit: RemedyEdit, manifest: Manifest): string {
  switch (edit.kind) {
    case "requirement":
      return `${lineText(edit, manifest)} (${edit.where})`;
    case "constraint":
      return `leaving out ${edit.name} ${edit.before} (${edit.where})`;
    case "removal":
      return `leaving out ${edit.name} (${edit.where})`;
    case "pre-releases":
      return "`allow_prereleases = true` in [pipenv]";
    case "python":
      return `Python ${edit.version} (\`--python ${edit.version}\`)`;
  }
}

type RequirementEdit = RemedyEdit & { readonly kind: "requirement" };

/** A line as the file has it that is to be changed. */
function lineText({ name, where, after }: RequirementEdit, manifest: Manifest): string {
  const entry = manifest.pipfile.categories
    .flatMap(({ entries }) => entries)
    .find((one) => one.name === name && placeText(one) === where);
  if (manifest.kind === "pipfile") {
    const written = entry === undefined ? undefined : changedLine(entry, after, manifest.text);
    return written ?? `${name} = "${after}"`;
  }
  const { extras = [], markers } = entry ?? {};
  const bracket = extras.length === 0 ? "" : `[${extras.join(",")}]`;
  const marker = markers === undefined ? "" : `; ${markers}`;
  return `${name}${bracket}${after === "*" ? "" : after}${marker}`;
}

function placeText({ place }: PipfileEntry): string {
  return `${place.file}:${place.line}`;
}

/** `kit = {extras = ["x"], version = "~=2.0"}`; of a table over several lines, the one to change. */
function changedLine(entry: PipfileEntry, after: string, text: string): string | undefined {
  if (entry.kind !== "index" || typeof entry.written === "string") return undefined;
  const line = text.split(/\r\n|\n/)[entry.place.line - 1] ?? "";
  for (const quote of ['"', "'"]) {
    const before = `${quote}${entry.version}${quote}`;
    const at = line.lastIndexOf(before);
    if (at < 0 || !line.includes("{")) continue;
    const changed = `${line.slice(0, at)}"${after}"${line.slice(at + before.length)}`;
    return changed.slice(0, changed.lastIndexOf("}") + 1).trim();
  }
  return `version = "${after}" of ${entry.name}`;
}
