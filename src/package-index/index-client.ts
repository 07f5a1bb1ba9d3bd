import type { FileDetails, Validators } from "../model/knowledge.ts";
import type { PackageName } from "../python/name.ts";
import type { DocumentAnswer, DocumentQuestion } from "./document-request.ts";
import type { DownloadAnswer } from "./download.ts";
import type { Environment } from "./environment.ts";
import type { IndexSource } from "./index-source.ts";
import type { MetadataAnswer } from "./metadata-request.ts";
import type { PageAnswer } from "./page-request.ts";

/** Time limits in milliseconds; each has a sensible value of its own. */
export interface Timeouts {
  /** Making a connection. */
  readonly connectMs: number;
  /** Without a byte. */
  readonly idleMs: number;
  /** A page or a piece of metadata as a whole. */
  readonly answerMs: number;
  /** A whole download. */
  readonly downloadMs: number;
  /** First pause before another try; doubled each time. */
  readonly retryMs: number;
}

export interface IndexClientOptions {
  /** Downloads go to its subfolder `files`. */
  readonly cacheDir: string;
  readonly userAgent: string;
  /** Proxies, certificates, netrc and pip's settings are read from here and nowhere else. */
  readonly environment: Environment;
  /** Every request is then a bug. */
  readonly offline?: boolean;
  /** Connections to one host; more than 16 are slower on real indexes. */
  readonly connections?: number;
  /** File or folder of certificate authorities, in place of pip's `cert` setting. */
  readonly ca?: string | undefined;
  /** In place of NETRC and `~/.netrc`. */
  readonly netrc?: string | undefined;
  readonly timeouts?: Partial<Timeouts>;
  /** Ends everything under way. */
  readonly signal?: AbortSignal | undefined;
}

/** What was asked of all hosts so far, redirects and repeated tries included. */
export interface Traffic {
  readonly requests: number;
  /** Of bodies, as they came over the wire. */
  readonly bytes: number;
}

/**
 * Asks Python package indexes (PEP 503, 691). Nothing is loaded and no connection made before the
 * first request. Whatever a person can mend is a ThothError: `index-unreachable`,
 * `index-refused`, `index-garbage`, `time-limit`, `hash-mismatch`, `disk-full`,
 * `store-unwritable`, `bad-configuration`. No error, file or event holds credentials.
 */
export interface IndexClient {
  /** The releases of one package; "not-modified" only where validators were given. */
  page(
    source: IndexSource,
    name: PackageName,
    validators?: Validators,
    signal?: AbortSignal,
  ): Promise<PageAnswer>;
  /** The same, asked for past every cache in between. */
  freshPage(source: IndexSource, name: PackageName, signal?: AbortSignal): Promise<PageAnswer>;
  /** Core metadata of one file of the project `name`. */
  metadata(
    source: IndexSource,
    file: FileDetails,
    name: PackageName,
    signal?: AbortSignal,
  ): Promise<MetadataAnswer>;
  /** A file in the cache, its hash checked where the index gives one. */
  download(source: IndexSource, file: FileDetails, signal?: AbortSignal): Promise<DownloadAnswer>;
  /** A JSON document beside the pages, or of a service that has nothing to do with an index. */
  document(question: DocumentQuestion, signal?: AbortSignal): Promise<DocumentAnswer>;
  traffic(): Traffic;
  close(): Promise<void>;
}
