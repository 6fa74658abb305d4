// What planted faults came to at one gate: a table by fault, the places no check looks at, and the survivors.

import type { Interval } from "../check/mutation/interval.ts";
import type { Measurement, OperatorResult, Survivor } from "../check/mutation/results.ts";
import { kindOfPath } from "../check/mutation/places.ts";
import type { GateMeasurement } from "../mutate.ts";
import { fit, oneLine } from "./plain-text.ts";
import { renderTable } from "./render-table.ts";
import type { Screen } from "./screen.ts";
import { plural } from "./units.ts";

/** Kinds of survivors shown where not all are asked for. */
const shownKinds = 12;
/** Fewest faults at a place after which none caught says that no check looks there. */
const fewestPlanted = 3;
/** Columns of what stood there, and of what was planted. */
const valueWidth = 44;

/** Lines about one gate. `all` lists every survivor, else one of each kind. */
export function renderGate(screen: Screen, gate: GateMeasurement, all: boolean): readonly string[] {
  const { measurement: it } = gate;
  const head = `${screen.style("bold", gate.step)}  ${gate.checks.join(", ")}`;
  const skipped =
    gate.skipped.length === 0 ? [] : [`  left out, since they ask models: ${gate.skipped.join(", ")}`];
  if (gate.checks.length === 0) return [head.trimEnd(), ...skipped];
  return [
    head,
    ...skipped,
    `  ${carriers(it)}`,
    ...it.carriers.list
      .slice(0, all ? undefined : 3)
      .map((alarm) => line(screen, `    ${alarm.result}: ${alarm.carrier}: ${alarm.why}`)),
    ...(it.total.planted === 0 ? ["  Nothing was planted."] : faultTable(screen, it)),
    ...unseen(screen, it),
    ...survivors(screen, it.survivors, "Survived", all),
    ...survivors(screen, it.unsureMutants, "Unsure", all),
  ];
}

function carriers({ carriers: it }: Measurement): string {
  const passed = `${plural(it.n, "recorded output")}: ${it.passed} pass${it.passed === 1 ? "es" : ""}`;
  const alarms = `${plural(it.alarms, "false alarm")}${it.n > 1 ? ` (${interval(it.rate)})` : ""}`;
  return `${passed}, ${alarms}${it.unsure === 0 ? "" : `, ${it.unsure} unsure`}`;
}

function faultTable(screen: Screen, { operators, total }: Measurement): readonly string[] {
  const all = [...operators, ...(operators.length > 1 ? [total] : [])];
  const hasApart = all.some((it) => it.bySchema + it.equivalent + it.supported > 0);
  const rows = all.map((it) => [
    it.operator,
    String(it.planted),
    String(it.caught),
    String(it.unsure),
    String(it.survived),
    it.planted === 0 ? "–" : interval(it.rate),
    ...(hasApart ? [apart(it)] : []),
  ]);
  const head = ["fault", "planted", "caught", "unsure", "survived", "caught of planted, 95 %"];
  return renderTable(screen, [...head, ...(hasApart ? ["apart"] : [])], rows).map((it) => `  ${it}`);
}

function apart(it: OperatorResult): string {
  const parts = [
    [it.bySchema, "by schema"],
    [it.equivalent, "equal"],
    [it.supported, "borne out"],
  ] as const;
  return parts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])).join(", ");
}

const percent = (share: number): string => `${Math.round(share * 100)}`;

function interval({ rate, low, high }: Interval): string {
  return `${percent(rate)} % (${percent(low)} to ${percent(high)})`;
}

/** Places where nothing planted was noticed. */
function unseen(screen: Screen, { places }: Measurement): readonly string[] {
  const blind = places.filter((it) => it.survived === it.planted && it.planted >= fewestPlanted);
  if (blind.length === 0) return [];
  const named = blind
    .map((it) => `${it.path === "" ? "the output" : it.path} (0 of ${it.planted})`)
    .join(", ");
  return [screen.style("yellow", `  No check looks at ${named}`)];
}

function survivors(
  screen: Screen,
  list: readonly Survivor[],
  title: string,
  all: boolean,
): readonly string[] {
  if (list.length === 0) return [];
  const kinds = [...Map.groupBy(list, (it) => `${it.operator}\n${kindOfPath(it.path)}`).values()];
  const shown = all ? list.map((it) => [it]) : kinds.slice(0, shownKinds);
  const left = all ? 0 : kinds.length - shown.length;
  return [
    `  ${title}`,
    ...shown.flatMap((same) => survivor(screen, same)),
    ...(left === 0 ? [] : [`    and ${left} more kinds: --all lists every one`]),
  ];
}

function survivor(screen: Screen, same: readonly Survivor[]): readonly string[] {
  const { operator, path, before, after, hint } = same[0]!;
  const more = same.length === 1 ? "" : `, and ${same.length - 1} like it`;
  const changed = `${fit(oneLine(before), valueWidth)} -> ${fit(oneLine(after), valueWidth)}`;
  return [
    `    ${operator} at ${path === "" ? "the output" : path}${more}`,
    line(screen, `      ${changed}`),
    screen.style("dim", line(screen, `      ${hint}`)),
  ];
}

/** In a pipe nothing wraps: there a line keeps its end. */
function line(screen: Screen, text: string): string {
  return screen.isTerminal ? fit(text, screen.width) : text;
}
