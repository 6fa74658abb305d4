// Node itself: the least a process takes before the first line of a program.
console.log(JSON.stringify({ at: performance.timeOrigin + performance.now() }));
