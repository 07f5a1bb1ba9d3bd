import type { ImportFinding, LibraryUsage, Provider } from "../model/library-usage.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import { counted } from "./wording.ts";

const words: Readonly<Record<ImportFinding["kind"], string>> = {
  missing: "missing",
  "perhaps-missing": "perhaps missing",
  transitive: "not asked for",
  misplaced: "for dev-packages",
  unused: "unused",
  "perhaps-unused": "perhaps unused",
};

const evidenceWords: Readonly<Record<ImportFinding["evidence"], string>> = {
  locked: "",
  seen: "",
  table: " (as that module usually is)",
  name: " (a guess: both have one name)",
};

/** What a project's imports say of its requirements; with `all`, what is only perhaps unused, too. */
export function importsText(
  usage: LibraryUsage,
  findings: readonly ImportFinding[],
  all: boolean,
): string {
  const shown = findings.filter(({ kind }) => all || isCertain(kind));
  const lines = shown.map((finding) => safeText(findingLine(finding)));
  const hidden = findings.length - shown.length;
  if (hidden > 0) lines.push(`and ${hidden} that are perhaps missing or unused (-v shows all)`);
  for (const path of usage.unread.slice(0, 5))
    lines.push(safeText(`not all of ${path} could be read`));
  if (usage.unread.length > 5)
    lines.push(`and ${usage.unread.length - 5} more files that could not be read`);
  const modules = counted(usage.uses.size, "module");
  const verb = usage.files === 1 ? "imports" : "import";
  lines.push(
    `${counted(usage.files, "file")} ${verb} ${modules} of others: ${counted(shown.length, "finding")}`,
  );
  return `${lines.join("\n")}\n`;
}

/** Whether a finding is no guess. */
export function isCertain(kind: ImportFinding["kind"]): boolean {
  return kind !== "perhaps-unused" && kind !== "perhaps-missing";
}

function findingLine({
  kind,
  module,
  package: name,
  evidence,
  use,
  where,
  reason,
}: ImportFinding): string {
  const at = use === undefined ? "" : ` (${use.path}:${use.line})`;
  if (module === undefined) return `${words[kind]}: ${where} ${name} ${reason}${at}`;
  return `${words[kind]}: ${module} ${reason}${at}: ${name}${evidenceWords[evidence]}`;
}

/** `{"schema": "thoth.imports", …}`. */
export function importsJson(usage: LibraryUsage, findings: readonly ImportFinding[]): string {
  return jsonDocument({
    schema: "thoth.imports",
    version: "1.1",
    files: usage.files,
    unread: usage.unread,
    imports: [...usage.uses].map(([module, uses]) => ({
      module,
      uses,
      symbols: [...(usage.symbols.get(module) ?? [])].sort(),
    })),
    findings,
  });
}

/** The packages that have a module. */
export function providersText(module: string, providers: readonly Provider[]): string {
  const lines = providers.map(({ name, version, evidence }) =>
    safeText(
      evidence === "seen"
        ? `${name}: its release ${version} was installed and has ${module}`
        : `${name}${evidenceWords[evidence]}`,
    ),
  );
  return `${lines.join("\n")}\n`;
}

/** `{"schema": "thoth.whatprovides", …}`. */
export function providersJson(module: string, providers: readonly Provider[]): string {
  return jsonDocument({ schema: "thoth.whatprovides", version: "1.0", module, providers });
}
