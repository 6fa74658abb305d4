// The sandbox's self-test, for `firebreak doctor`: the attacks are carried out
// here and now, against targets made for them, and each says whether it held.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FirebreakError } from "../../base/errors.ts";
import { detectBubblewrap, launch } from "./bubblewrap.ts";
import { nodeInside } from "./bubblewrap-command.ts";
import { checkRun } from "./limits.ts";
import { openSandbox } from "./open-sandbox.ts";
import { type LimitAttack, limitAttacks, nodeAttack, reachAttack } from "./probe-attacks.ts";
import type { CodeResult, Probe, Sandbox, SandboxLevel } from "./sandbox.ts";

const mebibyte = 1_048_576;
/** Memory a program may have while its limits are probed, MB. */
const probedMemoryMb = 64;
/** Over its time limit, a run may take this long to start and to end, ms. */
const allowedOverrunMs = 5_000;

/**
 * Tries every escape that applies to a level; takes some seconds, and 64 MB at a time.
 *
 * @throws SANDBOX_UNAVAILABLE when the level does not work here.
 */
export async function probeSandbox(level: SandboxLevel): Promise<Probe[]> {
  const sandbox = await openSandbox({ level });
  const probes = level === "bubblewrap" ? await probeNamespaces() : await probeReach(sandbox);
  for (const attack of limitAttacks) probes.push(await probeLimit(sandbox, attack));
  return probes;
}

async function probeLimit(sandbox: Sandbox, attack: LimitAttack): Promise<Probe> {
  const { code, timeoutMs, name } = attack;
  const result = await sandbox.run({
    language: "javascript",
    code,
    files: [],
    timeoutMs,
    memoryMb: probedMemoryMb,
  });
  const held = attack.ends.includes(result.exit) && result.ms < timeoutMs + allowedOverrunMs;
  return { name, held, detail: `ended as ${result.exit} after ${Math.round(result.ms)} ms` };
}

async function probeReach(sandbox: Sandbox): Promise<Probe[]> {
  return told(await sandbox.run({ language: "javascript", code: reachAttack, files: [] }), 7);
}

/** Node with all it has, inside the namespaces, against a file, a port, two sockets and a process of the host. */
async function probeNamespaces(): Promise<Probe[]> {
  const tools = await detectBubblewrap();
  if (typeof tools === "string")
    throw new FirebreakError("SANDBOX_UNAVAILABLE", { level: "bubblewrap", reason: tools });
  const folder = await mkdtemp(join(tmpdir(), "firebreak-probe-"));
  const servers: Server[] = [];
  let reached = 0;
  const listen = (on: { path: string } | { host: string; port: number }): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        reached += 1;
        socket.destroy();
      });
      servers.push(server.on("error", reject).listen(on, () => resolve(server)));
    });
  try {
    const secret = join(folder, "secret.txt");
    await writeFile(secret, "secret of the host", { mode: 0o644 });
    const address = (await listen({ host: "127.0.0.1", port: 0 })).address();
    const socket = join(folder, "socket");
    await listen({ path: socket });
    const abstract = `firebreak-probe-${process.pid}-${Date.now()}`;
    await listen({ path: `\0${abstract}` });
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const targets = JSON.stringify({ secret, port, socket, abstract, pid: process.pid });
    const files = [{ name: "targets.json", content: targets }];
    const run = checkRun({ language: "javascript", code: "", files, timeoutMs: 20_000 });
    const result = await launch(tools, run, {
      programs: [{ name: "attack.cjs", content: nodeAttack }],
      command: [nodeInside, "/program/attack.cjs"],
      rlimits: { cpuSeconds: 30, dataBytes: 1_024 * mebibyte },
      watchBytes: 1_024 * mebibyte,
    });
    return [
      ...told(result, 18),
      harvestProbe(result),
      { name: "is heard by the host", held: reached === 0, detail: `${reached} times` },
    ];
  } finally {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function harvestProbe(result: CodeResult): Probe {
  const taken = result.files.map((file) => file.name).filter((name) => name !== "targets.json");
  const link = result.refused.some((it) => it.name === "out.txt");
  const detail = result.refused.map((it) => `${it.name}: ${it.why}`).join("; ");
  return { name: "leaves a link for the host to open", held: link && taken.length === 0, detail };
}

/** What an attack told; one that ended before it had told all has not held. */
function told(result: CodeResult, expected: number): Probe[] {
  const probes = result.stdout
    .split("\n")
    .filter((line) => line.includes("\t"))
    .map((line): Probe => {
      const [name = "", verdict = "", detail = ""] = line.split("\t");
      return { name, held: verdict === "held", detail };
    });
  if (probes.length === expected && result.exit === "ok") return probes;
  const detail = `${probes.length} of ${expected} told, ended as ${result.exit}: ${result.stderr.slice(0, 300)}`;
  return [...probes, { name: "carries out all attacks", held: false, detail }];
}
