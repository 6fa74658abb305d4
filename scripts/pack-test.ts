// What a user gets: the packed tarball, installed in an empty folder, starts a
// project that runs and whose own tests pass, without a key and without input.

import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageFacts } from "./package-facts.ts";
import { installPacked, run } from "./packed.ts";

const { folder, tarball, files } = installPacked();
const say = (line: string): void => console.log(line);
say(`packed: ${files.length} files`);

const wanted = [
  "LICENSE",
  "README.md",
  "CHANGELOG.md",
  "docs/errors.md",
  "bin/firebreak.mjs",
  "dist/index.js",
  "dist/index.d.ts",
];
for (const file of wanted) assert.ok(files.includes(file), `the tarball has no ${file}`);
const strays = files.filter((it) => /^(?:src|test|examples|bench|sim|scripts)\/|\.tsbuildinfo$/.test(it));
assert.deepEqual(strays, [], "the tarball holds files nobody needs");

const facts = packageFacts(folder);
say(
  `installed: ${facts.megabytes.toFixed(1)} MB, ${facts.packages} packages, ${facts.withInstallScript.length} install scripts`,
);
assert.deepEqual(facts.withInstallScript, []);

run(
  folder,
  process.execPath,
  "--input-type=module",
  "--eval",
  'import { workflow } from "firebreak"; workflow.call;',
);
say('import "firebreak": works');

say(run(folder, "npx", "firebreak", "init", "my-app").trim());
const app = join(folder, "my-app");
run(app, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", tarball);

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
}
const { scripts = {} } = JSON.parse(readFileSync(join(app, "package.json"), "utf8")) as Manifest;
assert.ok(scripts["start"] !== undefined, "the new project has no `npm start`");
assert.ok(scripts["test"] !== undefined, "the new project has no `npm test`");
run(app, "npx", "tsc", "-p", ".");
say("the new project's types are right");
say(run(app, "npm", "start").trim());
say(run(app, "npm", "test").trim());
say(run(app, "npx", "firebreak", "ls").trim());

rmSync(dirname(tarball), { recursive: true });
say("The packed tarball installs, starts a project, runs it and passes its tests.");
