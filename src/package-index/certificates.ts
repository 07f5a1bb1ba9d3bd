import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { ThothError } from "../util/errors.ts";
import { type Environment, errorCode } from "./environment.ts";

/**
 * Certificate authorities to trust, as PEM texts; undefined: Node's own. As pip and requests: the
 * first of pip's `cert` setting, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE replaces every default;
 * SSL_CERT_FILE or SSL_CERT_DIR and NODE_EXTRA_CA_CERTS are added to the defaults.
 */
export async function trustedCertificates(
  environment: Environment,
  pipCert: string | undefined,
): Promise<readonly string[] | undefined> {
  const extraFile = environment["NODE_EXTRA_CA_CERTS"] ?? "";
  const replacing = chosen([
    ["pip's `cert` setting", pipCert],
    ["REQUESTS_CA_BUNDLE", environment["REQUESTS_CA_BUNDLE"]],
    ["CURL_CA_BUNDLE", environment["CURL_CA_BUNDLE"]],
  ]);
  if (replacing !== undefined) return readBundle(replacing.path, replacing.origin);
  const adding = chosen([
    ["SSL_CERT_FILE", environment["SSL_CERT_FILE"]],
    ["SSL_CERT_DIR", environment["SSL_CERT_DIR"]],
  ]);
  if (adding === undefined || adding.path === extraFile) return undefined;
  const extra = extraFile === "" ? [] : await readBundle(extraFile, "NODE_EXTRA_CA_CERTS");
  return [...rootCertificates, ...extra, ...(await readBundle(adding.path, adding.origin))];
}

function chosen(
  candidates: readonly (readonly [origin: string, path: string | undefined])[],
): { readonly origin: string; readonly path: string } | undefined {
  for (const [origin, path] of candidates) {
    if (path !== undefined && path !== "") return { origin, path };
  }
  return undefined;
}

async function readBundle(path: string, origin: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [await readFile(path, "utf8")];
    const names = (await readdir(path)).filter((name) => /\.(pem|crt|cer|\d)$/.test(name));
    return await Promise.all(names.map((name) => readFile(join(path, name), "utf8")));
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new ThothError(
      "bad-configuration",
      `the certificates \`${path}\` of ${origin} can't be read (${code})`,
      { cause: error, hint: `correct ${origin}, or remove it to trust the usual authorities` },
    );
  }
}
