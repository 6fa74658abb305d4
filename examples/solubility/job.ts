// What the baseline does for the analyst: reads the question and the table's first line by rules, writes the program from a
// template, runs it and hands on what it printed. No language model, and it says so.

import { type BaselineJob, baselineJob, use } from "firebreak/standin";
import { asked, readTable, type SolubilityCase } from "./case.ts";
import { namedColumns } from "./gate.ts";
import { fitProgram } from "./program.ts";

/** Name of the tool that runs programs. */
export const codeTool = "run_code";

export const analystJob: BaselineJob = baselineJob<SolubilityCase>({
  agent: "analyst",
  *run({ question, table }) {
    const wanted = asked(question);
    if ("cannot" in wanted) return wanted;
    const names = namedColumns(readTable(table.text).header, wanted.on);
    if ("cannot" in names) return names;
    const [measured = "", ...columns] = names.all;
    const file = table.file.split("/").at(-1) ?? table.file;
    const reply = yield* use(codeTool, { language: "javascript", code: fitProgram(file, measured, columns) });
    if (!reply.ok) return { cannot: `the program could not be run: ${reply.error}` };
    const { exit, stdout, stderr } = reply.value as { exit?: string; stdout?: string; stderr?: string };
    if (exit !== "ok") return { cannot: `the program failed: ${firstLine(stderr ?? exit ?? "")}` };
    return { answer: JSON.parse(stdout ?? "null") as unknown };
  },
});

const firstLine = (text: string): string => text.trim().split("\n", 1)[0] ?? "";
