import { safeText } from "../util/terminal-text.ts";

const maxLines = 12;
const maxCharacters = 2000;

/**
 * The end of what a tool printed, fit to be kept and shown: control characters and the sandbox's
 * own paths removed, at most 12 lines and 2,000 characters.
 */
export function detailOf(text: string): string {
  const lines = text
    .split("\n")
    .map((line) =>
      safeText(line).replaceAll(/\/work\/environment\/lib\/[^/]+\/site-packages\//g, ""),
    )
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  return lines.slice(-maxLines).join("\n").slice(-maxCharacters);
}
