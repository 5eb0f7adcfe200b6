import { signatureCases as signatureCasesOf } from '../../src/testing/signature-cases.js';
import type { ContractCase, ReferenceTarget } from './contract-case.js';

/** On the reference paths, and on that of the `CommandTransport` where there is one. */
export const signatureCases: readonly ContractCase[] = signatureCasesOf<ReferenceTarget>(({ commands }) => [
  '/ws',
  '/sse',
  '/stream',
  '/response',
  ...(commands ? [commands] : []),
]);
