import { readFileSync } from "node:fs";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import { errorCode } from "../util/atomic-write.ts";
import { isRecord } from "../util/json.ts";
import { DamagedFileError, parseOwn } from "./damage.ts";
import { isReadableSchema } from "./schema.ts";

/** store.json: what stands at the top of a store. */
export interface Catalogue {
  schema: string;
  /** ISO 8601. */
  created: string;
  /** Random; tells the revisions of two stores apart. */
  id: string;
  /** Moves before the first file of a flush and again after the last, so it is odd meanwhile. */
  revision: number;
  /** Folder name to address. */
  indexes: Record<string, string>;
}

/** undefined if there is no store yet. Throws DamagedFileError. */
export function readCatalogue(path: string): Catalogue | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
  return parseCatalogue(text, path);
}

export function parseCatalogue(text: string, path: string): Catalogue {
  const value: unknown = parseOwn(path, () => JSON.parse(text));
  if (isRecord(value) && isReadableSchema(value["schema"], path) && isCatalogue(value))
    return value;
  throw new DamagedFileError(path, "it does not have the shape of a store's catalogue");
}

export function revisionText(catalogue: Catalogue | undefined): string {
  return catalogue === undefined ? "0" : `${catalogue.revision}-${catalogue.id}`;
}

export function indexesOf(catalogue: Catalogue | undefined): Map<string, IndexUrl> {
  const indexes = Object.entries(catalogue?.indexes ?? {});
  return new Map(indexes.map(([key, address]) => [key, indexUrl(address)]));
}

function isCatalogue(value: unknown): value is Catalogue {
  return (
    isRecord(value) &&
    typeof value["created"] === "string" &&
    typeof value["id"] === "string" &&
    typeof value["revision"] === "number" &&
    isRecord(value["indexes"]) &&
    Object.values(value["indexes"]).every((address) => typeof address === "string")
  );
}
