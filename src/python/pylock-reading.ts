import { ThothError } from "../util/errors.ts";
import { type Marker, markerText, tryParseMarker } from "./marker.ts";
import { packageName } from "./name.ts";
import type { LockCategory, LockEntry, LockTable, PipfileLock } from "./pipfile-lock.ts";
import { categoryOf, type PylockFile } from "./pylock.ts";
import { isTomlTable, parseToml, type TomlTable, type TomlValue } from "./toml.ts";
import { locateKey } from "./toml-keys.ts";

/**
 * Reads a pylock.toml (PEP 751) back, also one that another tool wrote: packages by category, with
 * their files under `files`.
 *
 * @throws ThothError `bad-toml`, or `bad-lock` for another major version and for wrong shapes
 */
export function parsePylock(text: string, file: string): PipfileLock {
  const tables = parseToml(text, file);
  const refuse = (path: readonly string[], message: string, hint = remedy) => {
    const { line = 1, column = 1 } = locateKey(text, path) ?? {};
    return new ThothError("bad-lock", message, { place: { file, line, column }, hint });
  };
  const { "lock-version": version, packages = [] } = tables;
  if (typeof version !== "string" || !/^1(?:\.\d+)*$/.test(version)) {
    const newer = "it is of a later standard: write it anew with `thoth advise`";
    throw refuse(["lock-version"], "the lock is of no version 1.x of PEP 751", newer);
  }
  if (!Array.isArray(packages)) throw refuse(["packages"], "`packages` must be a list of tables");
  const categories = new Map<string, Map<string, LockEntry>>([["default", new Map()]]);
  for (const [at, one] of packages.entries()) {
    const name = isTomlTable(one) ? one["name"] : undefined;
    if (!isTomlTable(one) || typeof name !== "string")
      throw refuse(["packages", String(at)], "a package without a `name`");
    const { names, markers } = selectionOf(one["marker"]);
    const entry = { ...entryOf(one), ...(markers === undefined ? {} : { markers }) };
    for (const category of names) {
      const entries = categories.get(category) ?? new Map<string, LockEntry>();
      categories.set(category, entries.set(packageName(name), entry));
    }
  }
  return {
    meta: { requires: {}, sources: [], others: {} },
    categories: new Map<string, LockCategory>(categories),
    newline: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

const remedy = "restore the file, or delete it and lock again";

interface Selection {
  readonly names: readonly string[];
  readonly markers?: string;
}

/** Takes the extras and groups off a marker, where they stand as our writer puts them. */
function selectionOf(value: TomlValue | undefined): Selection {
  const marker = typeof value === "string" ? tryParseMarker(value) : undefined;
  if (marker === undefined) return { names: ["default"] };
  const whole = selected(marker);
  if (whole !== undefined) return { names: whole };
  if (marker.kind === "and") {
    const [first, ...rest] = marker.parts;
    const names = first === undefined ? undefined : selected(first);
    if (names !== undefined) return { names, markers: rest.map(markerText).join(" and ") };
  }
  return { names: ["default"], markers: markerText(marker) };
}

/** The categories that a marker asks for, if it asks for nothing else. */
function selected(marker: Marker): readonly string[] | undefined {
  if (marker.kind === "or") {
    const parts = marker.parts.map(selected);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (marker.kind !== "comparison") return undefined;
  const { left, operator, right } = marker;
  if (operator !== "in" || left.kind !== "text" || right.kind !== "variable") return undefined;
  const { value: variable } = right;
  if (variable !== "extras" && variable !== "dependency_groups") return undefined;
  return [categoryOf({ variable, name: left.value })];
}

function entryOf(one: TomlTable): LockEntry {
  const { version, vcs, directory, archive } = one;
  if (isTomlTable(vcs)) {
    return {
      ...texts({ git: vcs["url"], ref: vcs["commit-id"], subdirectory: vcs["subdirectory"] }),
    };
  }
  if (isTomlTable(directory)) {
    const flag = directory["editable"] === true ? { editable: true } : {};
    return {
      ...texts({ path: directory["path"], subdirectory: directory["subdirectory"] }),
      ...flag,
    };
  }
  if (isTomlTable(archive)) {
    const sha256 = hashOf(archive);
    const hashes = sha256 === undefined ? {} : { hashes: [`sha256:${sha256}`] };
    return { ...texts({ file: archive["url"] ?? archive["path"] }), ...hashes };
  }
  const files = filesOf(one);
  return {
    hashes: files.map(({ sha256 }) => `sha256:${sha256}`).sort(),
    files: files.map((file): LockTable => ({ ...file })),
    ...(typeof version === "string" ? { version: `==${version}` } : {}),
  };
}

function texts(values: Readonly<Record<string, TomlValue | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value]] : [],
    ),
  );
}

function hashOf(table: TomlTable): string | undefined {
  const { hashes } = table;
  const sha256 = isTomlTable(hashes) ? hashes["sha256"] : undefined;
  return typeof sha256 === "string" ? sha256 : undefined;
}

function filesOf({ wheels, sdist }: TomlTable): readonly PylockFile[] {
  const tables = [...(Array.isArray(wheels) ? wheels : []), sdist].filter(isTomlTable);
  return tables.flatMap((table): readonly PylockFile[] => {
    const { url, path, size } = table;
    const sha256 = hashOf(table);
    const last = (typeof path === "string" ? path : String(url ?? "")).split("/").at(-1) ?? "";
    const name = typeof table["name"] === "string" ? table["name"] : decodeURIComponent(last);
    if (sha256 === undefined || name === "") return [];
    const time = table["upload-time"];
    return [
      {
        filename: name,
        sha256,
        ...(typeof size === "bigint" ? { size: Number(size) } : {}),
        ...(time instanceof Date ? { uploadedAt: time.toISOString() } : {}),
        ...texts({ url, path }),
      },
    ];
  });
}

/** The files that an entry of a pylock.toml says of itself; undefined for any other entry. */
export function filesOfEntry({ files }: LockEntry): readonly PylockFile[] | undefined {
  if (!Array.isArray(files)) return undefined;
  return files.flatMap((file: LockTable): readonly PylockFile[] => {
    const { filename, sha256, size, uploadedAt, url, path } = file;
    if (typeof filename !== "string" || typeof sha256 !== "string") return [];
    return [
      {
        filename,
        sha256,
        ...(typeof size === "number" ? { size } : {}),
        ...(typeof uploadedAt === "string" ? { uploadedAt } : {}),
        ...(typeof url === "string" ? { url } : {}),
        ...(typeof path === "string" ? { path } : {}),
      },
    ];
  });
}
