/** Resolves when every promise reaction that was set off has run: Node drains them before it runs the next tick. */
export const reactions = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
