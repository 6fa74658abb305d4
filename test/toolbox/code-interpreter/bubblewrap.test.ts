// The bubblewrap level against the suite of the port, and what is its own: the
// attacks of a process that has all of node or Python, what it leaves behind in
// its folder, and that nothing of a run is left on the host.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import {
  type CodeResult,
  type CodeRun,
  openSandbox,
} from "../../../src/toolbox/code-interpreter/code-interpreter.ts";
import { detectBubblewrap } from "../../../src/toolbox/code-interpreter/bubblewrap.ts";
import { sandboxSpec } from "../../spec/sandbox.spec.ts";

process.env["FIREBREAK_CANARY"] = "a value of the host";

const found = await detectBubblewrap();
const skip = typeof found === "string" ? `bubblewrap does not work here: ${found}` : false;
const open = (): ReturnType<typeof openSandbox> => openSandbox({ level: "bubblewrap" });
const hasPython = skip === false && (await open()).languages.includes("python");

sandboxSpec("bubblewrap", open, skip);

const withPython = skip !== false ? skip : hasPython ? false : "there is no python3 below /usr";

describe("a Python program in bubblewrap", { skip: withPython, concurrency: 2 }, () => {
  const run = async (code: string, options: Partial<CodeRun> = {}): Promise<CodeResult> =>
    (await open()).run({
      language: "python",
      code,
      files: [{ name: "a.csv", content: "x\n1\n" }],
      ...options,
    });

  it("reads, writes and prints", async () => {
    const result = await run("open('o.txt', 'w').write(open('a.csv').read() + 'é'); print('hello')");
    assert.deepEqual([result.exit, result.stdout, result.stderr], ["ok", "hello\n", ""]);
    assert.deepEqual(
      result.files.map((it) => [it.name, Buffer.from(it.bytes).toString()]),
      [["o.txt", "x\n1\né"]],
    );
  });

  it("gives its exit code", async () => {
    const result = await run("import sys; sys.exit(3)");
    assert.deepEqual([result.exit, result.exitCode], ["error", 3]);
  });

  it("fails with the line of the fault", async () => {
    const [parse, thrown] = await Promise.all([
      run("x = 1\ny = = 2\n"),
      run("x = 1\nraise ValueError('no')\n"),
    ]);
    assert.match(parse.stderr, /line 2[^]*SyntaxError/);
    assert.match(thrown.stderr, /line 2[^]*ValueError: no/);
  });

  it("is stopped at its time and at its memory", async () => {
    const [loop, memory] = await Promise.all([
      run("while True: pass", { timeoutMs: 500 }),
      run("a = []\nwhile True: a.append('x' * 10**6)", { memoryMb: 64 }),
    ]);
    assert.deepEqual([loop.exit, memory.exit], ["timeout", "memory"]);
  });

  it("sees no environment, no file and no user of the host (X1)", async () => {
    const result = await run(`import os, glob
print(sorted(os.environ), [open(p).read() for p in glob.glob('/proc/[0-9]*/environ') if 'CANARY' in open(p).read()])
print(os.path.exists('/etc/passwd'), os.path.exists('/home'), os.path.exists('/root'), os.getuid(), os.listdir('/work'))`);
    assert.equal(result.stdout, "['HOME', 'LANG', 'PATH', 'PWD'] []\nFalse False False 1000 ['a.csv']\n");
  });

  it("has no network, and no socket family that a network namespace does not hold", async () => {
    const result = await run(`import socket
def tried(work):
  try: return work() or 'worked'
  except OSError as error: return error.errno
print(tried(lambda: socket.create_connection(('127.0.0.1', 22), 1)), tried(lambda: socket.create_connection(('1.1.1.1', 53), 1)))
print([tried(lambda: socket.socket(family, socket.SOCK_STREAM).close()) for family in (1, 2, 40, 38)])`);
    assert.equal(result.stdout, "111 101\n['worked', 'worked', 1, 1]\n");
  });

  it("that forks without end is held at 64 processes, and all of them end with it (X2)", async () => {
    const result = await run(`import os, time
count = 0
try:
  while True:
    if os.fork() == 0:
      time.sleep(60); os._exit(0)
    count += 1
except OSError: print(count < 64)`);
    assert.deepEqual([result.exit, result.stdout], ["ok", "True\n"]);
    assert.ok(result.ms < 10_000);
  });

  it("leaves no link, second name, folder or pipe for the host to open (X3)", async () => {
    const result = await run(`import os
os.symlink('/etc/shadow', 'out.txt'); os.symlink('/etc', 'etc'); os.link('a.csv', 'b.csv'); os.mkfifo('pipe.txt'); os.mkdir('d')
open('.hidden', 'w'); open('good.txt', 'w').write('good'); os.mkdir('locked'); os.chmod('locked', 0); os.chmod('good.txt', 0o600)`);
    assert.equal(result.stderr, "");
    assert.deepEqual(
      result.files.map((it) => it.name),
      ["good.txt"],
    );
    const names = [".hidden", "a.csv", "b.csv", "d", "etc", "locked", "out.txt", "pipe.txt"];
    assert.deepEqual(
      result.refused.map((it) => it.name),
      names,
    );
  });

  it("that fills the folder is stopped, and the folder is removed however deep it is", async () => {
    const [many, large, deep] = await Promise.all([
      run("n = 0\nwhile True:\n  open(f'f{n}', 'w'); n += 1", { timeoutMs: 20_000 }),
      run("n = 0\nwhile True:\n  open(f'f{n}', 'wb').write(b'x' * 10**7); n += 1", { timeoutMs: 20_000 }),
      run("import os\nfor n in range(300):\n  os.mkdir('d' * 100); os.chdir('d' * 100)"),
    ]);
    assert.deepEqual([many.exit, large.exit, deep.exit], ["output-limit", "output-limit", "ok"]);
    assert.deepEqual(many.files, []);
  });
});

it("leaves nothing of a run on the host", { skip }, async () => {
  const ours = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("firebreak-sandbox-"));
  const before = new Set(ours());
  const sandbox = await open();
  const programs = ["1", "throw 1", "for (;;);"];
  await Promise.all(
    programs.map((code) => sandbox.run({ language: "javascript", code, files: [], timeoutMs: 300 })),
  );
  const left = ours().filter((name) => !before.has(name));
  assert.deepEqual(left, []);
});
