import { ThothError } from "../util/errors.ts";
import { detailOf } from "./detail.ts";
import { type Failure, killed } from "./import-failure.ts";
import { machineBusy, type RunLimits } from "./limits.ts";
import { diskFull } from "./scratch.ts";
import type { ScriptResult } from "./workshop.ts";

const killedByShell = 128 + 9;

/**
 * Why a run in the sandbox did not end by itself; undefined where it did.
 * @throws ThothError where this machine is to blame and the packages are not.
 */
export function judgeEnd(run: ScriptResult, what: string): Failure | undefined {
  if (run.stopped === "disk") throw diskFull("the sandbox");
  const ours = run.timedOut || run.stopped !== undefined;
  if (!ours && (run.signal !== undefined || run.exitCode === killedByShell)) return killed;
  if (!run.started) throw notStarted(run);
  const say = (failure: Failure["failure"], why: string): Failure => ({
    failure,
    detail: detailOf(`${run.stderr}\n${what} ${why}`),
  });
  if (run.timedOut) return say("timeout", "did not end in time");
  if (run.stopped === "memory") return say("out-of-memory", "used too much memory");
  if (run.stopped !== undefined) return say("out-of-memory", "started too many processes");
  return undefined;
}

function notStarted({ stderr, timedOut }: ScriptResult): ThothError {
  const notes = detailOf(stderr).split("\n");
  if (timedOut) return machineBusy("the sandbox did not start in time", notes);
  // What bubblewrap itself complains of comes before anything of the other side can speak
  if (stderr.startsWith("bwrap:"))
    return new ThothError("no-sandbox", "the sandbox did not start", {
      notes,
      hint: "see that `bwrap --unshare-all --ro-bind / / true` works here, then run it again",
    });
  return new ThothError("no-python", "the interpreter can't try out packages", {
    notes,
    hint: "see `thoth runtimes`; this interpreter may need to be installed again",
  });
}

/** Whether a second try with more time and memory may show something else. */
export function fallsShort(found: Failure | undefined): boolean {
  return found?.failure === "timeout" || found?.failure === "out-of-memory";
}

/**
 * What a failure of a try says of the package, and for what fell short twice how much it was given.
 * @throws ThothError where the disk was full, where somebody killed it, or where the system killed
 * processes for want of memory and others than the package may be why.
 */
export function heed(
  found: Failure,
  run: Pick<ScriptResult, "systemKilled" | "diskFull">,
  { last, idle, memoryBytes }: RunLimits,
): Failure {
  if (noSpace.test(found.detail) && run.diskFull) throw diskFull("the sandbox");
  if (!last || !fallsShort(found)) return found;
  if (!run.systemKilled && found.detail === killed.detail) throw killedByOthers();
  if (run.systemKilled && found.failure === "out-of-memory" && !idle)
    throw machineBusy("the system killed what was tried out, for want of memory");
  const why = run.systemKilled && found.detail === killed.detail ? killedBySystem : found.detail;
  const mib = Math.floor(memoryBytes / 1024 ** 2);
  const given = `tried twice, at last with twice the time and ${mib} MiB of memory a process`;
  return { failure: found.failure, detail: detailOf(`${why}\n${given}`) };
}

/**
 * Not "machine-busy", for which all wait until it is over: a package that kills itself time after
 * time would stop everybody. So each who asked for it tries again, and gives up in the end.
 */
function killedByOthers(): ThothError {
  return new ThothError("killed", `what was tried out ended early: ${killed.detail}`, {
    hint: "run it again; where it is killed each time, the package may do so itself",
  });
}

const noSpace = /No space left on device/;
const killedBySystem = "the system killed it for want of memory, though nothing else used any";
