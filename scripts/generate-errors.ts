// Writes docs/errors.md; with --check, fails when it is not what would be written.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorPage } from "./error-page.ts";

const path = join(import.meta.dirname, "../docs/errors.md");
const page = await errorPage();
const codes = page.match(/^### /gm)?.length ?? 0;

if (process.argv.includes("--check")) {
  const fresh = readOr(path) === page;
  console.log(
    fresh
      ? `docs/errors.md holds all ${codes} codes.`
      : "docs/errors.md is stale: run `npm run docs:errors`.",
  );
  process.exitCode = fresh ? 0 : 1;
} else {
  writeFileSync(path, page);
  console.log(`docs/errors.md: ${codes} codes.`);
}

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
