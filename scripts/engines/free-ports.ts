import { createServer } from 'node:net';
import { promisify } from 'node:util';

/** The address that everything here listens on: nothing can be reached from outside this machine. */
export const LOOPBACK = '127.0.0.1';

/** Those that {@link freePort} has named: the system may give a port again as soon as it is closed. */
const named = new Set<number>();

/** A port that nothing listens on, and that no other call in this process gets. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await tryPort(0);
    if (!named.has(port)) {
      named.add(port);
      return port;
    }
  }
}

/** @throws Error when something listens on the port. What answers there later would not be what was started. */
export async function requireFreePort(port: number, purpose: string): Promise<void> {
  if (!(await isPortFree(port))) {
    throw new Error(`Port ${port}, for ${purpose}, is in use: end what listens there, or choose another.`);
  }
}

/** @throws Error when that can't be told: a port that only root may use, for example. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await tryPort(port);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** Listens on the port, 0 for any, for a moment; returns which it was. */
async function tryPort(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  await promisify(server.close.bind(server))();
  return typeof address === 'object' && address !== null ? address.port : port;
}
