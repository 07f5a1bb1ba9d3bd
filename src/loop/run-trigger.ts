import { sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { MessageQueue } from "../messaging/queue.ts";
import type { AdviserTrigger, Message } from "../model/message.ts";

/** What tells one run of advice from others. */
export interface AdviceRunFields extends Pick<AdviserTrigger, "project" | "runtime" | "dev"> {
  readonly re_run_adviser_id: string;
}

/**
 * The message that has an advice run again should its process die. While the process lives it
 * holds the message itself, so that `thoth investigate --follow` does not do its work once more.
 */
export class RunTrigger {
  private readonly run: AdviceRunFields;
  private held: readonly string[] | undefined;

  constructor(run: AdviceRunFields) {
    this.run = run;
  }

  /** Puts it into the queue, once; a trigger that is in somebody's hand already stays there. */
  async publish(queue: MessageQueue): Promise<void> {
    if (this.held !== undefined) return;
    const message = createMessage("adviser_trigger", sender, {
      ...this.run,
      justification: [],
    });
    await queue.publish([message], { priority: 0 });
    this.held = await claimed(queue, (message) => isRun(message, this.run));
  }

  /** The run came to its end: its trigger goes, and so do others that ask for the same. */
  async end(queue: MessageQueue): Promise<void> {
    const others = await claimed(queue, (message) => isSameQuestion(message, this.run));
    const done = [...(this.held ?? []), ...others];
    if (done.length > 0) await queue.ack(done);
  }
}

async function claimed(
  queue: MessageQueue,
  accept: (message: Message) => boolean,
): Promise<readonly string[]> {
  const deliveries = await queue.claim(Number.POSITIVE_INFINITY, { accept });
  return deliveries.map(({ id }) => id);
}

function isRun(message: Message, run: AdviceRunFields): boolean {
  return message.type === "adviser_trigger" && message.re_run_adviser_id === run.re_run_adviser_id;
}

/** What an event asks for is another question: its package must be free to move. */
function isSameQuestion(message: Message, { project, runtime, dev }: AdviceRunFields): boolean {
  if (message.type !== "adviser_trigger" || message.justification.length > 0) return false;
  if (message.re_run_adviser_id === null) return false;
  return message.project === project && message.runtime === runtime && message.dev === dev;
}
