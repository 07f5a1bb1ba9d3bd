import type { PackageName } from "../python/name.ts";
import type { AdviserTrigger, Message } from "./message.ts";
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
  | { readonly kind: "consider-security"; readonly release: Release };

/** How a task ended. `follow`: messages that it gives rise to. */
export type TaskResult =
  | { readonly ok: true; readonly follow: readonly Message[] }
  | {
      readonly ok: false;
      readonly reason: string;
      /** What was thrown, for whoever waits. */
      readonly cause: unknown;
    };

export const done: TaskResult = { ok: true, follow: [] };
