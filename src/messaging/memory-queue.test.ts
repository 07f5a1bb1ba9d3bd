import { MemoryQueue } from "./memory-queue.ts";
import { queueSuite } from "./queue-suite.ts";

queueSuite("a queue in memory", (surroundings) => {
  const queue = new MemoryQueue(surroundings);
  return { queue, reopen: () => queue, remove: () => {} };
});
