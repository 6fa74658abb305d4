// Runs one baseline job by hand, its tools beside it: for tests of the jobs alone, without a workflow and without the
// sandbox. Programs run in a bare context of node:vm, which is no boundary and is used for our own templates only.

import { createContext, runInContext } from "node:vm";
import type { BaselineJob, JobEnd, ToolAsk, ToolReply } from "firebreak/standin";
import type { TextFile } from "./data.ts";
import { openTables } from "./tables.ts";
import { sandboxName } from "./jobs/run-code.ts";

/** What a job did: how it ended, and every call it made. */
export interface Played {
  readonly end: JobEnd;
  readonly asks: readonly ToolAsk[];
}

/** Plays a job to its end over these files. */
export function play(job: BaselineJob, input: unknown, files: readonly TextFile[]): Played {
  const tables = openTables(files.filter((it) => it.file.endsWith(".csv")));
  const answer = (ask: ToolAsk): ToolReply => {
    const args = ask.args as Readonly<Record<string, string>>;
    if (ask.tool === "query") return tables.query(args["sql"] ?? "");
    if (ask.tool === "run_code") return { ok: true, value: runProgram(args["code"] ?? "", files) as never };
    const file = files.find((it) => it.file === args["file"]);
    return file === undefined ? { ok: false, error: "no such file" } : { ok: true, value: { ...file } };
  };
  const asks: ToolAsk[] = [];
  const steps = job.run(input, { attempt: 1, tools: ["run_code", "query", "read_paper"] });
  let move = steps.next(undefined as never);
  while (!move.done) {
    const asked = (Array.isArray(move.value) ? move.value : [move.value]) as readonly ToolAsk[];
    asks.push(...asked);
    const replies = asked.map(answer);
    move = steps.next((Array.isArray(move.value) ? replies : replies[0]) as never);
  }
  return { end: move.value, asks };
}

function runProgram(code: string, files: readonly TextFile[]): object {
  const written: { name: string; text: string }[] = [];
  const printed: string[] = [];
  const readFile = (name: string): string => {
    const file = files.find((it) => sandboxName(it.file) === name);
    if (file === undefined) throw new Error(`there is no file "${name}"`);
    return file.text;
  };
  const context = createContext({
    readFile,
    writeFile: (name: string, text: string) => void written.push({ name, text }),
    console: { log: (...values: unknown[]) => void printed.push(values.join(" ")) },
  });
  try {
    runInContext(code, context, { timeout: 20_000 });
    return { exit: "ok", stdout: printed.join("\n"), stderr: "", files: written };
  } catch (cause) {
    return { exit: "error", stdout: printed.join("\n"), stderr: String(cause), files: written };
  }
}
