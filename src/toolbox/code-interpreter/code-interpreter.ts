// The code interpreter: runs a program that a model wrote and gives back what
// it printed and the files it made. The port is sandbox.ts, with its
// invariants; two levels keep them:
//
//   bubblewrap  Linux. Its own namespaces and a system-call filter around the
//               node of this process, or python3. The stronger level.
//   quickjs     everywhere. JavaScript in QuickJS in WebAssembly in a thread.
//
// A JavaScript program sees the same small API on both (program-api.ts), so
// one program runs on either.

export { type CodeToolOptions, codeTool } from "./code-tool.ts";
export { probeSandbox } from "./probe.ts";
export type {
  CodeExit,
  CodeFile,
  CodeLanguage,
  CodeResult,
  CodeRun,
  Probe,
  Sandbox,
  SandboxLevel,
} from "./sandbox.ts";
export { openSandbox } from "./open-sandbox.ts";
