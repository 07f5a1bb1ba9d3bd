import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";

/** A file of requirements after `thoth add` or `thoth remove`. */
export interface EditedFile {
  /** As the user knows it. */
  readonly file: string;
  readonly change: "added" | "removed";
  /** Without indentation and line breaks. */
  readonly lines: readonly string[];
}

/** `Pipfile: flask = "*"`. */
export function editedText({ file, lines }: EditedFile): string {
  return safeText(`${file}: ${lines.join(", ")}`).concat("\n");
}

/** `{"schema": "thoth.edited", …}`. */
export function editedJson(edited: EditedFile): string {
  return jsonDocument({ schema: "thoth.edited", version: "1.0", ...edited });
}
