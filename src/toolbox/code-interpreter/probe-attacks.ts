// The attacks that a sandbox is probed with. Each prints lines `name<TAB>held or
// BROKEN<TAB>detail`, or is judged by how it ended.

import type { CodeExit } from "./sandbox.ts";

/** An attack on a limit: it must end in one of these ways, in time. */
export interface LimitAttack {
  readonly name: string;
  readonly code: string;
  readonly timeoutMs: number;
  readonly ends: readonly CodeExit[];
}

/** Limits every level has. The program sees the API of program-api.ts. */
export const limitAttacks: readonly LimitAttack[] = [
  { name: "loops forever", code: "for (;;);", timeoutMs: 400, ends: ["timeout"] },
  {
    name: "makes a regular expression backtrack",
    code: "/^(a+)+$/.test('a'.repeat(60) + '!')",
    timeoutMs: 400,
    ends: ["timeout"],
  },
  {
    name: "takes memory",
    code: "const a = []; for (;;) a.push('x'.repeat(1e6) + a.length)",
    timeoutMs: 8_000,
    ends: ["memory"],
  },
  {
    name: "takes memory again and again",
    code: "for (;;) { try { const a = []; for (;;) a.push(new Float64Array(1e5).fill(1)) } catch {} }",
    timeoutMs: 1_500,
    ends: ["timeout", "memory"],
  },
  { name: "recurses without end", code: "const f = () => f() + 1; f()", timeoutMs: 4_000, ends: ["error"] },
  {
    name: "nests without end",
    code: "JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)); 1",
    timeoutMs: 4_000,
    ends: ["error", "ok", "memory"],
  },
  {
    name: "prints without end",
    code: "for (;;) console.log('x'.repeat(1000))",
    timeoutMs: 4_000,
    ends: ["output-limit"],
  },
];

/** Against QuickJS: is anything of the host within reach? */
export const reachAttack = String.raw`
const tell = (name, detail) => console.log(name + "\t" + (detail ? "BROKEN\t" + detail : "held\t"));
const globals = (list) => list.filter((name) => typeof globalThis[name] !== "undefined").join(", ");
const works = (work) => { try { return String(work()); } catch { return ""; } };
tell("reaches objects of the host", globals(["process", "require", "module", "global", "Buffer", "Deno", "Bun", "std", "os"]));
tell("reaches the network", globals(["fetch", "XMLHttpRequest", "WebSocket", "navigator"]));
const makers = ["".constructor.constructor, readFile.constructor, console.log.constructor, (async () => {}).constructor,
  (function* () {}).constructor, Reflect.getPrototypeOf(readFile).constructor];
tell("climbs to the host by a constructor", makers.map((make) => works(() => {
  const found = make("return typeof process + typeof require")();
  return found === "undefinedundefined" || typeof found === "object" ? "" : found;
})).join(""));
let thrown = "";
try { readFile(Symbol()); } catch (error) { thrown = works(() => {
  const found = error.constructor.constructor("return typeof process")();
  return found === "undefined" ? "" : found;
}); }
tell("climbs to the host by an error", thrown);
tell("reads a file outside its folder", ["/etc/passwd", "../../etc/passwd", "/proc/self/environ", "..", "a\0b"]
  .map((path) => works(() => readFile(path))).join(""));
tell("writes a file outside its folder", ["/tmp/x", "../x", "..", "a/b", "a\\b"]
  .map((path) => works(() => { writeFile(path, "x"); return path; })).join(""));
const seen = [];
const importing = (name) => import(name).then(() => seen.push(name), () => {});
Promise.all(["node:fs", "fs", "std", "os", "file:///etc/passwd"].map(importing))
  .then(() => tell("imports a module", seen.join(", ")));
`;

/** Against bubblewrap: node with all it has, over targets.json { secret, port, socket, abstract, pid, canary }. */
export const nodeAttack = String.raw`
const fs = require("node:fs"), net = require("node:net"), { execFileSync, spawn } = require("node:child_process");
const at = JSON.parse(fs.readFileSync("targets.json", "utf8"));
const tell = (name, detail) => fs.writeSync(1, name + "\t" + (detail ? "BROKEN\t" + detail : "held\t") + "\n");
const works = (work) => { try { return String(work() ?? "it worked"); } catch { return ""; } };
const readable = (paths) => paths.filter((path) => works(() => fs.readFileSync(path).length)).join(", ");
tell("reads files of the system", readable(["/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.bashrc"]));
tell("reads a file of the host", readable([at.secret, "/proc/1/root" + at.secret, "/proc/1/cwd/.." + at.secret]));
const environs = fs.readdirSync("/proc").filter((it) => /^\d+$/.test(it)).map((pid) => works(() => fs.readFileSync("/proc/" + pid + "/environ", "utf8")));
const names = [...Object.keys(process.env), ...environs.join("\0").split("\0").filter(Boolean).map((it) => it.split("=")[0])];
tell("reads the environment", [...new Set(names)].filter((it) => !["PATH", "HOME", "LANG", "PWD"].includes(it)).join(", "));
tell("reads the launcher's environment", works(() => fs.readFileSync("/proc/1/environ", "utf8").replace(/^\0+/, "").slice(0, 40)).replace("it worked", ""));
const outside = ["/x", "/usr/x", "/etc/x", "/dev/x", "/program/x", "/runtime/x", at.secret + ".x"];
tell("writes outside its folder", outside.filter((path) => works(() => fs.writeFileSync(path, "x"))).join(", "));
tell("reads through a link", works(() => { fs.symlinkSync(at.secret, "inner"); return fs.readFileSync("inner", "utf8"); }));
works(() => { fs.unlinkSync("inner"); });
tell("sees or ends processes of the host", [
  fs.readdirSync("/proc").filter((it) => /^\d+$/.test(it)).length > 12 ? "many processes" : "",
  works(() => fs.readlinkSync("/proc/" + at.pid + "/exe")), works(() => process.kill(at.pid, 0)),
].join(""));
const quiet = { stdio: "ignore" };
tell("makes a user namespace", works(() => { execFileSync("unshare", ["-U", "true"], quiet); }));
tell("makes a device", works(() => { execFileSync("mknod", ["/tmp/disk", "b", "8", "0"], quiet); }));
tell("finds a disk", fs.readdirSync("/dev").filter((it) => works(() => fs.statSync("/dev/" + it).isBlockDevice() || undefined) === "true").join(", "));
const status = fs.readFileSync("/proc/self/status", "utf8");
const field = (name) => new RegExp("^" + name + ":\\s+(\\S+)", "m").exec(status)?.[1] ?? "";
tell("holds rights", [process.getuid() === 0 ? "root" : "", /[^0]/.test(field("CapEff") + field("CapBnd")) ? "capabilities" : "",
  field("NoNewPrivs") === "1" ? "" : "can gain rights"].filter(Boolean).join(", "));
tell("uses any system call", field("Seccomp") === "2" ? "" : "no filter");
tell("writes a file of 300 MB", works(() => { const file = fs.openSync("big", "w"); for (let n = 0; n < 300; n += 1) fs.writeSync(file, Buffer.alloc(1048576, 1)); }));
works(() => { fs.unlinkSync("big"); });
tell("fills the memory file system", works(() => { for (let n = 0; n < 100; n += 1) fs.writeFileSync("/tmp/f" + n, Buffer.alloc(1048576, 1)); }));
fs.symlinkSync(at.secret, "out.txt");
works(() => fs.linkSync("/usr/bin/true", "hard.txt"));
works(() => { execFileSync("mkfifo", ["pipe.txt"], quiet); });
const reach = (name, options) => new Promise((resolve) => {
  const socket = net.connect(options, () => { tell(name, "connected"); socket.destroy(); resolve(); });
  socket.on("error", () => { tell(name, ""); resolve(); });
});
(async () => {
  await reach("connects to a port of the host", { host: "127.0.0.1", port: at.port });
  await reach("connects to a socket of the host", { path: at.socket });
  await reach("connects to an abstract socket", { path: "\0" + at.abstract });
  let started = 0;
  const children = [];
  for (let n = 0; n < 200; n += 1) {
    try {
      const child = spawn("/usr/bin/sleep", ["30"], { stdio: "ignore" });
      child.on("error", () => {});
      if (child.pid) { started += 1; children.push(child); }
    } catch {}
  }
  tell("starts 200 processes", started >= 100 ? started + " started" : "");
  for (const child of children) child.kill("SIGKILL");
  process.exit(0);
})();
`;
