// prune: removes ended runs that nobody touched for a while.

import { toMs } from "../base/duration.ts";
import { closing } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { hasJournal, openProject } from "./project.ts";
import { renderTable } from "./render-table.ts";
import type { Screen } from "./screen.ts";
import { clockTime, plural } from "./units.ts";

export interface PruneFlags {
  readonly olderThan: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Removes ended runs last touched before a time, or says which it would. @throws DURATION_INVALID */
export async function prune(screen: Screen, flags: PruneFlags): Promise<ExitCode> {
  const before = Date.now() - toMs(flags.olderThan);
  if (!(await hasJournal())) {
    screen.print(flags.json === true ? "[]" : "No runs here.");
    return exitCodes.ok;
  }
  const project = await openProject();
  return closing(project, async () => {
    const gone = await project.fb.prune({ before, ...(flags.dryRun === true ? { dryRun: true } : {}) });
    if (flags.json === true) screen.print(JSON.stringify(gone, null, 2));
    else {
      if (gone.length > 0)
        screen.print(
          ...renderTable(
            screen,
            ["run", "workflow", "status", "last event"],
            gone.map((it) => [it.run, it.workflow, it.status, clockTime(it.updatedAt)]),
          ),
        );
      screen.print(`${plural(gone.length, "run")} ${flags.dryRun === true ? "would go" : "removed"}.`);
    }
    return exitCodes.ok;
  });
}
