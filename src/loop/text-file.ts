import { readFileSync } from "node:fs";
import { errorCode } from "../util/atomic-write.ts";
import { type ErrorCode, ThothError } from "../util/errors.ts";

/**
 * A text file of a project; undefined if there is none. UTF-8 without its byte order mark, or the
 * UTF-16 that PowerShell writes. Throws with `code` where it can't be read or is no such text.
 */
export function readText(path: string, code: ErrorCode, shown = path): string | undefined {
  const bytes = readBytes(path, code, shown);
  if (bytes === undefined) return undefined;
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const at = firstBadByte(bytes);
    throw new ThothError(code, "the file is not UTF-8", {
      place: {
        file: shown,
        line: bytes.subarray(0, at).filter((byte) => byte === 10).length + 1,
        column: 1,
      },
      hint: "save it as UTF-8",
    });
  }
}

function readBytes(path: string, code: ErrorCode, shown: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    throw new ThothError(code, `\`${shown}\` can't be read`, { cause: error });
  }
}

function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** Offset of the byte at which the text stops being UTF-8. */
function firstBadByte(bytes: Buffer): number {
  // What can't be decoded becomes U+FFFD, and what stands before it keeps its length
  const [before = ""] = bytes.toString("utf8").split("\uFFFD", 1);
  return Buffer.byteLength(before);
}
