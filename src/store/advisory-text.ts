import { createHash } from "node:crypto";
import type { AdvisoryCollection } from "../advisory/database.ts";
import type { Piece } from "./advisory-file.ts";

/** The files of a database, as they are going to be written. */
export interface AdvisoryTexts {
  /** One record a line, those of a package one after the other. */
  readonly records: Buffer;
  /** Of `records`. */
  readonly sha256: string;
  readonly packages: Readonly<Record<string, Piece>>;
  readonly files: Readonly<Record<string, Piece>>;
  /** One line for each record that could not be read; undefined where there is none. */
  readonly setAside: string | undefined;
}

/** The same records always make the same bytes. */
export function writeAdvisories(collection: AdvisoryCollection): AdvisoryTexts {
  const chunks: Buffer[] = [];
  const packages: [string, Piece][] = [];
  const pieceOf = new Map<string, Piece>();
  let offset = 0;
  for (const [name, advisories] of collection.packages) {
    const start = offset;
    for (const advisory of advisories) {
      const line = Buffer.from(`${JSON.stringify(advisory)}\n`);
      pieceOf.set(`${name} ${advisory.id}`, [offset, line.length]);
      chunks.push(line);
      offset += line.length;
    }
    packages.push([name, [start, offset - start]]);
  }
  const files = [...collection.files].flatMap(([sha256, { name, id }]) => {
    const piece = pieceOf.get(`${name} ${id}`);
    return piece === undefined ? [] : [[sha256, piece] as const];
  });
  const records = Buffer.concat(chunks);
  const damaged = collection.damaged.map((record) => JSON.stringify(record));
  return {
    records,
    sha256: createHash("sha256").update(records).digest("hex"),
    packages: Object.fromEntries(packages),
    files: Object.fromEntries(files),
    setAside: damaged.length === 0 ? undefined : `${damaged.sort().join("\n")}\n`,
  };
}
