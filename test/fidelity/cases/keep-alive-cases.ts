import { type FidelityCase, fidelityCase } from '../fidelity-case.js';
import { longPoll, stream } from '../responses.js';
import type { Scene } from '../scene.js';
import { table, tableOf } from '../table.js';

/** What comes first, in four seconds, of a stream with this `Grip-Keep-Alive` of one second; else its status. */
async function keepAlive(scene: Scene, path: string, value: string) {
  scene.serve(path, () => stream(scene.channel(), { 'Grip-Keep-Alive': value }));
  const client = scene.open(path);
  const { status } = await client.response();
  if (status !== 200) return status;
  await scene.sleep(4000);
  const sent = client.body.slice('open\n'.length);
  const unit = [...Array(sent.length + 1).keys()].find((size) => {
    const part = sent.slice(0, size);
    return size > 0 && part.repeat(sent.length / size) === sent;
  });
  return unit === undefined ? 'nothing' : { unit: sent.slice(0, unit), more: sent.length > unit };
}

/** Fanout's keep-alives of streams; it sends each up to a second early. */
export const keepAliveCases: readonly FidelityCase[] = [
  fidelityCase('Grip-Keep-Alive: formats', (scene) =>
    table(
      {
        raw: 'a\\nb; format=raw; timeout=1',
        'none, which is raw': 'a\\nb; timeout=1',
        cstring: 'a\\n\\r\\\\\\x41\\x7e; format=cstring; timeout=1',
        'cstring: an unknown escape': 'a\\tb; format=cstring; timeout=1',
        'cstring: bad digits': 'a\\x4g; format=cstring; timeout=1',
        'cstring: too few digits': 'a\\x4; format=cstring; timeout=1',
        'cstring: a backslash at the end': 'a\\; format=cstring; timeout=1',
        'cstring: a byte of zero': 'a\\x00b; format=cstring; timeout=1',
        base64: 'YQpi; format=base64; timeout=1',
        'base64 without padding': 'YQ; format=base64; timeout=1',
        'base64 with padding': 'YQ==; format=base64; timeout=1',
        'base64 that is none': 'Y*Q=!; format=base64; timeout=1',
        'unknown format': 'a; format=hex; timeout=1',
        'format in capitals': 'a; format=RAW; timeout=1',
        'empty format': 'a; format=; timeout=1',
      },
      (value, number) => keepAlive(scene, `/${number}`, value),
    ),
  ),
  fidelityCase('Grip-Keep-Alive: what its value may be', (scene) =>
    table(
      {
        quotes: '"a b"; timeout=1',
        'a semicolon in quotes': '"a; b"; timeout=1',
        'a comma': 'a,b; timeout=1',
        spaces: '  a b  ; timeout=1',
        'an equals sign': 'a=b; timeout=1',
        empty: '',
        'empty with a timeout': '; timeout=1',
        'empty quotes': '""; timeout=1',
        'a parameter nobody knows': 'a; colour=red; timeout=1',
        'timeout twice': 'a; timeout=1; timeout=50',
        'Timeout in capitals': 'a; TIMEOUT=1',
        'quotes around the timeout': 'a; timeout="1"',
      },
      (value, number) => keepAlive(scene, `/${number}`, value),
    ),
  ),
  fidelityCase('Grip-Keep-Alive: timeouts', (scene) =>
    tableOf(
      ['a; timeout=0', 'a; timeout=-1', 'a; timeout=1.5', 'a; timeout=x', 'a; timeout=', 'a; timeout', 'a'],
      (value, number) => keepAlive(scene, `/${number}`, value),
    ),
  ),
  fidelityCase('Grip-Keep-Alive: modes', (scene) =>
    tableOf(
      [
        'a; timeout=1; mode=idle',
        'a; timeout=1; mode=interval',
        'a; timeout=1; mode=',
        'a; timeout=1; mode=x',
      ],
      (value, number) => keepAlive(scene, `/${number}`, value),
    ),
  ),
  ...['idle', 'interval'].map((mode) =>
    fidelityCase(`Grip-Keep-Alive: mode ${mode}, while messages come`, async (scene) => {
      const headers = { 'Grip-Keep-Alive': `k; timeout=3; mode=${mode}` };
      scene.serve('/', () => stream(scene.channel(), headers));
      const client = await scene.stream('/', 'open\n');
      for (let sent = 0; sent < 12; sent += 1) {
        await scene.publishNow({ channel: scene.channel(), 'http-stream': { content: '.' } });
        await scene.sleep(400);
      }
      const whileBusy = client.body.includes('k');
      await scene.sleep(3500);
      return { whileBusy, whileIdle: /k[.]*$/.test(client.body) };
    }),
  ),
  fidelityCase('Grip-Keep-Alive on a response hold', async (scene) => {
    scene.serve('/', () => longPoll(scene.channel(), { 'Grip-Keep-Alive': 'k; timeout=1' }));
    await scene.warm(scene.channel());
    const client = await scene.hold('/');
    await scene.sleep(3000);
    const early = client.head === undefined && client.ending === undefined;
    await scene.publish({ channel: scene.channel(), 'http-response': { body: 'done\n' } });
    return { early, body: client.body };
  }),
  fidelityCase('Grip-Keep-Alive is the first that a stream without a body gets', async (scene) => {
    scene.serve('/', () => stream(scene.channel(), { 'Grip-Keep-Alive': 'k; timeout=1' }, ''));
    const client = scene.open('/');
    await client.until('kk');
    return { status: client.head?.status ?? null };
  }),
];
