// What importing the compiled package takes.
const began = performance.now();
await import("firebreak");
console.log(JSON.stringify({ ms: performance.now() - began }));
