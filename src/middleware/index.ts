export type { AdmissionOptions, Authorize } from './admission.js';
export { type FanoutHandoffOptions, fanoutHandoff } from './fanout-handoff.js';
export { forwardToOrigin } from './forward-to-origin.js';
