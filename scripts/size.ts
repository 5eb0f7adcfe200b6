import { bundleSize } from './size/bundle-size.js';
import { PROGRAMS } from './size/programs.js';

// npm run size: what the built package adds to a bundle, in kB, minified. test/package holds it to the budgets.

const kB = (bytes: number) => (bytes / 1000).toFixed(1).padStart(8);

console.log(`${'own'.padStart(8)}${'budget'.padStart(8)}${'in all'.padStart(8)}${'gzip'.padStart(8)}`);
for (const { name, code, platform, budget } of PROGRAMS) {
  const { own, total, gzip } = await bundleSize(code, process.cwd(), platform);
  console.log(`${kB(own)}${kB(budget)}${kB(total)}${kB(gzip)}  ${name}`);
}
