/** Milliseconds since the epoch of an ISO 8601 text; undefined where it is none. */
export function momentOf(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** `2026-11-20` at midnight, else `2026-11-20T12:30:00Z`; UTC. */
export function momentText(time: number): string {
  const text = new Date(time).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}
