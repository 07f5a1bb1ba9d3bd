import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { type Environment, readOptionalText } from "./environment.ts";

/** A setting that pip and Thoth share, named as in pip's files. */
export type PipKey = "index-url" | "cert" | "proxy";

/**
 * One setting as pip takes it for `pip install`: the environment (`PIP_INDEX_URL`), else pip's
 * files, the last that has it, `[install]` before `[global]`. Undefined where pip is not told.
 */
export async function pipSetting(
  environment: Environment,
  key: PipKey,
): Promise<string | undefined> {
  const own = environment[`PIP_${key.replaceAll("-", "_").toUpperCase()}`] ?? "";
  if (own !== "") return own;
  const texts = await Promise.all(configurationFiles(environment).map(readOptionalText));
  const files = texts.filter((text) => text !== undefined).map(parseIni);
  for (const section of ["install", "global"]) {
    const value = files.findLast((file) => file.has(`${section}.${key}`))?.get(`${section}.${key}`);
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}

/**
 * The index that pip would use here. Where neither environment nor files name one, `askPip` asks
 * a pip for its built-in default; undefined where there is no pip to ask.
 */
export async function pipIndexUrl(
  environment: Environment,
  askPip: () => Promise<string | undefined>,
): Promise<string | undefined> {
  return (await pipSetting(environment, "index-url")) ?? (await askPip());
}

/** The file or folder of certificates that pip is told to trust instead of its own. */
export function pipCertificate(environment: Environment): Promise<string | undefined> {
  return pipSetting(environment, "cert");
}

/** pip's files, weakest first, as pip documents them for Linux and macOS. */
function configurationFiles(environment: Environment): readonly string[] {
  const own = environment["PIP_CONFIG_FILE"] ?? "";
  // pip's documented way to read no file at all.
  if (own === "/dev/null") return [];
  const home = environment["HOME"] ?? homedir();
  const folders = (environment["XDG_CONFIG_DIRS"] || "/etc/xdg").split(delimiter);
  const userFolder = environment["XDG_CONFIG_HOME"] || join(home, ".config");
  const venv = environment["VIRTUAL_ENV"] ?? "";
  return [
    ...folders.filter((folder) => folder !== "").map((folder) => join(folder, "pip", "pip.conf")),
    "/etc/pip.conf",
    join(home, ".pip", "pip.conf"),
    ...(process.platform === "darwin"
      ? [join(home, "Library", "Application Support", "pip", "pip.conf")]
      : []),
    join(userFolder, "pip", "pip.conf"),
    ...(venv === "" ? [] : [join(venv, "pip.conf")]),
    ...(own === "" ? [] : [own]),
  ];
}

/**
 * `section.key` to value, as Python's configparser reads it without interpolation; keys as pip
 * normalises them (`index_url`, `Index-Url` and `--index-url` are one).
 */
export function parseIni(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = "";
  let current = "";
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    const [, key, value = ""] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (header !== undefined) {
      section = header;
      current = "";
    } else if (/^\s/.test(line)) {
      if (current !== "")
        values.set(current, `${values.get(current) ?? ""}\n${line.trim()}`.trim());
    } else if (key !== undefined) {
      current = `${section}.${key.toLowerCase().replaceAll("_", "-").replace(/^--/, "")}`;
      values.set(current, value);
    }
  }
  return values;
}
