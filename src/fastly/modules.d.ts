// What is used of the runtime's own modules. The types of @fastly/js-compute bring globals that clash with those
// of the DOM, and leave out some of what the runtime has (TextEncoder#encodeInto, options of TextDecoder).

declare module 'fastly:env' {
  /** Undefined where the variable isn't set. */
  export function env(name: string): string | undefined;
}

declare module 'fastly:fanout' {
  export function createFanoutHandoff(request: Request, backend: string): Response;
}
