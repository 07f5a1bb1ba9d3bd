import { basename } from "node:path";
import type { AdviceQuestion } from "../loop/advice-question.ts";
import type { Advice, Pin, Product } from "../model/advice.ts";
import type { LockResult } from "../model/advice-report.ts";
import { releaseText } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { lockOf } from "./lock-of.ts";
import { lockText } from "./lock-text.ts";

/** What to do with a lock: write it, or say what would become of the old one. */
export type LockMode = "write" | "dry-run" | "check";

/** The lock that an advice comes to; "" where there is none. */
export interface SettledLock {
  readonly lock: LockResult;
  readonly text: string;
}

/** Makes the lock of an advice and, if asked to, writes it. Throws `store-unwritable`, `disk-full`. */
export function settleLock(question: AdviceQuestion, advice: Advice, mode: LockMode): SettledLock {
  const { manifest, services, runtime, sources, categories } = question;
  if (advice.outcome !== "locked") return { lock: "not-written", text: "" };
  const { product } = advice;
  refuseOtherHashes(question, product);
  const made = lockOf(manifest, product, {
    kind: manifest.kind,
    runtime,
    defaultUrl: sources.defaultUrl,
    categories,
    source: (key) => services.store.source(key),
    indexName: indexNames(question),
  });
  const pinOf = (name: string) => product.pins.get(packageName(name));
  const text = lockText(manifest.kind, made, {
    manifest,
    runtime,
    command: `thoth advise${inputOption(manifest)}`,
    requiredBy: (name) => pinOf(name)?.requiredBy ?? [],
    details: (name) => pinOf(name)?.files ?? [],
  });
  return { lock: settled(manifest, text, mode), text };
}

/** What makes Thoth read this file again: ` --input FILE`, or nothing where it would anyway. */
export function inputOption({ pipfilePath }: AdviceQuestion["manifest"]): string {
  const name = basename(pipfilePath);
  const isUsual = ["Pipfile", "pyproject.toml", "requirements.in"].includes(name);
  return isUsual ? "" : ` --input ${name}`;
}

/** Who writes hashes beside a requirement wants one of those files and no other. */
function refuseOtherHashes({ manifest }: AdviceQuestion, { pins }: Product): void {
  for (const { canonical, hashes, place } of manifest.pipfile.categories.flatMap(
    ({ entries }) => entries,
  )) {
    const pin = hashes === undefined ? undefined : pins.get(canonical);
    if (pin === undefined || pin.source !== undefined) continue;
    if (pin.files.some(({ sha256 }) => hashes?.includes(`sha256:${sha256}`))) continue;
    throw new ThothError(
      "hash-mismatch",
      `no file of ${releaseText(pin.release)} has a hash that its requirement names`,
      { place, hint: "compare the hashes with those of the index, or leave them out" },
    );
  }
}

function settled(
  { lockText, lockPath }: AdviceQuestion["manifest"],
  text: string,
  mode: LockMode,
): LockResult {
  if (text === lockText) return "unchanged";
  if (mode === "check") return "would-change";
  if (mode === "dry-run") return "dry-run";
  try {
    writeAtomic(lockPath, text, { durable: true });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw storageError(error, lockPath, "store-unwritable");
  }
  return "written";
}

function indexNames({
  sources,
  manifest,
  project,
}: AdviceQuestion): (pin: Pin) => string | undefined {
  const tied = new Map<string, string>();
  for (const { entries } of manifest.pipfile.categories) {
    for (const entry of entries) {
      if (entry.kind === "index" && entry.index !== undefined)
        tied.set(entry.canonical, entry.index);
    }
  }
  const byUrl = new Map<string, string>();
  for (const [name, url] of sources.byName) if (!byUrl.has(url)) byUrl.set(url, name);
  const direct = new Set<string>(project.requirements.map(({ name }) => name));
  return ({ release }) => {
    if (sources.byUrl.size < 2 && !direct.has(release.name)) return undefined;
    return (
      tied.get(release.name) ?? byUrl.get(release.index) ?? (byUrl.size === 0 ? "pypi" : undefined)
    );
  };
}
