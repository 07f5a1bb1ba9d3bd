/**
 * Remembers the answers of a pure function of one string. Text of the same kind comes again and
 * again (versions, clauses, markers), and reading it is the hot path of every lock.
 * The memory is dropped as a whole at `limit` entries, so that a long-lived process stays small.
 */
export function memoize<T>(read: (raw: string) => T, limit = 200_000): (raw: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (raw) => {
    const found = known.get(raw);
    if (found !== undefined) return found.value;
    const value = read(raw);
    if (known.size >= limit) known.clear();
    known.set(raw, { value });
    return value;
  };
}
