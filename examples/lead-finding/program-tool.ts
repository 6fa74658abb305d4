// The sandbox as the analyst and the checker see it: the code interpreter over the case's tables, whose result holds the
// text of the files a program wrote, so that an answer can be made of them.

import { codeTool, type Sandbox } from "firebreak/toolbox/code-interpreter";
import type { TextFile } from "./data.ts";
import { sandboxName } from "./jobs/run-code.ts";

type CodeTool = ReturnType<typeof codeTool>;
type CodeToolResult = Awaited<ReturnType<CodeTool["run"]>>;

/** A file a program wrote, by its text. */
export interface WrittenFile {
  readonly name: string;
  readonly text: string;
}

export type ProgramResult = Omit<CodeToolResult, "files"> & { readonly files: readonly WrittenFile[] };

export type ProgramTool = Omit<CodeTool, "run"> & {
  readonly run: (...args: Parameters<CodeTool["run"]>) => Promise<ProgramResult>;
};

/** Longest text of all written files that is put in a result, characters. */
export const writtenLimit = 2_000_000;

/** A tool `run_code` whose programs find these tables by their bare names. */
export function programTool(tables: readonly TextFile[], sandbox?: Sandbox): ProgramTool {
  const files = tables.map(({ file, text }) => ({ name: sandboxName(file), content: text }));
  const tool = codeTool({ files, timeoutMs: 120_000, ...(sandbox === undefined ? {} : { sandbox }) });
  const run: ProgramTool["run"] = async (args, context) => {
    const result = await tool.run(args, context);
    const written = await Promise.all(
      result.files.map(async (it) => ({
        name: it.name,
        text: new TextDecoder().decode(await context.bytes(it)),
      })),
    );
    const size = written.reduce((sum, it) => sum + it.text.length, 0);
    if (size <= writtenLimit) return { ...result, files: written };
    throw new Error(`The program wrote ${size} characters; at most ${writtenLimit} can be read. Write less.`);
  };
  return { ...tool, version: `${tool.version ?? ""} with texts`, run };
}
