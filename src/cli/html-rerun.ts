// A rerun on its page: what was taken over from the old run, what was done again and why, and what came of it.

import type { RunDiff, StepDiff } from "../diff-runs.ts";
import type { RunView } from "../journal/view.ts";
import { changesHtml } from "./html-changes.ts";
import { type Html, markup } from "./html-text.ts";
import { plural } from "./units.ts";

/** Steps done again that are shown one by one. */
const rowLimit = 60;

/** What the rerun was told, as its first event keeps it. */
export interface ToldRerun {
  readonly redo?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
  readonly because?: string;
  readonly by?: string;
}

/** The section, when the page has the old run to hold against. */
export function rerunHtml(view: RunView, diff: RunDiff | undefined, told: ToldRerun): Html | undefined {
  if (diff === undefined) return undefined;
  const shown = diff.steps.filter((it) => !it.isInner);
  const again = shown.filter((it) => it.change !== "reused" && it.change !== "removed");
  const gone = shown.filter((it) => it.change === "removed");
  const kept = shown.filter((it) => it.change === "reused").length;
  const rows = again.slice(0, rowLimit).map((it) => rowHtml(it, told));
  const more = again.length - rowLimit;
  return markup`<section class="rerun"><h2>Rerun of ${diff.before.run}</h2>
    <p>${askedText(told)}${plural(kept, "step")} taken over, ${again.length} done again, ${again.filter((it) => it.change === "equal").length} of them with the same output. ${diff.output.length === 0 && view.output !== undefined && "The run's output is the same."}</p>
    ${
      again.length > 0 &&
      markup`<div class="wide"><table><thead><tr><th>Done again</th><th>Why</th><th>Output</th></tr></thead><tbody>${rows}</tbody></table></div>`
    }${more > 0 && markup`<p class="quiet">… ${more} more steps</p>`}
    ${gone.length > 0 && markup`<p>No longer part of it: ${gone.map((it) => it.path).join(", ")}</p>`}
    ${diff.output.length > 0 && markup`<h3>The run's output, before and after</h3>${changesHtml(diff.output, ["before", "after"])}`}
  </section>`;
}

function askedText(told: ToldRerun): Html | undefined {
  const { redo = [], set = {}, because, by } = told;
  const given = Object.keys(set);
  if (redo.length + given.length === 0 && because === undefined) return undefined;
  return markup`${by ?? "Someone"} asked${redo.length > 0 && markup` to do ${redo.join(", ")} again`}${given.length > 0 && markup`${redo.length > 0 && " and"} gave ${given.join(", ")}`}${because !== undefined && markup`, because “${because}”`}. `;
}

function rowHtml(it: StepDiff, told: ToldRerun): Html {
  const changes = changesHtml(it.changes.slice(0, 4), ["before", "after"]);
  const more = it.changes.length > 4 ? ` (${it.changes.length} parts)` : "";
  const says = it.change === "equal" ? "the same" : it.change === "added" ? "new" : `changed${more}`;
  return markup`<tr><td><a href="#s${it.after ?? 0}">${it.path}</a></td><td>${whyAgain(it, told)}</td><td>${says}${changes !== undefined && markup`<details class="data"><summary>what changed</summary>${changes}</details>`}</td></tr>`;
}

function whyAgain(it: StepDiff, told: ToldRerun): string {
  const isMeant = (pattern: string): boolean => {
    const [path, wanted] = [it.path, pattern.replaceAll("/", " › ")];
    return (
      path === wanted ||
      path.endsWith(` › ${wanted}`) ||
      path.startsWith(`${wanted} › `) ||
      wanted.startsWith(`${path} › `)
    );
  };
  if (Object.keys(told.set ?? {}).some(isMeant)) return "a person gave its output";
  if ((told.redo ?? []).some(isMeant)) return "it was asked for";
  if (it.change === "added") return "the old run has no such step";
  if (it.isInputChanged) return "its input changed";
  return "its code, its model or a check changed, or a step in it did";
}
