import { expect, it } from 'vitest';
import { bundleSize } from '../../scripts/size/bundle-size.js';
import { PROGRAMS } from '../../scripts/size/programs.js';
import type { PackedProject } from './packed-project.js';

/** What the package adds to a bundle. */
export function sizeCases(project: () => PackedProject): void {
  it.each(PROGRAMS)('$name keeps to its budget of $budget bytes', async ({ code, platform, budget }) => {
    const { own } = await bundleSize(code, project().folder, platform);
    expect(own).toBeLessThanOrEqual(budget);
    expect(own, 'the budget is too generous to notice anything').toBeGreaterThan(budget * 0.7);
  });

  it('a service that mounts SSE alone has no other transport', async () => {
    const { inputs } = await bundleSize(PROGRAMS[0]?.code ?? '', project().folder);
    const transports = inputs.filter((path) => /-transport\.js$/.test(path));
    expect(transports).toEqual(['node_modules/hono-fanout/dist/transports/sse-transport.js']);
  });

  it('a service that publishes has no container, and no transport', async () => {
    const program = `import { Publisher } from 'hono-fanout/publisher'; console.log(Publisher);`;
    const { inputs } = await bundleSize(program, project().folder);
    expect(inputs.filter((path) => /tsyringe|reflect-metadata|container|transports/.test(path))).toEqual([]);
  });

  it('a service that injects has reflect-metadata, and has it first', async () => {
    // tsyringe throws without it, and nothing of what is imported here is the container's own.
    const program = `import { inject, injectable } from 'hono-fanout'; console.log(typeof inject, typeof injectable);`;
    const { code } = await bundleSize(program, project().folder, 'node');
    await project().write('injects.mjs', code);
    expect(await project().run(process.execPath, 'injects.mjs')).toBe('function function\n');
  });
}
