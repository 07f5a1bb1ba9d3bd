/** Runs `work` for each item, at most `limit` at once; results in the order of the items. */
export async function limited<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const next = items.entries();
  const worker = async () => {
    // All workers draw from one iterator
    for (const [position, item] of next) results.set(position, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return [...results].sort(([left], [right]) => left - right).map(([, result]) => result);
}
