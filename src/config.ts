import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import {
  type DeclaredEnvironment,
  declaredEnvironment,
  environmentShape,
} from "./model/declared-environment.ts";
import { type LaneName, laneNames } from "./model/lane.ts";
import {
  type RecommendationType,
  recommendationType,
  recommendationWords,
} from "./model/recommendation.ts";
import { type RequirementsFormat, requirementsFormats } from "./model/requirements-format.ts";
import { type Environment, environmentValue, xdgFolder } from "./util/environment.ts";
import { ThothError } from "./util/errors.ts";
import { type ListenAddress, listenAddress } from "./util/listen-address.ts";
import {
  coolDown,
  coolDownWords,
  duration,
  durationWords,
  folder,
  folders,
  moment,
  momentWords,
  numberPerName,
  pathOrAddress,
  positiveNumber,
  pythonVersion,
  type Reader,
  someNames,
  someText,
  yesOrNo,
} from "./util/setting-readers.ts";
import { misshapes, type Shape, type Tree, treeAt } from "./util/shaped-tree.ts";
import { refuseAll, yamlTree } from "./util/yaml-tree.ts";

/** What the user set, from all places. Times are milliseconds, paths absolute. */
export interface Configuration {
  readonly storeDirectory: string;
  readonly cacheDirectory: string;
  readonly offline: boolean;
  /** Name of the runtime to advise for; undefined: the first declared, else the one found. */
  readonly runtime: string | undefined;
  /** "3.11" or "3.11.7". */
  readonly python: string | undefined;
  /** As written, `${VAR}` not expanded; undefined: the Pipfile's sources, else pip's. */
  readonly indexUrl: string | undefined;
  readonly verify: "all" | "none";
  /** What advice looks for. */
  readonly recommendationType: RecommendationType;
  /** How long what is known of a package's releases counts as current. */
  readonly freshnessMs: number;
  /** Scan what was solved for security indicators, too. */
  readonly security: boolean;
  readonly timeoutMs: number | undefined;
  /** Messages that an investigator has in work at once, by lane; its own numbers for the others. */
  readonly jobs: Jobs;
  /** Most tasks that an investigator lets wait in its engine. */
  readonly maxPending: number | undefined;
  /** Where an investigator serves metrics and health; undefined: nowhere. */
  readonly listen: ListenAddress | undefined;
  /** How often an investigator that follows looks for what changed; undefined: never. */
  readonly refreshEveryMs: number | undefined;
  /** Where `thoth advisories update` finds a database: an absolute path, or an address. */
  readonly advisories: string | undefined;
  /** The moment that advice is of, ms since the epoch; undefined: now. */
  readonly asOf: number | undefined;
  /** How old a release must be, whatever files say; undefined: those decide. */
  readonly coolDown: { readonly periodMs: number; readonly period: string } | undefined;
  /** Names of units of the adviser that are switched off. */
  readonly blockedUnits: readonly string[];
  /** `NAME==VERSION`, the only release of its package that counts, as written; undefined: all do. */
  readonly update: string | undefined;
  /** Folders of prescriptions, absolute; the first has the first say. */
  readonly prescriptions: readonly string[];
  /** Which format says what a project needs, where it has several; undefined: the usual order. */
  readonly requirementsFormat: RequirementsFormat | undefined;
  /** The file that says it, an absolute path; undefined: by the format. */
  readonly input: string | undefined;
  /** Constraints files beside the project's own, absolute paths. */
  readonly constraints: readonly string[];
  /** In the file's order. */
  readonly environments: readonly DeclaredEnvironment[];
}

const settings = [
  "store",
  "cache",
  "offline",
  "runtime",
  "python",
  "index_url",
  "verify",
  "recommendation_type",
  "freshness",
  "security",
  "timeout",
  "jobs",
  "max_pending",
  "listen",
  "refresh_every",
  "advisories",
  "prescriptions",
  "as_of",
  "cooldown",
  "blocked_units",
  "update",
  "requirements_format",
  "input",
  "constraints",
] as const;

/** Messages in work at once, by lane. */
type Jobs = Readonly<Partial<Record<LaneName, number>>>;

/** Flags of the command line by setting; what is absent was not given. */
export interface ConfigurationFlags {
  readonly store?: string | undefined;
  readonly cache?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly runtime?: string | undefined;
  readonly python?: string | undefined;
  readonly indexUrl?: string | undefined;
  readonly verify?: string | undefined;
  readonly recommendationType?: string | undefined;
  readonly freshness?: string | undefined;
  readonly security?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly jobs?: string | undefined;
  readonly maxPending?: string | undefined;
  readonly listen?: string | undefined;
  readonly refreshEvery?: string | undefined;
  readonly prescriptions?: readonly string[] | undefined;
  readonly asOf?: string | undefined;
  readonly requirementsFormat?: string | undefined;
  readonly input?: string | undefined;
  readonly constraints?: readonly string[] | undefined;
  readonly cooldown?: string | undefined;
  /** With commas between. */
  readonly blockUnit?: string | undefined;
  readonly update?: string | undefined;
}

/** Where settings come from; `environment` is normally `process.env`. */
export interface ConfigurationSources {
  readonly flags: ConfigurationFlags;
  readonly environment: Environment;
  readonly projectDirectory: string;
}

/**
 * Flags beat the environment (`THOTH_STORE`, `THOTH_INDEX_URL`, …), which beats the project's
 * `.thoth.yaml`, which beats `$XDG_CONFIG_HOME/thoth/config.yaml`. Both files have one format: the
 * original's, with our settings under `thoth:`. Throws "bad-configuration" with the place of every
 * mistake of a file, and "usage" for a flag.
 */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { environment, projectDirectory } = sources;
  const home = environmentValue(environment, "HOME") ?? homedir();
  const configHome = xdgFolder(environment, "XDG_CONFIG_HOME", join(home, ".config"));
  const project = await readSettingsFile(join(projectDirectory, ".thoth.yaml"), ".thoth.yaml");
  const userPath = join(configHome, "thoth", "config.yaml");
  const user = await readSettingsFile(userPath, userPath);
  const near = [flagSource(sources.flags), environmentSource(environment), project];
  const given = givenBy([...near, user]);
  const dataHome = xdgFolder(environment, "XDG_DATA_HOME", join(home, ".local", "share"));
  const cacheHome = xdgFolder(environment, "XDG_CACHE_HOME", join(home, ".cache"));
  const runtime = given("runtime", someText, "the name of a runtime");
  const environments = project?.environments ?? user?.environments ?? [];
  return {
    storeDirectory: given("store", folder(home), "a folder") ?? join(dataHome, "thoth"),
    cacheDirectory: given("cache", folder(home), "a folder") ?? join(cacheHome, "thoth"),
    offline: given("offline", yesOrNo, "`true` or `false`") ?? false,
    runtime,
    python: given("python", pythonVersion, "a Python version such as `3.11`"),
    indexUrl: given("index_url", someText, "the address of an index"),
    verify: given("verify", verification, "`all` or `none`") ?? "all",
    recommendationType:
      givenBy(near)("recommendation_type", recommendationType, recommendationWords) ??
      declaredType(environments, runtime) ??
      given("recommendation_type", recommendationType, recommendationWords) ??
      "stable",
    freshnessMs: given("freshness", duration, durationWords) ?? 10 * 60_000,
    security: given("security", yesOrNo, "`true` or `false`") ?? false,
    timeoutMs: given("timeout", duration, durationWords),
    jobs: given("jobs", numberPerName(laneNames), jobsWords) ?? {},
    maxPending: given("max_pending", positiveNumber, "a number of messages, 1 or more"),
    listen: given("listen", listenAddress, "a port such as `9090`, or `HOST:PORT`"),
    refreshEveryMs: given("refresh_every", duration, durationWords),
    advisories: given("advisories", pathOrAddress(home), "a file, a folder or an address"),
    asOf: given("as_of", moment, momentWords),
    coolDown: given("cooldown", coolDown, coolDownWords),
    blockedUnits: given("blocked_units", someNames, "names of units, with commas between") ?? [],
    update: given("update", someText, "a release such as `flask==3.0.3`"),
    prescriptions: given("prescriptions", folders(home), "folders, with commas between") ?? [],
    requirementsFormat: given("requirements_format", requirementsFormat, formatWords),
    input: given("input", folder(home), "a file"),
    constraints: given("constraints", folders(home), "files with commas between") ?? [],
    environments,
  };
}

type Setting = (typeof settings)[number];

/** One value as text, with what is needed to resolve it and to complain about it. */
interface Given {
  readonly text: string;
  readonly base: string;
  readonly refuse: (expects: string) => ThothError;
}

interface Source {
  readonly given: (setting: Setting) => Given | undefined;
}

function givenBy(sources: readonly (Source | undefined)[]) {
  return <T>(setting: Setting, read: Reader<T>, expects: string): T | undefined => {
    for (const source of sources) {
      const given = source?.given(setting);
      if (given === undefined) continue;
      const value = read(given.text, given.base);
      if (value === undefined) throw given.refuse(expects);
      return value;
    }
    return undefined;
  };
}

function flagSource(flags: ConfigurationFlags): Source {
  const { indexUrl, maxPending, refreshEvery, recommendationType: type, ...others } = flags;
  const { asOf, blockUnit, requirementsFormat: format, ...sameName } = others;
  const values: Partial<Record<Setting, string | boolean | readonly string[] | undefined>> = {
    ...sameName,
    index_url: indexUrl,
    max_pending: maxPending,
    refresh_every: refreshEvery,
    recommendation_type: type,
    as_of: asOf,
    requirements_format: format,
    blocked_units: blockUnit,
  };
  return {
    given: (setting) => {
      const value = values[setting];
      if (value === undefined) return undefined;
      const text = String(value);
      const name = `--${setting.replace("_", "-")}`;
      const refuse = (expects: string) =>
        new ThothError("usage", `${name} takes ${expects}, not \`${text}\``);
      return { text, base: process.cwd(), refuse };
    },
  };
}

function environmentSource(environment: Environment): Source {
  return {
    given: (setting) => {
      const name = `THOTH_${setting.toUpperCase()}`;
      const text = environmentValue(environment, name);
      if (text === undefined) return undefined;
      const refuse = (expects: string) =>
        new ThothError("bad-configuration", `${name} takes ${expects}, not \`${text}\``);
      return { text, base: process.cwd(), refuse };
    },
  };
}

const formatWords = "`pipenv`, `pip`, `pip-tools` or `pyproject`";

/** What the original accepts in places, too. */
const requirementsFormat: Reader<RequirementsFormat> = (text) =>
  text === "pip-compile" ? "pip-tools" : requirementsFormats.find((format) => format === text);

const jobsWords = `numbers of lanes such as \`install=2,si-scan=1\` (lanes: ${laneNames.join(", ")})`;

/** The type of the runtime that is named, else of the first. */
function declaredType(
  environments: readonly DeclaredEnvironment[],
  runtime: string | undefined,
): RecommendationType | undefined {
  const named = ({ name }: DeclaredEnvironment) => runtime === undefined || name === runtime;
  return environments.find(named)?.recommendationType;
}

const verification: Reader<"all" | "none"> = (text) =>
  text === "all" || text === "none" ? text : undefined;

// The original's keys; those that say where its service is mean nothing here.
const fileShape: Shape = {
  host: "anything",
  tls_verify: "text",
  requirements_format: "text",
  overlays_dir: "text",
  virtualenv: "text",
  managers: "anything",
  runtime_environments: [environmentShape],
  thoth: {
    ...Object.fromEntries(settings.map((setting): [string, Shape] => [setting, "text"])),
    prescriptions: "anything",
  },
};

interface SettingsFile extends Source {
  readonly environments: readonly DeclaredEnvironment[] | undefined;
}

async function readSettingsFile(path: string, file: string): Promise<SettingsFile | undefined> {
  const text = readIfPresent(path, file);
  if (text === undefined) return undefined;
  const tree = await yamlTree(text, file);
  const wrong = misshapes(tree, fileShape, `\`${file}\``);
  const declared = treeAt(tree, "runtime_environments");
  const entries = declared?.kind === "list" ? declared.items : [];
  const read = entries.map((entry) => declaredEnvironment(entry, dirname(path)));
  refuseAll([...wrong, ...read.flatMap((one) => one.problems)]);
  return {
    environments: declared === undefined ? undefined : read.flatMap((one) => one.environment),
    given: (setting) => {
      const isOriginals = setting === "requirements_format";
      const own = treeAt(tree, "thoth", setting);
      const found = oneText(own ?? (isOriginals ? treeAt(tree, setting) : undefined));
      if (found === undefined || found.text === "") return undefined;
      const refuse = (expects: string) =>
        new ThothError(
          "bad-configuration",
          `\`${setting}\` takes ${expects}, not \`${found.text}\``,
          {
            place: found.place,
          },
        );
      return { text: found.text, base: dirname(path), refuse };
    },
  };
}

/** A list of texts is what stands on the command line with commas between. */
function oneText(tree: Tree | undefined): Extract<Tree, { readonly kind: "scalar" }> | undefined {
  if (tree?.kind !== "list") return tree?.kind === "scalar" ? tree : undefined;
  const texts = tree.items.flatMap((item) => (item.kind === "scalar" ? [item.text] : []));
  return { kind: "scalar", text: texts.join(","), place: tree.place };
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
