// The interpreter as a tool: what a model is told, what it may send, and what
// comes back. Artifacts are kept in a map instead of a journal.

import assert from "node:assert/strict";
import { it } from "node:test";
import type { Artifact, StandardJSONSchemaV1, ToolContext } from "../../../src/tool/tool.ts";
import { type CodeToolOptions, codeTool } from "../../../src/toolbox/code-interpreter/code-interpreter.ts";

const options: CodeToolOptions = { level: "quickjs", files: [{ name: "a.csv", content: "x\n1\n" }] };

function context(): ToolContext & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    abort: new AbortController().signal,
    attempt: 1,
    async artifact(name, mediaType, bytes): Promise<Artifact> {
      kept.set(name, Buffer.from(bytes as Uint8Array));
      return { artifact: true, name, mediaType, hash: name, size: bytes.length };
    },
    async bytes(artifact) {
      return kept.get(artifact.hash) ?? new Uint8Array();
    },
  };
}

it("runs a program over the author's files and keeps what it wrote as artifacts", async () => {
  const within = context();
  const code = "writeFile('fits.json', '{}'); console.log(readFile('a.csv').length)";
  const result = await codeTool(options).run({ code }, within);
  assert.deepEqual([result.exit, result.stdout, result.level], ["ok", "4\n", "quickjs"]);
  assert.deepEqual(
    result.files.map((file) => [file.name, file.mediaType]),
    [["fits.json", "application/json"]],
  );
  assert.equal(Buffer.from(within.kept.get("fits.json")!).toString(), "{}");
});

it("gives an artifact to the program as a file", async () => {
  const within = context();
  const file = await within.artifact("kept.txt", "text/plain", "from a step before");
  const result = await codeTool({ level: "quickjs", files: () => [file] }).run(
    { code: "console.log(readFile('kept.txt'))" },
    within,
  );
  assert.equal(result.stdout, "from a step before\n");
});

it("returns a program's error for the model to mend, and does not throw", async () => {
  const result = await codeTool(options).run({ code: "readFile('b.csv')" }, context());
  assert.equal(result.exit, "error");
  assert.match(result.stderr, /no file "b\.csv"; files: a\.csv/);
});

it("leaves out the middle of a long output and says so", async () => {
  const code = "for (let n = 0; n < 20000; n += 1) console.log(n)";
  const { stdout } = await codeTool(options).run({ code }, context());
  assert.ok(stdout.length < 16_100);
  assert.match(stdout, /\n\[\d+ characters left out\]\n/);
  assert.match(stdout, /^0\n1\n[^]*19999\n$/);
});

it("tells the model the language, the files and the limits", () => {
  const { description, effect } = codeTool({ ...options, timeoutMs: 5_000 });
  for (const part of ["JavaScript", "readFile(name)", "a.csv", "5 s", "No network"])
    assert.ok(description.includes(part), part);
  assert.doesNotMatch(description, /Python/);
  assert.equal(effect, "none");
});

it("takes a program and, where there is a choice, a language, and nothing else", () => {
  const judge = (value: unknown, tool = codeTool(options)): unknown =>
    tool.input["~standard"].validate(value);
  assert.deepEqual(judge({ code: "1" }), { value: { code: "1" } });
  for (const value of [null, {}, { code: 1 }, { code: " " }, { code: "1", language: "python" }]) {
    assert.ok("issues" in (judge(value) as object), JSON.stringify(value));
  }
  const both = codeTool({ languages: ["javascript", "python"] });
  assert.deepEqual(judge({ code: "1", language: "python" }, both), {
    value: { code: "1", language: "python" },
  });
  const schema = both.input as unknown as StandardJSONSchemaV1;
  const json = schema["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  assert.deepEqual(json["required"], ["code"]);
  assert.deepEqual((json["properties"] as { language: { enum: string[] } }).language.enum, [
    "javascript",
    "python",
  ]);
});

it("has another version when its files change", () => {
  const version = (content: string): string | undefined =>
    codeTool({ files: [{ name: "a", content }] }).version;
  assert.equal(version("1"), version("1"));
  assert.notEqual(version("1"), version("2"));
});
