// An index on which things happen as on a real one, for measurements of what that costs.

/** A package's versions that are not yanked, oldest first; every version is `<number>.0`. */
export const stable = (versions) =>
  [...versions]
    .filter(([, { yanked }]) => !yanked)
    .map(([version]) => version)
    .sort((a, b) => Number(a.split(".")[0]) - Number(b.split(".")[0]));

/** What may happen to a package, with the odds of it in a day. */
const events = [
  [0.08, (living, { name, next }) => living.release(name, next)],
  // The wheel comes in a later round
  [0.02, (living, { name, next }) => living.releaseSource(name, next)],
  [0.03, (living, told) => living.vanish(told)],
  [0.02, (living, { name, newest }) => living.rebuild(name, newest)],
  [0.03, (living, told) => living.yank(told)],
  [0.005, (living, { versions }) => living.takePackageAway(versions)],
  [0.3, (living, { name, versions, newest }) => living.addWheel(name, versions, newest)],
];

export class LivingIndex {
  /** What the index lists: package to version to its files, and what is yanked. */
  world = new Map();
  /** Hashes that a file name ever had: a file whose content changed may be fetched anew. */
  contents = new Map();
  /** How often what happened. */
  tally = { released: 0, vanished: 0, packages: 0, rebuilt: 0, wheels: 0, yanked: 0, back: 0 };
  /** The highest number that a package ever had: no index lets a number be used twice. */
  #highest = new Map();
  #away = [];
  #builds = 0;
  #index;
  #given;

  /** `index` is a running one of fixtures/, `draw` gives numbers below 1, `perDay` rounds make a day. */
  constructor(index, { wheel, sdist, draw, perDay }) {
    this.#index = index;
    this.#given = { wheel, sdist, draw, perDay };
  }

  put(file, { yanked } = {}) {
    const number = Number(file.version.split(".")[0]);
    this.#highest.set(file.name, Math.max(number, this.#highest.get(file.name) ?? 0));
    this.#index.add({ distribution: file, ...(yanked ? { yanked } : {}) });
    const hashes = this.contents.get(file.filename) ?? new Set();
    this.contents.set(file.filename, hashes.add(file.sha256));
    const versions = this.world.get(file.name) ?? new Map();
    const release = versions.get(file.version) ?? { files: new Map(), yanked: false };
    release.files.set(file.filename, file);
    versions.set(file.version, release);
    this.world.set(file.name, versions);
  }

  /** Wheel or source distribution; `built` tells one build of it from another. */
  made(kind, name, version, built = 0) {
    return this.#given[kind]({ name, version, headers: [`Keywords: build-${built}`] });
  }

  /** One round: at most one thing happens to each package, and what vanished may come back. */
  round() {
    for (const [name, versions] of this.world) this.#happen(name, versions);
    if (this.#away.length === 0 || this.#given.draw() > 0.1) return;
    this.tally.back += 1;
    const at = Math.floor(this.#given.draw() * this.#away.length);
    for (const file of this.#away.splice(at, 1)[0]) this.put(file);
  }

  #happen(name, versions) {
    const list = stable(versions);
    const newest = list.at(-1);
    if (newest === undefined) return;
    const next = `${this.#highest.get(name) + 1}.0`;
    let odds = this.#given.draw() * this.#given.perDay;
    for (const [chance, event] of events) {
      odds -= chance;
      if (odds >= 0) continue;
      event(this, { name, versions, newest, single: list.length === 1, next });
      return;
    }
  }

  release(name, version) {
    this.tally.released += 1;
    this.put(this.made("wheel", name, version));
    if (this.#given.draw() < 0.5) this.put(this.made("sdist", name, version));
  }

  releaseSource(name, version) {
    this.tally.released += 1;
    this.put(this.made("sdist", name, version));
  }

  vanish({ versions, newest, single }) {
    if (single) return;
    this.tally.vanished += 1;
    this.#takeAway(versions, newest);
  }

  rebuild(name, version) {
    this.tally.rebuilt += 1;
    this.#builds += 1;
    this.put(this.made("wheel", name, version, this.#builds));
  }

  yank({ versions, newest, single }) {
    if (single) return;
    this.tally.yanked += 1;
    for (const file of versions.get(newest).files.values()) this.put(file, { yanked: "broken" });
    versions.get(newest).yanked = true;
  }

  takePackageAway(versions) {
    this.tally.packages += 1;
    for (const version of [...versions.keys()]) this.#takeAway(versions, version);
  }

  addWheel(name, versions, version) {
    const { files } = versions.get(version) ?? { files: new Map() };
    if ([...files.keys()].some((file) => file.endsWith(".whl"))) return;
    this.tally.wheels += 1;
    this.put(this.made("wheel", name, version));
  }

  #takeAway(versions, version) {
    const files = [...versions.get(version).files.values()];
    for (const { filename } of files) this.#index.remove(filename);
    versions.delete(version);
    this.#away.push(files);
  }
}
