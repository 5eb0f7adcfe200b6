import { describe, expect, it } from 'vitest';
import { Ledger, Sequence } from '../../scripts/soak/ledger.js';
import { leftOver, type Measurement, memoryGrowth, type Sample } from '../../scripts/soak/measurement.js';
import { runSoak } from '../../scripts/soak/run-soak.js';

/** In milliseconds; the runs alone take ten seconds each. */
const TIMEOUT = 120_000;
const SHORT = { connections: 32, duration: 6, rate: 10 };

const EMPTY: Measurement = {
  rss: 0,
  heapUsed: 0,
  external: 0,
  resources: { TCPServerWrap: 2 },
  subscriptions: 0,
  descriptors: 20,
  logged: {},
};

describe('a soak', { timeout: TIMEOUT }, () => {
  it('finds nothing wrong with the embedded Fanout', async () => {
    const result = await runSoak(SHORT);
    expect(result.problems).toEqual([]);
    expect(result.connected).toBeGreaterThan(SHORT.connections);
    expect(result.deliveries).toBeGreaterThan(result.published * 2);
    expect(result.samples.at(-1)?.subscriptions).toBeGreaterThan(0);
  });

  it.each([
    ['leak', /^memory grew/],
    // Only there the system tells how many files are open.
    ...(process.platform === 'linux' ? [['handle', /^left over: \d+ more file descriptors/] as const] : []),
    ['loss', /^lost: \d+ times/],
    ['repeat', /^repeated: \d+ times/],
  ] as const)('finds a %s that was put in', async (fault, problem) => {
    const { problems } = await runSoak({ ...SHORT, fault, settle: 2 });
    expect(problems).toContainEqual(expect.stringMatching(problem));
  });
});

describe('the numbers that a client gets', () => {
  /** What is wrong with them, for a client that was there when `last` had been published. */
  function problems(last: number, numbers: readonly string[]): string[] {
    const ledger = new Ledger();
    ledger.last = last;
    const sequence = new Sequence(ledger, 'ws');
    sequence.subscribed();
    ledger.last = 100;
    for (const number of numbers) sequence.take(number);
    return ledger.problems();
  }

  it.each([
    ['from the next one', 4, ['5', '6', '7']],
    ['from the one that was under way', 4, ['4', '5', '6']],
  ])('may begin %s', (_, last, numbers) => {
    expect(problems(last, numbers)).toEqual([]);
  });

  it.each([
    ['lost before the first', 4, ['6'], 'lost: 1 times; ws got 6 first, not 5'],
    ['lost between', 0, ['1', '3'], 'lost: 1 times; ws got 3 after 1'],
    ['repeated', 0, ['1', '2', '2'], 'repeated: 1 times; ws got 2 after 2'],
    ['out of order', 0, ['1', '2', '1'], 'repeated: 1 times; ws got 1 after 2'],
    ['of nobody', 0, ['101'], 'not published: 1 times; ws got "101"'],
    ['no number', 0, ['x'], 'not published: 1 times; ws got "x"'],
  ])('are told when one is %s', (_, last, numbers, problem) => {
    expect(problems(last, numbers)).toEqual([problem]);
  });
});

describe('what is measured', () => {
  const sample = (at: number, heapUsed: number): Sample => ({ ...EMPTY, at, connections: 1, heapUsed });

  it('does not count what grows in the warm-up, and does count what grows after it', () => {
    const flat = Array.from({ length: 20 }, (_, at) => sample(at, at < 6 ? at * 1e7 : 1e8 + (at % 3) * 1e5));
    const calm = memoryGrowth(flat, 20);
    expect(calm.after - calm.before).toBeLessThan(calm.allowed);
    const growing = memoryGrowth(
      flat.map(({ at, heapUsed }) => sample(at, heapUsed + at * 1e6)),
      20,
    );
    expect(growing.after - growing.before).toBeGreaterThan(growing.allowed);
  });

  it('names all that is left', () => {
    expect(leftOver(EMPTY, EMPTY)).toEqual([]);
    const resources = { TCPServerWrap: 2, TCPSocketWrap: 3 };
    expect(leftOver(EMPTY, { ...EMPTY, resources, subscriptions: 1, descriptors: 22 })).toEqual([
      '1 subscriptions',
      '3 more TCPSocketWrap',
      '2 more file descriptors',
    ]);
  });
});
