import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { errorCode } from "./environment.ts";
import type { Reply } from "./http.ts";
import { HttpFailure } from "./http-failure.ts";

const unzip = promisify(gunzip);

/**
 * The whole body, decompressed, of at most `maxBytes`.
 * @throws HttpFailure where it is larger, or not what its headers say.
 */
export async function wholeBody(reply: Reply, maxBytes: number): Promise<Buffer> {
  const announced = Number(reply.header("content-length") ?? "0");
  if (announced > maxBytes) throw tooLarge(reply, maxBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  await reply.drain((chunk) => {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(reply, maxBytes);
    chunks.push(chunk);
  });
  const bytes = Buffer.concat(chunks, length);
  const encoding = (reply.header("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return bytes;
  if (encoding === "gzip" || encoding === "x-gzip") return unpack(reply, bytes, maxBytes);
  throw new HttpFailure("garbage", reply.url, `an encoding that was not asked for: ${encoding}`);
}

async function unpack(reply: Reply, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const code = errorCode(error);
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(reply, maxBytes);
    if (code?.startsWith("Z_") !== true) throw error;
    throw new HttpFailure("garbage", reply.url, `its gzip stream is damaged (${code})`, {
      retryable: code === "Z_BUF_ERROR",
      cause: error,
    });
  }
}

function tooLarge(reply: Reply, maxBytes: number): HttpFailure {
  return new HttpFailure("garbage", reply.url, `more than ${Math.round(maxBytes / 1e6)} MB`);
}

/** Names a status that an answer of this kind can't have: 401, 403 and 407 are refusals. */
export function unexpectedStatus(reply: Reply): HttpFailure {
  const { status, url } = reply;
  if (status === 401) return new HttpFailure("refused", url, "asks for credentials (401)");
  if (status === 403) return new HttpFailure("refused", url, "refuses access (403)");
  if (status === 407) return new HttpFailure("proxy", url, "the proxy asks for credentials (407)");
  return new HttpFailure("garbage", url, `an unexpected status (${status})`);
}
