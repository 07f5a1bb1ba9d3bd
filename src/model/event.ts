import type { FailureClass } from "./knowledge.ts";

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
  | { readonly type: "warning"; readonly message: string; readonly hint?: string };

export type Emit = (event: Event) => void;
