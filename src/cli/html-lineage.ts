// What rests on a step, on the page: counted, named and linked; opened, it is marked in the tree.

import { impactOf, type Through } from "../journal/trace-impact.ts";
import type { Trace, TracedStep } from "../journal/trace.ts";
import type { StepView } from "../journal/view.ts";
import { type Html, markup } from "./html-text.ts";
import { plural } from "./units.ts";

/** Runs with more steps than this are not followed forward on the page: `firebreak impact` does that. */
export const pageStepLimit = 400;
/** Steps that are named one by one. */
const named = 40;

/** Gives, for a step, what rests on what it gave out. */
export type BlastRadius = (step: StepView) => Html | undefined;

/** Nothing for steps that an agent made for itself, and for runs too large for a page. */
export function blastRadius(trace: Trace | undefined): BlastRadius {
  if (trace === undefined || trace.steps.length > pageStepLimit) return () => undefined;
  return (step) => {
    const it = step.seq === undefined ? undefined : trace.bySeq.get(step.seq);
    return it === undefined || it.hash === undefined || isOwn(it) ? undefined : radius(trace, it);
  };
}

function isOwn(it: TracedStep): boolean {
  return it.step.kind === "attempt" || it.parent?.step.kind === "attempt";
}

function radius(trace: Trace, it: TracedStep): Html | undefined {
  const { touched, output } = impactOf(trace, new Map([[it.seq, { through: "reads" }]]));
  const resting = (through: Through): readonly TracedStep[] =>
    trace.steps.filter(
      (other) =>
        other !== it && touched.get(other.seq)?.through === through && !isOwn(other) && !isAround(other, it),
    );
  const [certain, possible, order] = [resting("reads"), resting("values"), resting("order")];
  if (certain.length + possible.length + order.length === 0 && output === undefined) return undefined;
  const effects = [...certain, ...possible].filter((other) => other.step.effect !== undefined);
  const counts = [
    `${plural(certain.length, "step")} for certain`,
    possible.length === 0 ? "" : `${possible.length} possibly`,
    effects.length === 0 ? "" : plural(effects.length, "effect"),
    output?.through === "reads" ? "the run's output" : "",
  ].filter((text) => text !== "");
  return markup`<details class="data blast" data-sure="${idsOf(certain)}" data-may="${idsOf(possible)}"><summary>Rests on this: ${counts.join(", ")}</summary><ul>${[
    row("for certain", certain),
    row("possibly: holds values of unknown origin", possible),
    effects.length > 0 &&
      markup`<li>effects: ${effects.map((each, at) => markup`${at > 0 && ", "}${each.step.effect?.tool ?? ""} ${each.step.effect?.key ?? ""}`)}</li>`,
    order.length > 0 &&
      markup`<li class="quiet">${plural(order.length, "more step")} issued afterwards read nothing of it</li>`,
  ]}</ul></details>`;
}

/** A step around another ends after it, but is not what was built on it. */
function isAround(other: TracedStep, it: TracedStep): boolean {
  for (let up = it.parent; up !== undefined; up = up.parent) if (up === other) return true;
  return false;
}

function idsOf(steps: readonly TracedStep[]): string {
  return steps.map((it) => `s${it.step.seq}`).join(" ");
}

function row(title: string, steps: readonly TracedStep[]): Html | undefined {
  if (steps.length === 0) return undefined;
  const links = steps
    .slice(0, named)
    .map(
      ({ step }, at) => markup`${at > 0 && ", "}<a href="#s${step.seq ?? 0}">${step.path.join(" › ")}</a>`,
    );
  return markup`<li>${title}: ${links}${steps.length > named && markup` and ${steps.length - named} more`}</li>`;
}

/** Marks in the tree what an opened list names. Without it the list's links do. */
export const blastScript: string = `const marks=()=>{document.querySelectorAll(".steps li").forEach((it)=>it.classList.remove("sure","may"));
document.querySelectorAll(".blast[open]").forEach((it)=>{for(const name of ["sure","may"])for(const id of it.dataset[name].split(" ").filter(Boolean))document.getElementById(id)?.classList.add(name)})};
document.querySelectorAll(".blast").forEach((it)=>it.addEventListener("toggle",marks));`;
