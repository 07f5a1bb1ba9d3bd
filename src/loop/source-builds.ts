import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import type { FailureClass, FileDetails, MetadataFact } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import {
  type BuildFailure,
  type BuildOptions,
  type BuiltMetadata,
  type BuiltWheel,
  buildWheel,
  prepareMetadata,
} from "../solver/build.ts";
import { installationFor } from "../solver/installations.ts";
import { inspectSource, type Source } from "../solver/source-inspection.ts";
import { sourceMetadata } from "../solver/source-metadata.ts";
import type { Bench } from "./bench.ts";

/** Builds take a core each. */
const atOnce = pLimit(availableParallelism());

/** Why a source could not be built. */
export interface NotBuilt {
  readonly ok: false;
  readonly failure: FailureClass;
  readonly detail: string;
}

/** Metadata that only a build tells, as a fact of this runtime. */
export async function buildMetadata(
  bench: Bench,
  release: Release,
  file: FileDetails,
): Promise<MetadataFact> {
  const observedAt = new Date(bench.services.now()).toISOString();
  const failed = (failure: FailureClass, detail: string): MetadataFact => ({
    state: "failed",
    reason: failure,
    detail,
    runtime: bench.runtime.id,
    observedAt,
  });
  bench.services.emit({
    type: "stage",
    stage: "building",
    detail: `${release.name} ${release.version}`,
  });
  const archive = await fetchFile(bench, release, file);
  if (!archive.ok) return failed(archive.failure, archive.detail);
  const built = await buildSource(bench, { archive: archive.path }, file.sha256, "metadata");
  if (!built.ok) return failed(built.failure, built.detail);
  const { requires, requiresPython, extras } = sourceMetadata(built.metadataText);
  return {
    state: "known",
    requires,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    extras,
    via: "build",
    runtime: bench.runtime.id,
    observedAt,
  };
}

/** Builds a source, first fetching what its build needs; what the backend asks for on top is added once. */
export async function buildSource(
  bench: Bench,
  source: Source,
  sha256: string | undefined,
  want: "metadata",
): Promise<BuiltMetadata | NotBuilt>;
export async function buildSource(
  bench: Bench,
  source: Source,
  sha256: string | undefined,
  want: "wheel",
): Promise<BuiltWheel | NotBuilt>;
export async function buildSource(
  bench: Bench,
  source: Source,
  sha256: string | undefined,
  want: "metadata" | "wheel",
): Promise<BuiltMetadata | NotBuilt> {
  const { runtime, services } = bench;
  const sandbox = await buildSandbox(bench);
  if ("failure" in sandbox) return sandbox;
  const shared = {
    runtime,
    sandbox,
    source,
    cacheDirectory: services.configuration.cacheDirectory,
    sha256,
    signal: services.signal,
  };
  const inspection = await inspectSource({
    ...shared,
    installation: await installationFor(runtime),
  });
  if ("failure" in inspection) return { ok: false, ...inspection };
  const { requires } = inspection;
  const first = await buildWith(bench, { ...shared, inspection }, requires, want);
  if (first.ok || !("missing" in first) || first.missing.length === 0) return first;
  return buildWith(bench, { ...shared, inspection }, [...requires, ...first.missing], want);
}

async function buildWith(
  bench: Bench,
  shared: Omit<BuildOptions, "buildWheels">,
  requires: readonly string[],
  want: "metadata" | "wheel",
): Promise<BuiltMetadata | BuildFailure | NotBuilt> {
  const environment = await bench.buildWheels(requires);
  if (!environment.ok) return environment;
  const options = { ...shared, buildWheels: environment.wheels };
  // Only the build itself: what it waits for may need a build, too
  return atOnce(
    (): Promise<BuiltMetadata | BuildFailure> =>
      want === "wheel" ? buildWheel(options) : prepareMetadata(options),
  );
}

async function buildSandbox(bench: Bench): Promise<Sandbox | NotBuilt> {
  if (bench.runtime.interpreter === undefined) {
    return {
      ok: false,
      failure: "no-sandbox",
      detail: `no interpreter of ${bench.runtime.id} here`,
    };
  }
  const sandbox = await findSandbox();
  if (sandbox !== undefined) return sandbox;
  return { ok: false, failure: "no-sandbox", detail: "no sandbox (bubblewrap) to build it in" };
}

/** A file of a release in the cache, its hash checked. */
export async function fetchFile(
  bench: Bench,
  release: Release,
  file: FileDetails,
): Promise<{ readonly ok: true; readonly path: string } | NotBuilt> {
  const source = bench.sources.byUrl.get(release.index);
  if (source === undefined) throw new Error(`no index ${release.index} on this bench`);
  const answer = await bench.services.client.download(source, file, bench.services.signal);
  if (answer.kind === "file") return { ok: true, path: answer.path };
  return { ok: false, failure: "vanished", detail: answer.reason };
}
