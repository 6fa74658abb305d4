// diff: two runs beside each other.

import { diffRuns } from "../diff-runs.ts";
import { closing } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { plainJson } from "./plain-json.ts";
import { openProject } from "./project.ts";
import { renderDiff } from "./render-diff.ts";
import type { Screen } from "./screen.ts";

export interface DiffFlags {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Prints what differs between two runs; of one run alone, from the run it reruns. @throws RUN_UNKNOWN, OPTION_INVALID */
export async function diff(
  screen: Screen,
  before: string,
  after: string,
  flags: DiffFlags,
): Promise<ExitCode> {
  const project = await openProject();
  return closing(project, async () => {
    const { fb } = project;
    const [one, other] = [await fb.run(before), await fb.run(after)];
    const found = await diffRuns(fb.journal, one.id, other.id);
    screen.print(
      ...(flags.json === true
        ? [JSON.stringify(found, plainJson, 2)]
        : renderDiff(screen, found, flags.all === true)),
    );
    return exitCodes.ok;
  });
}
