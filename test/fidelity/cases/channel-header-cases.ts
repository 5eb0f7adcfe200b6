import { type FidelityCase, fidelityCase, type Json } from '../fidelity-case.js';
import { respond } from '../responses.js';
import type { Scene } from '../scene.js';

/** Which of the candidates a stream with this `Grip-Channel` gets messages of; the status, if it isn't 200. */
async function subscriptions(scene: Scene, value: string, candidates: readonly string[]): Promise<Json> {
  scene.serve('/', () => respond({ 'Grip-Hold': 'stream', 'Grip-Channel': value }, 'open\n'));
  const client = scene.open('/');
  const { status } = await client.response();
  if (status !== 200) return status;
  await client.until('open\n');
  await scene.publish(
    ...candidates.map((channel) => ({ channel, 'http-stream': { content: `[${scene.plain(channel)}]` } })),
  );
  return { got: scene.plain(client.body.slice('open\n'.length)), open: client.ending === undefined };
}

/** A case that names the value and the candidates by the prefix that keeps its channels apart. */
function channelCase(
  name: string,
  of: (prefix: string) => { readonly value: string; readonly candidates: readonly string[] },
): FidelityCase {
  return fidelityCase(`Grip-Channel: ${name}`, (scene) => {
    const { value, candidates } = of(scene.channel(''));
    return subscriptions(scene, value, candidates);
  });
}

/** What Fanout makes of the value of `Grip-Channel`. */
export const channelHeaderCases: readonly FidelityCase[] = [
  channelCase('two, with a comma and no space', (p) => ({
    value: `${p}a,${p}b`,
    candidates: [`${p}a`, `${p}b`, `${p}a,${p}b`],
  })),
  channelCase('two, with spaces around the comma', (p) => ({
    value: ` ${p}a \t, ${p}b `,
    candidates: [`${p}a`, `${p}b`, `${p}a `, ` ${p}b`],
  })),
  channelCase('a space in the name', (p) => ({ value: `${p}a b`, candidates: [`${p}a`, `${p}a b`] })),
  channelCase('the same twice', (p) => ({ value: `${p}a, ${p}a`, candidates: [`${p}a`] })),
  channelCase('quotes around the name', (p) => ({
    value: `"${p}a"`,
    candidates: [`${p}a`, `"${p}a"`],
  })),
  channelCase('a comma in quotes', (p) => ({
    value: `"${p}a, ${p}b"`,
    candidates: [`${p}a`, `${p}b`, `${p}a, ${p}b`, `"${p}a`, `${p}b"`, `"${p}a, ${p}b"`],
  })),
  channelCase('a quote that is not closed', (p) => ({
    value: `"${p}a, ${p}b`,
    candidates: [`${p}a`, `${p}b`, `${p}a, ${p}b`, `"${p}a`, `"${p}a, ${p}b`],
  })),
  channelCase('a quote in the middle', (p) => ({
    value: `${p}a"x, ${p}b`,
    candidates: [`${p}a`, `${p}b`, `${p}a"x`, `${p}a"x, ${p}b`],
  })),
  channelCase('an escaped quote', (p) => ({
    value: `${p}a\\"x, ${p}b`,
    candidates: [`${p}a`, `${p}b`, `${p}a\\"x`, `${p}a"x`],
  })),
  channelCase('parameters that nobody knows', (p) => ({
    value: `${p}a; colour=red; flag, ${p}b;;x`,
    candidates: [`${p}a`, `${p}b`],
  })),
  channelCase('prev-id in capitals', (p) => ({ value: `${p}a; Prev-Id=1`, candidates: [`${p}a`] })),
  channelCase('a filter that nobody knows', (p) => ({
    value: `${p}a; filter=colour`,
    candidates: [`${p}a`],
  })),
  channelCase('a parameter whose quotes are not closed', (p) => ({
    value: `${p}a; filter="skip-self, ${p}b`,
    candidates: [`${p}a`, `${p}b`],
  })),
  channelCase('a parameter with a comma in its quotes', (p) => ({
    value: `${p}a; filter="x, ${p}b", ${p}c`,
    candidates: [`${p}a`, `${p}b`, `${p}c`, `${p}b"`],
  })),
  channelCase('a semicolon without a parameter', (p) => ({ value: `${p}a;`, candidates: [`${p}a`] })),
  // In one case: what is published to the channel without a name reaches them all.
  fidelityCase('Grip-Channel: empty names', async (scene) => {
    const values = ['', ',', `${scene.channel('a')},, ,${scene.channel('b')},`, '; x=1', '""', ' '];
    const answers: [string, () => ReturnType<typeof respond>][] = values.map((value) => [
      value,
      () => respond({ 'Grip-Hold': 'stream', 'Grip-Channel': value }, 'open\n'),
    ]);
    const instruct = { hold: { mode: 'stream', channels: [{ name: '' }] }, response: { body: 'open\n' } };
    answers.push([
      'instruct',
      () => respond({ 'Content-Type': 'application/grip-instruct' }, JSON.stringify(instruct)),
    ]);
    const clients = answers.map(([, answer], number) => {
      scene.serve(`/${number}`, answer);
      return scene.open(`/${number}`);
    });
    await Promise.all(clients.map((client) => client.response()));
    await scene.publish(
      ...['', scene.channel('a'), scene.channel('b'), '""'].map((channel) => ({
        channel,
        'http-stream': { content: `[${scene.plain(channel)}]` },
      })),
    );
    return clients.map(({ head, body }, index) => [
      scene.plain(answers[index]?.[0] ?? ''),
      head?.status ?? null,
      body,
    ]);
  }),
  channelCase('an equals sign in the name', (p) => ({
    value: `${p}a=b; c`,
    candidates: [`${p}a`, `${p}a=b`],
  })),
  channelCase('a slash, a colon and signs in the name', (p) => ({
    value: `${p}/a:b?c#d%20+(e)`,
    candidates: [`${p}/a:b?c#d%20+(e)`],
  })),
  channelCase('bytes of UTF-8', (p) => ({
    value: Buffer.from(`${p}é`).toString('latin1'),
    candidates: [`${p}é`],
  })),
  channelCase('a byte that is not UTF-8', (p) => ({
    value: `${p}\u00e9`,
    candidates: [`${p}é`, `${p}\ufffd`],
  })),
  channelCase('a name of 1,000 characters', (p) => {
    const long = `${p}${'x'.repeat(1000)}`;
    return { value: `${long}, ${p}b`, candidates: [`${p}b`] };
  }),
  channelCase('21 channels', (p) => {
    const names = Array.from({ length: 21 }, (_, index) => `${p}${index}`);
    return { value: names.join(', '), candidates: names };
  }),
  channelCase('the same one 21 times, and another', (p) => ({
    value: [...Array.from({ length: 21 }, () => `${p}a`), `${p}b`].join(', '),
    candidates: [`${p}a`, `${p}b`],
  })),
];
