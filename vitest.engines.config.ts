import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The tests that need a real Pushpin or Viceroy: `npm run test:pushpin`, `npm run test:compute`. */
const config: ViteUserConfig = defineConfig({
  test: {
    // Not to measure the machine: to end what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ['test/**/*.engine-test.ts'],
    // Two cores: engines that run side by side would only slow each other down.
    fileParallelism: false,
    passWithNoTests: false,
  },
});

export default config;
