import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Runtime, runtimeId } from "../model/runtime.ts";
import { type Place, ThothError } from "../util/errors.ts";
import { isOfSystem } from "./declared-runtime.ts";
import { detailOf } from "./detail.ts";
import { pathInRoot } from "./path-in-root.ts";
import { probeInRoot } from "./root-probe.ts";
import { lookUp, type RuntimeOptions } from "./runtimes.ts";

/** A runtime that lies in a folder: a whole system of its own with a Python in it. */
export interface RootDeclaration {
  readonly name: string;
  /** Absolute path of the folder that is `/` there. */
  readonly rootfs: string;
  readonly operatingSystem?: { readonly name: string; readonly version?: string };
  readonly pythonVersion?: string;
  readonly place?: Place;
}

/**
 * The runtime of another system's folder, as its own Python describes it.
 * @throws ThothError("no-python" | "no-sandbox" | "unknown-runtime") with what to do about it.
 */
export async function rootRuntime(
  declaration: RootDeclaration,
  options: RuntimeOptions,
): Promise<Runtime> {
  const { rootfs } = declaration;
  if (!(statSync(rootfs, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    throw refused(declaration, `there is no folder \`${rootfs}\``, makeOne);
  }
  const root = realpathSync(rootfs);
  const interpreter = findPython(declaration);
  if (interpreter === undefined) {
    const { pythonVersion = "3" } = declaration;
    throw refused(declaration, `no Python ${pythonVersion} is in \`${root}\``, [
      `install it there, e.g. \`chroot ${root} apt-get install python3 python3-pip\``,
      `(it is looked for in ${folders.join(", ")} and /opt/*/bin)`,
    ]);
  }
  const { path, file } = interpreter;
  const found = await lookUp(options, {
    key: `${root}\0${path}`,
    file,
    root,
    probe: async () => {
      const { installation, stderr } = await probeInRoot(root, path);
      if (installation === undefined) throw notRunnable(declaration, interpreter, stderr);
      return installation;
    },
  });
  if (found === undefined) throw notRunnable(declaration, interpreter, "");
  checkAgainst(declaration, found);
  return { ...found, id: runtimeId(declaration.name) };
}

const makeOne = [
  "make it, e.g. `debootstrap --include=python3,python3-pip bullseye FOLDER`, or unpack an",
  "exported container image there; see docs/runtimes.md",
];

const folders = ["/usr/local/bin", "/usr/bin", "/bin"];

interface FoundPython {
  /** As the other system names it. */
  readonly path: string;
  /** Where it lies on this machine. */
  readonly file: string;
}

function findPython({ rootfs, pythonVersion }: RootDeclaration): FoundPython | undefined {
  const short = pythonVersion?.split(".").slice(0, 2).join(".");
  const names = short === undefined ? ["python3", "python"] : [`python${short}`];
  const optional = pathInRoot(rootfs, "/opt");
  const inOptional =
    optional === undefined ? [] : readdirSync(optional).map((name) => `/opt/${name}/bin`);
  for (const folder of [...folders, ...inOptional]) {
    for (const name of names) {
      const path = join(folder, name);
      const file = pathInRoot(rootfs, path);
      if (file !== undefined && statSync(file).isFile()) return { path, file };
    }
  }
  return undefined;
}

function notRunnable(
  declaration: RootDeclaration,
  { path, file }: FoundPython,
  stderr: string,
): ThothError {
  const [own, other] = [machineOf(process.execPath), machineOf(file)];
  const what = `\`${path}\` in \`${declaration.rootfs}\``;
  if (own !== undefined && other !== undefined && own !== other) {
    return refused(declaration, `${what} is for ${other}, and this machine is ${own}`, [
      `make the folder for ${own}, or run Thoth on a machine that is ${other}`,
    ]);
  }
  const error = refused(declaration, `${what} is no Python that works`, [
    "see that the folder is whole: its libraries belong to it",
  ]);
  return new ThothError("no-python", error.message, {
    place: declaration.place,
    hint: error.hint,
    notes: detailOf(stderr).split("\n"),
  });
}

const machines: ReadonlyMap<number, string> = new Map([
  [3, "i386"],
  [21, "ppc64le"],
  [22, "s390x"],
  [40, "arm"],
  [62, "x86_64"],
  [183, "aarch64"],
  [243, "riscv64"],
]);

/** The machine that a program is for, by the head of its ELF file. */
function machineOf(file: string): string | undefined {
  const head = Buffer.alloc(20);
  const handle = openSync(file, "r");
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  if (head.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const code = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  return machines.get(code) ?? `machine ${code}`;
}

/** What is declared must be what is there: facts are kept under the declared name. */
function checkAgainst(declaration: RootDeclaration, found: Runtime): void {
  const { operatingSystem: system, pythonVersion, rootfs } = declaration;
  if (system !== undefined && !isOfSystem(found, system)) {
    const { name, version } = found.operatingSystem;
    const declared = `${system.name} ${system.version ?? ""}`.trim();
    throw differs(declaration, `\`${rootfs}\` holds ${name} ${version}, not ${declared}`);
  }
  const samePython = [undefined, found.python, found.pythonFull].includes(pythonVersion);
  if (!samePython) {
    const what = `Python ${found.pythonFull}, not ${pythonVersion}`;
    throw differs(declaration, `\`${rootfs}\` holds ${what}`);
  }
}

function differs(declaration: RootDeclaration, why: string): ThothError {
  return new ThothError("unknown-runtime", `runtime \`${declaration.name}\`: ${why}`, {
    place: declaration.place,
    hint: "declare what the folder holds, or name another folder as `rootfs`",
  });
}

function refused(declaration: RootDeclaration, why: string, help: readonly string[]): ThothError {
  return new ThothError("no-python", `runtime \`${declaration.name}\`: ${why}`, {
    place: declaration.place,
    hint: help.join(" "),
  });
}
