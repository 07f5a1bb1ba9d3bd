import { PlannedQueue, type QueueKeeper } from "./planned-queue.ts";
import { QueueState } from "./queue-state.ts";
import { type QueueSurroundings, worldNow } from "./queue-world.ts";

/** A queue that dies with the process. Same rules as the durable one. */
export class MemoryQueue extends PlannedQueue {
  constructor(surroundings: QueueSurroundings = {}) {
    super(inMemory(surroundings));
  }
}

function inMemory(surroundings: QueueSurroundings): QueueKeeper {
  const state = new QueueState();
  const settled = () => {
    const world = worldNow(surroundings, () => false);
    state.settle(world);
    return world;
  };
  return {
    async change(plan) {
      const { operations, answer } = plan({ state, world: settled(), nextId: state.nextId });
      for (const operation of operations) state.apply(operation);
      return answer;
    },
    async look(answer) {
      settled();
      return answer(state);
    },
    async close() {},
  };
}
