import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { ThothError } from "../util/errors.ts";
import { pythonScript } from "../util/package-root.ts";
import type { Mount, Sandbox, SandboxedCommand, SandboxLimits } from "./sandboxed-command.ts";

/** The command line of bubblewrap for one command. Later mounts lie over earlier ones. */
export function bubblewrapArguments(sandbox: Sandbox, run: SandboxedCommand): readonly string[] {
  return [
    ...isolation,
    ...systemFolders(),
    ...systemFiles(),
    ...privateFolders(sandbox),
    ...interpreterFolders(run.interpreterPaths),
    ...(run.inMemory ?? []).flatMap(({ path, bytes }) => memoryFolder(sandbox, path, bytes)),
    ...run.readOnly.flatMap((mount) => bind("--ro-bind", mount)),
    ...run.writable.flatMap((mount) => bind("--bind", mount)),
    "--remount-ro",
    "/",
    "--chdir",
    "/tmp",
    "--",
    sandbox.prlimit,
    ...limitArguments(sandbox, run.limits),
    run.command,
    ...run.args,
  ];
}

const isolation = [
  "--unshare-all",
  // `--unshare-all` only tries; the user of the sandbox needs a namespace for certain.
  "--unshare-user",
  "--uid",
  "1000",
  "--gid",
  "1000",
  "--hostname",
  "sandbox",
  "--die-with-parent",
  "--new-session",
];

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
    "--dir",
    "/tmp/home",
  ];
}

function memoryFolder(sandbox: Sandbox, path: string, bytes: number): readonly string[] {
  return sandbox.sizedMemory ? ["--size", String(bytes), "--tmpfs", path] : ["--tmpfs", path];
}

function interpreterFolders(paths: readonly string[]): readonly string[] {
  const outside = paths.filter((path) => path !== "/usr" && !path.startsWith("/usr/"));
  return outside.flatMap((path) => {
    // A whole root or home as "prefix" would show everything that the sandbox is there to hide.
    if (path === "/" || path === process.env["HOME"] || path === "/home") {
      throw new ThothError("no-sandbox", `Python lies in ${path}, which the sandbox must hide`, {
        hint: "use an interpreter in a folder of its own",
      });
    }
    return bind("--ro-bind", { from: path });
  });
}

function bind(option: string, mount: Mount): readonly string[] {
  return [option, mount.from, mount.to ?? mount.from];
}

/**
 * Memory is bounded by RLIMIT_DATA and not by RLIMIT_AS: tensorflow, Go and JIT compilers reserve
 * address space by the terabyte and never touch it; private writable memory is what costs.
 */
function limitArguments(sandbox: Sandbox, limits: SandboxLimits): readonly string[] {
  return [
    `--data=${limits.memoryBytes}`,
    `--fsize=${limits.fileBytes}`,
    "--core=0",
    ...(sandbox.countsProcesses ? [`--nproc=${limits.processes}`] : []),
    "--",
  ];
}
