// Kills the demo at random moments with SIGKILL, resumes it until it is done, and compares: the deliverables must be those of
// a run that nobody killed, and a ledger outside the journal must show that no recorded work was done again.
//
//   npm run build && node examples/lead-finding/kill.ts --kills 200 --seed 1
//   node --conditions=firebreak-source examples/lead-finding/kill.ts --kills 20
//
//   K1. Work whose outcome was recorded when a process died is not begun by a later one (E1).
//   K2. However often a run is killed, its deliverables are those of an undisturbed run.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type AnyEvent, open } from "firebreak";

const root = join(import.meta.dirname, "..", "..");
const workflowFile = join(import.meta.dirname, "workflow.ts");
/** Lives one run may take. A run that needs more is stuck. */
const lifeLimit = 200;
/** Longest undisturbed life, ms. */
const lifeTimeoutMs = 120_000;

/** The command line as users start it; from source where this script was started so. */
function firebreak(args: readonly string[], folder: string, ledger: string): ChildProcess {
  const isSource = process.execArgv.some((it) => it.includes("firebreak-source"));
  const main = join(root, "src", "cli", "cli.ts");
  const code = `const { main } = await import(${JSON.stringify(main)}); process.exit(await main(process.argv.slice(1)));`;
  const program = isSource ? ["--input-type=module", "-e", code, "--"] : [join(root, "bin", "firebreak.mjs")];
  const env = { ...process.env, FIREBREAK_LEDGER: ledger, FIREBREAK_LIVE_MODELS: "0" };
  return spawn(process.execPath, [...process.execArgv, ...program, ...args], {
    cwd: folder,
    env,
    stdio: "ignore",
  });
}

interface Life {
  readonly wasKilled: boolean;
  readonly exit: number | null;
  readonly begun: readonly string[];
}

/** One life of the process: killed after a time, or let live. */
async function live(args: readonly string[], folder: string, killAfterMs: number | undefined): Promise<Life> {
  const ledger = join(folder, "ledger.txt");
  writeFileSync(ledger, "");
  const child = firebreak(args, folder, ledger);
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs ?? lifeTimeoutMs);
  const exit = await ended;
  clearTimeout(timer);
  const begun = readFileSync(ledger, "utf8").split("\n").filter(Boolean);
  return { wasKilled: child.signalCode === "SIGKILL", exit, begun };
}

interface State {
  readonly run: string | undefined;
  readonly status: string | undefined;
  /** Recorded works, as the ledger writes them. */
  readonly recorded: ReadonlySet<string>;
  /** Name of the last step recorded. */
  readonly last: string;
  readonly output: unknown;
}

/** What the journal says between two lives. */
async function look(folder: string): Promise<State> {
  const journal = join(folder, ".firebreak", "journal.db");
  const none: State = {
    run: undefined,
    status: undefined,
    recorded: new Set(),
    last: "(no run)",
    output: undefined,
  };
  if (!existsSync(journal)) return none;
  const fb = await open({ journal, drive: "own" });
  try {
    const [head] = await fb.list();
    if (head === undefined) return none;
    const events = await fb.journal.read(head.run);
    const output = head.status === "completed" ? (await fb.view(head.run)).output : undefined;
    const recorded = new Set(events.flatMap((it) => workOf(it) ?? []));
    const steps = events.flatMap((it) => (it.kind === "step.completed" ? [placeOf(it)] : []));
    return {
      run: head.run,
      status: head.status,
      recorded,
      last: steps.at(-1) ?? "(no step)",
      output,
    };
  } finally {
    await fb.close();
  }
}

/** The step at the top that a record belongs to, and the step's own name. */
function placeOf({ data: { scope, name } }: Extract<AnyEvent, { kind: "step.completed" }>): string {
  const [top] = namesOf(scope);
  return top === undefined ? name : `${top} > ${name}`;
}

function namesOf(scope: string): string[] {
  const parts = scope.split("/").slice(1);
  return parts.map((part) => decodeURIComponent(part.slice(0, part.indexOf("~"))));
}

/** The recorded work of an event, as the ledger writes it; undefined for what the ledger does not count. */
function workOf(event: AnyEvent): string | undefined {
  if (event.kind !== "step.completed") return undefined;
  const { scope, name, kind, input } = event.data;
  const above = namesOf(scope);
  const given = (input ?? {}) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "function":
      return JSON.stringify([kind, above[0] ?? name, ""]);
    case "tool":
      return JSON.stringify([kind, name, given["file"] ?? given["sql"] ?? given["code"]]);
    case "model":
      return JSON.stringify([kind, above[0], `${above.at(-1)} turn ${String(given["turn"])}`]);
    default:
      return undefined;
  }
}

interface Count {
  kills: number;
  lives: number;
  runs: number;
  recorded: number;
  readonly faults: string[];
  readonly places: Map<string, number>;
}

/** One run from its start to its end, killed on the way as often as chance wills, at most `kills` times in all. */
async function killedRun(
  count: Count,
  options: { kills: number; random: () => number; spanMs: number; expected: string },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lead-finding-kill-"));
  try {
    writeFileSync(join(folder, "package.json"), "{}\n");
    for (let life = 0; life < lifeLimit; life += 1) {
      const before = await look(folder);
      if (before.status === "completed") return finish(count, before, options.expected);
      const args =
        before.run === undefined ? ["run", workflowFile, "--yes"] : ["resume", before.run, "--yes"];
      const killAfterMs = count.kills < options.kills ? options.random() * options.spanMs : undefined;
      const { wasKilled, exit, begun } = await live(args, folder, killAfterMs);
      count.lives += 1;
      const again = begun.filter((it) => before.recorded.has(it));
      for (const it of again) count.faults.push(`recorded, and begun again (K1): ${it.slice(0, 120)}`);
      for (const it of begun.filter((work, at) => begun.indexOf(work) < at))
        count.faults.push(`begun twice in one life: ${it.slice(0, 120)}`);
      if (wasKilled) await noteKill(count, folder);
      else if (exit !== 0)
        return void count.faults.push(`a life ended with exit code ${exit} in ${before.last}`);
    }
    count.faults.push(`a run took more than ${lifeLimit} lives`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function noteKill(count: Count, folder: string): Promise<void> {
  count.kills += 1;
  // The kernel frees the lock of a dead process once its last child is gone.
  await sleep(50);
  const { last } = await look(folder);
  count.places.set(last, (count.places.get(last) ?? 0) + 1);
}

function finish(count: Count, { output, recorded }: State, expected: string): void {
  count.runs += 1;
  count.recorded += recorded.size;
  if (JSON.stringify(output) !== expected)
    count.faults.push("the deliverables differ from those of the undisturbed run (K2)");
}

/** Mulberry32: the same moments for the same seed, as far as a machine keeps time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The undisturbed run: its deliverables, and how long its process lived. */
async function reference(): Promise<{ readonly expected: string; readonly ms: number }> {
  const folder = mkdtempSync(join(tmpdir(), "lead-finding-whole-"));
  try {
    writeFileSync(join(folder, "package.json"), "{}\n");
    const startedAt = Date.now();
    const { exit, begun } = await live(["run", workflowFile, "--yes"], folder, undefined);
    const ms = Date.now() - startedAt;
    const { output, recorded } = await look(folder);
    if (exit !== 0 || output === undefined)
      throw new Error(`The undisturbed run ended with exit code ${exit}. Run the demo first.`);
    const uncounted = [...recorded].filter((it) => !begun.includes(it));
    if (uncounted.length > 0)
      throw new Error(`The ledger does not know ${uncounted.slice(0, 3).join("; ")}.`);
    return { expected: JSON.stringify(output), ms };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { kills: { type: "string", default: "20" }, seed: { type: "string", default: "1" } },
  });
  const kills = Number(values.kills);
  const random = randomFrom(Number(values.seed));
  const { expected, ms } = await reference();
  const count: Count = { kills: 0, lives: 0, runs: 0, recorded: 0, faults: [], places: new Map() };
  while (count.kills < kills && count.faults.length === 0)
    await killedRun(count, { kills, random, spanMs: ms * 1.1, expected });
  const places = [...count.places].toSorted((a, b) => b[1] - a[1]).map(([name, times]) => `${name} ${times}`);
  console.log(
    `${count.kills} kills (seed ${values.seed}) over ${count.runs} runs and ${count.lives} processes; an undisturbed one takes ${ms} ms.`,
  );
  console.log(`Last step recorded before a kill: ${places.join(", ")}.`);
  console.log(`${count.recorded} works recorded in all; ${count.faults.length} faults.`);
  for (const it of count.faults) console.log(`  ${it}`);
  process.exitCode = count.faults.length === 0 ? 0 : 1;
}

await main();
