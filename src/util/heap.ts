/** A binary heap: the least item first, each change in logarithmic time. */
export class Heap<Item> {
  readonly #isLess: (a: Item, b: Item) => boolean;
  #items: Item[] = [];

  constructor(isLess: (a: Item, b: Item) => boolean) {
    this.#isLess = isLess;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1, item);
  }

  pop(): Item | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(0, last);
    return first;
  }

  /** Forgets the items that are not to be kept. */
  filter(keep: (item: Item) => boolean): void {
    const kept = this.#items.filter(keep);
    this.#items = [];
    for (const item of kept) this.push(item);
  }

  #rise(from: number, item: Item): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || !this.#isLess(item, parent)) break;
      this.#items[at] = parent;
      at = above;
    }
    this.#items[at] = item;
  }

  #sink(from: number, item: Item): void {
    let at = from;
    for (;;) {
      const left = this.#items[2 * at + 1];
      if (left === undefined) break;
      const right = this.#items[2 * at + 2];
      const isRight = right !== undefined && this.#isLess(right, left);
      const child = isRight ? right : left;
      if (!this.#isLess(child, item)) break;
      this.#items[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    this.#items[at] = item;
  }
}
