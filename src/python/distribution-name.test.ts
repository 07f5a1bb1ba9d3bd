import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import { distributionOf, parseSdistName, parseWheelName } from "./distribution-name.ts";
import { packageName } from "./name.ts";

interface NameCase {
  readonly id: string;
  readonly in: string;
  readonly ok: boolean;
  readonly name?: string;
  readonly version?: string;
}

interface WheelNameCase extends NameCase {
  readonly build?: readonly unknown[];
  readonly tags?: readonly string[];
}

test("wheel names are read, and refused, as packaging does", () => {
  const matches = ({ in: filename, ok, name, version, build, tags }: WheelNameCase): boolean => {
    const wheel = parseWheelName(filename);
    if (!ok || wheel === undefined) return ok === (wheel !== undefined);
    const number = (wheel.build ?? []).join("|");
    const isSame = wheel.name === name && wheel.version.text === version;
    return isSame && number === build?.join("|") && wheel.tags.join() === tags?.join();
  };

  expect(failing(conformanceCases<WheelNameCase>("tags", "wheelNames"), matches)).toEqual([]);
});

test("sdist names are read, and refused, as packaging does", () => {
  const matches = ({ in: filename, ok, name, version }: NameCase): boolean => {
    const sdist = parseSdistName(filename);
    if (!ok || sdist === undefined) return ok === (sdist !== undefined);
    return sdist.name === name && sdist.version.text === version;
  };

  expect(failing(conformanceCases<NameCase>("tags", "sdistNames"), matches)).toEqual([]);
});

test.each([
  ["flask-3.0.3-py3-none-any.whl", "flask", "wheel", "3.0.3"],
  ["Flask-3.0.3.tar.gz", "flask", "sdist", "3.0.3"],
  ["zope.interface-5.4.0-cp311-cp311-win_amd64.whl", "zope-interface", "wheel", "5.4.0"],
  ["zope.interface-5.4.0.tar.gz", "zope-interface", "sdist", "5.4.0"],
  ["foo-bar-1.0-beta.zip", "foo-bar", "sdist", "1.0-beta"],
  ["foo_bar-1.0.tar.bz2", "foo-bar", "sdist", "1.0"],
  ["foo-1.0-1build-py3-none-any.whl", "foo", "wheel", "1.0"],
  ["a--b-2.tgz", "a-b", "sdist", "2"],
  ["2to3-1.0.tar.gz", "2to3", "sdist", "1.0"],
])("%s is a file of %s: %s %s", (filename, name, kind, version) => {
  expect(distributionOf(filename, packageName(name))).toEqual({ kind, version });
});

test.each([
  ["flask-3.0.3-py3-none-any.whl", "other"],
  ["flask_login-1.0.tar.gz", "flask"],
  ["flask-0.1-py2.7.egg", "flask"],
  ["flask-0.1.win32.exe", "flask"],
  ["flask-0.1-1.noarch.rpm", "flask"],
  ["flask-0.1.msi", "flask"],
  ["flask-0.1.dmg", "flask"],
  ["flask-3.0.3-any.whl", "flask"],
  ["flask.tar.gz", "flask"],
])("%s is no installable file of %s", (filename, name) => {
  expect(distributionOf(filename, packageName(name))).toBeUndefined();
});
