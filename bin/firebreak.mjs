#!/usr/bin/env node
// Plain JavaScript that old versions of Node can read: it says which version is needed before anything else is loaded.

const needed = [24, 15];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(`Firebreak needs Node ${needed.join(".")} or newer; this is ${process.versions.node}.`);
  console.error(
    "Install it from https://nodejs.org, or put a pinned one into the project: npm install -D node@24",
  );
  process.exitCode = 2;
} else {
  await start();
}

async function start() {
  const { existsSync } = await import("node:fs");
  const built = new URL("../dist/cli/cli.js", import.meta.url);
  if (!existsSync(built)) {
    console.error("Firebreak is not built here: run npm run build first.");
    process.exitCode = 2;
    return;
  }
  const { main } = await import(built.href);
  const code = await main(process.argv.slice(2));
  // What was printed leaves before the process does; nothing that still waits keeps it.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
