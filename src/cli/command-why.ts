// why: from a value of a run back to what it rests on.

import { why as explain, whyDepth } from "../why.ts";
import { closing } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { givenCount } from "./given.ts";
import { plainJson } from "./plain-json.ts";
import { openProject } from "./project.ts";
import { renderWhy, whyLegend } from "./render-why.ts";
import type { Screen } from "./screen.ts";

export interface WhyFlags {
  readonly depth?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Prints what the value at a path of a run rests on. @throws STEP_UNKNOWN, VALUE_PATH_UNKNOWN, OPTION_INVALID */
export async function why(screen: Screen, run: string, path: string, flags: WhyFlags): Promise<ExitCode> {
  const depth = flags.depth === undefined ? whyDepth : givenCount("--depth", flags.depth);
  const project = await openProject();
  return closing(project, async () => {
    const { id } = await project.fb.run(run);
    const node = await explain(project.fb.journal, id, path, { depth });
    if (flags.json === true) screen.print(JSON.stringify(node, plainJson, 2));
    else screen.print(...renderWhy(screen, node, flags.all === true), "", screen.style("dim", whyLegend));
    return exitCodes.ok;
  });
}
