// `firebreak run flow.ts` in a folder.
process.chdir(process.argv[2] ?? ".");
process.argv.splice(2, 1, "run", "flow.ts");
await import("../../bin/firebreak.mjs");
