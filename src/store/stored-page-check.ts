import { isRecord } from "../util/json.ts";
import type { StoredPage, StoredRelease } from "./stored-page.ts";

/** Whether what was read has the shape of a page: the file may have been edited by hand. */
export function isStoredPage(value: unknown): value is StoredPage {
  return (
    isRecord(value) &&
    typeof value["name"] === "string" &&
    typeof value["index"] === "string" &&
    typeof value["checkedAt"] === "number" &&
    isOptionalText(value["absent"]) &&
    (value["status"] === undefined || isStatus(value["status"])) &&
    (value["attests"] === undefined || typeof value["attests"] === "boolean") &&
    isRecord(value["validators"]) &&
    Array.isArray(value["releases"]) &&
    value["releases"].every(isStoredRelease)
  );
}

const states = new Set<unknown>(["active", "archived", "quarantined", "deprecated"]);

function isStatus(value: unknown): boolean {
  return isRecord(value) && states.has(value["state"]) && isOptionalText(value["reason"]);
}

function isStoredRelease(value: unknown): value is StoredRelease {
  return (
    isRecord(value) &&
    typeof value["version"] === "string" &&
    isOptionalText(value["vanished"]) &&
    (value["gone"] === undefined || isGoneList(value["gone"])) &&
    Array.isArray(value["files"]) &&
    value["files"].every(isFile)
  );
}

function isGoneList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (file) =>
        isRecord(file) &&
        typeof file["filename"] === "string" &&
        typeof file["sha256"] === "string" &&
        typeof file["vanished"] === "string",
    )
  );
}

function isFile(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value["filename"] === "string" &&
    typeof value["url"] === "string" &&
    isOptionalText(value["requiresPython"]) &&
    isOptionalText(value["yanked"]) &&
    isOptionalText(value["sha256"]) &&
    isOptionalText(value["provenance"])
  );
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}
