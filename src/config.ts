import { homedir } from "node:os";
import { join } from "node:path";
import type { BrokerSettings } from "./messaging/broker-settings.ts";
import { type DeclaredEnvironment, meantEnvironment } from "./model/declared-environment.ts";
import type { LaneName } from "./model/lane.ts";
import type { RecommendationType } from "./model/recommendation.ts";
import type { RequirementsFormat } from "./model/requirements-format.ts";
import type { PostgresSettings } from "./postgres/database.ts";
import { argoIn } from "./settings/argo-rules.ts";
import { readSettingsFile, type SettingsFile } from "./settings/file.ts";
import { brokersIn } from "./settings/kafka-rules.ts";
import type { Rule, StandardRule } from "./settings/rule.ts";
import {
  type knowledgeBackEnds,
  type messagingBackEnds,
  settingRules,
  type workflowEngines,
} from "./settings/rules.ts";
import {
  environmentSource,
  flagSource,
  givenIn,
  type Source,
  standardOf,
} from "./settings/sources.ts";
import { type Environment, environmentValue, xdgFolder } from "./util/environment.ts";
import type { ListenAddress } from "./util/listen-address.ts";
import type { ArgoSettings } from "./workflow/cluster-settings.ts";

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
  /** Where that is set: `--block-unit`, `THOTH_BLOCKED_UNITS`, `.thoth.yaml:5:3`; undefined: nowhere. */
  readonly blockedBy: string | undefined;
  /** `NAME==VERSION`, the only release of its package that counts, as written; undefined: all do. */
  readonly update: string | undefined;
  /** Take what prescriptions offer in place of what a project asks for, where that is better. */
  readonly pseudonyms: boolean;
  /** Folders of prescriptions, absolute; the first has the first say. */
  readonly prescriptions: readonly string[];
  /** Which format says what a project needs, where it has several; undefined: the usual order. */
  readonly requirementsFormat: RequirementsFormat | undefined;
  /** The file that says it, an absolute path; undefined: by the format. */
  readonly input: string | undefined;
  /** Constraints files beside the project's own, absolute paths. */
  readonly constraints: readonly string[];
  /** Labels of the run; those of a runtime stand with it. */
  readonly labels: ReadonlyMap<string, string>;
  /** Names of packages whose pre-releases count as releases, as written. */
  readonly prereleasesOf: readonly string[];
  /** Folder that has one folder for each declared runtime; undefined: they share the project's files. */
  readonly overlaysDirectory: string | undefined;
  /** Where messages wait. */
  readonly messaging: (typeof messagingBackEnds)[number];
  /** Where knowledge lies. */
  readonly knowledge: (typeof knowledgeBackEnds)[number];
  /** Where an investigator's tasks run. */
  readonly workflow: (typeof workflowEngines)[number];
  /** The cluster that they run in, where that is "argo". */
  readonly argo: ArgoSettings;
  /** The Kafka cluster; undefined where no broker is set. */
  readonly kafka: BrokerSettings | undefined;
  /** Undefined where no address is set. */
  readonly postgresql: PostgresSettings | undefined;
  /** Keys of the original's file that are set and mean nothing here, by file. */
  readonly unused: readonly { readonly file: string; readonly keys: readonly string[] }[];
  /** In the file's order. */
  readonly environments: readonly DeclaredEnvironment[];
}

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
  readonly pseudonyms?: boolean | undefined;
  readonly asOf?: string | undefined;
  readonly requirementsFormat?: string | undefined;
  readonly input?: string | undefined;
  readonly constraints?: readonly string[] | undefined;
  readonly cooldown?: string | undefined;
  /** With commas between. */
  readonly blockUnit?: string | undefined;
  readonly update?: string | undefined;
  readonly labels?: string | undefined;
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
  const { rules, near, user, project } = await allSources(sources);
  const all = [...near, ...user];
  const ask = <T>(rule: Rule<T>) => givenIn(all, rule)?.value;
  const need = <T>(rule: StandardRule<T>) => ask(rule) ?? standardOf(rule);
  const runtime = ask(rules.runtime);
  const python = ask(rules.python);
  const environments = project?.environments ?? user[0]?.environments ?? [];
  const { recommendationType } = rules;
  return {
    storeDirectory: need(rules.storeDirectory),
    cacheDirectory: need(rules.cacheDirectory),
    offline: need(rules.offline),
    runtime,
    python,
    indexUrl: ask(rules.indexUrl),
    verify: need(rules.verify),
    recommendationType:
      givenIn(near, recommendationType)?.value ??
      meantEnvironment({ environments, runtime, python })?.recommendationType ??
      need(recommendationType),
    freshnessMs: need(rules.freshnessMs),
    security: need(rules.security),
    timeoutMs: ask(rules.timeoutMs),
    jobs: ask(rules.jobs) ?? {},
    maxPending: ask(rules.maxPending),
    listen: ask(rules.listen),
    refreshEveryMs: ask(rules.refreshEveryMs),
    advisories: ask(rules.advisories),
    asOf: ask(rules.asOf),
    coolDown: ask(rules.coolDown),
    blockedUnits: ask(rules.blockedUnits) ?? [],
    blockedBy: givenIn(all, rules.blockedUnits)?.given.origin,
    update: ask(rules.update),
    pseudonyms: need(rules.pseudonyms),
    prescriptions: ask(rules.prescriptions) ?? [],
    requirementsFormat: ask(rules.requirementsFormat),
    input: ask(rules.input),
    constraints: ask(rules.constraints) ?? [],
    labels: ask(rules.labels) ?? new Map(),
    prereleasesOf: ask(rules.prereleasesOf) ?? [],
    overlaysDirectory: ask(rules.overlaysDirectory),
    ...backEndsIn(all, rules),
    unused: unusedIn([...(project === undefined ? [] : [project]), ...user]),
    environments,
  };
}

function backEndsIn(
  all: readonly Source[],
  rules: ReturnType<typeof settingRules>,
): Pick<Configuration, "argo" | "kafka" | "knowledge" | "messaging" | "postgresql" | "workflow"> {
  const need = <T>(rule: StandardRule<T>) => givenIn(all, rule)?.value ?? standardOf(rule);
  return {
    messaging: need(rules.messaging),
    knowledge: need(rules.knowledge),
    workflow: need(rules.workflow),
    argo: argoIn(all, rules),
    kafka: brokersIn(all, rules),
    postgresql: postgresqlOf(givenIn(all, rules.postgresqlUrl), need(rules.postgresqlSchema)),
  };
}

function unusedIn(files: readonly SettingsFile[]): Configuration["unused"] {
  return files.flatMap(({ file, unused }) => (unused.length === 0 ? [] : [{ file, keys: unused }]));
}

function postgresqlOf(
  found: { readonly value: string; readonly given: { readonly origin: string } } | undefined,
  schema: string,
): PostgresSettings | undefined {
  if (found === undefined) return undefined;
  return { url: found.value, origin: found.given.origin, schema };
}

/** One setting, what counts for it, and where that is said. */
export interface SettingOrigin {
  /** As `.thoth.yaml` spells it. */
  readonly setting: string;
  /** As text; undefined where it is not set and has no standard. */
  readonly value: string | undefined;
  /** `--store`, `THOTH_STORE`, `.thoth.yaml:5:3`, or `default`. */
  readonly origin: string;
}

/** Every setting with its origin, in the order of the list. Throws as `loadConfiguration`. */
export async function settingOrigins(
  sources: ConfigurationSources,
): Promise<readonly SettingOrigin[]> {
  const { rules, near, user } = await allSources(sources);
  return Object.values<Rule<unknown>>(rules).map((rule) => {
    const found = givenIn([...near, ...user], rule);
    const setting = rule.name;
    if (found !== undefined && rule.secret === true)
      return { setting, value: "set", origin: found.given.origin };
    if (found !== undefined) {
      const value = typeof found.value === "string" ? found.value : found.given.text;
      return { setting, value, origin: found.given.origin };
    }
    const standard = "standard" in rule ? String(rule.standard) : undefined;
    return { setting, value: standard, origin: "default" };
  });
}

async function allSources({ environment, flags, projectDirectory }: ConfigurationSources) {
  const home = environmentValue(environment, "HOME") ?? homedir();
  const configHome = xdgFolder(environment, "XDG_CONFIG_HOME", join(home, ".config"));
  const rules = settingRules({
    home,
    data: xdgFolder(environment, "XDG_DATA_HOME", join(home, ".local", "share")),
    cache: xdgFolder(environment, "XDG_CACHE_HOME", join(home, ".cache")),
  });
  const settings = Object.values(rules).map(({ name }) => name);
  const reading = { environment, settings };
  const projectPath = join(projectDirectory, ".thoth.yaml");
  const project = await readSettingsFile(projectPath, ".thoth.yaml", reading);
  const userPath = join(configHome, "thoth", "config.yaml");
  const ofUser = await readSettingsFile(userPath, userPath, reading);
  const user: readonly SettingsFile[] = ofUser === undefined ? [] : [ofUser];
  const given = [flagSource(bySetting(flags)), environmentSource(environment)];
  const near = project === undefined ? given : [...given, project];
  return { rules, near, user, project };
}

/** Flags by the names that `.thoth.yaml` has for what they set. */
function bySetting(flags: ConfigurationFlags): Parameters<typeof flagSource>[0] {
  const snake = ([name, value]: [string, unknown]) => {
    const setting = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [setting === "block_unit" ? "blocked_units" : setting, value];
  };
  return Object.fromEntries(Object.entries(flags).map(snake));
}
