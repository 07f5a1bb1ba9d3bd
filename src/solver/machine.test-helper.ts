import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexUrl } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import type { InstallPin } from "./install-plan.ts";
import { discoverRuntimes } from "./runtimes.ts";

/** A file as fixtures/packages.ts makes it. */
interface Distribution {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** What the solver's tests need of the machine; they fail where it is not there. */
export interface TestMachine {
  readonly cacheDirectory: string;
  readonly sandbox: Sandbox;
  readonly runtimes: readonly Runtime[];
  /** The first Python 3 that is here. */
  readonly runtime: Runtime;
  /** Writes a distribution to disk, as a pin to install. */
  pin(distribution: Distribution): InstallPin;
  remove(): void;
}

export async function testMachine(): Promise<TestMachine> {
  const cacheDirectory = mkdtempSync(join(tmpdir(), "thoth-solver-test-"));
  const [sandbox, runtimes] = await Promise.all([
    findSandbox(),
    discoverRuntimes({ cacheDirectory }),
  ]);
  const runtime = runtimes.find(({ python }) => python.startsWith("3."));
  if (sandbox === undefined) throw new Error("these tests need a working bubblewrap");
  if (runtime === undefined) throw new Error("these tests need a Python 3 on this machine");
  return {
    cacheDirectory,
    sandbox,
    runtimes,
    runtime,
    pin: (distribution) => pinOf(distribution, cacheDirectory),
    remove: () => rmSync(cacheDirectory, { recursive: true }),
  };
}

function pinOf(distribution: Distribution, folder: string): InstallPin {
  const { name, version, filename, bytes, sha256 } = distribution;
  const path = join(folder, filename);
  writeFileSync(path, bytes);
  const index = indexUrl("https://index.example/simple");
  return { release: { name: packageName(name), version, index }, filename, sha256, path };
}
