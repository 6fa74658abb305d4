// How the jobs use the sandbox: one place that knows the tool's name and what its result looks like.

import { type ToolAsk, type ToolReply, use } from "firebreak/standin";

/** Name of the tool. */
export const codeTool = "run_code";

export interface CodeOutcome {
  readonly ok: boolean;
  /** What the program threw, or printed. */
  readonly message: string;
  /** Text of the files it wrote, by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** Runs a JavaScript program in the sandbox; a program that failed is an outcome, not an exception. */
export function* runCode(code: string): Generator<ToolAsk, CodeOutcome, ToolReply> {
  const reply = yield* use(codeTool, { language: "javascript", code });
  if (!reply.ok) return { ok: false, message: reply.error, files: new Map() };
  const result = reply.value as unknown as RawResult;
  const ok = (result.exit ?? "ok") === "ok";
  const files = (result.files ?? []).flatMap((it) =>
    typeof it.text === "string" ? [[it.name, it.text] as const] : [],
  );
  return { ok, message: (ok ? result.stdout : result.stderr) ?? "", files: new Map(files) };
}

interface RawResult {
  readonly exit?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly files?: readonly { readonly name: string; readonly text?: unknown }[];
}

/** The name under which a program finds a file of the case: without its folder. */
export const sandboxName = (file: string): string => file.split("/").at(-1) ?? file;

/** Prints the first rows that show a new value in any column: enough to see what each column holds. */
export function peekProgram(file: string): string {
  return `(() => {
const lines = readFile(${JSON.stringify(sandboxName(file))}).trim().split(/\\r?\\n/);
const seen = lines[0].split(',').map(() => new Set());
const shown = lines.slice(1).filter((line) => line.split(',').map((cell, column) => {
  const values = seen[column];
  if (values === undefined || values.size >= 25 || values.has(cell)) return false;
  values.add(cell);
  return true;
}).includes(true));
writeFile('peek.csv', [lines[0], ...shown].join('\\n'));
})();
`;
}
