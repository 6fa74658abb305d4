// What every level of the sandbox must keep, whatever it is made of. Each test
// is a program such as a model writes, by mistake or on purpose: it reads and
// writes, does not parse, throws, loops, takes memory, recurses, prints without
// end, reaches out. The same programs run on every level, so a workflow can.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CodeResult, CodeRun, Sandbox } from "../../src/toolbox/code-interpreter/sandbox.ts";
import { curves, fitProgram, measuredCsv } from "./sandbox-fit.ts";

type Options = Partial<Omit<CodeRun, "code">>;

/** Suite over one level. `open` is called once. */
export function sandboxSpec(name: string, open: () => Promise<Sandbox>, skip: string | false): void {
  const opened = skip === false ? open() : undefined;
  const run = async (code: string, options: Options = {}): Promise<CodeResult> => {
    return (await opened!).run({ language: "javascript", code, files: [], ...options });
  };
  describe(`a program in ${name}`, { skip, concurrency: 2 }, () => {
    ordinaryPrograms(run);
    failingPrograms(run);
    endlessPrograms(run);
    reachingPrograms(run);
    realWork(run);
  });
}

type Run = (code: string, options?: Options) => Promise<CodeResult>;

const text = (result: CodeResult, name: string): string | undefined => {
  const file = result.files.find((it) => it.name === name);
  return file && Buffer.from(file.bytes).toString();
};

function ordinaryPrograms(run: Run): void {
  it("prints, and ends with exit code 0", async () => {
    const result = await run("console.log('hello', 1, { a: [1, null] }); console.error('aside')");
    assert.equal(result.stderr, "aside\n");
    assert.equal(result.stdout, 'hello 1 {"a":[1,null]}\n');
    assert.deepEqual([result.exit, result.exitCode, result.truncated], ["ok", 0, false]);
  });

  it("prints what JSON has no word for the same everywhere", async () => {
    const program = `
      const around = { name: "x" }; around.self = around;
      console.log(undefined, 10n, NaN, Symbol("s"), function f() {}, [NaN, undefined, 1n], new Map([["k", 1]]), new Set([2]));
      console.log(around, new Float64Array([1.5]), new Error("e").message, "päth 🚀");`;
    const { stdout, stderr } = await run(program);
    assert.equal(stderr, "");
    assert.deepEqual(stdout.split("\n").slice(0, 2), [
      'undefined 10n NaN Symbol(s) [function f] ["NaN","undefined","1n"] {"k":1} [2]',
      '{"name":"x","self":"[cycle]"} [1.5] e päth 🚀',
    ]);
  });

  it("reads its files, as text and as bytes", async () => {
    const files = [
      { name: "a.csv", content: "x,y\n1,2\n" },
      { name: "b b.txt", content: new TextEncoder().encode("ü") },
    ];
    const result = await run("console.log(readFile('a.csv').split('\\n').length, readFile('./b b.txt'))", {
      files,
    });
    assert.equal(result.stdout, "3 ü\n");
    assert.deepEqual(result.files, []);
  });

  it("is told which files there are when it asks for another", async () => {
    const result = await run("readFile('data.csv')", { files: [{ name: "a.csv", content: "" }] });
    assert.equal(result.exit, "error");
    assert.match(result.stderr, /there is no file "data\.csv"; files: a\.csv/);
  });

  it("writes files, which come back by name; an unchanged input does not", async () => {
    const files = [
      { name: "same", content: "s" },
      { name: "changed", content: "c" },
    ];
    const program =
      "writeFile('b.json', { n: 1 }); writeFile('a.txt', 'é'); writeFile('same', 's'); writeFile('changed', readFile('changed') + '!')";
    const result = await run(program, { files });
    assert.equal(result.stderr, "");
    assert.deepEqual(
      result.files.map((file) => file.name),
      ["a.txt", "b.json", "changed"],
    );
    assert.deepEqual(
      [text(result, "a.txt"), text(result, "b.json"), text(result, "changed")],
      ["é", '{"n":1}', "c!"],
    );
  });

  it("runs its promises to the end", async () => {
    const result = await run(
      "async function main() { await null; console.log(await Promise.all([1, 2])) }\nmain()",
    );
    assert.deepEqual([result.exit, result.stdout], ["ok", "[1,2]\n"]);
  });

  it("finds plain JavaScript and nothing else (X1)", async () => {
    const names = [
      "process",
      "require",
      "module",
      "global",
      "Buffer",
      "fetch",
      "setTimeout",
      "WebAssembly",
      "navigator",
      "performance",
    ];
    const result = await run(
      `console.log(${JSON.stringify(names)}.filter((name) => typeof globalThis[name] !== "undefined").join())`,
    );
    assert.equal(result.stdout, "\n");
  });

  it("shares nothing with a run before it or beside it (X4)", async () => {
    const program = (mine: string): string => `
      console.log(typeof globalThis.left, (() => { try { return readFile("left.txt") } catch { return "none" } })());
      globalThis.left = 1; writeFile("left.txt", "${mine}"); console.log(readFile("given.txt"));`;
    const one = (mine: string): Promise<CodeResult> =>
      run(program(mine), { files: [{ name: "given.txt", content: mine }] });
    const results = [...(await Promise.all(["a", "b", "c"].map(one))), await one("d")];
    assert.deepEqual(
      results.map((it) => it.stdout),
      ["a", "b", "c", "d"].map((mine) => `undefined none\n${mine}\n`),
    );
    assert.deepEqual(
      results.map((it) => text(it, "left.txt")),
      ["a", "b", "c", "d"],
    );
  });
}

function failingPrograms(run: Run): void {
  it("that does not parse ends with the line of the fault", async () => {
    const result = await run("let a = 1;\nlet b = ;\n");
    assert.deepEqual([result.exit, result.exitCode, result.stdout], ["error", 1, ""]);
    assert.match(result.stderr, /^SyntaxError: .*\n {4}at program\.js:2\b/);
  });

  it("that throws ends with exit code 1, the message and its own lines", async () => {
    const result = await run(
      "console.log('before');\nfunction fit() {\n  throw new RangeError('no column ic50')\n}\nfit()",
    );
    assert.deepEqual([result.exit, result.exitCode, result.stdout], ["error", 1, "before\n"]);
    assert.match(result.stderr, /^RangeError: no column ic50\n[^]*program\.js:3/);
    assert.match(result.stderr, /program\.js:5/);
    assert.doesNotMatch(result.stderr, /node:|runner|worker/);
  });

  it("that throws something that is not an error is told as such", async () => {
    const result = await run("throw { code: 7 }");
    assert.deepEqual([result.exit, result.stderr], ["error", 'thrown: {"code":7}\n']);
  });

  it("whose last promise is rejected fails", async () => {
    const result = await run("async function main() {\n  await null;\n  throw new Error('later')\n}\nmain()");
    assert.equal(result.exit, "error");
    assert.match(result.stderr, /^Error: later\n[^]*program\.js:3/);
  });

  it("whose error lies when it is shown does not hide that it failed", async () => {
    const result = await run("throw { get message() { throw 1 }, stack: '' }");
    assert.equal(result.exit, "error");
    assert.notEqual(result.stderr, "");
  });

  it("that recurses without end gets an error it can catch, and does not harm the sandbox", async () => {
    const result = await run(
      "const f = () => f() + 1;\ntry { f() } catch (error) { console.log('caught', error.message) }\nf()",
    );
    assert.equal(result.exit, "error");
    assert.match(result.stdout, /^caught .*stack/);
    assert.match(result.stderr, /stack/);
    assert.equal((await run("console.log(1)")).stdout, "1\n");
  });

  it("can recurse 2,000 calls deep", async () => {
    const result = await run("const sum = (n) => (n === 0 ? 0 : n + sum(n - 1)); console.log(sum(2000))");
    assert.equal(result.stdout, "2001000\n");
  });

  for (const [what, code] of [
    ["nested text", "JSON.parse('['.repeat(2e5) + ']'.repeat(2e5))"],
    ["a nested expression", "eval('('.repeat(1e5) + '1' + ')'.repeat(1e5))"],
    ["an object that shows itself", "const o = { toString: () => String([o]) }; String(o)"],
  ]) {
    it(`that overflows the stack by ${what} has an ordinary end`, async () => {
      const result = await run(code!, { timeoutMs: 10_000 });
      assert.ok(["error", "ok"].includes(result.exit), `${result.exit}: ${result.stderr}`);
    });
  }
}

/** Ends in time: the limit and what starting and ending may take on a busy machine. */
const soon = (result: CodeResult, limitMs: number): void =>
  assert.ok(result.ms < limitMs + 4_000, `${result.ms} ms`);

function endlessPrograms(run: Run): void {
  it("that loops is stopped at its time, and what it printed is kept (X2)", async () => {
    const result = await run("console.log('begun'); for (;;);", { timeoutMs: 600 });
    assert.deepEqual([result.exit, result.exitCode, result.stdout], ["timeout", null, "begun\n"]);
    soon(result, 600);
  });

  it("that never settles its promises is stopped too", async () => {
    const result = await run("const again = () => Promise.resolve().then(again); again()", {
      timeoutMs: 400,
    });
    assert.equal(result.exit, "timeout");
    soon(result, 400);
  });

  it("whose regular expression backtracks is stopped at its time", async () => {
    const result = await run("/^(a+)+$/.test('a'.repeat(60) + '!')", { timeoutMs: 400 });
    assert.equal(result.exit, "timeout");
    soon(result, 400);
  });

  for (const [what, code] of [
    ["strings", "const a = []; for (;;) a.push('x'.repeat(1e6) + a.length)"],
    ["objects", "const a = []; for (;;) a.push({ a: 1, b: [1, 2, 3] })"],
    ["typed arrays", "const a = []; for (;;) a.push(new Float64Array(1e5).fill(1))"],
    ["one large array", "new Float64Array(1e9).fill(1)"],
  ]) {
    it(`that takes memory in ${what} is stopped as that`, async () => {
      const result = await run(code!, { memoryMb: 32, timeoutMs: 20_000 });
      assert.equal(result.exit, "memory", result.stderr);
      assert.equal(result.exitCode, null);
      assert.match(result.stderr, /memory|allocation|length/i);
    });
  }

  it("that takes memory again whenever it is refused is stopped at its time", async () => {
    const result = await run(
      "for (;;) { try { const a = []; for (;;) a.push('x'.repeat(1e6) + a.length) } catch {} }",
      {
        memoryMb: 32,
        timeoutMs: 700,
      },
    );
    assert.ok(["timeout", "memory"].includes(result.exit), result.exit);
    soon(result, 700);
  });

  it("that prints without end is stopped, and its first 256 kB are kept (X3)", async () => {
    const result = await run("for (;;) console.log('ü'.repeat(100))", { timeoutMs: 10_000 });
    assert.deepEqual([result.exit, result.truncated], ["output-limit", true]);
    const bytes = Buffer.byteLength(result.stdout);
    assert.ok(bytes <= 262_144 && bytes > 261_000, String(bytes));
    assert.doesNotMatch(result.stdout, /\uFFFD/);
  });

  it("that writes more files than are taken leaves 32 at most (X3)", async () => {
    const result = await run("for (let n = 0; n < 40; n += 1) { try { writeFile('f' + n, 'x') } catch {} }");
    assert.equal(result.exit, "ok");
    assert.equal(result.files.length, 32);
  });

  it("is ended by the caller's abort, also before it began", async () => {
    const result = await run("for (;;);", { abort: AbortSignal.timeout(300), timeoutMs: 20_000 });
    assert.deepEqual([result.exit, result.exitCode], ["killed", null]);
    soon(result, 300);
    const never = await run("writeFile('x', 'x')", { abort: AbortSignal.abort() });
    assert.deepEqual([never.exit, never.files], ["killed", []]);
  });
}

function reachingPrograms(run: Run): void {
  it("reads and writes only plain names (X1)", async () => {
    const names = [
      "/etc/passwd",
      "../x",
      "..",
      ".",
      "",
      "a/b",
      "a\\b",
      ".hidden",
      "x\0y",
      "/proc/self/environ",
    ];
    const program = `for (const name of ${JSON.stringify(names)}) {
      try { console.log(readFile(name)) } catch {}
      try { writeFile(name, "x"); console.log("wrote", name) } catch {}
    }`;
    const result = await run(program);
    assert.deepEqual([result.exit, result.stdout, result.files], ["ok", "", []]);
  });

  it("cannot import a module", async () => {
    const tried = await run(
      "import('node:fs').then(() => console.log('imported'), () => console.log('refused'))",
    );
    assert.doesNotMatch(tried.stdout, /imported/);
    const declared = await run("import fs from 'node:fs'; console.log('imported')");
    assert.deepEqual([declared.exit, declared.stdout], ["error", ""]);
  });

  it("that spoils the built-in objects spoils its own only", async () => {
    const result = await run(
      "Array.prototype.map = Object.prototype.toString = JSON.stringify = null; globalThis.console = undefined; throw new Error('spoilt')",
    );
    assert.equal(result.exit, "error");
    assert.equal((await run("console.log([1].map((n) => n + 1))")).stdout, "[2]\n");
  });

  it("is not started with a file whose name is a path, with two of one name, or without bounds", async () => {
    const code = "SANDBOX_INPUT";
    for (const name of ["../x", "/etc/x", "a/b", "", ".x"])
      await assert.rejects(async () => run("1", { files: [{ name, content: "" }] }), { code });
    const twice = [
      { name: "a", content: "" },
      { name: "a", content: "" },
    ];
    await assert.rejects(async () => run("1", { files: twice }), { code });
    await assert.rejects(async () => run("1", { timeoutMs: Number.POSITIVE_INFINITY }), { code });
    await assert.rejects(async () => run("1", { memoryMb: Number.NaN }), { code });
    await assert.rejects(async () => run(" ".repeat(300_000)), { code });
  });
}

function realWork(run: Run): void {
  it("fits 319 dose-response curves of 24 points from a table of 7,656 rows within its default limits", async (t) => {
    const result = await run(fitProgram, { files: [{ name: "points.csv", content: measuredCsv() }] });
    assert.equal(result.exit, "ok", result.stderr);
    t.diagnostic(`${result.level}: ${Math.round(result.ms)} ms`);
    const fits = JSON.parse(text(result, "fits.json") ?? "[]") as {
      curve: string;
      logIc50: number;
      hill: number;
    }[];
    const wrong = curves().filter((truth, index) => {
      const fit = fits[index];
      return (
        fit === undefined ||
        Math.abs(fit.logIc50 - truth.logIc50) > 0.05 ||
        Math.abs(fit.hill - truth.hill) > 0.1
      );
    });
    assert.deepEqual([fits.length, wrong], [319, []]);
  });
}
