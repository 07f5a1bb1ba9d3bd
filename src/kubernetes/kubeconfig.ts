import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ThothError } from "../util/errors.ts";
import { type Tree, textAt, treeAt } from "../util/shaped-tree.ts";
import { yamlTree } from "../util/yaml-tree.ts";
import type { ClusterAccess } from "./cluster-access.ts";

/** An entry of a kubeconfig's lists, with the folder that its relative paths start in. */
interface Entry {
  readonly tree: Tree;
  readonly folder: string;
}

/**
 * What kubeconfigs say of one context; where several files are named, the first that has an entry
 * counts, as kubectl has it. Throws `bad-configuration` with the place.
 */
export async function readKubeconfig(
  paths: readonly string[],
  wanted: string | undefined,
): Promise<ClusterAccess> {
  const files: Entry[] = [];
  for (const path of paths) {
    const text = textOfFile(path, paths.length > 1);
    if (text !== undefined)
      files.push({ tree: await yamlTree(text, path), folder: dirname(resolve(path)) });
  }
  const origin = paths.join(":");
  const name = wanted ?? files.flatMap(({ tree }) => textAt(tree, "current-context") ?? [])[0];
  if (name === undefined) {
    throw new ThothError("bad-configuration", `${origin} has no current context`, {
      hint: "set `argo_context`, or run `kubectl config use-context NAME`",
    });
  }
  const context = entryOf(files, { list: "contexts", part: "context", name, origin });
  const clusterName = textAt(context.tree, "cluster") ?? "";
  const cluster = entryOf(files, { list: "clusters", part: "cluster", name: clusterName, origin });
  const userName = textAt(context.tree, "user");
  const user =
    userName === undefined
      ? undefined
      : entryOf(files, { list: "users", part: "user", name: userName, origin });
  return {
    ...serverOf(cluster, origin),
    ...(user === undefined ? { token: () => undefined } : identityOf(user, userName ?? "")),
    namespace: textAt(context.tree, "namespace"),
  };
}

function textOfFile(path: string, mayLack: boolean): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" && mayLack) return undefined;
    const what = code === "ENOENT" ? "is not there" : "cannot be read";
    throw new ThothError("bad-configuration", `the kubeconfig ${path} ${what}`, {
      cause,
      hint: "set `argo_kubeconfig` to the file that `kubectl` uses",
    });
  }
}

interface Wanted {
  readonly list: string;
  readonly part: string;
  readonly name: string;
  readonly origin: string;
}

function entryOf(files: readonly Entry[], { list, part, name, origin }: Wanted): Entry {
  const names: string[] = [];
  for (const { tree, folder } of files) {
    const entries = treeAt(tree, list);
    for (const entry of entries?.kind === "list" ? entries.items : []) {
      const found = textAt(entry, "name") ?? "";
      names.push(found);
      const inner = treeAt(entry, part);
      if (found === name && inner !== undefined) return { tree: inner, folder };
    }
  }
  throw new ThothError("bad-configuration", `${origin} has no ${part} \`${name}\``, {
    hint: names.length === 0 ? `its \`${list}\` are empty` : `it has: ${names.join(", ")}`,
  });
}

function serverOf(cluster: Entry, origin: string) {
  const { tree } = cluster;
  const server = textAt(tree, "server") ?? "";
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new ThothError("bad-configuration", "the cluster's `server` is no address", {
      place: (treeAt(tree, "server") ?? tree).place,
    });
  }
  refuseKey(tree, "proxy-url", "a proxy before the API server is not supported");
  return {
    server: server.replace(/\/+$/, ""),
    origin,
    ca: dataOf(cluster, "certificate-authority"),
    serverName: textAt(tree, "tls-server-name"),
    insecure: textAt(tree, "insecure-skip-tls-verify") === "true",
  };
}

function identityOf(user: Entry, name: string) {
  const { tree, folder } = user;
  const program = textAt(tree, "exec", "command");
  const login = program === undefined ? "a login plugin" : `the program \`${program}\``;
  refuseKey(tree, "exec", `user \`${name}\` logs in by ${login}, which Thoth does not start`);
  refuseKey(tree, "auth-provider", `user \`${name}\` logs in by a plugin of kubectl`);
  refuseKey(tree, "username", `user \`${name}\` has a password, which Kubernetes takes no more`);
  const tokenFile = textAt(tree, "tokenFile");
  const token = textAt(tree, "token");
  return {
    cert: dataOf(user, "client-certificate"),
    key: dataOf(user, "client-key"),
    token:
      tokenFile === undefined
        ? () => token
        : () => readFileSync(resolve(folder, tokenFile), "utf8").trim(),
  };
}

function refuseKey(tree: Tree, key: string, message: string): void {
  const found = treeAt(tree, key);
  if (found === undefined) return;
  throw new ThothError("bad-configuration", message, {
    place: found.place,
    hint: "use a service account's token, or run `kubectl proxy` and name http://127.0.0.1:8001 as `server`",
  });
}

/** What stands in the file as base64, or in a file that it names. */
function dataOf({ tree, folder }: Entry, key: string): string | undefined {
  const data = textAt(tree, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const file = textAt(tree, key);
  if (file === undefined) return undefined;
  try {
    return readFileSync(resolve(folder, file), "utf8");
  } catch (cause) {
    throw new ThothError("bad-configuration", `\`${key}\` cannot be read`, {
      place: (treeAt(tree, key) ?? tree).place,
      cause,
    });
  }
}
