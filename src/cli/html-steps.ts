// Steps on the page: a tree that folds, each with its time, what it gave, how it was judged and who read it.

import {
  decodedInput,
  decodedOutput,
  flatten,
  type RunView,
  type StepState,
  type StepView,
  type VerdictView,
} from "../journal/view.ts";
import { rejectedHtml } from "./html-changes.ts";
import type { BlastRadius } from "./html-lineage.ts";
import { contrasted, highlighted, type Html, markup } from "./html-text.ts";
import { textAt, valueHtml } from "./html-values.ts";
import { clockTime, length, money } from "./units.ts";

const marks: Readonly<Record<StepState, string>> = {
  done: "✓",
  reused: "=",
  running: "●",
  waiting: "?",
  rejected: "✗",
  failed: "✗",
  invalidated: "~",
  cancelled: "–",
};

/** What a step's markup is made with besides the step. */
export interface StepsPage {
  /** A moment's place on the line of time. */
  readonly scale: (at: number) => number;
  readonly blast: BlastRadius;
}

/** A list of steps; what did not go well stands open. */
export function stepsHtml(view: RunView, steps: readonly StepView[], page: StepsPage): Html {
  return markup`<ol class="steps">
    ${steps.map((it) => stepHtml(view, it, page))}
  </ol>`;
}

const troubled: ReadonlySet<StepState> = new Set(["rejected", "failed", "waiting"]);

function stepHtml(view: RunView, step: StepView, page: StepsPage): Html {
  const isOpen = [...flatten([step])].some((it) => troubled.has(it.state));
  const anchor = step.seq === undefined ? undefined : markup` id="s${step.seq}"`;
  return markup`<li class="${step.state}"${anchor}><details${isOpen && { html: " open" }}><summary>${summary(step, page.scale)}</summary><div class="body">${[
    facts(view, step),
    page.blast(step),
    problemsHtml(step),
    ...step.verdicts.map((it) => verdictHtml(step, it)),
    step.review && reviewHtml(step),
    rejectedHtml(step),
    dataHtml("Input", decodedInput(view, step), step.output === undefined),
    dataHtml(
      step.state === "rejected" ? "Output, not used" : "Output",
      decodedOutput(step),
      step.children.length === 0 || step.state === "rejected",
    ),
    step.children.length > 0 && stepsHtml(view, step.children, page),
  ]}</div></details></li>`;
}

function summary(step: StepView, scale: StepsPage["scale"]): Html {
  const from = scale(step.startedAt);
  const wide = Math.max(0.4, scale(step.startedAt + (step.ms ?? 0)) - from);
  const kind =
    step.kind === "function" || step.kind === "group"
      ? undefined
      : markup` <span class="kind">${step.kind}</span>`;
  return markup`<span class="mark" title="${step.state}">${marks[step.state]}</span><span class="name">${step.name}${kind}</span><span class="says">${[
    step.state !== "done" && markup`<span class="chip ${step.state}">${step.state}</span>`,
    ...chips(step.verdicts),
    step.model !== undefined && markup`<span class="chip model">${step.model}</span>`,
    step.total.costUsd > 0 && markup`<span class="chip">${money(step.total.costUsd)}</span>`,
  ]}</span><span class="line" aria-hidden="true"><i style="left:${from.toFixed(2)}%;width:${Math.min(wide, 100 - from).toFixed(2)}%"></i></span><span class="time">${step.ms === undefined ? "" : length(step.ms)}</span>`;
}

const resultWords = { fail: "failed", pass: "passed", unsure: "unsure" } as const;

function chips(verdicts: readonly VerdictView[]): Html[] {
  return verdicts.map(
    (it) =>
      markup`<span class="chip ${it.result}" title="${it.note ?? ""}">${it.check.split("(")[0]}
        ${resultWords[it.result]}</span>`,
  );
}

function facts(view: RunView, step: StepView): Html {
  const named = (seqs: readonly number[]): readonly Html[] =>
    seqs.map((seq, at) => {
      const step = view.bySeq.get(seq);
      const link =
        step === undefined
          ? markup`the run's input`
          : markup`<a href="#s${step.seq ?? seq}">${step.name}</a>`;
      return markup`${at > 0 && ", "}${link}`;
    });
  const rows: (readonly [string, Html | undefined | false])[] = [
    ["Started", markup`${clockTime(step.startedAt)}`],
    ["Answered by", step.standin === undefined ? undefined : markup`no language model: ${step.standin}`],
    ["Tokens", step.usage && markup`${step.usage.inputTokens} in, ${step.usage.outputTokens} out`],
    ["Reads", step.reads.length > 0 && markup`${named(step.reads)}`],
    ["Read by", step.readers.length > 0 && markup`${named(step.readers)}`],
    ["Tries that failed", step.failedTries.length > 0 && markup`${step.failedTries.join("; ")}`],
    ["Effect", step.effect && markup`${step.effect.tool} ${step.effect.key}: ${step.effect.state}`],
    ["Undone", step.invalidated && markup`${step.invalidated.because} (${step.invalidated.by})`],
    [
      "Taken over from",
      step.reusedFrom !== undefined && markup`event ${step.reusedFrom} of the run this one reruns`,
    ],
  ];
  return markup`<dl>
    ${rows.map(
      ([label, text]) =>
        text !== undefined &&
        text !== false &&
        markup`<div>
          <dt>${label}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}

function problemsHtml(step: StepView): Html | undefined {
  // What a gate said stands with its verdict.
  if (step.message === undefined || step.verdicts.some((it) => it.result !== "pass")) return undefined;
  return markup`<p class="failure"><b>${step.outcome ?? "failed"}</b> ${step.message}</p>`;
}

function verdictHtml(step: StepView, it: VerdictView): Html {
  const output = decodedOutput(step);
  const evidence = (it.evidence ?? []).map(
    (place) =>
      markup`<li>
        <blockquote dir="auto">${highlighted(place.text, textAt(output, place.path))}</blockquote>
        <cite>${place.where}</cite> <span class="quiet">${place.path}</span>
      </li>`,
  );
  return markup`<section class="verdict ${it.result}">
    <h4>
      ${it.check} <span class="chip ${it.result}">${it.result}</span>
      <span class="quiet">${it.note ?? ""}</span>
    </h4>
    ${it.problems.map(problemHtml)}${
      evidence.length > 0 &&
      markup`<ul class="evidence">
        ${evidence}
      </ul>`
    }
  </section>`;
}

/** One problem: what is wrong, and claim and source side by side. */
export function problemHtml(it: VerdictView["problems"][number]): Html {
  const [claimed, found] = contrasted(it.claimed ?? "", it.found ?? "");
  return markup`<div class="problem">
    <p>${it.message}${it.path !== undefined && markup` <code>${it.path}</code>`}</p>
    ${
      (it.claimed !== undefined || it.found !== undefined) &&
      markup`<div class="pair">
        <div class="claimed"><b>claimed</b><q dir="auto">${claimed}</q></div>
        <div class="found"><b>source</b>${it.found === undefined ? markup`<span class="quiet">says nothing like it</span>` : markup`<q dir="auto">${found}</q>`}</div>
      </div>`
    }${it.where !== undefined && markup`<cite>${it.where}</cite>`}
  </div>`;
}

function reviewHtml(step: StepView): Html | undefined {
  const { review } = step;
  if (review === undefined) return undefined;
  const { question, decided } = review;
  const who =
    decided === undefined
      ? markup`<b>not answered yet</b>`
      : markup`<b>${decided.decision}</b> by
          ${decided.by}${decided.auto === true && " (a flag decided, not a person)"}
          ${clockTime(decided.at)}${decided.because !== undefined && markup`: ${decided.because}`}`;
  return markup`<section class="review">
    <h4>${question.ask}</h4>
    <p class="quiet">
      asked of ${question.to ?? "anyone"}
      ${clockTime(review.askedAt)}${question.why !== undefined && markup`; ${question.why}`}
    </p>
    ${(question.problems ?? []).map(problemHtml)}
    <p>${who}</p>
  </section>`;
}

function dataHtml(title: string, value: unknown, isOpen: boolean): Html | undefined {
  if (value === undefined || value === null) return undefined;
  return markup`<details class="data"${isOpen && { html: " open" }}>
    <summary>${title}</summary>
    ${valueHtml(value)}
  </details>`;
}
