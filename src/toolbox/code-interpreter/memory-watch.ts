// Memory of a tree of processes, read from /proc. V8 does not start under an
// address-space limit, so the sum is watched instead; between two looks a
// program can take more, which the kernel's limit on data per process bounds.

import { readdirSync, readFileSync } from "node:fs";

/** How many processes are looked at; more than a run may have. */
const processLimit = 256;

/** Bytes of private and shared memory, swap included, held by a process and its descendants. Files' pages do not count. */
export function treeMemoryBytes(rootPid: number): number {
  const left = [rootPid];
  let [bytes, seen] = [0, 0];
  for (let pid = left.pop(); pid !== undefined && seen < processLimit; pid = left.pop()) {
    seen += 1;
    bytes += memoryOf(pid);
    left.push(...childrenOf(pid));
  }
  return bytes;
}

function memoryOf(pid: number): number {
  const status = read(`/proc/${pid}/status`);
  const kilobytes = [...status.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$/gm)];
  return kilobytes.reduce((sum, match) => sum + Number(match[1]) * 1_024, 0);
}

/** Any thread may have started them. */
function childrenOf(pid: number): number[] {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It ended meanwhile.
  }
  return threads.flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
