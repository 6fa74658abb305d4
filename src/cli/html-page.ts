// One run as one page to keep or send: nothing is loaded from elsewhere, nothing on it can be changed, and it
// reads without its script (which only opens and closes all steps, and opens them for print).

import { createHash } from "node:crypto";
import { caughtMistakes, type CaughtMistake, flatten, type RunView } from "../journal/view.ts";
import { decode } from "../base/values.ts";
import type { RunDiff } from "../diff-runs.ts";
import type { Trace } from "../journal/trace.ts";
import { blastRadius, blastScript } from "./html-lineage.ts";
import { rerunHtml, type ToldRerun } from "./html-rerun.ts";
import { problemHtml, stepsHtml } from "./html-steps.ts";
import { pageStyle } from "./html-style.ts";
import { type Html, markup } from "./html-text.ts";
import { timeScale } from "./html-time.ts";
import { valueHtml } from "./html-values.ts";
import { readers } from "./render-mistake.ts";
import { modelsLine } from "./render-run.ts";
import { clockTime, count, length, money, plural } from "./units.ts";

const script = `const all=()=>document.querySelectorAll(".steps details");
const set=(open)=>all().forEach((it)=>{it.open=open});
const button=document.getElementById("fold");button.hidden=false;
button.onclick=()=>{const open=button.dataset.open!=="yes";set(open);button.dataset.open=open?"yes":"no";button.textContent=open?"Close all":"Open all"};
addEventListener("beforeprint",()=>set(true));
const reveal=()=>{let it=location.hash&&document.getElementById(location.hash.slice(1));for(;it;it=it.parentElement)if(it.tagName==="LI")it.firstElementChild.open=true};
addEventListener("hashchange",reveal);reveal();
${blastScript}`;

/** What the page shows of a run besides its view. */
export interface PageLineage {
  /** The run's steps with what they read: the page then tells what rests on each. */
  readonly trace?: Trace;
  /** For a rerun: the run it reruns, held against this one, and what it was told. */
  readonly diff?: RunDiff;
  readonly told?: ToldRerun;
}

/** The page as text, complete. */
export function renderPage(view: RunView, lineage: PageLineage = {}): string {
  const caught = caughtMistakes(view);
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${{ html: createHash("sha256").update(script).digest("base64") }}'; base-uri 'none'; form-action 'none'"
        />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>${view.workflow} ${view.run}</title>
        <style>${{ html: pageStyle }}</style>
      </head>
      <body>
        <main>
          ${headHtml(view, caught)} ${endHtml(view)} ${caught.length > 0 && caughtHtml(caught)}
          ${rerunHtml(view, lineage.diff, lineage.told ?? {})}
          <section>
            <div class="bar">
              <h2>Steps</h2>
              <button id="fold" hidden>Open all</button>
            </div>
            ${stepsHtml(view, view.steps, { scale: timeScale(view), blast: blastRadius(lineage.trace) })}
          </section>
          ${
            view.output !== undefined &&
            markup`<section>
              <h2>Result</h2>
              ${valueHtml(decode(view.output).value)}
            </section>`
          }
          ${reviewsHtml(view)}
          ${
            view.logs.length > 0 &&
            markup`<section>
              <h2>Log</h2>
              <ol class="log">
                ${view.logs.map((it) => markup`<li class="${it.level}"><time>${clockTime(it.at)}</time> ${it.message}</li>`)}
              </ol>
            </section>`
          }
          <footer>
            Run ${view.run}, ${plural(view.lastSeq, "event")}, written by
            <code>firebreak show ${view.run} --html</code>. This page is a copy: it loads nothing and changes
            nothing.
          </footer>
        </main>
        <script>${{ html: script }}</script>
      </body>
    </html>
`;
  return page.html;
}

function headHtml(view: RunView, caught: readonly CaughtMistake[]): Html {
  const steps = [...flatten(view.steps)].filter((it) => it.kind !== "group").length;
  const read = new Set(caught.flatMap((it) => it.readBy)).size;
  const figures: readonly (readonly [string, string])[] = [
    [plural(steps, "step"), length(view.ms)],
    [plural(view.calls, "model call"), `${count(view.usage.inputTokens + view.usage.outputTokens)} tokens`],
    [money(view.costUsd), "spent"],
    [
      plural(caught.length, "mistake"),
      caught.length === 0 ? "caught" : `caught; read by ${plural(read, "step")}`,
    ],
    [
      plural(view.reviews.length, "review"),
      `${view.reviews.filter((it) => it.decided !== undefined).length} decided`,
    ],
  ];
  return markup`<header>
    <p class="eyebrow">Firebreak run ${view.run}</p>
    <h1>${view.workflow} <span class="status ${view.status}">${view.status}</span></h1>
    <p class="quiet">
      ${clockTime(view.startedAt)}${view.endedAt !== undefined && markup` to ${clockTime(view.endedAt)}`}${view.file !== undefined && markup` · <code>${view.file}</code>`}${view.rerunOf !== undefined && markup` · a rerun of ${view.rerunOf}`}
    </p>
    <p class="models">${capital(modelsLine(view))}.</p>
    <div class="figures">
      ${figures.map(([big, small]) => markup`<div><b>${big}</b><span>${small}</span></div>`)}
    </div>
    <details class="data">
      <summary>Input and options</summary>
      ${valueHtml(decode(view.input).value)}${view.options !== undefined && valueHtml(view.options)}
    </details>
  </header>`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function caughtHtml(caught: readonly CaughtMistake[]): Html {
  return markup`<section class="caught">
    <h2>Caught</h2>
    ${caught.map(
      (it) =>
        markup`<article>
          <h3>
            <a href="#s${it.seq}">${it.path.join(" › ")}</a>${it.attempt !== undefined && markup` <span class="kind">attempt ${it.attempt}</span>`}
            <span class="chip ${it.result}">${it.check}</span>
          </h3>
          ${(it.problems.length > 0 ? it.problems : [{ check: it.check, message: it.found }]).slice(0, 5).map(problemHtml)}${it.problems.length > 5 && markup`<p class="quiet">… ${it.problems.length - 5} more problems, in the step below</p>`}
          <p class="next">${it.isTakenOver && markup`<b>Taken over</b> from the run this one reruns. `}<b>Next:</b> ${it.next}. <b>${capital(readers(it))}</b>.</p>
        </article>`,
    )}
  </section>`;
}

function endHtml(view: RunView): Html | undefined {
  const { failure, halt, cancelled } = view;
  if (halt !== undefined)
    return markup`<section class="failure">
      <h2>Halted</h2>
      <p>${halt.message}</p>
      <p>${halt.fix}</p>
    </section>`;
  if (failure !== undefined)
    return markup`<section class="failure">
      <h2>Failed: ${failure.outcome}</h2>
      <p>${failure.message}</p>
    </section>`;
  if (cancelled !== undefined)
    return markup`<section class="failure">
      <h2>Cancelled</h2>
      <p>by ${cancelled.by}${cancelled.because !== undefined && markup`: ${cancelled.because}`}</p>
    </section>`;
  return view.warnings.length === 0
    ? undefined
    : markup`<section class="failure">
        <h2>Warnings</h2>
        ${view.warnings.map((it) => markup`<p>${it}</p>`)}
      </section>`;
}

function reviewsHtml(view: RunView): Html | undefined {
  if (view.reviews.length === 0) return undefined;
  const rows = view.reviews.map((it) => {
    const by =
      it.decided === undefined ? "" : `${it.decided.by}${it.decided.auto === true ? " (a flag)" : ""}`;
    const step = view.bySeq.get(it.asked);
    return markup`<tr>
      <td><a href="#s${step?.seq ?? it.asked}">${it.step}</a></td>
      <td>${it.question.ask}</td>
      <td>${it.decided?.decision ?? "waiting"}</td>
      <td>${by}</td>
      <td>${it.decided === undefined ? "" : clockTime(it.decided.at)}</td>
      <td>${it.decided?.because ?? ""}</td>
    </tr>`;
  });
  return markup`<section>
    <h2>Reviews</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>Step</th>
            <th>Asked</th>
            <th>Decision</th>
            <th>By</th>
            <th>When</th>
            <th>Because</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}
