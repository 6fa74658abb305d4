// The self-test that `firebreak doctor` prints: it must hold here, and it must
// not hold by having tried nothing. So the number of attacks is fixed per level,
// and the same attack program, run outside, must find what it looks for.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { probeSandbox } from "../../../src/toolbox/code-interpreter/code-interpreter.ts";
import { detectBubblewrap } from "../../../src/toolbox/code-interpreter/bubblewrap.ts";
import { reachAttack } from "../../../src/toolbox/code-interpreter/probe-attacks.ts";

process.env["FIREBREAK_CANARY"] = "a value of the host";

const found = await detectBubblewrap();
const skip = typeof found === "string" ? `bubblewrap does not work here: ${found}` : false;

it("bubblewrap holds all 27 probes, the launcher's environment among them", { skip }, async () => {
  const probes = await probeSandbox("bubblewrap");
  assert.equal(probes.length, 27);
  assert.deepEqual(
    probes.filter((probe) => !probe.held),
    [],
  );
});

it("quickjs holds all 14 probes", async () => {
  const probes = await probeSandbox("quickjs");
  assert.equal(probes.length, 14);
  assert.deepEqual(
    probes.filter((probe) => !probe.held),
    [],
  );
});

it("the attack on QuickJS is real: in plain node it reaches the host", () => {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-control-"));
  try {
    const api = `const readFile = (name) => require("node:fs").readFileSync(name, "utf8"), writeFile = () => { throw 1 };\n`;
    writeFileSync(join(folder, "attack.cjs"), api + reachAttack);
    const { stdout } = spawnSync(process.execPath, ["attack.cjs"], {
      cwd: folder,
      encoding: "utf8",
      timeout: 20_000,
    });
    const broken = stdout.split("\n").filter((line) => line.includes("\tBROKEN\t"));
    assert.deepEqual(
      broken.map((line) => line.split("\t")[0]),
      [
        "reaches objects of the host",
        "reaches the network",
        "climbs to the host by a constructor",
        "climbs to the host by an error",
        "reads a file outside its folder",
        "imports a module",
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
