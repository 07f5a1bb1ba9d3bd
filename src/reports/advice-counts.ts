import type { AdviceReport, ReportedPin } from "../model/advice-report.ts";

/** Numbers of pins of an advice; removed ones count in `removed` only. */
export interface AdviceCounts {
  readonly pins: number;
  readonly direct: number;
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  readonly kept: number;
  readonly verified: { readonly ok: number; readonly failed: number; readonly unknown: number };
}

/** The one place where pins are counted, for every format. */
export function adviceCounts(report: Pick<AdviceReport, "pins">): AdviceCounts {
  const present = report.pins.filter((pin) => pin.change !== "removed");
  const changed = (change: ReportedPin["change"]) =>
    report.pins.filter((pin) => pin.change === change).length;
  const verified = (state: ReportedPin["verified"]["state"]) =>
    present.filter((pin) => pin.verified.state === state).length;
  return {
    pins: present.length,
    direct: present.filter((pin) => pin.direct).length,
    added: changed("added"),
    updated: changed("updated"),
    removed: changed("removed"),
    kept: changed("kept"),
    verified: { ok: verified("ok"), failed: verified("failed"), unknown: verified("unknown") },
  };
}

/** `3 added, 2 updated, 1 removed`, without what is zero; "no change" if all are. */
export function changesText(counts: AdviceCounts): string {
  const parts = (["added", "updated", "removed"] as const)
    .filter((change) => counts[change] > 0)
    .map((change) => `${counts[change]} ${change}`);
  return parts.length === 0 ? "no change" : parts.join(", ");
}
