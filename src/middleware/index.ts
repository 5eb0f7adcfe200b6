export type { AdmissionOptions, Authorize } from './admission.js';
export { type FanoutHandoffOptions, fanoutHandoff } from './fanout-handoff.js';
export { forwardToOrigin } from './forward-to-origin.js';
export type { HandoffKeySource } from './proof-of-handoff.js';
