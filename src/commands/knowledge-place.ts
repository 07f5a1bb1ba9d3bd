import type { Configuration } from "../config.ts";
import { postgresAddress } from "../postgres/address.ts";

/** Where knowledge lies, for people: a folder, or a database without its password. */
export function knowledgePlace(
  { postgresql, storeDirectory }: Configuration,
  backEnd: Configuration["knowledge"],
): string {
  if (backEnd === "json") return storeDirectory;
  return postgresAddress(postgresql?.url ?? "")?.shown ?? "";
}
