import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { ThothError } from "../util/errors.ts";
import { pythonScript } from "../util/package-root.ts";
import { limitsForEntry, rootFolders } from "./root-folders.ts";
import {
  type Isolation,
  type Mount,
  type Sandbox,
  type SandboxedCommand,
  type SandboxLimits,
  sandboxUser,
} from "./sandboxed-command.ts";

/** The command line of bubblewrap for one command. Later mounts lie over earlier ones. */
export function bubblewrapArguments(
  sandbox: Sandbox,
  isolation: Isolation,
  run: SandboxedCommand,
): readonly string[] {
  const memory = run.inMemory ?? [];
  const { root } = run;
  const interpreter = root === undefined ? outsideUsr(run.interpreterPaths) : [];
  const shown = [...interpreter.map((from) => ({ from })), ...run.readOnly];
  return [
    ...isolationArguments(isolation),
    ...(root === undefined ? [...systemFolders(), ...systemFiles()] : rootFolders(root)),
    ...privateFolders(sandbox),
    ...parentFolders([...shown, ...run.writable].map(target)),
    ...memory.flatMap(({ path, bytes }) => memoryFolder(sandbox, path, bytes)),
    ...shown.flatMap((mount) => ["--ro-bind", mount.from, target(mount)]),
    ...run.writable.flatMap((mount) => ["--bind", mount.from, target(mount)]),
    "--remount-ro",
    "/",
    "--chdir",
    "/tmp",
    ...(root === undefined
      ? ["--", ...userSwitch(isolation), sandbox.prlimit, ...limitArguments(isolation, run.limits)]
      : [...limitsForEntry(isolation, run.limits), "--"]),
    run.command,
    ...run.args,
  ];
}

function isolationArguments(isolation: Isolation): readonly string[] {
  const common = ["--hostname", "sandbox", "--die-with-parent", "--new-session"];
  if (isolation.kind === "namespace") {
    // `--unshare-all` only tries; the user of the sandbox needs a namespace for certain.
    return ["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", ...common];
  }
  const namespaces = ["ipc", "pid", "net", "uts", "cgroup-try"].map((name) => `--unshare-${name}`);
  // Only to become the other user, which takes them away again.
  return [...namespaces, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", ...common];
}

function userSwitch(isolation: Isolation): readonly string[] {
  if (isolation.kind === "namespace") return [];
  const [user, group] = [`--reuid=${sandboxUser}`, `--regid=${sandboxUser}`];
  return [isolation.setpriv, user, group, "--clear-groups", "--"];
}

function target(mount: Mount): string {
  return mount.to ?? mount.from;
}

/** bubblewrap makes missing parents for their owner alone, who need not be the command's user. */
function parentFolders(targets: readonly string[]): readonly string[] {
  const parents = new Set(targets.flatMap(ancestors));
  return [...parents].flatMap((path) => ["--perms", "0755", "--dir", path]);
}

/** Outermost first, without the root. */
function ancestors(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === "/" ? [] : [...ancestors(parent), parent];
}

function systemFolders(): readonly string[] {
  const top = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
  return [
    "--ro-bind",
    "/usr",
    "/usr",
    ...top.filter((path) => existsSync(path)).flatMap(topFolder),
  ];
}

/** /lib and the like are links into /usr on most systems, folders on others. */
function topFolder(path: string): readonly string[] {
  return lstatSync(path).isSymbolicLink()
    ? ["--symlink", readlinkSync(path), path]
    : ["--ro-bind", path, path];
}

// Public facts that programs need to start; never a key, a password or a network's address.
const shownFiles = [
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/localtime",
  "/etc/mime.types",
  "/etc/os-release",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
];

function systemFiles(): readonly string[] {
  const own = ["passwd", "group", "nsswitch.conf", "hosts"];
  return [
    ...["--perms", "0755", "--dir", "/etc"],
    ...shownFiles.flatMap((path) => ["--ro-bind-try", path, path]),
    ...own.flatMap((name) => ["--ro-bind", pythonScript(`sandbox-etc/${name}`), `/etc/${name}`]),
  ];
}

const temporaryBytes = 1024 ** 3;

function privateFolders(sandbox: Sandbox): readonly string[] {
  return [
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...memoryFolder(sandbox, "/dev/shm", temporaryBytes / 4),
    "--remount-ro",
    "/dev",
    ...memoryFolder(sandbox, "/tmp", temporaryBytes),
    ...["--perms", "0777", "--dir", "/tmp/home"],
  ];
}

function memoryFolder(sandbox: Sandbox, path: string, bytes: number): readonly string[] {
  const size = sandbox.sizedMemory ? ["--size", String(bytes)] : [];
  return ["--perms", "1777", ...size, "--tmpfs", path];
}

function outsideUsr(prefixes: readonly string[]): readonly string[] {
  const outside = prefixes.filter((path) => path !== "/usr" && !path.startsWith("/usr/"));
  // A whole root or home as "prefix" would show everything that the sandbox is there to hide.
  const revealing = outside.find((path) => ["/", "/home", process.env["HOME"]].includes(path));
  if (revealing === undefined) return outside;
  throw new ThothError("no-sandbox", `Python lies in ${revealing}, which the sandbox must hide`, {
    hint: "use an interpreter in a folder of its own",
  });
}

/**
 * Memory is bounded by RLIMIT_DATA and not by RLIMIT_AS: tensorflow, Go and JIT compilers reserve
 * address space by the terabyte and never touch it; private writable memory is what costs.
 */
function limitArguments(isolation: Isolation, limits: SandboxLimits): readonly string[] {
  return [
    `--data=${limits.memoryBytes}`,
    `--fsize=${limits.fileBytes}`,
    "--core=0",
    ...(isolation.countsProcesses ? [`--nproc=${limits.processes}`] : []),
    "--",
  ];
}
