import { join } from "node:path";
import { laneNames } from "../model/lane.ts";
import { recommendationType, recommendationWords } from "../model/recommendation.ts";
import { type RequirementsFormat, requirementsFormats } from "../model/requirements-format.ts";
import { addressWords, postgresAddress } from "../postgres/address.ts";
import { listenAddress } from "../util/listen-address.ts";
import {
  coolDown,
  coolDownWords,
  duration,
  durationWords,
  folder,
  folders,
  labelMap,
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
} from "../util/setting-readers.ts";
import { argoRules } from "./argo-rules.ts";
import { kafkaRules } from "./kafka-rules.ts";
import type { Rule, StandardRule } from "./rule.ts";

function rule<T>(name: string, read: Reader<T>, takes: string): Rule<T> {
  return { name, read, takes };
}

/** Folders that settings and their standards refer to, absolute. */
export interface UserFolders {
  readonly home: string;
  readonly data: string;
  readonly cache: string;
}

/** Every setting, by the name of what it becomes in the configuration. */
export function settingRules({ home, data, cache }: UserFolders) {
  const truth = "`true` or `false`";
  const units = "names of units, with commas between";
  const store: StandardRule<string> = {
    ...rule("store", folder(home), "a folder"),
    standard: join(data, "thoth"),
  };
  const downloads: StandardRule<string> = {
    ...rule("cache", folder(home), "a folder"),
    standard: join(cache, "thoth"),
  };
  return {
    storeDirectory: store,
    cacheDirectory: downloads,
    offline: { ...rule("offline", yesOrNo, truth), standard: "false" },
    runtime: rule("runtime", someText, "the name of a runtime"),
    python: rule("python", pythonVersion, "a Python version such as `3.11`"),
    indexUrl: rule("index_url", someText, "the address of an index"),
    verify: { ...rule("verify", verification, "`all` or `none`"), standard: "all" },
    recommendationType: {
      ...rule("recommendation_type", recommendationType, recommendationWords),
      standard: "stable",
    },
    freshnessMs: { ...rule("freshness", duration, durationWords), standard: "10m" },
    security: { ...rule("security", yesOrNo, truth), standard: "false" },
    timeoutMs: rule("timeout", duration, durationWords),
    jobs: rule("jobs", numberPerName(laneNames), jobsWords),
    maxPending: rule("max_pending", positiveNumber, "a number of messages, 1 or more"),
    listen: rule("listen", listenAddress, "a port such as `9090`, or `HOST:PORT`"),
    refreshEveryMs: rule("refresh_every", duration, durationWords),
    advisories: rule("advisories", pathOrAddress(home), "a file, a folder or an address"),
    asOf: rule("as_of", moment, momentWords),
    coolDown: rule("cooldown", coolDown, coolDownWords),
    blockedUnits: rule("blocked_units", someNames, units),
    update: rule("update", someText, "a release such as `flask==3.0.3`"),
    pseudonyms: { ...rule("pseudonyms", yesOrNo, truth), standard: "false" },
    prescriptions: rule("prescriptions", folders(home), "folders, with commas between"),
    requirementsFormat: rule("requirements_format", requirementsFormat, formatWords),
    input: rule("input", folder(home), "a file"),
    constraints: rule("constraints", folders(home), "files with commas between"),
    labels: rule("labels", labelMap, "labels such as `team=one,stage=test`"),
    prereleasesOf: rule("allow_prereleases", someNames, "names of packages, with commas between"),
    overlaysDirectory: rule("overlays_dir", folder(home), "a folder"),
    ...backEndRules(home),
  };
}

/** Where messages, tasks and knowledge are, and how to get there. */
function backEndRules(home: string) {
  return {
    messaging: {
      ...rule("messaging", oneOf(messagingBackEnds), "`local`, `kafka` or `postgresql`"),
      standard: "local",
    },
    knowledge: {
      ...rule("knowledge", oneOf(knowledgeBackEnds), "`json` or `postgresql`"),
      standard: "json",
    },
    workflow: {
      ...rule("workflow", oneOf(workflowEngines), "`local` or `argo`"),
      standard: "local",
    },
    ...argoRules(home),
    ...kafkaRules(home),
    postgresqlUrl: {
      ...rule("postgresql_url", postgresqlUrl, addressWords),
      secret: true as const,
    },
    postgresqlSchema: {
      ...rule("postgresql_schema", schemaName, "a name of small letters, digits and `_`"),
      standard: "thoth",
    },
  };
}

/** Settings that a file may give as a list, or as keys with values. */
export const listedSettings: ReadonlySet<string> = new Set([
  "allow_prereleases",
  "argo_lanes",
  "blocked_units",
  "constraints",
  "kafka_brokers",
  "labels",
  "prescriptions",
]);

/** Settings of the original, which stand at the top of its file. */
export const originalSettings: ReadonlySet<string> = new Set([
  "overlays_dir",
  "requirements_format",
]);

/** Where messages wait, tasks run and knowledge lies; the first of each is the embedded one. */
export const messagingBackEnds = ["local", "kafka", "postgresql"] as const;
export const workflowEngines = ["local", "argo"] as const;
export const knowledgeBackEnds = ["json", "postgresql"] as const;

function oneOf<const Names extends readonly string[]>(names: Names): Reader<Names[number]> {
  return (text) => names.find((name) => name === text.trim());
}

const postgresqlUrl: Reader<string> = (text) =>
  postgresAddress(text.trim()) === undefined ? undefined : text.trim();

const schemaName: Reader<string> = (text) =>
  /^[a-z_][a-z0-9_]{0,62}$/.test(text.trim()) ? text.trim() : undefined;

const verification: Reader<"all" | "none"> = (text) =>
  text === "all" || text === "none" ? text : undefined;

const formatWords = "`pipenv`, `pip`, `pip-tools` or `pyproject`";

/** What the original accepts in places, too. */
const requirementsFormat: Reader<RequirementsFormat> = (text) =>
  text === "pip-compile" ? "pip-tools" : requirementsFormats.find((format) => format === text);

const jobsWords = `numbers of lanes such as \`install=2,si-scan=1\` (lanes: ${laneNames.join(", ")})`;
