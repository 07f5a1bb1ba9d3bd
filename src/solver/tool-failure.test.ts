import { expect, test } from "vitest";
import { judgeBuild, judgeInstall } from "./tool-failure.ts";

test.each([
  ["src/_mysql.c:29:10: fatal error: mysql.h: No such file or directory"],
  ["Python.h:5:10: fatal error: 'ffi.h' file not found"],
  ["Error: pg_config executable not found."],
  ["/bin/sh: 1: mysql_config: not found"],
  ["Exception: Can not find valid pkg-config name.\nSpecify MYSQLCLIENT_CFLAGS env vars manually"],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'cmake'"],
  ["error: command 'gcc' failed: No such file or directory"],
  ["unable to execute 'x86_64-linux-gnu-gcc': No such file or directory"],
  ["error: can't find Rust compiler"],
  ["Cargo, the Rust package manager, is not installed or is not on PATH."],
  ["CMake Error: No CMAKE_C_COMPILER could be found."],
  ["/usr/bin/ld: cannot find -lxmlsec1"],
  ["Please make sure the libxml2 and libxslt development packages are installed."],
  ["Package libffi was not found in the pkg-config search path."],
  ["../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]"],
  ['ERROR: Dependency "openblas" not found, tried pkgconfig'],
])("a build lacks something of the system: %s", (output) => {
  expect(judgeBuild(`building\n${output}\nerror: failed`)).toMatchObject({
    failure: "system-library",
  });
});

test.each([
  ["build-failed", "FileNotFoundError: [Errno 2] No such file or directory: 'README.md'"],
  ["build-failed", "src/x.c:3:1: error: unknown type name 'PyGone'\nerror: command 'gcc' failed"],
  ["build-failed", "AttributeError: module 'configparser' has no attribute 'SafeConfigParser'"],
  ["build-requirements", "ModuleNotFoundError: No module named 'Cython'"],
  ["build-requirements", "ERROR: No matching distribution found for wheel"],
  ["requires-python", "RuntimeError: Python version >= 3.9 required."],
  ["out-of-memory", "c++: fatal error: Killed signal terminated program cc1plus"],
])("%s: %s", (failure, output) => {
  expect(judgeBuild(output)).toMatchObject({ failure });
});

test.each([
  ["no-file", "ERROR: x-1-cp27-none-any.whl is not a supported wheel on this platform."],
  ["requires-python", "ERROR: Package 'x' requires a different Python: 3.11.7 not in '<3'"],
  ["bad-archive", "zipfile.BadZipFile: File is not a zip file"],
  ["bad-metadata", "ERROR: Requested x has inconsistent name: expected 'x', but metadata has 'y'"],
  ["out-of-memory", "OSError: [Errno 28] No space left on device"],
  ["install-failed", "ERROR: something new"],
])("pip refuses a wheel, %s: %s", (failure, output) => {
  expect(judgeInstall(output)).toMatchObject({ failure });
});

test("a header that was only looked for is not what a build died of", () => {
  const output = [
    "probe.c:1:10: fatal error: zmq.h: No such file or directory",
    "using the bundled library",
    "x.c:3:1: error: unknown type name 'PyGone'",
    "error: command 'gcc' failed",
  ].join("\n");

  expect(judgeBuild(output)).toMatchObject({ failure: "build-failed" });
});

test("the line that decided is kept, however much was printed after it", () => {
  const noise = Array.from({ length: 200 }, (_, line) => `noise ${line}`).join("\n");

  const { detail } = judgeBuild(`x.c:1:10: fatal error: zlib.h: No such file\n${noise}`);

  expect(detail).toContain("zlib.h");
  expect(detail.endsWith("noise 199")).toBe(true);
});
