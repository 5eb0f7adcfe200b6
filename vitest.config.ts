import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const source = fileURLToPath(new URL('./src', import.meta.url));

const config: ViteUserConfig = defineConfig({
  resolve: {
    // The examples are written as a user writes them.
    alias: [
      { find: /^hono-fanout$/, replacement: `${source}/index.ts` },
      { find: /^hono-fanout\/local$/, replacement: `${source}/local-fanout/index.ts` },
      { find: /^hono-fanout\/(\w+)$/, replacement: `${source}/$1/index.ts` },
    ],
  },
  test: {
    // Not to measure the machine: to end what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ['test/**/*.test.ts'],
    maxWorkers: 4, // most of the time tests wait for something: two cores can do the work of four
    coverage: { include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});

export default config;
