// A wrong jump in the filter would allow what it should deny, or kill node. The
// filter is run here by a small interpreter of classic BPF, call by call.

import assert from "node:assert/strict";
import { it } from "node:test";
import { seccompFilter } from "../../../src/toolbox/code-interpreter/seccomp.ts";

const [x64, arm64] = [0xc000003e, 0xc00000b7];
const allowed = "allow";

function decide(filter: Buffer, arch: number, call: number, firstArgument = 0): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call, 0);
  data.writeUInt32LE(arch, 4);
  data.writeUInt32LE(firstArgument, 16);
  let loaded = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const [code, yes, no] = [filter.readUInt16LE(at * 8), filter[at * 8 + 2]!, filter[at * 8 + 3]!];
    const value = filter.readUInt32LE(at * 8 + 4);
    if (code === 0x20) loaded = data.readUInt32LE(value);
    else if (code === 0x15) at += loaded === value ? yes : no;
    else if (code === 0x35) at += loaded >= value ? yes : no;
    else if (code === 0x45) at += (loaded & value) !== 0 ? yes : no;
    else if (code === 0x06)
      return { 0x7fff0000: allowed, 0x80000000: "kill", 0x50001: "EPERM", 0x50026: "ENOSYS" }[value] ?? "?";
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error("the filter ended without an answer");
}

it("denies the calls it names and lets ordinary ones through, on both processors", () => {
  const forX64 = seccompFilter("x64")!;
  const forArm64 = seccompFilter("arm64")!;
  // read write open mmap execve futex openat getrandom
  for (const call of [0, 1, 2, 9, 59, 202, 257, 318])
    assert.equal(decide(forX64, x64, call), allowed, String(call));
  for (const call of [63, 64, 56, 222, 221, 98, 278])
    assert.equal(decide(forArm64, arm64, call), allowed, String(call));
  // ptrace mount unshare setns bpf io_uring_setup keyctl
  for (const call of [101, 165, 272, 308, 321, 425, 250])
    assert.equal(decide(forX64, x64, call), "EPERM", String(call));
  for (const call of [117, 40, 97, 268, 280, 425, 219])
    assert.equal(decide(forArm64, arm64, call), "EPERM", String(call));
});

it("lets threads and processes be made, but no user namespace", () => {
  const filter = seccompFilter("x64")!;
  assert.equal(decide(filter, x64, 56, 0x003d0f00), allowed);
  assert.equal(decide(filter, x64, 56, 0x10000011), "EPERM");
  assert.equal(decide(filter, x64, 435), "ENOSYS");
});

it("opens sockets of ordinary families alone", () => {
  const filter = seccompFilter("x64")!;
  for (const family of [1, 2, 10, 16]) assert.equal(decide(filter, x64, 41, family), allowed);
  for (const family of [0, 17, 38, 40]) assert.equal(decide(filter, x64, 41, family), "EPERM");
});

it("ends a program that uses another numbering of the calls", () => {
  const filter = seccompFilter("x64")!;
  assert.equal(decide(filter, 0x40000003, 11), "kill");
  assert.equal(decide(filter, x64, 0x40000000 + 1), "EPERM");
});

it("has no filter for a processor it does not know", () => {
  assert.equal(seccompFilter("mips"), undefined);
});
