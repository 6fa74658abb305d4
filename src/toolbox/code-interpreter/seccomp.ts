// The system-call filter of the bubblewrap level, as classic BPF. The
// namespaces already keep files, processes and the network away; the filter
// makes the kernel itself a smaller target: no io_uring, no keyrings, no bpf,
// no tracing, no mounts, no new namespaces, and of socket families only the
// ordinary ones (a virtual machine's AF_VSOCK is not kept by a network namespace).

interface Architecture {
  /** AUDIT_ARCH_* of the kernel's headers. */
  readonly audit: number;
  readonly clone: number;
  readonly socket: number;
  readonly denied: readonly number[];
}

/** The same on every architecture: io_uring_*, open_tree to fspick, mount_setattr. */
const deniedEverywhere: readonly number[] = [425, 426, 427, 428, 429, 430, 431, 432, 433, 442];

// In this order: bpf perf_event_open userfaultfd keyctl add_key request_key ptrace mount umount2 pivot_root unshare setns
// kexec_load init_module finit_module delete_module name_to_handle_at open_by_handle_at process_vm_readv process_vm_writev
// kcmp acct quotactl
const architectures: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    socket: 41,
    denied: [
      321, 298, 323, 250, 248, 249, 101, 165, 166, 155, 272, 308, 246, 175, 313, 176, 303, 304, 310, 311, 312,
      163, 179,
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    socket: 198,
    denied: [
      280, 241, 282, 219, 217, 218, 117, 40, 39, 41, 97, 268, 104, 105, 273, 106, 264, 265, 270, 271, 272, 89,
      60,
    ],
  },
};

const clone3 = 435;
const newUserNamespace = 0x10000000;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. */
const socketFamilies: readonly number[] = [1, 2, 10, 16];

const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const equal = (value: number, yes: number, no: number): Instruction => [0x15, yes, no, value];
const atLeast = (value: number, yes: number, no: number): Instruction => [0x35, yes, no, value];
const anyBit = (value: number, yes: number, no: number): Instruction => [0x45, yes, no, value];
const give = (value: number): Instruction => [0x06, 0, 0, value];
type Instruction = readonly [code: number, yes: number, no: number, value: number];

const allow = give(0x7fff0000);
const killProcess = give(0x80000000);
const notPermitted = give(0x00050001);
const notImplemented = give(0x00050026);
const [numberAt, architectureAt, firstArgumentAt] = [0, 4, 16];

/** The filter for a processor, or undefined where none is known: then the level runs without, and says so. */
export function seccompFilter(arch: string = process.arch): Buffer | undefined {
  const it = architectures[arch];
  if (it === undefined) return undefined;
  const program: Instruction[] = [load(architectureAt), equal(it.audit, 1, 0), killProcess, load(numberAt)];
  // The x32 calls are a second numbering of the same kernel.
  if (arch === "x64") program.push(atLeast(0x40000000, 0, 1), notPermitted);
  for (const call of [...it.denied, ...deniedEverywhere]) program.push(equal(call, 0, 1), notPermitted);
  // clone3 hides its flags behind a pointer; refused as missing, so that libraries use clone.
  program.push(equal(clone3, 0, 1), notImplemented);
  program.push(
    equal(it.clone, 0, 4),
    load(firstArgumentAt),
    anyBit(newUserNamespace, 0, 1),
    notPermitted,
    allow,
  );
  program.push(equal(it.socket, 0, socketFamilies.length * 2 + 2), load(firstArgumentAt));
  for (const family of socketFamilies) program.push(equal(family, 0, 1), allow);
  program.push(notPermitted, allow);
  return encode(program);
}

/** struct sock_filter: two bytes of code, two jumps, four bytes of value, little-endian on both processors. */
function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, yes, no, value], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  });
  return bytes;
}
