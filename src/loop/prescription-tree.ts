import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { metadataFile } from "../prescription/document.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

/** A folder below the root ("" is the root) and when its list of names last changed, ms. */
export type FolderStamp = readonly [path: string, changedAt: number];

/** A file below the root, its bytes, and when it last changed, ms. */
export type FileStamp = readonly [path: string, size: number, changedAt: number];

/** By what a change below a folder shows. */
export interface TreeStamps {
  readonly folders: readonly FolderStamp[];
  readonly files: readonly FileStamp[];
}

/** What stands below a folder of prescriptions, in the order of names. */
export interface PrescriptionTree extends TreeStamps {
  /** Metadata files. */
  readonly metadata: readonly FileStamp[];
}

/** More than anybody's. */
const mostFiles = 500_000;
const deepest = 12;

/** Throws `bad-configuration` where there is none. */
export function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new ThothError(
      "bad-configuration",
      `there is no folder \`${folder}\` of prescriptions (${errorCode(error)})`,
      { hint: "name one with --prescriptions, or leave the setting `prescriptions` out" },
    );
  }
}

/** Hidden files are left out, links are not followed. Throws `bad-configuration`. */
export function listPrescriptions(root: string): PrescriptionTree {
  const tree = { folders: [], files: [], metadata: [] };
  listBelow(root, "", 0, tree);
  return tree;
}

interface Growing {
  readonly folders: FolderStamp[];
  readonly files: FileStamp[];
  readonly metadata: FileStamp[];
}

function listBelow(root: string, folder: string, depth: number, tree: Growing): void {
  const at = join(root, folder);
  // Before its names are read: what comes later shows as a change
  tree.folders.push([folder, inFolder(at, () => statSync(at)).mtimeMs]);
  const entries = inFolder(at, () => readdirSync(at, { withFileTypes: true }));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what no index can hold
    if (entry.name.startsWith(".") || /[\x00-\x1f\x7f]/.test(entry.name)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && depth < deepest) listBelow(root, path, depth + 1, tree);
    if (entry.isFile() && /\.ya?ml$/.test(entry.name)) addFile(root, path, tree);
  }
}

function addFile(root: string, path: string, tree: Growing): void {
  const stamp = fileStamp(root, path);
  if (stamp === undefined) return;
  const isMetadata = basename(path) === metadataFile;
  (isMetadata ? tree.metadata : tree.files).push(stamp);
  if (tree.files.length > mostFiles)
    throw new ThothError("bad-configuration", `\`${root}\` holds more than ${mostFiles} files`);
}

function inFolder<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new ThothError(
      "bad-configuration",
      `prescriptions in \`${path}\` can't be read (${code})`,
      {
        hint: "name a folder that holds files of prescriptions with --prescriptions",
        cause: error,
      },
    );
  }
}

/** Undefined where there is no such file any more. */
export function fileStamp(root: string, path: string): FileStamp | undefined {
  const status = statSync(`${root}/${path}`, { throwIfNoEntry: false });
  return status?.isFile() === true ? [path, status.size, status.mtimeMs] : undefined;
}

/** Whether all folders still have the names that were read, and, where asked, each file its content. */
export function isTreeAsBefore(
  root: string,
  { folders, files }: TreeStamps,
  eachFile: boolean,
): boolean {
  return (
    folders.every((folder) => isFolderAsBefore(root, folder)) &&
    (!eachFile || files.every((file) => isFileAsBefore(root, file)))
  );
}

function isFolderAsBefore(root: string, [path, changedAt]: FolderStamp): boolean {
  return statSync(`${root}/${path}`, { throwIfNoEntry: false })?.mtimeMs === changedAt;
}

export function isFileAsBefore(root: string, [path, size, changedAt]: FileStamp): boolean {
  const now = fileStamp(root, path);
  return now?.[1] === size && now[2] === changedAt;
}
