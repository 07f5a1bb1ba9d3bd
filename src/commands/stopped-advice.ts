import { existsSync } from "node:fs";
import { type Consultation, consultInSteps } from "../adviser/advise.ts";
import { adviceContext } from "../loop/advice-context.ts";
import type { AdviceQuestion } from "../loop/advice-question.ts";
import { shownPath } from "../loop/manifest.ts";
import type { Product } from "../model/advice.ts";
import type { Emit, Event } from "../model/event.ts";
import { scoreText } from "../reports/score.ts";
import { counted } from "../reports/wording.ts";
import { ThothError } from "../util/errors.ts";
import { Interrupted } from "../util/interrupted.ts";

/** Follows an advice, so that one that is stopped can say what it was at. */
export interface AdviceWatch {
  readonly emit: Emit;
  /** Known once the project was read. */
  question: AdviceQuestion | undefined;
  /** What it is at: `verifying 3/7 werkzeug 2.3.8`. */
  doing: () => string;
  /** Facts learnt so far. */
  learnt: () => number;
}

/** An advice whose events go on to somebody else. */
export function watchAdvice(emit: Emit): AdviceWatch {
  let last: Event | undefined;
  let learnt = 0;
  const watch: AdviceWatch = {
    question: undefined,
    emit: (event) => {
      if (event.type === "learnt" || event.type === "verified") learnt += 1;
      if (event.type === "stage" || event.type === "progress") last = event;
      emit(event);
    },
    doing: () => {
      if (last !== undefined) return stageText(last);
      return watch.question === undefined ? "reading the project" : "searching what is known";
    },
    learnt: () => learnt,
  };
  return watch;
}

function stageText(event: Event): string {
  if (event.type === "stage")
    return event.detail === undefined ? event.stage : `${event.stage} ${event.detail}`;
  if (event.type !== "progress") return "";
  const { stage, done, total, current } = event;
  return [
    stage,
    ...(total > 0 ? [`${done}/${total}`] : []),
    ...((current ?? "") ? [current] : []),
  ].join(" ");
}

/** So long the best so far may be looked for once the user wants the end, ms. */
const patienceMs = 80;

/**
 * The reason for which an advice ended before there was an answer, with what it was at, the best that
 * is known, and what became of the lock.
 */
export function stoppedAdvice(watch: AdviceWatch, signal: AbortSignal, from: string): unknown {
  const { reason } = signal;
  const notes = [
    `it was ${watch.doing()}; ${learntText(watch.learnt())}`,
    ...(watch.question === undefined ? [] : knownNotes(watch.question, from)),
  ];
  if (reason instanceof Interrupted) return new Interrupted(reason.by, notes);
  if (!(reason instanceof ThothError)) return reason;
  const { code, message, hint } = reason;
  return new ThothError(code, message, { hint, notes });
}

function learntText(learnt: number): string {
  return learnt === 0
    ? "nothing new was learnt yet"
    : `${counted(learnt, "fact")} ${learnt === 1 ? "was learnt and is" : "were learnt and are"} kept`;
}

function knownNotes(question: AdviceQuestion, from: string): readonly string[] {
  const { lockPath } = question.manifest;
  const lock = shownPath(lockPath, from);
  const consultation = atOnce(question);
  const untouched = existsSync(lockPath) ? `${lock} was not touched` : `no ${lock} was written`;
  if (consultation === undefined) return [untouched];
  const { advice } = consultation;
  const best = advice.outcome === "locked" ? advice.product : undefined;
  const own = consultation.lockScore();
  return [bestText(best, own, lock), untouched];
}

function bestText(best: Product | undefined, own: number | undefined, lock: string): string {
  const score = best?.score;
  if (best === undefined || score === undefined) {
    return own === undefined
      ? "no complete stack is known yet"
      : `the best stack known so far is that of ${lock}, score ${scoreText(own)}`;
  }
  if (own !== undefined && own >= score.value)
    return `nothing better than ${lock} is known so far, score ${scoreText(own)}, at most ${scoreText(score.atMost)}`;
  const size = counted(best.pins.size, "package");
  return `the best so far: ${size}, score ${scoreText(score.value)}, at most ${scoreText(score.atMost)}, not all installed here yet (\`--verify none\` locks it)`;
}

/** What is known at once, whether it was seen to install or not; undefined: it takes too long. */
function atOnce(question: AdviceQuestion): Consultation | undefined {
  const deadline = performance.now() + patienceMs;
  const consulting = consultInSteps(adviceContext(question), {
    ...{ verify: false, content: true, stop: () => true },
  });
  while (performance.now() < deadline) {
    const { done, value } = consulting.next();
    if (done === true) return value;
  }
  return undefined;
}
