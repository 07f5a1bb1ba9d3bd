import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  type DeclaredEnvironment,
  declaredEnvironment,
  environmentShape,
  twinProblems,
} from "../model/declared-environment.ts";
import type { Environment } from "../util/environment.ts";
import { ThothError } from "../util/errors.ts";
import { misshapes, type Shape, type Tree, treeAt } from "../util/shaped-tree.ts";
import { refuseAll, yamlTree } from "../util/yaml-tree.ts";
import { expandVariables } from "./expansion.ts";
import { listedSettings, originalSettings } from "./rules.ts";
import { refusal, type Source } from "./sources.ts";

/** A `.thoth.yaml`, of the project or of the user. */
export interface SettingsFile extends Source {
  /** As people know it. */
  readonly file: string;
  /** Undefined where it has no list of them. */
  readonly environments: readonly DeclaredEnvironment[] | undefined;
  /** Keys of the original that it sets and that mean nothing to this program. */
  readonly unused: readonly string[];
}

/** What decides how a file is read. */
export interface FileReading {
  readonly environment: Environment;
  /** The names of all settings. */
  readonly settings: readonly string[];
}

/** Reads a settings file; undefined where there is none. Throws `bad-configuration` for all mistakes. */
export async function readSettingsFile(
  path: string,
  file: string,
  { environment, settings }: FileReading,
): Promise<SettingsFile | undefined> {
  const text = readIfPresent(path, file);
  if (text === undefined) return undefined;
  const written = await yamlTree(text, file);
  const expands = environment["THAMOS_CONFIG_EXPAND_ENV"] === "1";
  const { tree, problems } = expands
    ? expandVariables(written, environment)
    : { tree: written, problems: [] };
  const wrong = misshapes(tree, shapeOf(settings), `\`${file}\``);
  const declared = treeAt(tree, "runtime_environments");
  const entries = declared?.kind === "list" ? declared.items : [];
  const read = entries.map((entry) => declaredEnvironment(entry, dirname(path)));
  const environments = read.flatMap((one) => one.environment);
  const inEntries = read.flatMap((one) => one.problems);
  refuseAll([...problems, ...wrong, ...inEntries, ...twinProblems(environments)]);
  return {
    file,
    environments: declared === undefined ? undefined : environments,
    unused: unusedKeys.filter((key) => isSet(treeAt(tree, key))),
    given: (setting) => givenAt(tree, setting, path),
  };
}

/** What of the original's file is about its service, or about tools of its own. */
const unusedKeys = ["host", "tls_verify", "virtualenv", "managers"];

function shapeOf(settings: readonly string[]): Shape {
  const unused = unusedKeys.map((key): [string, Shape] => [key, "anything"]);
  const originals = [...originalSettings].map((key): [string, Shape] => [key, "text"]);
  const own = settings.map((setting): [string, Shape] => [
    setting,
    listedSettings.has(setting) ? "texts" : "text",
  ]);
  return {
    ...Object.fromEntries([...unused, ...originals]),
    runtime_environments: [environmentShape],
    thoth: Object.fromEntries(own),
  };
}

function isSet(tree: Tree | undefined): boolean {
  return tree !== undefined && !(tree.kind === "scalar" && tree.text === "");
}

function givenAt(tree: Tree, setting: string, path: string): ReturnType<Source["given"]> {
  const own = treeAt(tree, "thoth", setting);
  const found = own ?? (originalSettings.has(setting) ? treeAt(tree, setting) : undefined);
  const text = textOf(found);
  if (found === undefined || text === "") return undefined;
  const { place } = found;
  const refuse = (expects: string, secret?: true) =>
    new ThothError("bad-configuration", refusal(`\`${setting}\``, expects, secret ?? text), {
      place,
    });
  const origin = `${place.file}:${place.line}:${place.column}`;
  return { text, base: dirname(path), origin, refuse };
}

/** A list or keys with values are what stands on the command line with commas between. */
function textOf(tree: Tree | undefined): string {
  switch (tree?.kind) {
    case undefined:
      return "";
    case "scalar":
      return tree.text;
    case "list":
      return tree.items.map(textOf).join(",");
    case "map":
      return [...tree.members].map(([key, { value }]) => `${key}=${textOf(value)}`).join(",");
  }
}

function readIfPresent(path: string, file: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code !== "EACCES" && code !== "EISDIR") throw error;
    throw new ThothError("bad-configuration", `${file} cannot be read`, { cause: error });
  }
}
