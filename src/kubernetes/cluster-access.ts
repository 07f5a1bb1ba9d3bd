/** How to reach the API server of a cluster, and as whom. */
export interface ClusterAccess {
  /** Without a slash at its end. */
  readonly server: string;
  /** Where it is said, for messages: a file, or the pod's own account. */
  readonly origin: string;
  /** PEM; undefined: the certificates that Node trusts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that the server's certificate must have, if not its address. */
  readonly serverName?: string | undefined;
  readonly insecure?: boolean | undefined;
  /** The token as it is now: files with tokens are replaced every hour. Never printed. */
  readonly token: () => string | undefined;
  /** The context's namespace, or the pod's. */
  readonly namespace?: string | undefined;
}
