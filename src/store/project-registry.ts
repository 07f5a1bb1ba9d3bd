import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WatchedProject } from "../model/watched-project.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import { acquireLock } from "../util/process-lock.ts";
import { isReadableSchema, storeSchema } from "./schema.ts";

/** The projects of this machine that are watched. They are no knowledge: no export holds them. */
export interface ProjectRegistry {
  /** In the order in which they were added. */
  all(): readonly WatchedProject[];
  /** Takes the place of an entry for the same directory. */
  add(project: WatchedProject): Promise<void>;
  /** False if it was not watched. */
  remove(directory: string): Promise<boolean>;
}

const lockTimeoutMs = 30_000;

/** The registry in `projects.json` of a store. Throws `store-damaged` and `store-unwritable`. */
export function openProjectRegistry(storeDirectory: string): ProjectRegistry {
  const path = join(storeDirectory, "projects.json");
  const change = async (edit: (projects: WatchedProject[]) => WatchedProject[]) => {
    try {
      const lock = await acquireLock(`${path}.lock`, { timeoutMs: lockTimeoutMs });
      try {
        const projects = edit([...read(path)]);
        writeAtomic(path, `${JSON.stringify({ schema: storeSchema, projects }, null, 2)}\n`, {
          durable: true,
        });
      } finally {
        lock.release();
      }
    } catch (error) {
      throw storageError(error, path, "store-unwritable");
    }
  };
  const at = (projects: readonly WatchedProject[], directory: string) =>
    projects.findIndex((project) => project.directory === directory);
  return {
    all: () => read(path),
    add: (project) =>
      change((projects) => {
        const place = at(projects, project.directory);
        return place < 0 ? [...projects, project] : projects.with(place, project);
      }),
    remove: async (directory) => {
      if (at(read(path), directory) < 0) return false;
      await change((projects) => projects.filter((project) => project.directory !== directory));
      return true;
    },
  };
}

function read(path: string): readonly WatchedProject[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    if (errorCode(error) === undefined) throw error;
    throw new ThothError("store-damaged", `\`${path}\` can't be read`, {
      hint: "check its permissions, or name another folder with --store",
      cause: error,
    });
  }
  const value = parsedJson(text);
  if (isRecord(value) && isReadableSchema(value["schema"], path)) {
    const { projects } = value;
    if (Array.isArray(projects) && projects.every(isWatchedProject)) return projects;
  }
  throw new ThothError("store-damaged", `\`${path}\` is not a list of watched projects`, {
    hint: "delete it, and name the projects again with `thoth watch`",
  });
}

function isWatchedProject(value: unknown): value is WatchedProject {
  return (
    isRecord(value) &&
    typeof value["directory"] === "string" &&
    (value["files"] === undefined || isFiles(value["files"])) &&
    (value["runtime"] === null || typeof value["runtime"] === "string") &&
    typeof value["dev"] === "boolean" &&
    typeof value["write"] === "boolean" &&
    (value["exec"] === null || typeof value["exec"] === "string") &&
    typeof value["addedAt"] === "string"
  );
}

function isFiles(value: unknown): boolean {
  return (
    isRecord(value) && typeof value["manifest"] === "string" && typeof value["lock"] === "string"
  );
}
