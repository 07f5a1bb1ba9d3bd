import { gunzipSync, inflateSync } from "node:zlib";
import type { Value } from "./value.ts";

/** Constants beyond this are not carried on. */
const mostText = 4_000_000;

/** One byte as a character. */
export function latin1(byte: number): string {
  return String.fromCharCode(byte);
}

type Fold = (text: string, others: readonly Value[]) => string | undefined;

const inBytes = (text: string) => Buffer.from(text, "latin1");
const asText = (bytes: Buffer) => bytes.toString("latin1");

function base64(text: string): string | undefined {
  const clean = text.replaceAll(/\s/g, "");
  if (!/^[\w+/=-]*$/.test(clean)) return undefined;
  return asText(Buffer.from(clean, "base64"));
}

function hex(text: string): string | undefined {
  const clean = text.replaceAll(/\s/g, "");
  return /^([0-9a-f]{2})*$/i.test(clean) ? asText(Buffer.from(clean, "hex")) : undefined;
}

function inflated(text: string): string | undefined {
  const limit = { maxOutputLength: mostText };
  try {
    return asText(
      text.startsWith("\x1f\x8b")
        ? gunzipSync(inBytes(text), limit)
        : inflateSync(inBytes(text), limit),
    );
  } catch (error) {
    // What is no compressed data, or too much of it, stays unknown
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function base85(text: string): string | undefined {
  const digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
  const bytes: number[] = [];
  const padding = (5 - (text.length % 5)) % 5;
  const padded = text + "~".repeat(padding);
  for (let at = 0; at < padded.length; at += 5) {
    let number = 0;
    for (const character of padded.slice(at, at + 5)) {
      const digit = digits.indexOf(character);
      if (digit < 0) return undefined;
      number = number * 85 + digit;
    }
    for (const shift of [24, 16, 8, 0]) bytes.push(Math.floor(number / 2 ** shift) & 255);
  }
  return asText(Buffer.from(bytes.slice(0, bytes.length - padding)));
}

function rot13(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0);
    return latin1((code & 31) > 13 ? code - 13 : code + 13);
  });
}

function byCodec(text: string, [codec]: readonly Value[]): string | undefined {
  const name = (codec?.text ?? "utf8").toLowerCase().replaceAll(/[-_]/g, "");
  if (name === "rot13") return rot13(text);
  if (name.startsWith("hex")) return hex(text);
  if (name.startsWith("base64")) return base64(text);
  if (name.startsWith("zlib") || name === "zip") return inflated(text);
  if (name.startsWith("utf8")) return Buffer.from(text, "latin1").toString("utf8");
  return name === "ascii" || name === "latin1" ? text : undefined;
}

const decoders: Readonly<Record<string, Fold>> = {
  "base64.b64decode": base64,
  "base64.standard_b64decode": base64,
  "base64.urlsafe_b64decode": base64,
  "base64.decodebytes": base64,
  "base64.decodestring": base64,
  "base64.b16decode": hex,
  "base64.b85decode": base85,
  "binascii.a2b_base64": base64,
  "binascii.unhexlify": hex,
  "binascii.a2b_hex": hex,
  "bytes.fromhex": hex,
  "bytearray.fromhex": hex,
  "zlib.decompress": inflated,
  "gzip.decompress": inflated,
  "codecs.decode": byCodec,
};

const others: readonly string[] = [
  "base64.b32decode",
  "base64.a85decode",
  "lzma.decompress",
  "bz2.decompress",
  "brotli.decompress",
  "zlib.decompressobj",
  "marshal.loads",
  "chr",
  "unichr",
];

/** A call whose result was made unreadable before: by code, compression or a cipher. */
export function decodes(name: string): boolean {
  return name in decoders || others.includes(name) || /\bdecrypt(_\w+)?$/.test(name);
}

const plain: Readonly<Record<string, Fold>> = {
  str: (text) => text,
  bytes: (text) => text,
  bytearray: (text) => text,
  chr: (text) => characterOf(text),
  unichr: (text) => characterOf(text),
  int: (text, [base]) => {
    const number = Number.parseInt(text.replace(/^0[xob]/i, ""), Number(base?.text ?? 10));
    return Number.isNaN(number) ? undefined : String(number);
  },
  ord: (text) => (text.length === 1 ? String(text.charCodeAt(0)) : undefined),
  reversed: (text) => [...text].reverse().join(""),
};

function characterOf(text: string): string | undefined {
  const code = Number(text);
  return Number.isInteger(code) && code >= 0 && code < 0x110000
    ? String.fromCodePoint(code)
    : undefined;
}

const methods: Readonly<Record<string, Fold>> = {
  decode: (text, args) => (args.length === 0 ? utf8(text) : byCodec(text, args)),
  encode: (text) => (isLatin(text) ? text : asText(Buffer.from(text, "utf8"))),
  strip: (text, args) => (args.length === 0 ? text.trim() : undefined),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  replace: (text, [from, to]) =>
    from?.text === undefined || to?.text === undefined || from.text === ""
      ? undefined
      : text.replaceAll(from.text, () => to.text ?? ""),
  format: (text, args) => {
    let next = 0;
    return text.replaceAll(/\{\w*\}/g, (whole) => args[next++]?.text ?? whole);
  },
  join: (text, [list]) => {
    const texts = list?.items?.map((item) => item.text) ?? [];
    if (list?.text !== undefined) return [...list.text].join(text);
    return texts.length > 0 && !texts.includes(undefined) ? texts.join(text) : undefined;
  },
};

function isLatin(text: string): boolean {
  return !/[\u0100-\uffff]/.test(text);
}

function utf8(text: string): string {
  return isLatin(text) ? inBytes(text).toString("utf8") : text;
}

/** What a call of something known gives for constants; undefined where that stays unknown. */
export function folded(name: string, args: readonly Value[]): string | undefined {
  const [first, ...rest] = args;
  const fold = Object.hasOwn(decoders, name) ? decoders[name] : own(plain, name);
  if (fold === undefined) return undefined;
  const text = first?.text ?? (name.startsWith("byte") ? bytesOf(first) : undefined);
  return limited(text === undefined ? undefined : fold(text, rest));
}

/** The same for a method of a constant. */
export function foldedMethod(
  method: string,
  text: string,
  args: readonly Value[],
): string | undefined {
  return limited(own(methods, method)?.(text, args));
}

function own(table: Readonly<Record<string, Fold>>, name: string): Fold | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function bytesOf(list: Value | undefined): string | undefined {
  const numbers = list?.items?.map(({ text }) => Number(text ?? "x")) ?? [];
  if (numbers.length === 0 || !numbers.every((one) => one >= 0 && one < 256)) return undefined;
  return numbers.map(latin1).join("");
}

function limited(text: string | undefined): string | undefined {
  return text === undefined || text.length > mostText ? undefined : text;
}
