/**
 * Weights taken together: more of them weigh more, a heavy one more than several light ones, and
 * all of them less than 1.
 */
export function combined(weights: readonly number[]): number {
  return 1 - weights.reduce((left, weight) => left * (1 - weight), 1);
}
