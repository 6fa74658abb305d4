// What could go wrong: gates are missed (in maps, in child runs, in a run that still waits), a replay starts or writes
// something, a threshold that is missed exits with 0, or gates of edited code are judged by what the record says of them.
// Provoked over recorded runs with gates of known catch.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createModelRegistry } from "../../src/model/registry.ts";
import { type GateMeasurement, keylessEnv } from "../../src/mutate.ts";
import { place, projectFolder } from "./spawn-cli.ts";

const here = place();
after(() => here.remove());
const gates = join(projectFolder, "gates.ts");

interface Report {
  readonly gates: readonly GateMeasurement[];
  readonly below: readonly string[];
}
const measured = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Report & { readonly code: number | null }> => {
  const { code, out, err } = await here.cli(["mutate", ...args, "--json"], env);
  assert.equal(err, "");
  return { ...(JSON.parse(out) as Report), code };
};

describe("mutate", () => {
  before(async () => assert.equal((await here.cli(["run", gates])).code, 0));

  test("measures every gate: of the items of a map as one, of a value, of a child run", async () => {
    const report = await measured(["last"]);
    assert.deepEqual(
      report.gates.map(({ workflow, step, checks, measurement }) => [
        workflow,
        step,
        checks,
        measurement.carriers.n,
      ]),
      [
        ["gates", "parts › [] › double", ["doubled"], 3],
        ["gates", "three parts", ["hasIds"], 1],
        ["weigh-all", "sum", ["summed"], 1],
      ],
    );
    for (const { measurement } of report.gates) assert.equal(measurement.carriers.alarms, 0);
    const [double, three] = report.gates.map((it) => it.measurement);
    assert.equal(double!.places.find((it) => it.path === "total")!.survived, 0);
    assert.equal(double!.places.find((it) => it.path === "id")!.caught, 0);
    const rows = three!.operators.filter((it) => it.operator.startsWith("row-"));
    assert.deepEqual(
      rows.map(({ operator, planted, caught }) => [operator, planted, caught]),
      [
        ["row-dropped", 3, 3],
        ["row-duplicated", 3, 0],
      ],
    );
  });

  test("writes nothing and starts nothing: the journal is the same before and after", async () => {
    const listed = (): Promise<string> => here.cli(["ls", "--all", "--json"]).then((it) => it.out);
    const was = await listed();
    await measured(["last"]);
    assert.equal(await listed(), was);
  });

  test("tells people what was planted, what no check looks at, and what to do about a survivor", async () => {
    const { code, out } = await here.cli(["mutate", "last", "--step", "double"]);
    assert.equal(code, 0, out);
    assert.match(
      out,
      /^1 gate of 2 runs: faults planted in recorded outputs, seed 1\. Nothing is started or written\.\n/,
    );
    assert.match(out, /\nparts › \[\] › double {2}doubled\n {2}3 recorded outputs: 3 pass, 0 false alarms/);
    assert.match(out, /\n {2}number-changed +\d+ +\d+ +0 +0 +100 % \(\d+ to 100\)/);
    assert.match(out, /No check looks at id \(0 of \d+\)/);
    assert.match(
      out,
      /name-invented at id, and 2 like it\n {6}P-\d -> P-\d{4}\n {6}look names up: grounded\("id"/,
    );
    assert.ok(!out.includes("\u001b"), "a pipe gets no control codes");
  });

  test("exits with 1 where a gate catches less than --threshold, and says which (CLI4)", async () => {
    const strict = await measured(["last", "--threshold", "0.99"]);
    assert.equal(strict.code, 1);
    assert.match(strict.below[0]!, /^parts › \[\] › double caught \d+ of \d+ faults, less than 0\.99$/);
    const { code, out } = await here.cli([
      "mutate",
      "last",
      "-s",
      "double",
      "-o",
      "number-changed",
      "--threshold",
      "1",
    ]);
    assert.equal(code, 0, out);
    assert.match(out, /1 gate met what was demanded\.\n$/);
  });

  test("judges with the checks as the code has them now, not as they were recorded", async () => {
    const report = await measured(["last", "--step", "double", "-o", "number-changed"], { FORGETS: "1" });
    assert.deepEqual([report.gates[0]!.measurement.total.caught], [0]);
  });

  test("measures several runs together, each output once, and a run that still waits", async () => {
    assert.equal((await here.cli(["run", gates], { WAITS: "1" })).code, 3);
    const waiting = await measured(["last", "--step", "double"], { WAITS: "1" });
    assert.equal(waiting.gates[0]!.measurement.carriers.n, 3);
    const more = join(here.folder, "parts.json");
    writeFileSync(
      more,
      JSON.stringify([
        { id: "P-9", grams: 5 },
        { id: "P-2", grams: 450 },
        { id: "P-3", grams: 75 },
      ]),
    );
    assert.equal((await here.cli(["run", gates, "--input", `@${more}`])).code, 0);
    const listed = JSON.parse((await here.cli(["ls", "--json"])).out) as { run: string; status: string }[];
    const done = listed.filter((it) => it.status === "completed").map((it) => it.run);
    const both = await measured([...done, "--step", "double"]);
    assert.equal(both.gates[0]!.measurement.carriers.n, 4);
  });

  test("needs no key of the models that a run named: a replay asks them for their id alone", () => {
    const env = { FIREBREAK_LIVE_MODELS: "0" };
    const endpoints = { own: { url: "http://127.0.0.1:1/v1", apiKeyEnv: "OWN_SECRET" } };
    const named = ["anthropic:claude-x", "own:m"];
    const registry = createModelRegistry({ env: keylessEnv(env), endpoints });
    assert.deepEqual(
      named.map((it) => registry.resolve(it).id),
      named,
    );
    assert.throws(() => createModelRegistry({ env, endpoints }).resolve(named[0]!), /LIVE_MODELS_FORBIDDEN/);
  });

  test("says what it does not know: a step, an operator, a share", async () => {
    const step = await here.cli(["mutate", "last", "--step", "nothing"]);
    assert.equal(step.code, 1);
    assert.match(step.err, /^GATES_NOT_FOUND: .*"nothing"[^]*parts › \[\] › double, three parts, sum/);
    assert.match((await here.cli(["mutate", "last", "-o", "typo"])).err, /^OPERATOR_UNKNOWN: .*"typo"/);
    const share = await here.cli(["mutate", "last", "--threshold", "90"]);
    assert.deepEqual([share.code, share.err.startsWith("OPTION_INVALID: --threshold")], [2, true]);
  });

  test("refuses a run that the code as it is does not come to, and says what differs", async () => {
    const changed = join(here.folder, "changed.mjs");
    const library = JSON.stringify(join(projectFolder, "../../../src/index.ts"));
    writeFileSync(
      changed,
      `import { workflow } from ${library};
      export default workflow({
        name: "moves",
        run: (ctx) => ctx.step(process.env["STEP"] ?? "one", 1, (it) => it + 1, { checks: [() => true] }),
      });`,
    );
    assert.equal((await here.cli(["run", changed])).code, 0);
    const moved = await here.cli(["mutate", "last"], { STEP: "two" });
    assert.equal(moved.code, 1);
    assert.match(moved.err, /^GATES_UNREACHED: /);
  });
});
