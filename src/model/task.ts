import type { PackageName } from "../python/name.ts";
import type { AdviserTrigger, Message, ProvenanceCheckerTrigger } from "./message.ts";
import type { IndexUrl, Release } from "./release.ts";
import type { RuntimeId } from "./runtime.ts";

/** Work that a message asks for; an engine runs it, here or elsewhere. */
export type Task =
  | { readonly kind: "learn-releases"; readonly name: PackageName; readonly index: IndexUrl }
  | {
      readonly kind: "learn-metadata";
      readonly release: Release;
      /** null: the file that the runtime would install. */
      readonly filename: string | null;
    }
  | { readonly kind: "learn-source"; readonly name: PackageName; readonly key: string }
  | { readonly kind: "install"; readonly release: Release; readonly runtime: RuntimeId }
  | { readonly kind: "si-scan"; readonly release: Release }
  | { readonly kind: "note-vanished"; readonly release: Release }
  | { readonly kind: "note-absent"; readonly name: PackageName; readonly index: IndexUrl }
  | {
      readonly kind: "note-source-distribution";
      readonly release: Release;
      readonly value: boolean;
    }
  | { readonly kind: "advise"; readonly trigger: AdviserTrigger }
  /** What follows from a release that was solved: a scan, and whether watched projects want it. */
  | { readonly kind: "consider-release"; readonly release: Release }
  | { readonly kind: "check-provenance"; readonly trigger: ProvenanceCheckerTrigger }
  /** Have a release solved on every runtime that its package is used on. */
  | { readonly kind: "solve-everywhere"; readonly release: Release }
  /** sha256 of files that left a release and that came to it. */
  | {
      readonly kind: "note-hashes";
      readonly release: Release;
      readonly gone: readonly string[];
      readonly come: readonly string[];
    }
  /** Advise watched projects again that are locked to a release which an advisory names. */
  | { readonly kind: "warn-projects"; readonly release: Release }
  /** Advise watched projects again whose other pins leave room for this release. */
  | { readonly kind: "revsolve"; readonly name: PackageName; readonly version: string }
  /** Make knowledge of what an inspection measured; `force`: even if that was done before. */
  | { readonly kind: "take-inspection"; readonly id: string; readonly force: boolean };

/** What a message leads to: work, or nothing ever, with the reason. */
export type Reaction = Task | { readonly kind: "park"; readonly reason: string };

/** How a task ended. `follow`: messages that it gives rise to. */
export type TaskResult =
  | { readonly ok: true; readonly follow: readonly Message[] }
  | {
      readonly ok: false;
      readonly reason: string;
      /** Trying again is of no use. */
      readonly final?: boolean;
      /** What was thrown, for whoever waits. */
      readonly cause: unknown;
    };

export const done: TaskResult = { ok: true, follow: [] };
