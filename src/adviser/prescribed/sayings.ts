import type { PrescribedMessage, PrescribedUnit } from "../../model/prescription.ts";
import type { Remark } from "../unit.ts";

/** What a unit has to say for itself, in its own words. */
export function reasonOf({ name, run }: PrescribedUnit): string {
  const said = run.notAcceptable ?? run.eagerStop ?? run.stackInfo[0]?.message ?? run.log?.message;
  return said === undefined ? `prescription \`${name}\`` : `${said} (prescription \`${name}\`)`;
}

/** What a unit says where it matches. */
export function saidOf({ run }: PrescribedUnit): readonly Remark[] {
  const { stackInfo, justification, log, manifestChanges } = run;
  const told = [...stackInfo, ...justification].map(remarkOf);
  if (told.length === 0 && log !== undefined) told.push(remarkOf(log));
  if (manifestChanges !== undefined)
    told.push({ type: "INFO", message: `a change of the manifest is advised: ${manifestChanges}` });
  return told;
}

function remarkOf({ type, message, link }: Omit<PrescribedMessage, "package">): Remark {
  return link === undefined ? { type, message } : { type, message, link };
}
