import { expect, test } from "vitest";
import { type Runtime, runtimeId } from "../model/runtime.ts";
import { declaredRuntime } from "./declared-runtime.ts";

const machine: Runtime = {
  id: runtimeId("linux-glibc236-x86_64-cp311"),
  operatingSystem: { name: "debian", version: "12" },
  python: "3.11",
  pythonFull: "3.11.7",
  markers: {
    implementation_name: "cpython",
    implementation_version: "3.11.7",
    os_name: "posix",
    platform_machine: "x86_64",
    platform_python_implementation: "CPython",
    platform_release: "6.1",
    platform_system: "Linux",
    platform_version: "#1",
    python_full_version: "3.11.7",
    python_version: "3.11",
    sys_platform: "linux",
  },
  tags: ["cp311-cp311-linux_x86_64"],
  interpreter: "/usr/bin/python3.11",
};

test("an interpreter that fits is taken, under the declared name", () => {
  const runtime = declaredRuntime(
    {
      name: "server",
      operatingSystem: { name: "debian", version: "12" },
      pythonVersion: "3.11",
      platform: "linux-x86_64",
    },
    [machine],
  );

  expect(runtime).toEqual({ ...machine, id: "server" });
});

test.each([
  ["another Python", { pythonVersion: "3.12" }],
  ["another system", { operatingSystem: { name: "rhel", version: "8" } }],
  ["another version of the system", { operatingSystem: { name: "debian", version: "11" } }],
  ["another architecture", { platform: "linux-aarch64" }],
])("%s has no interpreter here", (_what, declaration) => {
  const runtime = declaredRuntime({ name: "server", ...declaration }, [machine]);

  expect(runtime.interpreter).toBeUndefined();
});

test("a system that is not this one has its own marker values and tags", () => {
  const runtime = declaredRuntime(
    {
      name: "rhel8",
      operatingSystem: { name: "rhel", version: "8" },
      pythonVersion: "3.6",
    },
    [machine],
  );

  expect(runtime).toMatchObject({
    id: "rhel8",
    operatingSystem: { name: "rhel", version: "8" },
    python: "3.6",
    pythonFull: "3.6.0",
    markers: {
      python_version: "3.6",
      python_full_version: "3.6.0",
      sys_platform: "linux",
      platform_machine: "x86_64",
    },
  });
  expect(runtime.tags).toContain("cp36-cp36m-manylinux_2_28_x86_64");
  expect(runtime.tags).not.toContain("cp36-cp36m-manylinux_2_29_x86_64");
});

test.each([
  ["ubi", "9", "manylinux_2_34"],
  ["debian", "11", "manylinux_2_31"],
  ["ubuntu", "22.04", "manylinux_2_35"],
  ["ubuntu", "23.10", "manylinux_2_35"],
  ["fedora", "35", "manylinux_2_34"],
  ["alpine", "3.19", "musllinux_1_2"],
])("%s %s takes wheels up to %s", (name, version, tag) => {
  const declaration = { name: "target", operatingSystem: { name, version } };

  const { tags } = declaredRuntime(declaration, [machine]);

  const platforms = tags.map((each) => each.split("-")[2] ?? "");
  expect(platforms.find((each) => /^m(any|usl)linux_/.test(each))).toBe(`${tag}_x86_64`);
});

test.each([
  ["macos", "14", undefined, "cp312-cp312-macosx_14_0_arm64", "darwin", "arm64"],
  ["macos", undefined, "macosx-x86_64", "cp312-cp312-macosx_11_0_x86_64", "darwin", "x86_64"],
  ["windows", undefined, undefined, "cp312-cp312-win_amd64", "win32", "AMD64"],
  ["windows", "11", "win32", "cp312-cp312-win32", "win32", "x86"],
  ["windows", "11", "windows-arm64", "cp312-cp312-win_arm64", "win32", "ARM64"],
] as const)("%s %s on %s takes %s", (name, version, platform, tag, sys, machineName) => {
  const system = { name, ...(version === undefined ? {} : { version }) };
  const declaration = {
    ...{ name: "target", operatingSystem: system, pythonVersion: "3.12" },
    ...(platform === undefined ? {} : { platform }),
  };

  const runtime = declaredRuntime(declaration, [machine]);

  expect(runtime.tags[0]).toBe(tag);
  expect(runtime.markers).toMatchObject({ sys_platform: sys, platform_machine: machineName });
});

test("a system without its version does not get this machine's", () => {
  const declaration = { name: "odd", operatingSystem: { name: "rhel" } };

  expect(() => declaredRuntime(declaration, [machine])).toThrowError(
    "runtime `odd`: rhel without a version is not known",
  );
});

test.each([
  ["plan9", "4"],
  ["debian", "3"],
])("%s %s is not known, which is said", (name, version) => {
  const place = { file: ".thoth.yaml", line: 3, column: 5 };
  const declaration = { name: "odd", operatingSystem: { name, version }, place };

  expect(() => declaredRuntime(declaration, [machine])).toThrowError(
    expect.objectContaining({ code: "unknown-runtime", place }),
  );
});

test("without any Python on the machine a declaration must name one", () => {
  const operatingSystem = { name: "debian", version: "12" };

  expect(() => declaredRuntime({ name: "bare", operatingSystem }, [])).toThrowError(
    expect.objectContaining({ code: "unknown-runtime" }),
  );
  expect(
    declaredRuntime({ name: "bare", operatingSystem, pythonVersion: "3.12" }, []).tags[0],
  ).toBe("cp312-cp312-linux_x86_64");
});
