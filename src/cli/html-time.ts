// Where a step stands on the page's line of time. Hours of waiting for a person would press all work into a
// point, so stretches in which nothing was worked on are drawn short.

import { flatten, type RunView, type StepView } from "../journal/view.ts";

/** Share of the line that one idle stretch takes at most. */
const idleShare = 0.04;

const waits: ReadonlySet<string> = new Set(["review", "signal", "sleep", "group", "run"]);

interface Stretch {
  readonly from: number;
  to: number;
}

/** Gives a moment's place on the line, from 0 to 100. */
export function timeScale(view: RunView): (at: number) => number {
  const busy = merged(
    [...flatten(view.steps)]
      .filter(isWork)
      .map((it) => ({ from: it.startedAt, to: it.startedAt + (it.ms ?? 0) })),
  );
  const worked = busy.reduce((sum, it) => sum + it.to - it.from, 0);
  const idle = Math.max(1, worked) * idleShare;
  const marks: (readonly [at: number, place: number])[] = [];
  let place = 0;
  for (const [index, it] of busy.entries()) {
    const before = busy[index - 1];
    if (before !== undefined) place += Math.min(idle, it.from - before.to);
    marks.push([it.from, place]);
    place += it.to - it.from;
    marks.push([it.to, place]);
  }
  const length = Math.max(1, place);
  return (at) => (100 * between(marks, at)) / length;
}

function isWork(it: StepView): boolean {
  return it.children.length === 0 && !waits.has(it.kind);
}

function merged(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: Stretch[] = [];
  for (const it of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && it.from <= last.to) last.to = Math.max(last.to, it.to);
    else joined.push({ ...it });
  }
  return joined;
}

function between(marks: readonly (readonly [at: number, place: number])[], at: number): number {
  const next = marks.findIndex(([it]) => it >= at);
  if (next < 0) return marks.at(-1)?.[1] ?? 0;
  const [right, rightPlace] = marks[next] ?? [at, 0];
  const [left, leftPlace] = marks[next - 1] ?? [right, rightPlace];
  return right === left ? rightPlace : leftPlace + ((rightPlace - leftPlace) * (at - left)) / (right - left);
}
