import { safeText } from "../util/terminal-text.ts";
import { clip } from "./table.ts";

/** More of one foreign text than this helps nobody, and would crowd out the rest. */
const longest = 500;

// What Markdown or HTML could take for more than text, anywhere or at the start of a line; then
// what Git services make links of: @name, #1, GH-1, !1, addresses, www.example, :emoji:
const telling =
  /[\\`*~[\]<>&|]|(?<![a-z0-9])_|_(?![a-z0-9])|^[-+=]|(?<=^\d+)[.)](?=\s|$)|(?<=\bwww)\.|[@#]|(?<=\bGH)-(?=\d)|(?<!\w)[!$%](?=\w)|:(?=\/\/|[\d+-]*[a-z_][\w+-]*:)/gi;
const linking = /[@#!$%:-]/;

/**
 * Text from outside as one line of Markdown that shows these characters and does nothing else, in
 * a table too: no markup, HTML, link, mention or reference to an issue.
 */
export function markdownText(foreign: string): string {
  return clip(safeText(foreign).trim(), longest).replace(telling, inert);
}

function inert(character: string, at: number): string {
  // A blank of no width parts the sign from the name, which nobody then takes for a link
  if (linking.test(character) && !(at === 0 && /[-+=]/.test(character)))
    return `${character}&#8203;`;
  return `&#${character.charCodeAt(0)};`;
}

/** Lines that are shown as they are, whatever they hold. */
export function markdownBlock(lines: readonly string[]): string {
  const ticks = lines.flatMap((line) => line.match(/`+/g) ?? []);
  const fence = "`".repeat(Math.max(3, ...ticks.map(({ length }) => length + 1)));
  return [`${fence}text`, ...lines, fence].join("\n");
}
