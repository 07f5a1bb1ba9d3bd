/**
 * The candidate that a mistyped word most likely means: at most two edits away (one in a word
 * of four letters or fewer); the first of several equally near. Undefined where none is near.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const allowed = word.length <= 4 ? 1 : 2;
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance > allowed) continue;
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Letters to insert, drop, replace or swap with a neighbour. */
function editDistance(left: string, right: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const replaced = at(last, column - 1) + (isSame ? 0 : 1);
      const shorter = Math.min(at(last, column), at(current, column - 1)) + 1;
      const isSwap = left[row - 2] === right[column - 1] && left[row - 1] === right[column - 2];
      const swapped = isSwap ? at(beforeLast, column - 2) + 1 : replaced;
      current.push(Math.min(replaced, shorter, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

/** Outside of the table no way is short. */
function at(distances: readonly number[], column: number): number {
  return distances[column] ?? Number.POSITIVE_INFINITY;
}
