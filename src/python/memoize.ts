/**
 * Remembers the answers of a pure function of one string. Text of the same kind comes again and
 * again (versions, clauses, markers), and reading it is the hot path of every lock.
 * `undefined` is not remembered: text that is wrong is rare, and asking again is cheap.
 * The memory is dropped as a whole at `limit` entries, so that a long-lived process stays small.
 */
export function memoize<T>(read: (raw: string) => T, limit = 200_000): (raw: string) => T {
  const known = new Map<string, T>();
  return (raw) => {
    const found = known.get(raw);
    if (found !== undefined) return found;
    if (known.size >= limit) known.clear();
    const value = read(raw);
    known.set(raw, value);
    return value;
  };
}
