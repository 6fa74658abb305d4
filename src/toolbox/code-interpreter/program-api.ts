// The small API a JavaScript program sees, the same on every level: readFile,
// writeFile and console. Its source is plain JavaScript text, because it runs
// inside the sandbox, in QuickJS as well as in a fresh V8 context.

/** The name a program has in its own stack traces. */
export const programName = "program.js";

/** Messages of an engine that has no memory left. */
export const outOfMemory: RegExp =
  /out of memory|array buffer allocation failed|invalid array buffer length/i;

/**
 * Source of `(host) => report`. `host` has `read(name): string | undefined`, `names(): string` (comma separated),
 * `save(name, text): string` (empty, or why not) and `print(stream, text)`. `report(error)` prints an error with
 * the program's own lines and returns its first line.
 */
export const programApi = String.raw`(function (host) {
  "use strict";
  const { read, names, save, print } = host;
  const { stringify } = JSON;
  const plain = /^[A-Za-z0-9_][A-Za-z0-9._ -]{0,99}$/;

  function define(name, value) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
  function fileName(name) {
    if (typeof name !== "string") throw new TypeError("a file name is text, not " + typeof name);
    const bare = name.startsWith("./") ? name.slice(2) : name;
    if (!plain.test(bare)) throw new Error("not a plain file name: " + stringify(name) + " (one folder, no path)");
    return bare;
  }
  define("readFile", function readFile(name) {
    const text = read(fileName(name));
    if (text === undefined) throw new Error("there is no file " + stringify(name) + "; files: " + names());
    return text;
  });
  define("writeFile", function writeFile(name, text) {
    const problem = save(fileName(name), typeof text === "string" ? text : show(text));
    if (problem !== "") throw new Error("cannot write " + stringify(name) + ": " + problem);
  });

  function replace(seen) {
    return function (key, value) {
      if (typeof value === "bigint") return value + "n";
      if (typeof value === "function") return "[function " + (value.name || "anonymous") + "]";
      if (typeof value === "number" && !Number.isFinite(value)) return String(value);
      if (value === undefined) return key === "" ? undefined : "undefined";
      if (typeof value !== "object" || value === null) return value;
      while (seen.length > 0 && seen[seen.length - 1] !== this) seen.pop();
      if (seen.includes(value)) return "[cycle]";
      const inner = value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value]
        : ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value)
        : isError(value) ? value.name + ": " + value.message : value;
      if (typeof inner === "object") seen.push(inner);
      return inner;
    };
  }
  function isError(value) {
    return typeof value === "object" && value !== null && typeof value.message === "string" && typeof value.stack === "string";
  }
  function show(value) {
    if (typeof value === "string") return value;
    if (isError(value)) return describe(value);
    if (typeof value !== "object" || value === null) {
      return typeof value === "function" ? "[function " + (value.name || "anonymous") + "]"
        : typeof value === "bigint" ? value + "n" : String(value);
    }
    const line = stringify(value, replace([]));
    return line !== undefined && line.length > 100 ? stringify(value, replace([]), 1) : String(line);
  }
  function describe(error) {
    if (!isError(error)) return "thrown: " + show(error);
    const lines = error.stack.split("\n").filter((line) => /program\.js:\d+/.test(line)).slice(0, 8);
    const places = lines.map((line) => "    at " + line.trim().replace(/^at /, ""));
    return [error.name + ": " + error.message, ...places].join("\n");
  }
  const to = (stream) => (...values) => print(stream, values.map(show).join(" ") + "\n");
  const [out, problem] = [to(1), to(2)];
  define("console", { log: out, info: out, debug: out, table: out, error: problem, warn: problem });
  for (const name of ["WebAssembly", "Intl", "SharedArrayBuffer", "Atomics"]) delete globalThis[name];

  return function report(error) {
    let text = "thrown: a value that cannot be shown";
    try { text = describe(error); } catch {}
    print(2, text + "\n");
    return text.split("\n")[0];
  };
})`;
