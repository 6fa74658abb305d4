// Runs every one-file example offline and compares what it prints with the
// `// Output:` block at its end. Examples in folders bring their own tests.

import { globSync } from "node:fs";
import { join } from "node:path";
import { exampleComplaint } from "./run-example.ts";

const root = join(import.meta.dirname, "..");
const examples = globSync("examples/*.ts", { cwd: root, exclude: ["**/*.test.ts"] }).toSorted();
const wrong = examples.filter((example) => {
  const found = exampleComplaint(join(root, example));
  if (found !== undefined) console.log(`${example}: ${found}`);
  return found !== undefined;
});
console.log(`${examples.length - wrong.length} of ${examples.length} examples print what they say.`);
process.exitCode = wrong.length === 0 ? 0 : 1;
