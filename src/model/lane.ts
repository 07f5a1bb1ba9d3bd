import type { Task } from "./task.ts";

/** Kinds of work that get in each other's way; lanes run side by side, each within its bounds. */
export const laneNames = ["index", "sources", "install", "si-scan", "notes", "advise"] as const;

export type LaneName = (typeof laneNames)[number];

/** The lane of each kind of task. */
export const laneOfTask: Readonly<Record<Task["kind"], LaneName>> = {
  "learn-releases": "index",
  "learn-metadata": "index",
  "learn-source": "sources",
  install: "install",
  "si-scan": "si-scan",
  "note-vanished": "notes",
  "note-absent": "notes",
  "note-source-distribution": "notes",
  "note-hashes": "notes",
  "consider-release": "notes",
  "solve-everywhere": "notes",
  "warn-projects": "notes",
  revsolve: "notes",
  "take-inspection": "notes",
  "check-provenance": "advise",
  advise: "advise",
};
