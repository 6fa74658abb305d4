// What node runs inside the bubblewrap level: it gives the program the same
// small API as QuickJS does, in a V8 context without node's own globals. That
// context is for sameness, not for safety: the namespaces around it are.

import { programApi, programName } from "./program-api.ts";

/** Name of the runner's own file in the program's folder. */
export const runnerName = "runner.cjs";

/** CommonJS source that runs /program/program.js over the files of the current folder. Exit code 1 when it throws. */
export const nodeRunner = `"use strict";
const fs = require("node:fs");
const vm = require("node:vm");
const code = fs.readFileSync("/program/${programName}", "utf8");
function print(stream, text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(stream, bytes, at);
}
const host = {
  read(name) {
    try {
      return fs.readFileSync(name, "utf8");
    } catch (error) {
      if (error.code === "ENOENT") return undefined;
      throw error;
    }
  },
  names: () => fs.readdirSync(".").join(", ") || "none",
  save(name, text) {
    try {
      fs.writeFileSync(name, text);
      return "";
    } catch (error) {
      return error.message;
    }
  },
  print,
};
const context = vm.createContext({});
const report = vm.runInContext(${JSON.stringify(programApi)}, context, { filename: "api.js" })(host);
function fail(error) {
  report(error);
  process.exit(1);
}
process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);
try {
  new vm.Script(code, { filename: "${programName}" }).runInContext(context);
} catch (error) {
  fail(error);
}
`;
