import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WatchedProject } from "../model/watched-project.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { acquireLock } from "../util/process-lock.ts";
import { isRecord } from "./stored-page-check.ts";

/** The projects of this machine that are watched. They are no knowledge: no export holds them. */
export interface ProjectRegistry {
  /** In the order in which they were added. */
  all(): readonly WatchedProject[];
  /** Takes the place of an entry for the same directory. */
  add(project: WatchedProject): Promise<void>;
  /** False if it was not watched. */
  remove(directory: string): Promise<boolean>;
}

const schema = "1.0.0";
const lockTimeoutMs = 30_000;

/** The registry in `projects.json` of a store. Throws `store-damaged` and `store-unwritable`. */
export function openProjectRegistry(storeDirectory: string): ProjectRegistry {
  const path = join(storeDirectory, "projects.json");
  const change = async (edit: (projects: WatchedProject[]) => WatchedProject[]) => {
    try {
      const lock = await acquireLock(`${path}.lock`, { timeoutMs: lockTimeoutMs });
      try {
        const projects = edit([...read(path)]);
        writeAtomic(path, `${JSON.stringify({ schema, projects }, null, 2)}\n`, { durable: true });
      } finally {
        lock.release();
      }
    } catch (error) {
      throw storageError(error, path, "store-unwritable");
    }
  };
  const others = (projects: readonly WatchedProject[], directory: string) =>
    projects.filter((project) => project.directory !== directory);
  return {
    all: () => read(path),
    add: (project) => change((projects) => [...others(projects, project.directory), project]),
    remove: async (directory) => {
      if (!read(path).some((project) => project.directory === directory)) return false;
      await change((projects) => others(projects, directory));
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
    throw storageError(error, path, "store-damaged");
  }
  const value = parsed(text);
  const projects = isRecord(value) ? value["projects"] : undefined;
  if (Array.isArray(projects) && projects.every(isWatchedProject)) return projects;
  throw new ThothError("store-damaged", `\`${path}\` is not a list of watched projects`, {
    hint: "delete it, and name the projects again with `thoth watch`",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWatchedProject(value: unknown): value is WatchedProject {
  return (
    isRecord(value) &&
    typeof value["directory"] === "string" &&
    (value["runtime"] === null || typeof value["runtime"] === "string") &&
    typeof value["dev"] === "boolean" &&
    typeof value["write"] === "boolean" &&
    (value["exec"] === null || typeof value["exec"] === "string") &&
    typeof value["addedAt"] === "string"
  );
}
