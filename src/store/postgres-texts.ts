import { gunzipSync, gzipSync } from "node:zlib";
import type { FactKey } from "./facts-file.ts";

/** `["3.0.3","flask-3.0.3.tar.gz",` is kept as the list that it begins. */
export function columnOf(key: FactKey): string {
  return `${key.slice(0, -1)}]`;
}

/** The other way round. */
export function factKeyOf(column: string): FactKey {
  return `[${column.slice(1, -1)},`;
}

/** A page as the database keeps it. Quick rather than small: a page is packed with each change. */
export function packedPage(text: string): Buffer {
  return gzipSync(text, { level: 4 });
}

/** The other way round; a page has ASCII characters only. */
export function unpackedPage(content: unknown): string {
  return content instanceof Uint8Array ? gunzipSync(content).toString("latin1") : "";
}
