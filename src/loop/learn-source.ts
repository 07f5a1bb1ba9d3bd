import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { SourceFact } from "../model/knowledge.ts";
import { type DirectSource, parseSourceKey } from "../model/project.ts";
import { indexSource } from "../package-index/index-source.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import { cloneAt, resolveGit } from "../solver/git.ts";
import { installationFor } from "../solver/installations.ts";
import { inspectSource, type Source } from "../solver/source-inspection.ts";
import { type SourceMetadata, sourceMetadata, staticMetadata } from "../solver/source-metadata.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { buildSource } from "./source-builds.ts";

/** Learns what a git, path or url entry of a Pipfile holds: its version, commit and requirements. */
export async function learnSource(bench: Bench, name: PackageName, key: string): Promise<void> {
  const source = parseSourceKey(key);
  if (source === undefined) throw new Error(`\`${key}\` is no key of a source`);
  const { services } = bench;
  services.emit({ type: "stage", stage: "fetching", detail: `${name} from ${source.kind}` });
  const found = await inspect(bench, name, source);
  const version = parseVersion(found.metadata.version);
  if (version === undefined || packageName(found.metadata.name) !== name) {
    throw new ThothError(
      "git-failed",
      `the source of ${name} is ${found.metadata.name} ${found.metadata.version}`,
      {
        hint: "give the Pipfile's entry the name that the package itself has",
      },
    );
  }
  const { requires, requiresPython, extras } = found.metadata;
  const fact: SourceFact = {
    name,
    version: version.text,
    ...(found.commit === undefined ? {} : { commit: found.commit }),
    requires,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    extras,
    observedAt: new Date(services.now()).toISOString(),
  };
  services.store.putSource(key, fact);
}

interface Inspected {
  readonly metadata: SourceMetadata;
  readonly commit?: string;
}

async function inspect(bench: Bench, name: PackageName, source: DirectSource): Promise<Inspected> {
  switch (source.kind) {
    case "git":
      return inspectGit(bench, name, source);
    case "path":
      return { metadata: await metadataOf(bench, name, pathSource(source)) };
    case "url":
      return inspectUrl(bench, name, source);
  }
}

function pathSource({ location, subdirectory }: DirectSource): Source {
  if (/\.(whl|zip|tar\.gz|tgz|tar\.bz2)$/.test(location)) return { archive: location };
  return subdirectory === "" ? { tree: location } : { tree: location, subdirectory };
}

async function inspectGit(
  bench: Bench,
  name: PackageName,
  source: DirectSource,
): Promise<Inspected> {
  const { environment, signal } = bench.services;
  const url = bench.directUrls.get(source.location) ?? source.location;
  const place = source.ref === "" ? { url } : { url, ref: source.ref };
  const commit = await resolveGit(place, { environment, signal });
  const folder = await mkdtemp(join(tmpdir(), "thoth-git-"));
  try {
    await cloneAt(url, commit, folder, { environment, signal });
    const { subdirectory } = source;
    const tree: Source = subdirectory === "" ? { tree: folder } : { tree: folder, subdirectory };
    return { metadata: await metadataOf(bench, name, tree), commit };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inspectUrl(
  bench: Bench,
  name: PackageName,
  source: DirectSource,
): Promise<Inspected> {
  const url = bench.directUrls.get(source.location) ?? source.location;
  const file = { filename: basename(new URL(url).pathname), url: source.location };
  const answer = await bench.services.client.download(
    indexSource(url),
    file,
    bench.services.signal,
  );
  if (answer.kind === "file")
    return { metadata: await metadataOf(bench, name, { archive: answer.path }) };
  throw new ThothError("index-refused", `${name} can't be fetched: ${answer.reason}`, {
    hint: "check its address in the Pipfile",
  });
}

/** What the source says of itself where that is static, else what its build says. */
async function metadataOf(
  bench: Bench,
  name: PackageName,
  source: Source,
): Promise<SourceMetadata> {
  const { runtime, services } = bench;
  const sandbox = await findSandbox();
  if (sandbox === undefined || runtime.interpreter === undefined) {
    throw new ThothError(
      "no-sandbox",
      `${name} is taken from a source, which needs a sandbox and an interpreter of ${runtime.id}`,
      {
        hint: "install bubblewrap and that Python, or take the package from an index",
      },
    );
  }
  const installation = await installationFor(runtime);
  const { cacheDirectory } = services.configuration;
  const inspection = await inspectSource({
    installation,
    sandbox,
    source,
    cacheDirectory,
    signal: services.signal,
  });
  if ("failure" in inspection) throw unusable(name, inspection.detail);
  const stated =
    inspection.pyproject === undefined
      ? undefined
      : staticMetadata(inspection.pyproject, "pyproject.toml");
  if (stated !== undefined) return stated;
  const built = await buildSource(bench, source, undefined, "metadata");
  if (!built.ok) throw unusable(name, `${built.failure}: ${built.detail}`);
  return sourceMetadata(built.metadataText);
}

function unusable(name: PackageName, detail: string): ThothError {
  const [first = "", ...rest] = detail.split("\n");
  return new ThothError("git-failed", `the source of ${name} can't be used: ${first}`, {
    notes: rest,
  });
}
