// impact: what rests on a step, a source, a tool or a model, over all runs.

import { FirebreakError } from "../base/errors.ts";
import { impact as findImpact, type ImpactTarget } from "../impact.ts";
import type { Firebreak } from "../open.ts";
import { closing } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { plainJson } from "./plain-json.ts";
import { openProject } from "./project.ts";
import { renderImpact } from "./render-impact.ts";
import type { Screen } from "./screen.ts";

/** What a target is named with, beside RUN:STEP. */
export interface TargetFlags {
  readonly source?: string;
  readonly tool?: string;
  readonly model?: string;
}

export interface ImpactFlags extends TargetFlags {
  readonly workflow?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Prints what rests on a target. @throws OPTION_INVALID, RUN_UNKNOWN, STEP_UNKNOWN, TARGET_UNKNOWN */
export async function impact(
  screen: Screen,
  given: string | undefined,
  flags: ImpactFlags,
): Promise<ExitCode> {
  const project = await openProject();
  return closing(project, async () => {
    const target = await givenTarget(project.fb, given, flags);
    const { workflow } = flags;
    const report = await findImpact(project.fb.journal, target, workflow === undefined ? {} : { workflow });
    if (flags.json === true) screen.print(JSON.stringify(report, plainJson, 2));
    else screen.print(...renderImpact(screen, report, flags.all === true));
    return exitCodes.ok;
  });
}

const mend =
  "Give RUN:STEP (last:scout, or a part: last:scout.claims[0]), or one of --source, --tool, --model.";

/** Exactly one target. @throws OPTION_INVALID, RUN_UNKNOWN, RUN_AMBIGUOUS */
export async function givenTarget(
  fb: Firebreak,
  given: string | undefined,
  flags: TargetFlags,
): Promise<ImpactTarget> {
  const named: ImpactTarget[] = [];
  if (flags.source !== undefined) named.push({ kind: "source", name: flags.source });
  if (flags.tool !== undefined) named.push({ kind: "tool", name: flags.tool });
  if (flags.model !== undefined) named.push({ kind: "model", id: flags.model });
  if (given === undefined && named.length === 1) return named[0]!;
  const cut = given?.indexOf(":") ?? -1;
  if (given === undefined || named.length > 0 || cut <= 0 || cut === given.length - 1)
    throw new FirebreakError("OPTION_INVALID", { option: "TARGET", given: given ?? "", mend });
  const { id } = await fb.run(given.slice(0, cut));
  return { kind: "step", run: id, path: given.slice(cut + 1) };
}
