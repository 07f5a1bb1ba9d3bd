const anyVariable = /\$(?:(\w+)|\{([^}]*)\})/g;
const credentialVariable = /'?\$\{([^}]+)\}'?|\$([A-Za-z_][A-Za-z0-9_]*)/g;

/** The variables that an address may use. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A source's address with its `${VAR}` and `$VAR` replaced as pipenv does: what stands in the
 * user and password is percent-encoded afterwards, quotes around `'${VAR}'` are dropped there,
 * a variable that is not set stays. The result may hold a secret.
 */
export function expandSourceUrl(url: string, variables: Variables): string {
  if (!url.includes("$")) return url;
  const parts = splitUrl(url);
  if (parts === undefined || !parts.authority.includes("@")) return expand(url, variables);
  const at = parts.authority.lastIndexOf("@");
  const user = expandUser(parts.authority.slice(0, at), variables);
  const host = expand(parts.authority.slice(at + 1), variables);
  const rest = expand(parts.path, variables) + expand(parts.query, variables);
  return `${parts.scheme}//${user}@${host}${rest}${parts.fragment}`;
}

interface UrlParts {
  /** With its colon. */
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  /** With its `?` or `#`, "" where nothing follows it. */
  readonly query: string;
  readonly fragment: string;
}

function splitUrl(url: string): UrlParts | undefined {
  const match = /^([a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is.exec(url);
  if (match === null) return undefined;
  const [, scheme = "", authority = "", path = "", query = "", fragment = ""] = match;
  return {
    scheme: scheme.toLowerCase(),
    authority,
    path,
    query: query === "?" ? "" : query,
    fragment: fragment === "#" ? "" : fragment,
  };
}

function expand(text: string, variables: Variables): string {
  return text.replaceAll(
    anyVariable,
    (token, bare?: string, braced?: string) => valueIn(variables, bare ?? braced ?? "") ?? token,
  );
}

function valueIn(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

function expandUser(user: string, variables: Variables): string {
  const expanded = user.replaceAll(
    credentialVariable,
    (token, braced?: string, bare?: string) => valueIn(variables, braced ?? bare ?? "") ?? token,
  );
  // Left alone, the variables can still be set later.
  if (expanded === user) return user;
  const colon = expanded.indexOf(":");
  if (colon < 0) return percentEncoded(expanded);
  return `${percentEncoded(expanded.slice(0, colon))}:${percentEncoded(expanded.slice(colon + 1))}`;
}

/** Python's `quote(text, safe="")`; `encodeURIComponent` spares five more characters. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
