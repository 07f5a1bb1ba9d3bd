import pLimit from "p-limit";
import { type FileDetails, type ReleaseList, releaseIn } from "../model/knowledge.ts";
import { type Release, releaseText } from "../model/release.ts";
import type { StackFiles } from "../model/warm-report.ts";
import { cachedFile } from "../package-index/download.ts";
import type { IndexClient } from "../package-index/index-client.ts";
import type { IndexSource } from "../package-index/index-source.ts";
import { parseSdistName, parseWheelName } from "../python/distribution-name.ts";
import type { Bench } from "./bench.ts";
import { fetchWheel } from "./fetch-wheel.ts";
import { type BenchOptions, openBench } from "./open-bench.ts";
import { fetchFile } from "./source-builds.ts";
import type { ByteBudget } from "./warm-budget.ts";
import type { WheelhouseFile } from "./wheelhouse.ts";

const atOnce = 8;

/** The files of a stack, and those that its builds need. */
export interface FetchedFiles {
  readonly files: StackFiles;
  readonly fetched: readonly WheelhouseFile[];
  readonly overBudget: boolean;
}

/** Thrown into a build that needs more than may be fetched. */
class OverBudget extends Error {}

/**
 * Fetches what the runtime would install for each release into the download cache, hashes checked,
 * and what builds of source distributions need, too. Only with an interpreter can those be known.
 */
export async function fetchStack(
  options: BenchOptions,
  releases: readonly Release[],
  budget: ByteBudget,
): Promise<FetchedFiles> {
  const { services } = options;
  const collected = new Map<string, Collected>();
  const client = collecting(options, budget, collected);
  const bench = openBench({ ...options, services: { ...services, client } });
  let done = 0;
  let overBudget = false;
  const problems = new Map<string, string>();
  await pLimit(atOnce).map([...releases], async (release) => {
    const text = releaseText(release);
    try {
      const problem = await fetchOne(bench, release);
      if (problem !== undefined) problems.set(text, problem);
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      overBudget = true;
      problems.set(text, "more than --limit-bytes allows");
    }
    done += 1;
    const total = releases.length;
    services.emit({ type: "progress", stage: "fetching files", done, total, current: text });
  });
  const files = await filesOf(bench, releases, problems);
  return {
    files,
    fetched: [...collected.values()].flatMap((one) => listed(bench, one)),
    overBudget,
  };
}

/** Which files of a stack lie in the download cache; asks nobody. */
export async function filesOf(
  bench: Bench,
  releases: readonly Release[],
  problems: ReadonlyMap<string, string> = new Map(),
): Promise<StackFiles> {
  const { cacheDirectory } = bench.services.configuration;
  const missing: string[] = [];
  let [present, bytes] = [0, 0];
  for (const release of releases) {
    const file = fileOf(bench, release);
    bytes += file?.size ?? 0;
    const text = releaseText(release);
    const problem = problems.get(text);
    const there = file !== undefined && (await cachedFile(cacheDirectory, file)) !== undefined;
    if (there && problem === undefined) present += 1;
    else missing.push(problem === undefined ? text : `${text} (${problem})`);
  }
  return { wanted: releases.length, present, bytes, missing };
}

async function fetchOne(bench: Bench, release: Release): Promise<string | undefined> {
  const file = fileOf(bench, release);
  if (file === undefined) return "no file for this runtime";
  const isWheel = file.filename.endsWith(".whl");
  // Without an interpreter nothing can be built, but where it is installed it may be
  const runs = bench.runtime.interpreter !== undefined;
  const fetched = await (isWheel || runs
    ? fetchWheel(bench, release)
    : fetchFile(bench, release, file));
  return fetched.ok ? undefined : fetched.detail.split("\n", 1)[0];
}

function fileOf(bench: Bench, release: Release): FileDetails | undefined {
  const filename = bench.learner.fileOf(release);
  return bench.services.store.details(release)?.find((one) => one.filename === filename);
}

interface Collected {
  readonly source: IndexSource;
  readonly file: FileDetails;
  readonly path: string;
}

/** A client that notes every file it brings, and brings none that there are no bytes left for. */
function collecting(
  { services }: BenchOptions,
  budget: ByteBudget,
  collected: Map<string, Collected>,
): IndexClient {
  const { client, configuration } = services;
  return {
    ...client,
    download: async (source, file, signal) => {
      const { size = 0 } = file;
      const cached = await cachedFile(configuration.cacheDirectory, file);
      if (cached === undefined && !budget.reserve(size)) throw new OverBudget();
      try {
        const answer = await client.download(source, file, signal);
        if (answer.kind === "file") collected.set(answer.path, { source, file, path: answer.path });
        return answer;
      } finally {
        if (cached === undefined) budget.spent(size);
      }
    },
  };
}

function listed({ services }: Bench, { source, file, path }: Collected): readonly WheelhouseFile[] {
  const { filename, sha256 } = file;
  const read = parseWheelName(filename) ?? parseSdistName(filename);
  if (read === undefined) return [];
  const { name, version } = read;
  const python = requiresPython(services.store.releases(name, source.url), version.text, filename);
  return [
    {
      name,
      filename,
      path,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(python === undefined ? {} : { requiresPython: python }),
    },
  ];
}

function requiresPython(
  list: ReleaseList | undefined,
  version: string,
  filename: string,
): string | undefined {
  const files = releaseIn(list, version)?.files;
  return files?.find((one) => one.filename === filename)?.requiresPython;
}
