import type { Row, SqlValue } from "../postgres/database.ts";
import type { ReaderRequest } from "../postgres/reader.ts";

/** Work that asks for rows on its way, whoever gets them and whether that is waited for. */
export type Asking<T> = Generator<ReaderRequest, T, readonly Row[]>;

export function ask(sql: string, values: readonly SqlValue[] = []): ReaderRequest {
  return { sql, values };
}
