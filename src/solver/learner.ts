import {
  type FailureClass,
  type FileDetails,
  type MetadataFact,
  type ReleaseList,
  releaseIn,
} from "../model/knowledge.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import type { IndexSource } from "../package-index/index-source.ts";
import { chooseFile } from "../python/file-choice.ts";
import { readCoreMetadata } from "../python/metadata.ts";
import type { PackageName } from "../python/name.ts";
import { ThothError } from "../util/errors.ts";
import { learnPage, type PageLearning } from "./learn-page.ts";

export interface LearnerOptions extends PageLearning {
  readonly runtime: Runtime;
  readonly ranks: ReadonlyMap<string, number>;
  /** How to reach each index. */
  readonly sources: ReadonlyMap<IndexUrl, IndexSource>;
  /** Builds a source distribution whose metadata is not static. */
  readonly build: (release: Release, file: FileDetails) => Promise<MetadataFact>;
  readonly onLearnt?: (what: string) => void;
}

/**
 * Learns single facts from the index into the store: the releases of a package, the metadata of a
 * release. Each is asked for once however often it is wanted. Throws ThothError where the index
 * fails; what the index answers in earnest (no such package, broken metadata) becomes knowledge.
 */
export class Learner {
  readonly options: LearnerOptions;
  private readonly pages = new Map<string, Promise<ReleaseList | undefined>>();
  private readonly metadatas = new Map<string, Promise<MetadataFact | undefined>>();

  constructor(options: LearnerOptions) {
    this.options = options;
  }

  /** The releases of a package, asked from the index unless this learner already did. */
  releases(name: PackageName, index: IndexUrl): Promise<ReleaseList | undefined> {
    const key = `${index} ${name}`;
    let asked = this.pages.get(key);
    if (asked === undefined) {
      asked = this.askReleases(name, index);
      this.pages.set(key, asked);
    }
    return asked;
  }

  /** Metadata of one file of a release. Builds it if nothing else tells. */
  metadata(release: Release, filename: string): Promise<MetadataFact | undefined> {
    const known = this.options.store.metadata(release, filename, this.options.runtime.id);
    if (known !== undefined) return Promise.resolve(known);
    const key = `${release.index} ${release.name} ${release.version} ${filename}`;
    let asked = this.metadatas.get(key);
    if (asked === undefined) {
      asked = this.askMetadata(release, filename);
      this.metadatas.set(key, asked);
    }
    return asked;
  }

  /** The file of a release that the runtime would install. */
  fileOf(release: Release): string | undefined {
    const { store, runtime, ranks } = this.options;
    const facts = releaseIn(store.releases(release.name, release.index), release.version);
    if (facts === undefined) return undefined;
    const choice = chooseFile(facts, runtime.pythonFull, ranks);
    return "file" in choice ? choice.file.filename : undefined;
  }

  private async askReleases(name: PackageName, index: IndexUrl): Promise<ReleaseList | undefined> {
    await learnPage(this.options, this.sourceOf(index), name);
    this.options.onLearnt?.(name);
    return this.options.store.releases(name, index);
  }

  private async askMetadata(release: Release, filename: string): Promise<MetadataFact | undefined> {
    const { store, onLearnt } = this.options;
    const file = store.details(release)?.find((one) => one.filename === filename);
    if (file === undefined)
      return this.keep(
        release,
        filename,
        this.failed("vanished", "the index no longer lists the file"),
      );
    const fact = await this.readMetadata(release, file);
    if (fact !== undefined) this.keep(release, filename, fact);
    onLearnt?.(`${release.name} ${release.version}`);
    return fact;
  }

  private async readMetadata(
    release: Release,
    file: FileDetails,
  ): Promise<MetadataFact | undefined> {
    const { client, build, signal } = this.options;
    try {
      const read = await client.metadata(this.sourceOf(release.index), file, release.name, signal);
      if (read.kind === "absent") return this.failed("vanished", read.reason);
      if (read.kind === "bad") return this.failed(read.failure, read.reason);
      if (read.dynamic) return await build(release, file);
      const core = readCoreMetadata(read.text);
      return {
        state: "known",
        requires: core.requiresDist,
        ...(core.requiresPython === undefined ? {} : { requiresPython: core.requiresPython }),
        extras: core.providesExtra,
        via: read.via,
        observedAt: this.timestamp(),
      };
    } catch (error) {
      return this.failureOf(error);
    }
  }

  /** What speaks against the file becomes knowledge; what speaks against the network is thrown on. */
  private failureOf(error: unknown): MetadataFact {
    if (!(error instanceof ThothError)) throw error;
    switch (error.code) {
      case "hash-mismatch":
        return this.failed("hash-mismatch", error.message);
      default:
        throw error;
    }
  }

  private failed(reason: FailureClass, detail: string): MetadataFact {
    return { state: "failed", reason, detail, observedAt: this.timestamp() };
  }

  private keep(release: Release, filename: string, fact: MetadataFact): MetadataFact {
    this.options.store.putMetadata(release, filename, fact);
    return fact;
  }

  private timestamp(): string {
    return new Date(this.options.now()).toISOString();
  }

  private sourceOf(index: IndexUrl): IndexSource {
    const source = this.options.sources.get(index);
    if (source === undefined) {
      throw new ThothError("index-refused", `the index \`${index}\` is not one of this project's`, {
        hint: "name it in a [[source]] of the Pipfile, or pass --index-url",
      });
    }
    return source;
  }
}
