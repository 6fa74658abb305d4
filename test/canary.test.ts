// The search for leaked secrets must itself find them: a search that overlooks a
// form would call every later test of redaction a success. Each form is planted
// in a file, a database among them, and must be seen; a clean folder gives none.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { formsOf, sightingsIn, sightingsInText } from "./support/canary.ts";

const canary = 'sk-"canary"/7f+3 é';
const folders: string[] = [];
after(() => folders.forEach((it) => rmSync(it, { recursive: true })));

function folderWith(name: string, bytes: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-canary-"));
  folders.push(folder);
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), bytes);
  return folder;
}

const planted: readonly (readonly [form: string, bytes: string | Uint8Array])[] = [
  ["as it is", `key=${canary}.`],
  ["in JSON", JSON.stringify({ key: canary })],
  ["in JSON inside JSON", JSON.stringify({ body: JSON.stringify({ key: canary }) })],
  ["in a URL", `https://example.org/?key=${encodeURIComponent(canary)}&x=1`],
  ["in a form", new URLSearchParams({ key: canary }).toString()],
  ["in hex", Buffer.from(canary).toString("hex")],
  ["in a page", `<td>${canary.replaceAll('"', "&quot;")}</td>`],
  ["in base64", Buffer.from(canary).toString("base64")],
  ["in base64 after one byte", Buffer.from(`:${canary}:`).toString("base64")],
  ["in base64 after two bytes", Buffer.from(`a:${canary}`).toString("base64")],
  ["in base64url", Buffer.from(`Bearer ${canary} and more`).toString("base64url")],
  ["in UTF-16", Buffer.from(`x${canary}`, "utf16le")],
];

for (const [form, bytes] of planted) {
  test(`a secret ${form} is found`, () => {
    const seen = sightingsIn([folderWith("logs/run.log", bytes)], canary);
    assert.ok(seen.length > 0);
    assert.equal(seen[0]?.where, join("logs", "run.log"));
  });
}

test("a secret in a hidden file and in a database is found", () => {
  assert.ok(sightingsIn([folderWith(".cache/.state", canary)], canary).length > 0);
  const folder = folderWith("note.txt", "nothing");
  const database = new DatabaseSync(join(folder, "journal.db"));
  database.exec("CREATE TABLE step (text TEXT)");
  database.prepare("INSERT INTO step VALUES (?)").run(canary);
  database.close();
  assert.ok(sightingsIn([folder], canary).some((it) => it.where === "journal.db"));
});

test("text without the secret gives no sighting", () => {
  assert.deepEqual(sightingsInText("page", "sk-canary 7f3 [redacted]", canary), []);
  assert.deepEqual(sightingsIn([folderWith("a.txt", "[redacted]")], canary), []);
});

test("a canary so short that it occurs by chance is refused", () => {
  assert.throws(() => formsOf("abc"), /by chance/);
});
