/**
 * Using a key at top level on Compute makes verifying cheap, but adds to every request of the service. So the keys of the
 * platform are used there only if a route is mounted that verifies by them as a rule. The routes and the entry don't
 * know each other, and either may come first.
 */
let warmUp: (() => void) | undefined;
let isNeeded = false;

/** Of the entry: how its keys are used once. */
export function providePlatformKeys(use: () => void): void {
  warmUp = use;
  if (isNeeded) use();
}

/** Of a route that verifies most of its requests by the keys of the platform. */
export function needPlatformKeys(): void {
  if (isNeeded) return;
  isNeeded = true;
  warmUp?.();
}
