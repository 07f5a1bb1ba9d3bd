import type { FailureClass } from "./knowledge.ts";
import type { LaneName } from "./lane.ts";
import type { MessageType } from "./message.ts";
import type { Task } from "./task.ts";

/** What happened, for reports; nobody else prints. Numbers are counts, times milliseconds. */
export type Event =
  | { readonly type: "stage"; readonly stage: string; readonly detail?: string }
  | {
      readonly type: "progress";
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      readonly current?: string;
    }
  | { readonly type: "learnt"; readonly what: string }
  | {
      readonly type: "verified";
      readonly release: string;
      readonly ok: boolean;
      readonly failure?: FailureClass;
    }
  | {
      readonly type: "rejected";
      readonly release: string;
      readonly failure: FailureClass;
      readonly detail: string;
    }
  | { readonly type: "warning"; readonly message: string; readonly hint?: string }
  | InvestigationEvent;

/** What an investigator tells; `subject` and `reason` are foreign text. */
export type InvestigationEvent =
  | {
      readonly type: "handled";
      readonly message: MessageType;
      /** What the message speaks of: `flask 3.0`, or a project. */
      readonly subject: string;
      readonly task: Task["kind"] | "park";
      readonly outcome: "done" | "retry" | "dead" | "released" | "lost";
      readonly reason?: string;
    }
  | {
      readonly type: "batch";
      readonly lane: LaneName;
      readonly task: Task["kind"] | "park";
      readonly tasks: number;
      readonly failed: number;
      readonly durationMs: number;
    }
  | {
      readonly type: "obstacle";
      readonly place: string;
      readonly reason: string;
      readonly waitMs: number;
    }
  | { readonly type: "obstacle-gone"; readonly place: string }
  | {
      readonly type: "investigator";
      readonly state: "started" | "listening" | "refreshed" | "stopping";
      readonly detail: string;
    };

export type Emit = (event: Event) => void;
