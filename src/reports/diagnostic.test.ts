import { describe, expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import {
  renderConflict,
  renderError,
  renderProblem,
  renderProblems,
  renderWarning,
} from "./diagnostic.ts";
import { palette } from "./palette.ts";

const color = palette(false);

describe("one problem", () => {
  test("has code, place, the underlined line, notes and help", () => {
    const text = renderProblem(
      {
        code: "bad-pipfile",
        message: "unknown section [package]",
        place: { file: "Pipfile", line: 2, column: 1, length: 9 },
        notes: ["pipenv would take it for a category"],
        hint: "did you mean [packages]?",
      },
      { color, sourceText: () => "\n[package]\n" },
    );

    expect(text).toBe(`error[THOTH-E0102]: unknown section [package]
  --> Pipfile:2:1
   |
 2 | [package]
   | ^^^^^^^^^
   = pipenv would take it for a category
help: did you mean [packages]?`);
  });

  test("without a place has no arrow", () => {
    const text = renderProblem({ code: "no-python", message: "no Python found" }, { color });

    expect(text).toBe("error[THOTH-E0408]: no Python found");
  });

  test("keeps its place where the file cannot be shown", () => {
    const place = { file: "Pipfile", line: 12, column: 3 };
    const text = renderProblem({ code: "bad-toml", message: "no value", place }, { color });

    expect(text).toBe("error[THOTH-E0101]: no value\n   --> Pipfile:12:3");
  });

  test("widens the gutter with the line number and counts a tab as one space", () => {
    const source = `${"\n".repeat(99)}\tsix = 1`;
    const place = { file: "Pipfile", line: 100, column: 8 };
    const text = renderProblem(
      { code: "bad-pipfile", message: "not a version", place },
      { color, sourceText: () => source },
    );

    expect(text).toBe(`error[THOTH-E0102]: not a version
    --> Pipfile:100:8
     |
 100 |  six = 1
     |        ^`);
  });

  test("shows the part around the place of a very long line", () => {
    const source = `${"a".repeat(500)}!${"b".repeat(500)}`;
    const place = { file: "Pipfile", line: 1, column: 501 };
    const lines = renderProblem(
      { code: "bad-toml", message: "stray !", place },
      { color, sourceText: () => source },
    ).split("\n");

    expect(lines[3]).toBe(` 1 | ...${"a".repeat(30)}!${"b".repeat(66)}...`);
    expect(lines[4]).toBe(`   | ${" ".repeat(33)}^`);
  });

  test("never lets control characters, colours or credentials of foreign text pass", () => {
    const text = renderProblem(
      {
        code: "index-garbage",
        message: "\u001B[2Jhttps://u:secret@index.example answers\u0007",
        place: { file: "Pip\u202Efile", line: 1, column: 1 },
        notes: ["\u001B]0;title\u0007note"],
      },
      { color, sourceText: () => "\u001B[31mred" },
    );

    expect(text).toBe(`error[THOTH-E0403]: https://index.example answers
  --> Pipfile:1:1
   |
 1 | [31mred
   | ^
   = note`);
  });
});

describe("several problems", () => {
  const at = (line: number) => ({ file: "Pipfile", line, column: 1 });
  const first = { code: "bad-pipfile", message: "one", place: at(1) } as const;

  test("close with their number and the file they share", () => {
    const others = [{ code: "bad-pipfile", message: "two", place: at(2) }] as const;
    const error = new ThothError("bad-pipfile", "one", { place: at(1), others });

    expect(renderError(error, { color })).toBe(`error[THOTH-E0102]: one
  --> Pipfile:1:1

error[THOTH-E0102]: two
  --> Pipfile:2:1

2 problems in Pipfile`);
  });

  test("of several files name none", () => {
    const second = { code: "bad-configuration", message: "two" } as const;

    expect(renderProblems([first, second], { color }).split("\n").at(-1)).toBe("2 problems");
  });

  test("one alone is not counted", () => {
    expect(renderProblems([first], { color })).toBe("error[THOTH-E0102]: one\n  --> Pipfile:1:1");
  });
});

test("an error shows what caused it, without repeating itself", () => {
  const refused = new Error("connect ECONNREFUSED 127.0.0.1:1");
  const cause = new Error("fetch: terminated", { cause: refused });
  const error = new ThothError("index-unreachable", "the index does not answer", {
    cause,
    hint: "check the address",
  });

  expect(renderError(error, { color })).toBe(`error[THOTH-E0401]: the index does not answer
   = cause: fetch: terminated
   = cause: connect ECONNREFUSED 127.0.0.1:1
help: check the address`);
});

describe("a conflict", () => {
  const source = `[packages]
werkzeug = ">=2.0"
six = "*"
rich = "*"
flask = "==1.1.4"
`;
  const conflict = {
    message: "no version of werkzeug satisfies everyone",
    lines: [
      { line: 5, name: "Flask", note: "you ask for ==1.1.4" },
      { line: 2, name: "werkzeug", note: "you ask for >=2.0" },
    ],
    story: ["flask 1.1.4 (Pipfile:5) needs werkzeug >=0.15,<2.0"],
    fixes: ['flask = ">=2.0" resolves: flask 3.1.0, werkzeug 3.1.3'],
  };

  test("underlines every line that takes part, in the file's order", () => {
    expect(
      renderConflict(conflict, { color, file: "Pipfile", sourceText: () => source }),
    ).toBe(`error[THOTH-E0201]: no version of werkzeug satisfies everyone
  --> Pipfile:2:1
   |
 2 | werkzeug = ">=2.0"
   | ^^^^^^^^ you ask for >=2.0
 ...
 5 | flask = "==1.1.4"
   | ^^^^^ you ask for ==1.1.4
   = flask 1.1.4 (Pipfile:5) needs werkzeug >=0.15,<2.0
help: flask = ">=2.0" resolves: flask 3.1.0, werkzeug 3.1.3`);
  });

  test("names the lines where the file cannot be shown", () => {
    expect(renderConflict(conflict, { color, file: "Pipfile" }).split("\n")).toContain(
      "   = Pipfile:2 werkzeug: you ask for >=2.0",
    );
  });

  test("a conflict takes eleven lines at most, however much there is to tell, until -v", () => {
    const lines = Array.from({ length: 9 }, (_, at) => ({ line: at + 1, name: "a", note: "n" }));
    const story = Array.from({ length: 40 }, (_, step) => `step ${step}`);
    const long = { ...conflict, lines, story, fixes: ["one", "two", "three"] };
    const options = { color, file: "Pipfile", sourceText: () => "a = 1\n".repeat(9) };

    expect(renderConflict(long, options).split("\n")).toHaveLength(11);
    expect(renderConflict(long, { ...options, verbose: true }).split("\n")).toHaveLength(64);
  });

  test("where time was lacking it says for what, and how to look longer", () => {
    const untried = ["Python 3.8", "another a", "another b", "no c"];
    const [help] = renderConflict({ ...conflict, fixes: [], untried }, { color, file: "Pipfile" })
      .split("\n")
      .slice(-1);

    expect(help).toBe(
      "help: there was no time to try Python 3.8, another a, another b and 1 more: run it again, which goes on from what was learnt, or look longer with `--timeout 10m`",
    );
  });

  test("a long story is cut until -v asks for all of it", () => {
    const story = Array.from({ length: 13 }, (_, step) => `step ${step}`);
    const long = { ...conflict, lines: [], fixes: [], story };
    const options = { color, file: "Pipfile" };

    expect(renderConflict(long, options)).toContain("= and 5 more steps (-v shows them)");
    expect(renderConflict(long, { ...options, verbose: true })).toContain("= step 12");
  });
});

test("a warning has its help below", () => {
  const warning = { message: "attrs 21.1.0 is yanked", hint: "ask for >=21.2" };

  expect(renderWarning(warning, color)).toBe(
    "warning: attrs 21.1.0 is yanked\nhelp: ask for >=21.2",
  );
});
