import { type Marker, markerText, parseMarker, tryParseMarker } from "./marker.ts";
import type { MarkerComparison } from "./marker-syntax.ts";
import { byText } from "./python-text.ts";
import { isTomlTable, type TomlTable, type TomlValue } from "./toml.ts";

/** Markers that may stand as an option of their own: `sys_platform = "== 'win32'"`. */
export const markerShorthands: readonly string[] = [
  "os_name",
  "sys_platform",
  "platform_machine",
  "platform_python_implementation",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_version",
  "python_full_version",
  "implementation_name",
  "implementation_version",
];

/**
 * Every marker of a Pipfile entry joined by `and`, written as pipenv writes it into the lock:
 * single quotes, parts sorted. Undefined where there is none. A marker that asks for an extra
 * says nothing in a Pipfile and is left out. Unlike pipenv, `os_name = …` counts and a part
 * with `or` gets parentheses (docs/pipfile.md).
 *
 * @throws MarkerSyntaxError
 */
export function lockMarkers(entry: TomlValue): string | undefined {
  if (!isTomlTable(entry)) return undefined;
  const parts = new Map(markerParts(entry).map((marker) => [markerText(marker), marker]));
  if (parts.size === 0) return undefined;
  const sorted = [...parts].toSorted(([a], [b]) => byText(a, b));
  const isAlone = parts.size === 1;
  return inSingleQuotes(
    sorted
      .map(([text, marker]) => (marker.kind === "or" && !isAlone ? `(${text})` : text))
      .join(" and "),
  );
}

function markerParts(entry: TomlTable): readonly Marker[] {
  const parts: Marker[] = [];
  const { markers } = entry;
  if (typeof markers === "string" && markers !== "") {
    const marker = parseMarker(markers);
    if (!asksForExtra(marker)) parts.push(marker);
  }
  for (const name of markerShorthands) {
    const condition = entry[name];
    if (typeof condition === "string") parts.push(parseMarker(`${name} ${condition}`));
  }
  return parts;
}

function asksForExtra(marker: Marker): boolean {
  return comparisons(marker).some(({ left, right }) =>
    [left, right].some(({ kind, value }) => kind === "variable" && value === "extra"),
  );
}

function comparisons(marker: Marker): readonly MarkerComparison[] {
  return marker.kind === "comparison" ? [marker] : marker.parts.flatMap(comparisons);
}

/** A text with a single quote inside would not survive the change, so it keeps its double ones. */
function inSingleQuotes(text: string): string {
  const single = text.replaceAll('"', "'");
  const marker = text.includes("'") ? tryParseMarker(single) : undefined;
  const survives = !text.includes("'") || (marker !== undefined && markerText(marker) === text);
  return survives ? single : text;
}
