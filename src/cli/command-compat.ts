// compat: before a deploy, what becomes of the open runs under the code as it is now.

import type { Compat } from "../open.ts";
import { closing } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { hasJournal, openProject } from "./project.ts";
import { renderTable } from "./render-table.ts";
import type { Screen } from "./screen.ts";
import { plural } from "./units.ts";

/** Exit code 1 when a run would not simply go on. */
export async function compat(
  screen: Screen,
  flags: { readonly workflow?: string; readonly json?: boolean },
): Promise<ExitCode> {
  if (!(await hasJournal())) {
    screen.print(flags.json === true ? "[]" : "No runs here.");
    return exitCodes.ok;
  }
  const project = await openProject();
  return closing(project, async () => {
    const all = await project.fb.compat(flags.workflow === undefined ? {} : { workflow: flags.workflow });
    const bad = all.filter((it) => it.outcome !== "goes on");
    if (flags.json === true) screen.print(JSON.stringify(all, null, 2));
    else screen.print(...render(screen, all, bad.length));
    return bad.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

function render(screen: Screen, all: readonly Compat[], bad: number): readonly string[] {
  if (all.length === 0) return ["No run is open."];
  const rows = all.map((it) => [it.run, it.workflow, it.status, it.outcome, detail(it)]);
  const verdict =
    bad === 0
      ? `All ${plural(all.length, "open run")} would go on under this code.`
      : `${bad} of ${plural(all.length, "open run")} would not simply go on. Let them end under the old code, or resume them with --accept.`;
  return [...renderTable(screen, ["run", "workflow", "status", "outcome", ""], rows), verdict];
}

function detail({ outcome, missing, found, anew, unasked }: Compat): string {
  if (outcome === "goes on") return "";
  if (outcome === "unknown") return "its workflow is not known here";
  const instead =
    missing === undefined ? "" : `asks for ${found ?? "nothing"} where ${missing} is recorded; `;
  const redone = anew.length === 0 ? "nothing" : anew.slice(0, 3).join(", ") + (anew.length > 3 ? ", …" : "");
  return `${instead}with --accept: ${redone} anew, ${plural(unasked, "record")} unused`;
}
