import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Emit, Event } from "../model/event.ts";

/** What is read when metrics are asked for. */
export interface MetricsState {
  readonly lanes: readonly { readonly lane: string; readonly inWork: number }[];
  readonly obstacles: readonly { readonly place: string }[];
  /** Messages by type and by what they wait for. */
  readonly states: Readonly<Partial<Record<string, Readonly<Record<string, number>>>>>;
  /** Age of the oldest message that waits or is in work, ms. */
  readonly oldestMs: number;
}

/** Numbers of an investigator in Prometheus' text format; names as the original's where it had one. */
export interface InvestigationMetrics {
  readonly emit: Emit;
  text(state: MetricsState): Promise<string>;
  readonly contentType: string;
}

export function investigationMetrics(): InvestigationMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ) => new Counter({ name: `thoth_investigator_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `thoth_investigator_${name}`, help, labelNames, registers });
  const processed = counter("processed_total", "Messages that were dealt with", ["message_type"]);
  const failures = counter("failures_total", "Messages whose work failed", ["message_type"]);
  const scheduled = counter("scheduled_tasks_total", "Tasks that messages led to", ["task"]);
  const obstacles = counter("obstacles_total", "Waits for a place that failed", ["place"]);
  const inProgress = gauge("in_progress", "Messages in work in this process", ["lane"]);
  const waiting = gauge("waiting_places", "Places that are not tried now", []);
  const queued = gauge("queue_messages", "Messages in the queue", ["message_type", "state"]);
  const deadLetters = gauge("dead_letters", "Messages that were given up", ["message_type"]);
  const oldest = gauge("queue_oldest_seconds", "Age of the oldest message not done yet", []);
  const duration = new Histogram({
    name: "thoth_investigator_task_duration_seconds",
    help: "Wall time of a group of tasks of one kind",
    labelNames: ["task"],
    buckets: [0.05, 0.25, 1, 5, 10, 30, 60, 120, 300, 600, 900],
    registers,
  });
  const emit = (event: Event) => {
    if (event.type === "batch") {
      duration.observe({ task: event.task }, event.durationMs / 1000);
      scheduled.inc({ task: event.task }, event.tasks);
    } else if (event.type === "obstacle") obstacles.inc({ place: event.place });
    else if (event.type === "handled") {
      if (event.outcome !== "released") processed.inc({ message_type: event.message });
      if (event.outcome === "retry" || event.outcome === "dead")
        failures.inc({ message_type: event.message });
    }
  };
  const text = (state: MetricsState) => {
    for (const { lane, inWork } of state.lanes) inProgress.set({ lane }, inWork);
    waiting.set(state.obstacles.length);
    oldest.set(state.oldestMs / 1000);
    queued.reset();
    deadLetters.reset();
    for (const [message_type, counts = {}] of Object.entries(state.states)) {
      for (const [name, count] of Object.entries(counts)) {
        if (name === "dead") deadLetters.set({ message_type }, count);
        else queued.set({ message_type, state: name }, count);
      }
    }
    return registry.metrics();
  };
  return { emit, text, contentType: Registry.PROMETHEUS_CONTENT_TYPE };
}
